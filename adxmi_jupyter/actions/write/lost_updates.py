"""Find out whether a write of a whole policy overwrote what another principal wrote in between.

The cluster's lock keeps the writers of one account apart. Others may write between the fresh read
and the write, and reading the policy again cannot show what is gone: only the service's journal
tells what a command replaced.

Source: *Journal management* (Azure Data Explorer docs). Its columns and texts are no contract, so
what cannot be read there is *unknown*.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.kusto_shapes import JOURNAL

if TYPE_CHECKING:
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.service.connection import Connection

State = TypeVar("State")

_MARGIN = 5.0
"""Seconds that the question may be on its way: the service counts back from its arrival."""


@dataclass(frozen=True)
class Replaced(Generic[State]):
    """What a write replaced: `state` is None where that is unknown, and `why` says why.

    `author` is whoever wrote it, if the journal names somebody.
    """

    state: State | None
    author: str = ""
    why: str = ""

    @property
    def note(self) -> str:
        """What to tell the user where that is unknown."""
        return (
            "changes that others made in the moment between reading and writing "
            f"cannot be excluded: {self.why}"
        )


class Watch:
    """Looks for what a command replaced, since the moment it was made."""

    def __init__(self, connection: Connection, scope: Scope, word: str) -> None:
        self._connection = connection
        self._scope = scope
        self._word = word
        self._start = time.monotonic()

    def replaced_by(self, command: str, parse: Callable[[object], State]) -> Replaced[State]:
        """Return what a command replaced, as the journal tells; raises nothing."""
        seconds = math.ceil(time.monotonic() - self._start + _MARGIN)
        text = kql.show_journal(self._scope, seconds, self._word)
        database = self._scope.database or self._connection.database
        try:
            rows = self._connection.kusto.command(text, database=database).rows(JOURNAL)
            place = _last(rows, command)
            if place is None:
                return Replaced(None, why="the cluster's journal does not list the write yet")
            told = rows[place].get("OriginalEntityState")
            if told in {None, ""}:
                return Replaced(None, why="the cluster's journal doesn't show what was replaced")
            state = parse(told)
        except AdxmiError as failure:
            return Replaced(None, why=f"the cluster's journal cannot be read ({failure.what})")
        author = str(rows[place - 1].get("Principal") or "") if place else ""
        return Replaced(state, author)


def _last(rows: Sequence[Mapping[str, Any]], command: str) -> int | None:
    """Return where the last entry of this very command stands."""
    mine = "".join(command.split())
    same = [n for n, row in enumerate(rows) if "".join(str(row["ChangeCommand"]).split()) == mine]
    return same[-1] if same else None
