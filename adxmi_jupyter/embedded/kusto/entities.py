"""Finds named entities of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import entity_not_found

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeVar

    from adxmi_jupyter.embedded.state.clusters import Database

    Entity = TypeVar("Entity")


def chosen(
    entities: Mapping[str, Entity], name: str | None, kind: str, database: Database
) -> list[Entity]:
    """Return all entities, or the one of that name, letter case and all; else a KustoError."""
    if name is None:
        return list(entities.values())
    if name not in entities:
        raise entity_not_found(kind, name, database.name)
    return [entities[name]]
