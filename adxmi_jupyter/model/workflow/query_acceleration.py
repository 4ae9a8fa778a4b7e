"""Query acceleration: recent files of a delta table are cached, as an identity.

An identity is needed where the external table impersonates: there is no caller to impersonate.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.requirements import (
    ReadsThrough,
    Requirement,
    acting_as,
    named_by,
)
from adxmi_jupyter.model.declaration.stored import EntityKind, Existing, KustoListing, Who
from adxmi_jupyter.model.declaration.types import (
    ExternalTableName,
    Identity,
    Periods,
    Text,
    Timespan,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.entity_name import last_of_entity
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.kusto_shapes import ACCELERATED_TABLES
from adxmi_jupyter.model.moment import moment_text
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.shape import cell, json_cell, text_cell
from adxmi_jupyter.model.timespan import clock_text
from adxmi_jupyter.model.usage import Usage


def _existing(row: Mapping[str, Any]) -> Existing | None:
    policy = json_cell(row, "QueryAccelerationPolicy", "Policy", "Policies")
    if not isinstance(policy, dict):
        return None
    identity = text_cell(policy, "ManagedIdentity").lower()
    shown = json_cell(row, "QueryAccelerationState") or {}
    state = _state(shown) if policy.get("IsEnabled") else "disabled"
    return Existing(
        last_of_entity(text_cell(row, "TableName", "EntityName")),
        "query acceleration",
        (identity,) if identity else (),
        f"hot {text_cell(policy, 'Hot')}",
        state,
        state if state == "disabled" or cell(shown, "IsHealthy") is False else "",
    )


def _state(shown: Mapping[str, Any]) -> str:
    """Return how far it is; the documentation has two names for the percentage."""
    if cell(shown, "IsHealthy") is False:
        return f"not healthy: {text_cell(shown, 'NotHealthyReason')}"
    percentage = cell(shown, "CompletePercentage", "CompletionPercentage")
    return "" if percentage is None else f"{float(percentage):g} % ready"


def _chain(row: Mapping[str, Any], who: Who) -> tuple[Requirement, ...]:
    policy = json_cell(row, "QueryAccelerationPolicy", "Policy", "Policies")
    word = text_cell(policy, "ManagedIdentity")
    if not word:
        return ()
    identity = who(word)
    table = last_of_entity(text_cell(row, "TableName", "EntityName"))
    return (*named_by(identity, word), *_fetching(identity, table))


def _fetching(identity: ManagedIdentity, table: str) -> tuple[Requirement, ...]:
    return acting_as(identity, Usage.AUTOMATED_FLOWS, ReadsThrough(table, identity))


def _drop(name: str) -> str:
    return f".delete external table {kql.quote_name(name)} policy query_acceleration"


def _restore(row: Mapping[str, Any], _script: object) -> str:
    policy = json_cell(row, "QueryAccelerationPolicy", "Policy", "Policies")
    literal = kql.multi_line_literal(json.dumps(policy, ensure_ascii=False))
    table = kql.quote_name(last_of_entity(text_cell(row, "TableName", "EntityName")))
    return f".alter external table {table} policy query_acceleration {literal}"


class QueryAcceleration(Workflow):
    """Query acceleration policies that use a managed identity."""

    about: ClassVar = About(
        title="Query acceleration policy",
        does="create",
        action="Create a query acceleration policy that uses a managed identity",
        caller=Permission("Database Admin"),
        pages=(
            ".alter query acceleration policy command",
            "Query acceleration policy",
        ),
        sample=Sample(
            {"external_table": "OrdersDelta", "identity": "mi-export", "hot": "7d"},
            database="Telemetry",
        ),
        named_by="external_table",
    )
    listing: ClassVar = KustoListing(
        ".show external tables details",
        ACCELERATED_TABLES,
        _existing,
        _chain,
        _drop,
        otherwise="no managed identity: it reads files with the connection string of its external "
        "table; a table that impersonates requires one",
        belongs_to=EntityKind.EXTERNAL_TABLE,
        restore=_restore,
        never_of=("blob", "adl", "storage", "sql"),  # of delta tables only; others may be newer
    )

    external_table: ExternalTableName = field(
        "External table", "Delta external table.", example="OrdersDelta"
    )
    identity: Identity = field("Identity", identity_help("reads the files"), example="mi-export")
    hot: Timespan = field(
        "Hot",
        "Period of recent data to cache, 1 day or more.",
        example="7d",
        ge=timedelta(days=1),
    )
    max_age: Timespan | None = field(
        "Maximum age",
        "Maximum age of the cached data, 1 minute or more.",
        None,
        default_text="5m",
        example="5m",
        ge=timedelta(minutes=1),
    )
    hot_windows: Periods = field(
        "Hot windows",
        "Additional periods to cache: START..END.",
        (),
        example="2026-01-01..2026-02-01",
    )
    hot_datetime_column: Text = field(
        "Date column", "Column with the date and time of a record.", "", example="Placed"
    )
    is_enabled: bool = field("Enabled", "Enable the policy.", default=True)
    replace: bool = field("Replace", "Replace an existing policy.", default=False)

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: AutomatedFlows, and reading what the table reads."""
        return _fetching(self.identity, self.external_table)

    def product(self) -> Statement:
        """Return the command: the whole policy becomes this one."""
        policy = {
            "IsEnabled": self.is_enabled,
            "Hot": clock_text(self.hot),
            "HotWindows": [
                {"MinValue": moment_text(one.start), "MaxValue": moment_text(one.end)}
                for one in self.hot_windows
            ]
            or None,
            "MaxAge": clock_text(self.max_age) if self.max_age else None,
            "ManagedIdentity": self.identity.word,
            "HotDateTimeColumn": self.hot_datetime_column or None,
        }
        given = {name: value for name, value in policy.items() if value is not None}
        literal = kql.multi_line_literal(json.dumps(given, ensure_ascii=False))
        table = kql.quote_name(self.external_table)
        return Statement(f".alter external table {table} policy query_acceleration {literal}")
