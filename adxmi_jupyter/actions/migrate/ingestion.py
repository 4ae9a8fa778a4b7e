"""What is known of ingestion: its commands are in the log of the cluster, and nothing is stored.

Source: *.show commands*, *.show data operations* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check.cluster_facts import Fact, Facts
from adxmi_jupyter.actions.check.many_databases import own_roles
from adxmi_jupyter.actions.evidence.logs import monitored
from adxmi_jupyter.errors import AdxmiError, IdentityNotSupported
from adxmi_jupyter.model.connection_string import parse
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.migration.ingestion import (
    BATCHES,
    COMMANDS,
    IngestedTable,
    Ingestion,
    read_ingestion,
    show_batches,
    show_ingestion,
)
from adxmi_jupyter.model.migration.objects import Obstacle
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class IngestionLog:
    """What the log tells of ingestion, and what it does not.

    `hidden` are tables into which commands ingest from sources that are asterisks, `batched` those
    into which data was ingested, by whatever. Of the databases `own_only` the log shows what the
    caller sent, and no more. `failure` is why the log could not be read.
    """

    ingestion: tuple[Ingestion, ...] = ()
    hidden: tuple[IngestedTable, ...] = ()
    batched: tuple[IngestedTable, ...] = ()
    own_only: tuple[str, ...] = ()
    failure: AdxmiError | None = None


def read_log(connection: Connection, databases: Sequence[str]) -> IngestionLog:
    """Read what is known of ingestion into databases; an error of the service is part of it."""
    facts = Facts(connection, quiet=True)
    commands = _fact(show_ingestion(databases), COMMANDS)
    batches = _fact(show_batches(databases), BATCHES)
    facts.gather((commands, batches, own_roles()))
    try:
        found = tuple(read_ingestion(facts.answer(commands)))
        batched = tuple(_table(row) for row in facts.answer(batches))
    except AdxmiError as failure:
        return IngestionLog(failure=failure)
    seen = monitored(facts)
    return IngestionLog(
        tuple(_with_obstacle(one) for one in found if isinstance(one, Ingestion)),
        tuple(sorted({one for one in found if isinstance(one, IngestedTable)})),
        batched,
        () if seen is None else tuple(one for one in databases if one not in seen),
    )


def _fact(command: str, shape: Shape) -> Fact:
    def ask(connection: Connection) -> Sequence[Mapping[str, Any]]:
        return connection.kusto.command(command, database=connection.database).rows(shape)

    return Fact(("rows", command), ask, "Database Monitor")


def _table(row: Mapping[str, Any]) -> IngestedTable:
    return IngestedTable(text_cell(row, "Database"), text_cell(row, "Table"))


def _with_obstacle(one: Ingestion) -> Ingestion:
    """Return ingestion with why its source takes no identity, if it takes none."""
    try:
        parse(one.address).with_identity(SYSTEM)
    except IdentityNotSupported as refusal:
        return replace(
            one, obstacle=Obstacle(f"{refusal.what}: {refusal.why}", refusal.remediation)
        )
    return one
