"""Rows into a table, and what update policies make of them into others (page: Update policy).

The policies are run before anything is added, so that one which fails and is transactional keeps
the rows out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.ingestion.errors import FAILED_DESCENDANT, IngestionError
from adxmi_jupyter.embedded.kusto.policies.update_runs import UpdateFailure, planned_updates
from adxmi_jupyter.embedded.state.data_log import (
    BATCH_INGEST,
    UPDATE_POLICY,
    DataOperation,
    current_origin,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.ingestion.table_rows import Row
    from adxmi_jupyter.embedded.kusto.policies.update_runs import UpdateOutcome
    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.world import World

Report = Callable[[UpdateFailure], None]


@dataclass(frozen=True)
class PlannedAppend:
    """Rows that may come into a table; update policies that failed are told at the end."""

    world: World
    database: Database
    table: Table
    rows: list[Row]
    outcome: UpdateOutcome
    report: Report

    @property
    def tagged_tables(self) -> list[str]:
        """The tables for which the properties of the ingestion count."""
        derived = self.outcome.additions
        return [self.table.name, *(each.table.name for each in derived if each.propagates)]

    def commit(self, properties: Mapping[str, Any] | None = None) -> int:
        """Append the rows and those that policies made of them; return how many were ingested.

        `properties` of the ingestion are kept with the data operation.
        """
        self.table.rows.extend(self.rows)
        self.outcome.commit()
        kind = current_origin().kind
        self._log(self.table, self.rows, kind, (properties or {}) if kind == BATCH_INGEST else {})
        for each in self.outcome.additions:
            self._log(each.table, each.rows, UPDATE_POLICY, {"SourceTable": each.source})
        for failure in self.outcome.failures:
            self.report(failure)
        return len(self.rows)

    def _log(self, table: Table, rows: list[Row], kind: str, properties: Mapping[str, Any]) -> None:
        """Keep it as a data operation, unless nothing came in."""
        if not rows:
            return
        size = len(json.dumps(rows, default=str))
        origin = replace(current_origin(), kind=kind, size=size, properties=properties)
        self.world.cluster.logs.data.operations.append(
            DataOperation(self.world.clock(), self.database.name, table.name, origin, len(rows))
        )


def planned_append(
    world: World, database: Database, table: Table, rows: list[Row], report: Report
) -> PlannedAppend:
    """Run the update policies and change nothing yet.

    Raises an IngestionError when a transactional policy fails; what failed is reported before.
    """
    outcome = planned_updates(world, database, table, rows)
    if outcome.is_rejected:
        for failure in outcome.failures:
            report(failure)
        raise IngestionError(
            FAILED_DESCENDANT,
            f"The rows for '{table.name}' did not come in: a transactional update policy failed.",
        )
    return PlannedAppend(world, database, table, rows, outcome, report)


def append_rows(
    world: World, database: Database, table: Table, rows: list[Row], report: Report
) -> int:
    """Append rows at once and return how many; raises as `planned_append` does."""
    return planned_append(world, database, table, rows, report).commit()
