"""Migrations as people read them: what is missing, what is sent, and the way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.rendering.migrate_frames import called, label, note, restoring
from adxmi_jupyter.rendering.text import visible

if TYPE_CHECKING:
    from adxmi_jupyter.actions.migrate.applying import Applied
    from adxmi_jupyter.actions.migrate.planning import Migration
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
    yield "     sends:"
    yield from (f"       {visible(line)}" for line in one.definition.splitlines())
    yield f"     can be restored: {restoring(one)}"
    for lost in found.lost:
        yield f"     may be lost: {lost}"


def applied_text(applied: Applied) -> str:
    """Return what became of each object, one on a line."""
    return "\n".join(
        f"{_SIGNS[one.result.value]} {one.migration.object.kind} "
        f"{one_line(one.migration.object.name)}: {one.result.value}"
        f"{' (' + one_line(label(one.migration)) + ')' if label(one.migration) else ''}"
        for one in applied.outcomes
    )
