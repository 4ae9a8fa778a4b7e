"""Begin changes that Azure carries out, wait for them, and list those that were begun.

Source: *Track asynchronous Azure operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.actions.write.protocol import Progress
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.errors import (
    ClusterBusy,
    ConnectionFailure,
    OperationContinues,
    ServiceRefusal,
    UnreadableAnswer,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import Command, Note, as_words
from adxmi_jupyter.service.progress import bar

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.operation import Operation

_LOOK_EVERY = 0.2
_LONGEST, _LONGEST_UNKNOWN = 3600.0, 20.0
"""Seconds for an operation; the second for one of which Azure tells an unknown word.

The SDK takes every word but those for an end for one that is under way.
"""
_UNDER_WAY = frozenset(
    {
        *("accepted", "creating", "deleting", "inprogress", "moving", "pending", "provisioning"),
        *("resolving", "running", "starting", "stopping", "updating"),
    }
)
_SHOW_AFTER = 1.0
_BAR = "{desc}: {postfix} {elapsed}"

Tell = Callable[[Note], None]
"""Shows the user how far Azure is."""

Begin = Callable[[], "Operation"]
"""Begins an operation."""


class ClusterChangeRequest:
    """A request on its way: it may have to be sent again, since a cluster makes one change at once.

    `begin` sends it. `tell` hears how far it is, with `hint` behind; without it, a bar shows that.
    """

    def __init__(
        self, connection: Connection, begin: Begin, tell: Tell | None = None, hint: str = ""
    ) -> None:
        self._connection = connection
        self._begin = begin
        self._tell = tell
        self._hint = hint
        self._operation: Operation | None = None

    @property
    def is_proved(self) -> bool:
        """Whether Azure itself said that it is carried out."""
        return self._operation is not None and self._operation.is_proved

    def carry_out(self, *, waits: bool) -> Progress | None:
        """Send it once the cluster is free, and wait for the end unless told otherwise.

        Returns that it is under way, if it has not ended.

        Raises
        ------
        ClusterBusy
            The cluster was not free in five minutes.
        AdxmiError
            As beginning it and `wait` do.

        """
        say = self._tell or self._connection.say
        return self._connection.resource_manager.when_free(lambda: self._attempt(waits), say)

    def _attempt(self, waits: bool) -> Progress | None:
        began = self._begin()
        known = self._connection.operations
        if self._operation in known:  # it gave way to another change
            known.remove(self._operation)
        self._operation = began
        known.append(began)
        if waits:
            tell, hint = self._tell, self._hint
            heard = (lambda state: tell(f"{began.what}: {state}{hint}")) if tell else None
            wait(self._connection, began, heard)
        return None if began.is_done else Progress.UNDER_WAY


def wait(connection: Connection, operation: Operation, tell: Tell | None = None) -> None:
    """Wait for an operation to end well.

    Each time Azure was asked, `tell` hears its word for how far it is; without it, a bar shows
    that word.

    Raises
    ------
    OperationFailed
        Azure gave the change up; its words are kept.
    ClusterBusy
        Azure gave way to another change of the cluster.
    OperationContinues
        Waiting was interrupted.
    WriteOutcomeUnknown
        Asking how far it is failed.

    """
    every = min(_LOOK_EVERY, connection.resource_manager.poll_every)
    try:
        with telling(operation.what, tell) as told:
            start = time.monotonic()
            while not operation.wait(every):
                told(operation.state)
                _refuse_endless(operation, time.monotonic() - start)
    except KeyboardInterrupt as interrupt:
        raise OperationContinues(
            f"{operation.what}: you interrupted the waiting; Azure continues",
            why=f"its state was {operation.state}",
            fix=Command.of("identity", "operations", "--wait"),
        ) from interrupt
    except ClusterBusy:
        raise  # Azure began it, and then gave way to another change of the cluster
    except (ConnectionFailure, ServiceRefusal) as failure:
        if operation.has_succeeded:
            return  # only the resource itself could not be read afterwards
        raise WriteOutcomeUnknown(
            f"{operation.what}: Azure started it; the outcome is unknown",
            why=f"{failure.what}: {failure.why}",
            fix=operation.show_command,
        ) from failure
    finally:
        connection.forget()
        connection.assigned_when_last_seen = None


def _refuse_endless(operation: Operation, seconds: float) -> None:
    """Raise UnreadableAnswer for an operation that is under way for longer than can be."""
    is_known = operation.state.lower() in _UNDER_WAY
    if seconds > (_LONGEST if is_known else _LONGEST_UNKNOWN):
        raise UnreadableAnswer(
            "Azure doesn't report the end",
            why=f"its state has been {operation.state!r} for {seconds:.0f} s",
            fix=operation.show_command,
        )


@contextmanager
def telling(what: str, tell: Tell | None) -> Iterator[Tell]:
    """Give what shows how far something is: `tell`, or else a bar that comes after a second."""
    if tell is not None:
        yield tell
        return
    with bar(what, delay=_SHOW_AFTER, bar_format=_BAR) as shown:

        def show(state: Note) -> None:
            shown.set_postfix_str(Dialect().part(as_words(state)), refresh=False)
            shown.update()

        yield show


def operations_frame(connection: Connection) -> pd.DataFrame:
    """Return the changes begun from this kernel: ``operation``, ``state`` string, ``done`` bool."""
    rows = [(o.what, o.state, o.is_done) for o in connection.operations]
    return fixed_frame({"operation": TEXT, "state": TEXT, "done": FLAG}, rows)


def wait_for_all(connection: Connection) -> None:
    """Wait for every operation that is not done yet; raises as `wait` does."""
    for operation in connection.operations:
        if not operation.is_done:
            wait(connection, operation)
