"""A verb on one cluster of many: with a connection of its own, and what it says kept as notes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from adxmi_jupyter.errors import ConflictingOptions, InvalidValue, MissingOption

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.fleet_run import Outcome
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
    from adxmi_jupyter.actions.fleet.runs import Answered

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


def again_with(call: Call, options: Mapping[str, str], *, without: Sequence[str] = ()) -> str:
    """Return the user's line with options in place of what it says of them."""
    replaced = {place for at in call.places_of(*options, *without) for place in at}
    more = " ".join(f"{name} {value}" for name, value in options.items())
    return call.again(without=tuple(sorted(replaced)), more=more)


class CommandRefused(Exception):
    """A verb refuses the command itself, as it would on every other cluster."""

    def __init__(self, error: AdxmiError) -> None:
        super().__init__(error)
        self.error = error


class _NeedsCluster(BaseException):
    """A verb begins with its cluster: no error of it, so nothing takes it for one."""


class _NoCluster:
    """In place of the connection of a verb that is to look at its options only."""

    def __getattr__(self, name: str) -> object:
        raise _NeedsCluster(name)


def check_options(call: Call, verb: Callable[[Call], object]) -> None:
    """Have a verb look at its options, as far as it does without a cluster; nothing is sent.

    Raises
    ------
    AdxmiError
        The verb refuses them, whatever the cluster.

    """
    try:
        verb(own_call(call, cast("Connection", _NoCluster()), []))
    except _NeedsCluster:
        return


class Refusals:
    """What a verb refuses of a command that runs on many clusters.

    What is wrong with the options ends the run: it is one error, and not a row for each cluster.
    """

    def __init__(self) -> None:
        self._values: list[InvalidValue] = []

    def noting(self, work: Callable[[Connection], Answered]) -> Callable[[Connection], Answered]:
        """Return the work on a cluster, whose refusals are noted."""

        def noted(connection: Connection) -> Answered:
            try:
                return work(connection)
            except (MissingOption, ConflictingOptions) as error:
                raise CommandRefused(error) from error
            except InvalidValue as error:
                self._values.append(error)
                raise

        return noted

    def check(self, outcomes: Iterable[Outcome]) -> None:
        """Raise what was refused everywhere: a value may be right on some of the clusters.

        Raises
        ------
        InvalidValue
            Every cluster that was asked refused the same.

        """
        kinds = {(error.what, str(error.why)) for error in self._values}
        if len(kinds) == 1 and not any(one.is_reached for one in outcomes):
            raise self._values[0]


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
