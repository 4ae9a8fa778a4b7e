"""A verb on one cluster of many: with a connection of its own, and what it says kept as notes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.fleet.running import Answered
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.rendering.shown_frame import SafeFrame
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections


def answered(
    call: Call,
    connection: Connection,
    verb: Callable[[Call], object],
    *,
    with_document: bool = False,
) -> Answered:
    """Return what a verb returns on one cluster, its JSON document, if wanted, and what it said."""
    from adxmi_jupyter.actions.fleet.running import Answered

    notes: list[str] = []
    own = own_call(call, connection, notes)
    result = verb(own)
    call.tells_by_code |= own.tells_by_code
    document = cast("SafeFrame", result).as_document("json") if with_document else None
    return Answered(
        cast("pd.DataFrame", result),
        tuple(notes),
        own.has_found,
        document=json.loads(document) if document else None,
    )


def own_call(call: Call, connection: Connection, notes: list[str]) -> Call:
    """Return a command as it runs on one cluster; what it says is added to the notes."""
    return replace(
        call,
        front=_OneCluster(call.front.program, connection, notes),
        connection_name="",
        out="",
        ci="none",
        has_looked=True,
    )


class _OneCluster:
    """The front end of a verb that runs on one cluster of many: it notes what is said."""

    live = None

    def __init__(self, program: str, connection: Connection, notes: list[str]) -> None:
        self.program = program
        self.connections = cast("Connections", _Only(connection))
        self._notes = notes

    def say(self, note: Note) -> None:
        """Keep a note."""
        self._notes.append(str(note))

    def holding_notes(self) -> AbstractContextManager[None]:
        """Do nothing: notes are kept anyway."""
        return nullcontext()

    def check_target(self, name: str, documents: Collection[str] = ()) -> None:
        """Do nothing: the result of all clusters is saved."""

    def keep(self, name: str, frame: pd.DataFrame, documents: Collection[str] = ()) -> None:
        """Do nothing, likewise."""

    def instruct(self, lines: Sequence[str]) -> None:
        """Do nothing: a CI system hears of all clusters together."""


class _Only:
    """The connections of a verb that runs on one cluster of many: the one there is."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> Connection:
        """Return the connection."""
        return self._connection

    def peek(self) -> Connection:
        """Return the connection."""
        return self._connection

    def get(self, _name: str) -> Connection:
        """Return the connection."""
        return self._connection
