"""What the history tells of temporary roles: which of them may still be there, not in use.

It is read at the start of each process, so it loads no other actions. Azure is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.service.presence import Presence

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.service.connection import Connection

ELEVATION = "elevation"
"""What grants and removals of temporary roles are called in the history."""

CLEANUP = Command.of("role", "cleanup", "--yes")

_DID_NOT_HAPPEN = frozenset({journal.REFUSED, journal.FAILED, journal.NOT_APPLIED})
_LOCK = "elevation"


def users_of(connection: Connection) -> Presence:
    """Return who uses the temporary roles on a cluster, from this account."""
    return Presence(lambda: connection.lock.path_of(_LOCK))


def name_of(resource_id: str) -> str:
    """Return the name of an assignment in lower case, by its resource ID."""
    return resource_id.rsplit("/", 1)[-1].lower()


def granted(connection: Connection) -> dict[str, Entry]:
    """Return the latest write of each temporary role that may be there, by its resource ID.

    Raises
    ------
    HistoryUnavailable
        The history cannot be read.

    """
    noted = Journal(connection.history_file).entries()
    latest = {entry.target: entry for entry in noted if entry.kind == ELEVATION}
    return {target: entry for target, entry in latest.items() if _may_be_there(entry)}


def _may_be_there(entry: Entry) -> bool:
    """Tell whether what a write left may be there: a grant that came to be, or was not removed."""
    is_grant = bool(entry.wanted)
    if entry.outcome == journal.APPLIED:
        return is_grant and entry.after != []
    return not is_grant or entry.outcome not in _DID_NOT_HAPPEN


def left_over(connection: Connection) -> tuple[str, ...]:
    """Return the resource IDs of temporary roles that may be there, used by no process.

    Without a history that can be read there are none: whoever needs it will say so.
    """
    try:
        found = granted(connection)
    except HistoryUnavailable:
        return ()
    users = users_of(connection) if found else None
    return tuple(one for one in found if users and not users.is_used(name_of(one)))


def leftover_note(connection: Connection) -> Explain | None:
    """Return what to say of temporary roles that an interrupted command left, if there are any."""
    number = len(left_over(connection))
    if not number:
        return None
    what = "a temporary role" if number == 1 else f"{number} temporary roles"
    return Explain.of(f"an interrupted --elevate may have left {what} on the cluster: ", CLEANUP)
