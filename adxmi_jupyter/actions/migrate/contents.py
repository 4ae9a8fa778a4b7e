"""What a database has that may authenticate by a secret: its lists, and the csl script.

What cannot be read is kept beside the rest, with the error: nothing is left out in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.workflow.listing import data_connections_in
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.csl_script import read_csl_script
from adxmi_jupyter.model.kql import SHOW_EXTERNAL_TABLES, SHOW_FUNCTIONS, show_csl_script
from adxmi_jupyter.model.kusto_shapes import (
    ACCELERATED_TABLES,
    CONTINUOUS_EXPORTS,
    CSL_SCRIPT,
    EXTERNAL_TABLES,
    FUNCTIONS,
    UPDATE_POLICIES,
)
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.service.gather import gather

if TYPE_CHECKING:
    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection

Rows = Sequence[Mapping[str, Any]]

TABLES, SCRIPT, STORED_FUNCTIONS, EXPORTS, POLICIES, ACCELERATION, CONNECTIONS = (
    "external tables",
    "csl script",
    "functions",
    "continuous exports",
    "update policies",
    "query acceleration policies",
    "data connections",
)


@dataclass(frozen=True)
class Contents:
    """What each list of a database told, or the error that stands in its place."""

    database: str
    answers: Mapping[str, Rows | AdxmiError]

    def rows(self, part: str) -> Rows:
        """Return the rows of a list; none where it could not be read."""
        found = self.answers[part]
        return () if isinstance(found, AdxmiError) else found

    def failure(self, part: str) -> AdxmiError | None:
        """Return why a list could not be read, if it could not."""
        found = self.answers[part]
        return found if isinstance(found, AdxmiError) else None

    @cached_property
    def script(self) -> CslScript:
        """What the csl script tells; nothing where it could not be read."""
        return read_csl_script(text_cell(row, "DatabaseSchemaScript") for row in self.rows(SCRIPT))

    @property
    def unread(self) -> tuple[tuple[str, AdxmiError], ...]:
        """What could not be read, and why."""
        return tuple(
            (part, one) for part, one in self.answers.items() if isinstance(one, AdxmiError)
        )


def read_contents(connection: Connection, databases: Sequence[str]) -> tuple[Contents, ...]:
    """Read the lists of databases concurrently; errors of the service stand for answers."""
    wanted = [(database, part) for database in databases for part in _PARTS]
    answers = gather(lambda one: _PARTS[one[1]](connection, one[0]), wanted, what="reading objects")
    told: dict[str, dict[str, Rows | AdxmiError]] = {name: {} for name in databases}
    for (database, part), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, Exception) and not isinstance(answer, AdxmiError):
            raise answer
        told[database][part] = answer
    return tuple(Contents(name, found) for name, found in told.items())


def _ask(command: str, shape: Shape, connection: Connection, database: str) -> Rows:
    return connection.kusto.command(command, database=database).rows(shape)


def _script(connection: Connection, database: str) -> Rows:
    return _ask(show_csl_script(database), CSL_SCRIPT, connection, database)


_PARTS: Mapping[str, Callable[[Connection, str], Rows]] = {
    TABLES: partial(_ask, SHOW_EXTERNAL_TABLES, EXTERNAL_TABLES),
    SCRIPT: _script,
    STORED_FUNCTIONS: partial(_ask, SHOW_FUNCTIONS, FUNCTIONS),
    EXPORTS: partial(_ask, ".show continuous-exports", CONTINUOUS_EXPORTS),
    POLICIES: partial(_ask, ".show table * policy update", UPDATE_POLICIES),
    ACCELERATION: partial(_ask, ".show external tables details", ACCELERATED_TABLES),
    CONNECTIONS: data_connections_in,
}
