"""Continuous export: every so often, what is new in a table is written to an external table.

The export runs as an identity, which must be a viewer of every database it reads. The external
table's own connection string says as whom the files are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, ClassVar

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.csl_script import CslScript
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.formats import (
    Distribution,
    distributed_field,
    distribution_field,
    row_group_size_field,
    size_limit_field,
)
from adxmi_jupyter.model.declaration.products import Statement
from adxmi_jupyter.model.declaration.requirements import (
    Requirement,
    WritesThrough,
    acting_as,
    named_by,
    viewer_of_all,
)
from adxmi_jupyter.model.declaration.stored import (
    Existing,
    KustoListing,
    SecondSource,
    Who,
    with_column,
)
from adxmi_jupyter.model.declaration.types import (
    Body,
    ExternalTableName,
    Identity,
    Name,
    Names,
    Timespan,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, is_guid
from adxmi_jupyter.model.kusto_shapes import CONTINUOUS_EXPORTS
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.shape import cell, json_cell, text_cell
from adxmi_jupyter.model.usage import Usage


class DistributionKind(StrEnum):
    """How the work is spread over the nodes."""

    UNIFORM = "uniform"
    DEFAULT = "default"


_DISABLED = "disabled; .enable continuous-export enables it"
_FAILED = "the last run failed; .show continuous-export NAME failures shows why"


def _identities(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return whom a row names, in a column or a property: the documentation does not say where.

    What the query or a description says is no property of the export.
    """
    properties = json_cell(row, "ExportProperties")
    listed = properties if isinstance(properties, Mapping) else {}
    words = (text_cell(one, "ManagedIdentity").strip().lower() for one in (row, listed))
    return tuple(dict.fromkeys(word for word in words if word == SYSTEM or is_guid(word)))


def _is_open(row: Mapping[str, Any]) -> bool:
    return not _identities(row)


def _completed(row: Mapping[str, Any], script: CslScript) -> Mapping[str, Any] | None:
    identity = script.identities.get(text_cell(row, "Name"))
    return None if identity is None else with_column(row, "ManagedIdentity", identity)


def _existing(row: Mapping[str, Any]) -> Existing:
    is_disabled, result = cell(row, "IsDisabled"), text_cell(row, "LastRunResult")
    return Existing(
        text_cell(row, "Name"),
        "continuous export",
        _identities(row),
        text_cell(row, "ExternalTableName"),
        "disabled" if is_disabled else result,
        _DISABLED if is_disabled else _FAILED if result == "Failed" else "",
        last_run=text_cell(row, "LastRunTime"),
        interval=text_cell(row, "IntervalBetweenRuns"),
    )


def _running(
    identity: ManagedIdentity, query: str, reads: Sequence[str] = ()
) -> tuple[Requirement, ...]:
    return acting_as(identity, Usage.AUTOMATED_FLOWS, *viewer_of_all(identity, query, reads))


def _chain(row: Mapping[str, Any], who: Who) -> tuple[Requirement, ...]:
    running = (
        requirement
        for word in _identities(row)[:1]
        for identity in [who(word)]
        for requirement in (*named_by(identity, word), *_running(identity, text_cell(row, "Query")))
    )
    return (*running, WritesThrough(text_cell(row, "ExternalTableName")))


def _drop(name: str) -> str:
    return f".drop continuous-export {kql.quote_name(name)}"


def _restore(row: Mapping[str, Any], script: Callable[[], CslScript]) -> str:
    return script().export_statements.get(text_cell(row, "Name"), "")


class ContinuousExport(Workflow):
    """Continuous exports that run as a managed identity."""

    about: ClassVar = About(
        title="Continuous export",
        does="create",
        action="Create a continuous export that runs as a managed identity",
        caller=Permission("Database Admin"),
        pages=(
            "Use a managed identity to run a continuous export job",
            "Create or alter continuous export",
        ),
        sample=Sample(
            {
                "name": "ExportOrders",
                "external_table": "ArchivedOrders",
                "identity": "mi-export",
                "query": "Orders",
                "interval_between_runs": "1h",
            },
        ),
        body="query",
        named_by="name",
    )
    listing: ClassVar = KustoListing(
        ".show continuous-exports",
        CONTINUOUS_EXPORTS,
        _existing,
        _chain,
        _drop,
        otherwise="no managed identity: the service runs it; one is required where the external "
        "table impersonates, or the query reads other databases or tables with row level security",
        second=SecondSource(_is_open, _completed),
        restore=_restore,
    )

    name: Name = field("Name", "Name of the continuous export.", example="ExportOrders")
    external_table: ExternalTableName = field(
        "External table", "Target external table.", example="ArchivedOrders"
    )
    identity: Identity = field(
        "Identity",
        f"{identity_help('runs the export')} Requires Database Viewer on each database it reads.",
        example="mi-export",
        property_name="managedIdentity",
    )
    query: Body = field(
        "Query",
        "KQL query to export. Each run exports the records since the last run.",
        example="Orders",
    )
    over: Names = field(
        "Over",
        "Fact tables, of which each run reads only new records.",
        (),
        default_text="the tables in the query",
        example="Orders",
    )
    reads: Names = field(
        "Reads",
        "Other databases that the query reads through stored functions.",
        (),
        example="Telemetry",
    )
    interval_between_runs: Timespan | None = field(
        "Interval",
        "Interval between runs, 1 minute or more.",
        None,
        property_name="intervalBetweenRuns",
        example="1h",
        ge=timedelta(minutes=1),
    )
    forced_latency: Timespan | None = field(
        "Forced latency",
        "Minimum age of records to export, for late arrivals.",
        None,
        property_name="forcedLatency",
        example="10m",
    )
    size_limit: int | None = size_limit_field(gigabytes=1)
    distributed: bool = distributed_field()
    distribution: Distribution | None = distribution_field(Distribution.PER_NODE)
    distribution_kind: DistributionKind | None = field(
        "Distribution kind",
        "Kind of the distribution over nodes.",
        None,
        property_name="distributionKind",
    )
    parquet_row_group_size: int | None = row_group_size_field()
    is_disabled: bool = field(
        "Disabled",
        "Create the export disabled.",
        default=False,
        property_name="isDisabled",
    )
    replace: bool = field("Replace", "Replace a continuous export of the same name.", default=False)

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: AutomatedFlows, viewer of the data, and what the table needs."""
        running = _running(self.identity, self.query, self.reads)
        return (*running, WritesThrough(self.external_table))

    def product(self) -> Statement:
        """Return the command; the service has one verb for creating and replacing."""
        tables = ", ".join(map(kql.quote_name, self.over))
        parts = [
            f".create-or-alter continuous-export {kql.quote_name(self.name)}",
            f"over ({tables})" if tables else "",
            f"to table {kql.quote_name(self.external_table)}",
            self.properties(),
        ]
        return Statement(" ".join(filter(None, parts)) + f"\n<| {self.query}")
