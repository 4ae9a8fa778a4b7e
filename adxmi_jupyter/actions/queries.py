"""Queries, as they are; the tool has no words of its own for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import CommandRefused, InvalidInput, NotAuthorized
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.kql_reading import commands_in, statements_in

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.service.connection import Connection

_OTHERWISE = Explain.of(
    "fix the query; if it is about an identity: ", Command.of("check", "--error")
)
_PREPARES = re.compile(r"(?:set|declare|let|alias|pattern|restrict)\b")


def run_query(connection: Connection, text: str, database: str) -> pd.DataFrame:
    """Run a query, or a ``.show`` command, and return its first table.

    The dtypes follow from the Kusto types.

    Raises
    ------
    InvalidInput
        It is another command: those that change something have verbs of their own, which preview
        and ask.
    ServiceRefusal, ConnectionFailure
        The service refused or was not reached; *fix* is what fixes the first requirement that
        isn't met of those that the refusal names.

    """
    writes = [verb for verb in commands_in(text) if verb != "show"]
    if writes:
        raise InvalidInput(
            f".{writes[0]} is no query",
            why="only queries and .show commands are run here: they change nothing",
            fix=Explain.of(
                Command.of(), " lists the nouns that write, with preview and confirmation"
            ),
        )
    send = connection.kusto.command if _is_command(text) else connection.kusto.query
    try:
        frame = send(text, database=database).frame()
    except (CommandRefused, NotAuthorized) as refusal:
        from adxmi_jupyter.actions.diagnosis.denial_fix import fix_of  # needed here only

        refusal.fix = fix_of(connection, refusal, database) or _OTHERWISE
        raise
    frame.attrs["adxmi"] = {"connection": connection.name, "command": text}
    return frame


def _is_command(text: str) -> bool:
    """Tell by the first statement that is no preparation for the others."""
    others = (one for one in statements_in(text) if not _PREPARES.match(one))
    return next(others, "").startswith(".")
