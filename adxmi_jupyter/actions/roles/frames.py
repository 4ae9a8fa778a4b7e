"""Security roles as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.roles.change import GRANT
from adxmi_jupyter.actions.roles.roles import RoleReading
from adxmi_jupyter.model.policy import Scope

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

_COLUMNS = (
    *("scope", "database", "role", "principal_type", "display_name", "object_id", "fqn"),
    "notes",
)


def roles_frame(reading: RoleReading) -> pd.DataFrame:
    """Return one row for each assignment.

    Columns: ``scope`` (``cluster`` or ``database``), ``database``, ``role`` (as role commands
    spell it, or ``AllDatabases…``), ``principal_type``, ``display_name``, ``object_id``, ``fqn``,
    ``notes``, all string.
    """
    frame = fixed_frame(dict.fromkeys(_COLUMNS, TEXT), map(_cells, reading.assignments))
    frame.attrs["adxmi"] = {"connection": reading.connection, "command": reading.command}
    return frame


def changed_roles_frame(connection: Connection, change: RoleChange) -> pd.DataFrame:
    """Return the roles of a database after a change, as `roles_frame` does."""
    return roles_frame(RoleReading(connection.name, change.command, change.after))


def role_change_frame(change: RoleChange) -> pd.DataFrame:
    """Return what appears or disappears: the columns of `roles_frame` and ``change``."""
    word = "added" if change.verb == GRANT else "removed"
    rows = [(*_cells(one), word) for one in change.changed]
    return fixed_frame(dict.fromkeys((*_COLUMNS, "change"), TEXT), rows)


def _cells(one: RoleAssignment) -> tuple[str, ...]:
    return (
        *(Scope(one.database).kind, one.database, one.role, one.principal_type),
        *(one.display_name, one.object_id, one.fqn, one.notes),
    )
