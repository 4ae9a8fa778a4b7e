"""Migrations as people read them: what is missing, what is sent, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.migrate_frames import called, label, note, restoring
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from adxmi_jupyter.actions.migrate.applying import Applied
    from adxmi_jupyter.actions.migrate.ingestion import IngestionLog
    from adxmi_jupyter.actions.migrate.migrating import Outcome
    from adxmi_jupyter.actions.migrate.planning import Migration
    from adxmi_jupyter.model.migration.ingestion import IngestedTable
    from adxmi_jupyter.rendering.migrate_frames import Write

_SIGNS = {
    "migrated": "+",
    "not migrated": "!",
    "restored": "!",
    "unknown": "?",
    "skipped": "~",
}
_NOTHING = "Nothing to migrate: no object that you can read authenticates by a secret."


def migrations_text(migrations: Sequence[Migration], *, write: Write) -> str:
    """Return the whole plan as text, in the order of migrating."""
    lines = [
        line
        for order, one in enumerate(migrations, start=1)
        for line in (*_of(order, one, write), "")
    ]
    return "\n".join(lines[:-1]) or _NOTHING


def _of(order: int, one: Migration, write: Write) -> Iterator[str]:
    found = one.object
    ways = ", ".join(found.authenticates_by)
    place = f"{found.kind} {one_line(found.name)} (database {one_line(found.database)})"
    if one.identity is None:
        yield f"! {order}. {place}: {ways}"
        yield f"     {one_line(note(one))}"
        return
    yield f"+ {order}. {place}: {ways} → {one_line(label(one))}"
    for each in one.missing:
        yield f"     missing: {one_line(called(each))}"
        if each.fix:
            yield f"       fix: {write(each.fix)}"
    if note(one):
        yield f"     note: {one_line(note(one))}"
    yield "     sends:" if found.is_stored else "     new source:"
    yield from (f"       {visible(line)}" for line in one.shown.splitlines())
    if found.is_stored:
        yield f"     can be restored: {restoring(one)}"
    for lost in found.lost:
        yield f"     may be lost: {lost}"


def ingestion_notes(log: IngestionLog) -> Iterator[str]:
    """Yield what is not visible of ingestion, one sentence each."""
    for database, tables in _by_database(log.hidden):
        yield (
            f"{database}: the log hides the source of ingestion commands into {tables} "
            "(h'…' is logged as asterisks): how they authenticate is unknown"
        )
    for database, tables in _by_database(log.batched):
        yield (
            f"{database}: how SDK and queued ingestion into {tables} authenticates is unknown: "
            "requires the diagnostic logs SucceededIngestion and FailedIngestion, or its sender"
        )
    if log.own_only:
        yield (
            f"{', '.join(log.own_only)}: only your own ingestion commands are visible: requires "
            "Database Monitor"
        )


def _by_database(tables: Sequence[IngestedTable]) -> Iterator[tuple[str, str]]:
    for database, those in groupby(tables, key=lambda one: one.database):
        yield database, ", ".join(sorted(one.table for one in those))


def applied_text(applied: Applied, *, write: Write) -> str:
    """Return what became of each object, one on a line; of several, also why not and the fix."""
    is_one = len(applied.outcomes) == 1
    return "\n".join(
        line for one in applied.outcomes for line in _outcome(one, write, is_told=not is_one)
    )


def _outcome(one: Outcome, write: Write, *, is_told: bool) -> Iterator[str]:
    who = f" ({one_line(label(one.migration))})" if label(one.migration) else ""
    found, failure = one.migration.object, one.failure
    yield f"{_SIGNS[one.result.value]} {found.kind} {one_line(found.name)}: {one.result.value}{who}"
    if failure is None or not is_told:
        return
    yield f"     {one_line(failure.what)}: {one_line(failure.why)}"
    if failure.remediation:
        yield f"     fix: {write(failure.remediation)}"
