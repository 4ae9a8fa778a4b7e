"""Who am I, where: the open connections as DataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.errors import AdxmiError

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections


def status_frame(connection: Connection) -> pd.DataFrame:
    """Ask the cluster who the caller is.

    One row; columns ``connection``, ``cluster``, ``database``, ``credential``, ``principal``,
    ``roles``, ``version``, all string. ``roles`` is empty where the service does not tell.

    Raises
    ------
    ConnectionFailure, ServiceRefusal
        The cluster does not answer or does not let the caller in.

    """
    version = connection.kusto.command(".show version", database=connection.database).rows()
    columns = ("connection", "cluster", "database", "credential", "principal", "roles", "version")
    row = (
        connection.name,
        connection.cluster,
        connection.database,
        connection.credential_used,
        _principal(connection),
        _roles(connection),
        str(version[0]["BuildVersion"]) if version else "",
    )
    return fixed_frame(dict.fromkeys(columns, TEXT), [row])


def connections_frame(connections: Connections) -> pd.DataFrame:
    """Return the open connections.

    Columns ``name``, ``cluster``, ``database``, ``credential`` string and ``current`` bool.
    """
    current = connections.peek()
    columns = dict.fromkeys(("name", "cluster", "database", "credential"), TEXT)
    return fixed_frame(
        {**columns, "current": FLAG},
        [(c.name, c.cluster, c.database, c.credential, c is current) for c in connections.all()],
    )


def _principal(connection: Connection) -> str:
    query = "print principal = current_principal()"
    return str(connection.kusto.query(query, database=connection.database).rows()[0]["principal"])


def _roles(connection: Connection) -> str:
    try:
        answer = connection.kusto.command(".show cluster principal roles")
    except AdxmiError:  # a principal with few rights may not ask; the rest of the row still helps
        return ""
    return ", ".join(dict.fromkeys(str(row["Role"]) for row in answer.rows()))
