"""Update policy: what is ingested into one table is transformed into another, as an identity.

An identity is needed where the query reads other databases, tables with row level security, or
accelerated external tables that impersonate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.requirements import (
    Requirement,
    acting_as,
    named_by,
    viewer_of_all,
)
from adxmi_jupyter.model.declaration.stored import EntityKind, Existing, KustoListing, Who
from adxmi_jupyter.model.declaration.types import Body, Identity, Names, TableName
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.entity_name import last_of_entity
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.kusto_shapes import UPDATE_POLICIES
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.shape import json_cell, text_cell
from adxmi_jupyter.model.usage import Usage


def _existing(row: Mapping[str, Any]) -> Existing | None:
    policy = json_cell(row, "Policy", "Policies") or []
    if not isinstance(policy, list) or not policy:
        return None
    named = [str(item["ManagedIdentity"]).lower() for item in policy if item.get("ManagedIdentity")]
    sources = ", ".join(str(item.get("Source") or "") for item in policy)
    enabled = all(item.get("IsEnabled", True) for item in policy)
    return Existing(
        last_of_entity(text_cell(row, "EntityName", "TableName")),
        "update policy",
        tuple(dict.fromkeys(named)),
        f"from {sources}",
        "" if enabled else "disabled",
        "" if enabled else "not all of its entries are enabled",
    )


def _running(
    identity: ManagedIdentity, query: str, reads: Sequence[str] = ()
) -> tuple[Requirement, ...]:
    return acting_as(identity, Usage.AUTOMATED_FLOWS, *viewer_of_all(identity, query, reads))


def _chain(row: Mapping[str, Any], who: Who) -> tuple[Requirement, ...]:
    requirements = (
        requirement
        for item in json_cell(row, "Policy", "Policies")
        for word in [str(item.get("ManagedIdentity") or "")]
        if word
        for identity in [who(word)]
        for requirement in (
            *named_by(identity, word),
            *_running(identity, str(item.get("Query") or "")),
        )
    )
    return tuple(dict.fromkeys(requirements))


def _drop(name: str) -> str:
    return f".delete table {kql.quote_name(name)} policy update"


def _restore(row: Mapping[str, Any], _script: object) -> str:
    table = last_of_entity(text_cell(row, "EntityName", "TableName"))
    policy = json.dumps(json_cell(row, "Policy", "Policies"), ensure_ascii=False)
    literal = kql.multi_line_literal(policy)
    return f".alter table {kql.quote_name(table)} policy update {literal}"


class UpdatePolicy(Workflow):
    """Update policies that run as a managed identity."""

    about: ClassVar = About(
        title="Update policy",
        does="create",
        action="Create an update policy that runs as a managed identity",
        caller=Permission("Table Admin"),
        pages=("Run an update policy with a managed identity", "Update policy overview"),
        sample=Sample(
            {
                "table": "Customers",
                "source": "Orders",
                "identity": "mi-export",
                "query": "Orders | project CustomerId=OrderId, Name=Region, Active=true",
            },
        ),
        body="query",
        named_by="table",
        adds=True,
    )
    listing: ClassVar = KustoListing(
        ".show table * policy update",
        UPDATE_POLICIES,
        _existing,
        _chain,
        _drop,
        otherwise="no managed identity: the service runs it; one is required where the query reads "
        "other databases, tables with row level security or accelerated tables that impersonate",
        belongs_to=EntityKind.TABLE,
        restore=_restore,
    )

    table: TableName = field("Table", "Target table.", example="Customers")
    source: TableName = field(
        "Source", "Source table, whose new records are transformed.", example="Orders"
    )
    source_is_wildcard: bool = field(
        "Source is a pattern",
        "Treat the source as a pattern such as Orders*. The query then refers to $source_table.",
        default=False,
    )
    identity: Identity = field(
        "Identity",
        f"{identity_help('runs the query')} Requires Database Viewer on each database it reads.",
        example="mi-export",
    )
    query: Body = field(
        "Query", "KQL query that transforms the records.", example="Orders | project OrderId"
    )
    reads: Names = field(
        "Reads",
        "Other databases that the query reads through stored functions.",
        (),
        example="Telemetry",
    )
    is_transactional: bool = field(
        "Transactional", "Fail the ingestion if the update fails.", default=False
    )
    propagate_ingestion_properties: bool = field(
        "Propagate properties",
        "Pass on ingestion properties such as tags and creation time.",
        default=False,
    )
    is_enabled: bool = field("Enabled", "Enable the policy.", default=True)

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: AutomatedFlows, and viewer of every database involved."""
        return _running(self.identity, self.query, self.reads)

    def product(self) -> Statement:
        """Return the command; it adds to the policy, whatever else is there stays."""
        item = {
            "IsEnabled": self.is_enabled,
            "Source": self.source,
            **({"SourceIsWildCard": True} if self.source_is_wildcard else {}),
            "Query": self.query,
            "IsTransactional": self.is_transactional,
            "PropagateIngestionProperties": self.propagate_ingestion_properties,
            "ManagedIdentity": self.identity.word,
        }
        literal = kql.multi_line_literal(json.dumps([item], ensure_ascii=False))
        return Statement(f".alter-merge table {kql.quote_name(self.table)} policy update {literal}")
