"""What the history tells of temporary roles: which of them may still be there, not in use.

It is read at the start of each process, so it loads no other actions. Azure is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import time
from typing import TYPE_CHECKING
from uuid import uuid4

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
_OLD = 3600.0


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
    return _granted_in(connection.history_file)


def _granted_in(history: Path) -> dict[str, Entry]:
    noted = Journal(history).entries()
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
    return _unused(connection.history_file, users_of(connection))


def _unused(history: Path, users: Presence) -> tuple[str, ...]:
    try:
        found = _granted_in(history)
    except HistoryUnavailable:
        return ()
    return tuple(one for one in found if not users.is_used(name_of(one)))


class OnFleet:
    """The clusters of a fleet on which a command may hold a temporary role, one file for each.

    The history of a cluster is read only with a connection to it. So a file is written before the
    role is granted, and removed after the role: what a process leaves that is killed, the next one
    finds, whatever cluster it is connected to.
    """

    def __init__(self, base: Connection) -> None:
        self._directory = base.history_file.parent / "elevated"

    @contextmanager
    def noting(self, connection: Connection) -> Iterator[None]:
        """Note a cluster while a role may be held on it.

        Raises
        ------
        HistoryUnavailable
            It can't be noted, so that nothing must be granted.

        """
        file = self._directory / f"{uuid4().hex}.json"
        about = {
            "cluster": connection.cluster,
            "history": str(connection.history_file),
            "lock": str(connection.lock.path_of(_LOCK)),
        }
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_text(json.dumps(about), "utf-8")
        except OSError as error:
            raise HistoryUnavailable(
                "the role can't be noted, so it isn't granted",
                why=f"{type(error).__name__}: {error.strerror or 'no reason given'}",
                fix="set ADXMI_DATA_DIR to a directory you may write to",
            ) from error
        try:
            yield
        finally:
            _forget_if_removed(file, connection.history_file)

    def left_over(self) -> tuple[str, ...]:
        """Return the names of clusters on which an interrupted command may have left a role."""
        found = []
        for file in sorted(self._directory.glob("*.json")):
            try:
                about = json.loads(file.read_text("utf-8"))
                history, lock = Path(about["history"]), Path(about["lock"])
                cluster = str(about["cluster"])
            except (OSError, ValueError, KeyError, TypeError):
                continue  # being written
            if _unused(history, Presence(partial(Path, lock))):
                found.append(cluster)
            elif time() - file.stat().st_mtime > _OLD:  # else its command may be about to grant
                _forget_if_removed(file, history)
        return tuple(sorted(set(found)))

    def note(self) -> Explain | None:
        """Return what to say of them, if there are any."""
        names = self.left_over()
        if not names:
            return None
        number = len(names)
        what = "a temporary role on a cluster" if number == 1 else "temporary roles on clusters"
        command = Command.of("role", "cleanup", "--fleet", ",".join(names), "--yes")
        return Explain.of(f"an interrupted --elevate may have left {what} of a fleet: ", command)


def _forget_if_removed(file: Path, history: Path) -> None:
    """Forget a cluster on which no role is left, by its history."""
    try:
        if not _granted_in(history):
            file.unlink(missing_ok=True)
    except (HistoryUnavailable, OSError):
        return


def leftover_note(connection: Connection) -> Explain | None:
    """Return what to say of temporary roles that an interrupted command left, if there are any."""
    number = len(left_over(connection))
    if not number:
        return None
    what = "a temporary role" if number == 1 else f"{number} temporary roles"
    return Explain.of(f"an interrupted --elevate may have left {what} on the cluster: ", CLEANUP)
