"""How a managed identity policy names its database."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.verification.probe import Found, Probe
from adxmi_jupyter.model.verification.readings import Topic

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings


class EntityNames(Probe):
    """The page shows brackets."""

    key = "entity-names"
    order = 3
    question = "How a policy names its database"
    answers = MappingProxyType({"brackets": "[NAME]", "bare": "NAME"})
    assumed = "either"
    handled = frozenset(answers)
    topic = Topic.POLICY
    page = ".show managed identity policy command"

    def look(self, readings: Readings) -> Found:
        """Compare EntityName with the name of the database."""
        for database, table in readings.tables(Topic.POLICY):
            for row in table.rows if database else ():
                name = text_cell(row, "EntityName").casefold()
                if name == f"[{database.casefold()}]":
                    return Found("brackets", "EntityName of a database")
                if name == database.casefold():
                    return Found("bare", "EntityName of a database")
        return Found(why="no answer about a database has the name of the database")
