"""Runs update policies when rows have been ingested (page: Update policy)."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import KustoError, update_policy_error
from adxmi_jupyter.embedded.kusto.query.background import AUTOMATED_FLOWS, run_in_background
from adxmi_jupyter.embedded.kusto.targets.authorization import acting_identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.entities import UpdatePolicy
    from adxmi_jupyter.embedded.state.world import World

    Row = tuple[Any, ...]

_SOURCE = "$source_table"
_PREFIX = "UpdatePolicy_"


@dataclass(frozen=True)
class UpdateFailure:
    """A query of an update policy that could not run; `table` is the one it was to fill."""

    table: str
    error_code: str
    details: str
    is_permanent: bool
    is_transactional: bool


@dataclass(frozen=True)
class Addition:
    """Rows that a policy made for its table; `propagates` ingestion properties to it or not.

    `source` is the table whose rows they were made of.
    """

    table: Table
    source: str
    rows: list[Row]
    propagates: bool


@dataclass
class UpdateOutcome:
    """What update policies make of ingested rows: what is to be added, and what failed."""

    additions: list[Addition] = field(default_factory=list)
    failures: list[UpdateFailure] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        """Whether a transactional policy failed, so that the ingested rows must not come in."""
        return any(failure.is_transactional for failure in self.failures)

    def commit(self) -> None:
        """Add the rows, unless the outcome is rejected."""
        for each in () if self.is_rejected else self.additions:
            each.table.rows += each.rows


def planned_updates(
    world: World, database: Database, table: Table, rows: Sequence[Row]
) -> UpdateOutcome:
    """Run every update policy whose source is the table over these rows alone.

    What the queries return is a source for other policies in turn. No table is changed.
    """
    outcome = UpdateOutcome()
    _follow(world, database, [table], list(rows), outcome)
    return outcome


def _follow(
    world: World, database: Database, path: list[Table], rows: list[Row], outcome: UpdateOutcome
) -> None:
    """Run the policies of the last table of a path of tables that feed one another."""
    for target, item in _policies(database, path[-1]):
        try:
            if target in path:
                raise update_policy_error(
                    "Cyclic_Update_Not_Allowed", f"'{target.name}' would feed itself."
                )
            added = _run(world, database, path[-1], rows, target, item)
        except KustoError as error:
            outcome.failures.append(_failure(target, item, error))
            continue
        outcome.additions.append(Addition(target, path[-1].name, added, item.propagates_properties))
        _follow(world, database, [*path, target], added, outcome)


def _policies(database: Database, source: Table) -> Iterator[tuple[Table, UpdatePolicy]]:
    for target in database.tables.values():
        for item in target.update_policy or []:
            matches = fnmatchcase if item.source_is_wildcard else str.__eq__
            if item.is_enabled and matches(source.name, item.source):
                yield target, item


def _run(
    world: World,
    database: Database,
    source: Table,
    rows: list[Row],
    target: Table,
    item: UpdatePolicy,
) -> list[Row]:
    identity = None
    if item.managed_identity:
        identity = acting_identity(
            world, item.managed_identity, usage=AUTOMATED_FLOWS, database=database
        )
    query = item.query.replace(_SOURCE, f"['{source.name}']")
    answer = run_in_background(world, database, query, identity=identity, rows={source.name: rows})
    if answer.columns != target.columns:
        raise update_policy_error(
            "QuerySchemaDoesNotMatchTableSchema",
            f"The columns of the query are not those of '{target.name}'.",
        )
    return list(answer.rows)


def _failure(target: Table, item: UpdatePolicy, error: KustoError) -> UpdateFailure:
    is_named = error.code.startswith(_PREFIX)
    return UpdateFailure(
        target.name,
        error.code if is_named else f"{_PREFIX}BadRequest",
        error.message,
        error.permanent,
        item.is_transactional,
    )
