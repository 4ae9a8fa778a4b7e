"""What lists show of the connection strings of external tables."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import value_of
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic, connection_strings

if TYPE_CHECKING:
    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.verification.readings import Readings

_SUFFIXES = (";managed_identity=", ";impersonate")


class ConnectionStrings(Probe):
    """The page of the command lists no such column; a sample masks what follows a semicolon."""

    key = "connection-strings"
    order = 8
    question = "Connection strings in .show external tables"
    answers = MappingProxyType(
        {
            "without-secrets": "the identity is shown",
            "addresses": "asterisks for all behind the address",
            "asterisks": "asterisks alone",
            "left-out": "no column with them",
        }
    )
    assumed = "any: what is masked is read in the csl script"
    handled = frozenset(answers)
    topic = Topic.EXTERNAL_TABLES
    page = "Create and alter Azure Storage external tables"

    def look(self, readings: Readings) -> Found:
        """Look at tables with an identity; what is masked may be a key unless the script tells."""
        seen: list[str] = []
        for database, table in readings.tables(Topic.EXTERNAL_TABLES):
            if table.rows and "connectionstrings" not in map(str.casefold, table.columns):
                return Found("left-out", f"columns {', '.join(table.columns)}")
            script = readings.script(database)
            for row in table.rows:
                name = str(value_of(row, "TableName", "EntityName", otherwise=""))
                texts, known = connection_strings(row), _has_identity(script, name)
                seen += filter(None, (_word(text, is_identity=known) for text in texts))
        if not seen:
            return Found(why="no external table that was read is known to use an identity")
        return Found(seen[0], f"{len(seen)} connection strings")


def _has_identity(script: CslScript | None, table: str) -> bool:
    texts = script.connection_strings.get(table, ()) if script else ()
    return any(suffix in text.casefold() for text in texts for suffix in _SUFFIXES)


def _word(text: str, *, is_identity: bool) -> str:
    if any(suffix in text.casefold() for suffix in _SUFFIXES):
        return "without-secrets"
    if text and not text.strip("*"):
        return "asterisks"
    _, semicolon, rest = text.partition(";")
    return "addresses" if is_identity and semicolon and not rest.strip("*") else ""
