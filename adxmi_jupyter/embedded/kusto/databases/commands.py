"""Runs the commands about databases as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.databases.capacity import show_capacity
from adxmi_jupyter.embedded.kusto.databases.entities import show_entities
from adxmi_jupyter.embedded.kusto.databases.listing import show_databases
from adxmi_jupyter.embedded.kusto.databases.schema import show_schema
from adxmi_jupyter.embedded.kusto.databases.syntax import (
    ShowCapacity,
    ShowDatabases,
    ShowDatabaseSchema,
    ShowEntities,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.databases.syntax import DatabaseCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session


def run_database_command(command: DatabaseCommand, session: Session) -> Result:
    """Return the command's result; a KustoError when it may not or cannot run."""
    match command:
        case ShowDatabases():
            return show_databases(command, session)
        case ShowDatabaseSchema():
            return show_schema(command, session)
        case ShowEntities():
            return show_entities(command, session)
        case ShowCapacity():
            return show_capacity(command, session)
        case _:
            raise AssertionError(command)
