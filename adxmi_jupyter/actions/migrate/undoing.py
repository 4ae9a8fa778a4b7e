"""Undo a migration from the history, and find out what became of one whose outcome is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.migrate import trial
from adxmi_jupyter.actions.migrate.current import (
    Replacement,
    compare,
    marker_now,
    show_command,
    write_of,
)
from adxmi_jupyter.actions.migrate.migrating import RESTORE
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.protocol import Comparison
from adxmi_jupyter.errors import ClusterChanged
from adxmi_jupyter.model.migration.objects import ObjectKind

if TYPE_CHECKING:
    from typing import Any

    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.service.connection import Connection


def why_not(entry: Entry) -> str:
    """Return why a migration cannot be undone; empty if it can."""
    if entry.before.get("definition"):
        return ""
    return f"the previous definition of {entry.target} had a secret, and the history keeps none"


def undo(connection: Connection, entry: Entry) -> None:
    """Send the definition that an object had before a migration.

    Raises
    ------
    ClusterChanged
        Another principal wrote to the object since.
    AdxmiError
        As `protocol.carry_out`.

    """
    kind, name = _named(entry)
    now = marker_now(connection, kind, entry.database, name)
    if now == entry.before["marker"]:
        return
    if now != entry.wanted["marker"]:
        raise ClusterChanged(
            f"{kind} {name} changed after write {entry.number}; nothing was written",
            why="it shows neither the definition before the write nor the one after it",
            fix=show_command(kind, entry.database),
        )
    text = str(entry.before["definition"])
    new = Replacement(kind, entry.database, name, text, text, entry.wanted, entry.before)
    write = write_of(connection, new, RESTORE, undoes=entry.number)
    for note in protocol.carry_out(connection, write).notes:
        connection.say(note)


def outcome(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    """Compare what an object authenticates with now with what a write was to bring about."""
    kind, name = _named(entry)
    now = marker_now(connection, kind, entry.database, name)
    return compare(now, entry.before["marker"], entry.wanted["marker"]), {"marker": now}


def outcome_of_trial(connection: Connection, entry: Entry) -> tuple[Comparison, Any]:
    """Do the same for a trial table."""
    now = trial.is_there(connection, entry.database, entry.target)
    return (Comparison.DONE if now is entry.wanted else Comparison.AS_BEFORE), now


def _named(entry: Entry) -> tuple[ObjectKind, str]:
    kind, _, name = entry.target.partition("/")
    return ObjectKind(kind), name
