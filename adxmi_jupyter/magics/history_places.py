"""Options that name where a history is, and moments in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from adxmi_jupyter.errors import InvalidInput, InvalidValue
from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.magics.params import Name

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call

Answer = TypeVar("Answer")


class HistoryPlace(Name):
    """``CLUSTER/DATABASE``, or a directory."""

    name = kind = "place"

    def __init__(self, option: str) -> None:
        self.option = option

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return it as a value."""
        from adxmi_jupyter.actions.history.places import Place, parse_place

        if isinstance(value, Place):
            return value
        trimmed = str(value) if not str(value) else super().convert(value, param, ctx)
        return parse_place(trimmed, self.option)

    def names(self, call: Call) -> Iterable[str]:
        """Return the databases of the connection, each with the name of the connection."""
        from adxmi_jupyter.actions.identity.names import offered_databases

        connection = call.opened
        if connection is None:
            return ()
        return [f"{connection.name}/{one}" for one in offered_databases(connection)]


from_option = click.option(
    "--from",
    "place",
    type=HistoryPlace("--from"),
    metavar="PLACE",
    default="",
    help="Place of the history: CLUSTER/DATABASE, or a directory such as ./history. "
    "Default: this machine.",
)


def moment_given(option: str, ask: Callable[[], Answer]) -> Answer:
    """Return what is asked of a moment that a user wrote.

    Raises
    ------
    InvalidValue
        It is no date, no run and no apply.

    """
    try:
        return ask()
    except InvalidInput as error:
        if isinstance(error, InvalidValue):
            raise
        raise InvalidValue(
            f"{option} can't be used: {error.what}",
            why="it is a date or time, a run (its ID, or first, previous, last), or the number of "
            "an apply",
            fix=Explain.of("write a date such as 2026-01-31"),
        ) from error
