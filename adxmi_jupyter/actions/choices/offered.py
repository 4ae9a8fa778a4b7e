"""What completion offers of what can be listed: places in Azure, and what a database holds.

Nothing is asked where asking would be intrusive, nothing twice in a minute, and nothing is raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.choices.lists import Lists
from adxmi_jupyter.actions.identity.names import offered, remembered, resolved
from adxmi_jupyter.errors import InvalidColumns
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.columns import parse_columns
from adxmi_jupyter.model.kusto_shapes import ENTITIES
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.actions.choices.values import Choice, Question
    from adxmi_jupyter.model.columns import Column
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Entity:
    """A table, external table or function of a database, with its columns."""

    name: str
    kind: str
    columns: tuple[Column, ...] = ()

    @property
    def is_external(self) -> bool:
        """Whether queries name it in ``external_table()``."""
        return self.kind == "ExternalTable"


def offered_choices(connection: Connection, question: Question) -> tuple[Choice, ...]:
    """Return what can be chosen, such as the containers of a storage account."""

    def ask(asked: Connection) -> tuple[Choice, ...]:
        lists = remembered(
            asked,
            "choices",
            lambda: Lists(asked, lambda word: resolved(asked, (word,))[0].identity),
        )
        return lists.of(question).every

    return offered(connection, ask)


def offered_entities(connection: Connection, database: str) -> tuple[Entity, ...]:
    """Return the tables, external tables and functions of a database with their columns."""

    def ask(asked: Connection) -> tuple[Entity, ...]:
        command = kql.show_entities([database])
        rows = asked.kusto.command(command, database=database).rows(ENTITIES)
        return tuple(map(_entity, rows))

    key = f"names in entities of {database}"
    return offered(connection, lambda asked: remembered(asked, key, lambda: ask(asked)))


def _entity(row: Mapping[str, Any]) -> Entity:
    try:
        columns = parse_columns(text_cell(row, "CslOutputSchema"))
    except InvalidColumns:  # a function may return no table
        columns = ()
    return Entity(text_cell(row, "EntityName"), text_cell(row, "EntityType"), columns)
