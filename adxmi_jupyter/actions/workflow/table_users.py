"""What uses an external table: what stops working when it is dropped, or turns into another.

Source: *External tables*, *Continuous data export*, *Query acceleration policy*, *Update policy*
(Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.entity_name import last_of_entity
from adxmi_jupyter.model.kusto_shapes import (
    ACCELERATION_POLICIES,
    CONTINUOUS_EXPORTS,
    UPDATE_POLICIES,
)
from adxmi_jupyter.model.shape import cell, json_cell
from adxmi_jupyter.service.gather import gather

if TYPE_CHECKING:
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Users:
    """What uses a table, a few words for each, and what could not be looked at."""

    found: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each, and for each that could not be looked at."""
        return (
            *(f"used by {one}" for one in self.found),
            *(f"not checked: {one}" for one in self.unseen),
        )


@dataclass(frozen=True)
class _PossibleUser:
    """Something that may use the table: the command that lists it, and whether a row does."""

    plural: str
    command: str
    shape: Shape
    use: Callable[[Row, str], str]


def table_users(connection: Connection, database: str, name: str) -> Users:
    """Return what uses an external table in its database, as far as the caller may see it.

    Queries and functions that name it are not stored, or too freely to tell.
    """
    found: list[str] = []
    unseen: list[str] = []
    answers = gather(
        lambda kind: connection.kusto.command(kind.command, database=database).rows(kind.shape),
        _POSSIBLE_USERS,
        what="looking for what uses it",
    )
    for kind, answer in zip(_POSSIBLE_USERS, answers, strict=True):
        if isinstance(answer, AdxmiError):
            unseen.append(f"{kind.plural} ({answer.what})")
        elif isinstance(answer, Exception):
            raise answer
        else:
            found += [use for row in answer for use in [kind.use(row, name)] if use]
    return Users(tuple(found), tuple(unseen))


def _export(row: Row, name: str) -> str:
    exports = str(cell(row, "ExternalTableName")) == name
    return f"continuous export {cell(row, 'Name')}, which writes to it" if exports else ""


def _acceleration(row: Row, name: str) -> str:
    is_its = last_of_entity(str(cell(row, "EntityName"))) == name
    has_one = isinstance(json_cell(row, "Policy", "Policies"), dict)
    return "its query acceleration policy" if is_its and has_one else ""


def _update_policy(row: Row, name: str) -> str:
    policy = json_cell(row, "Policy", "Policies")
    queries = [str(one.get("Query")) for one in policy or () if isinstance(one, dict)]
    if not any(_mentions(query, name) for query in queries):
        return ""
    table = last_of_entity(str(cell(row, "EntityName")))
    return f"update policy of {table}, whose query reads it"


def _mentions(query: str, name: str) -> bool:
    return re.search(rf"external_table\s*\(\s*[@hH]*['\"]{re.escape(name)}['\"]", query) is not None


_POSSIBLE_USERS = (
    _PossibleUser("continuous exports", ".show continuous-exports", CONTINUOUS_EXPORTS, _export),
    _PossibleUser(
        "query acceleration policies",
        ".show external table * policy query_acceleration",
        ACCELERATION_POLICIES,
        _acceleration,
    ),
    _PossibleUser(
        "update policies", ".show table * policy update", UPDATE_POLICIES, _update_policy
    ),
)
