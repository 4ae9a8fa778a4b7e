"""Who am I, where: the open connections as DataFrames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.errors import AdxmiError, InvalidInput, NotAuthorized
from adxmi_jupyter.model.kql import quote_name
from adxmi_jupyter.model.kusto_shapes import CALLER, OWN_ROLES, VERSION
from adxmi_jupyter.model.permission import ANY_ROLE
from adxmi_jupyter.model.principal import parse_reference
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.connections import Connections


def status_frame(connection: Connection) -> pd.DataFrame:
    """Ask the cluster who the caller is.

    One row; columns ``connection``, ``cluster``, ``database``, ``credential``, ``display_name``,
    ``principal``, ``roles``, ``version``, all string. ``display_name`` and ``roles`` are empty
    where the service does not tell, the name also where it may be that of a group. ``version``
    names the roles that it requires where the caller has none.

    Raises
    ------
    ConnectionFailure, ServiceRefusal
        The cluster does not answer or does not let the caller in.

    """
    principal = _principal(connection)  # first: it fails where there is no cluster
    roles = _own_roles(connection)
    row = {
        "connection": connection.name,
        "cluster": connection.cluster,
        "database": connection.database,
        "credential": connection.credential_used,
        "display_name": _name_in(roles, principal),
        "principal": principal,
        "roles": ", ".join(dict.fromkeys(map(_role_text, roles))),
        "version": _version(connection),
    }
    return fixed_frame(dict.fromkeys(row, TEXT), [tuple(row.values())])


def caller_frame(connection: Connection) -> pd.DataFrame:
    """Ask the cluster who the caller is.

    One row; columns ``display_name``, ``principal``, ``kind``, ``tenant``, ``cluster``,
    ``database``, ``credential``, all string. ``display_name`` is empty where the service does not
    tell, ``kind`` and ``tenant`` where the principal does not.

    Raises
    ------
    ConnectionFailure, ServiceRefusal
        The cluster does not answer or does not let the caller in.

    """
    principal = _principal(connection)
    kind, tenant = "", ""
    try:
        reference = parse_reference(principal)
    except InvalidInput:  # an emulator has principals of another form
        pass
    else:
        kind, tenant = reference.kind.name.lower().replace("_", " "), reference.tenant
    row = {
        "display_name": _name_in(_own_roles(connection), principal),
        "principal": principal,
        "kind": kind,
        "tenant": tenant,
        "cluster": connection.cluster,
        "database": connection.database,
        "credential": connection.credential_used,
    }
    return fixed_frame(dict.fromkeys(row, TEXT), [tuple(row.values())])


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


def trusted_frame(connections: Connections) -> pd.DataFrame:
    """Return the hosts that the user trusts: one column ``host``, string."""
    hosts = connections.trusted_hosts.all()
    return fixed_frame({"host": TEXT}, [(host,) for host in hosts])


def _version(connection: Connection) -> str:
    try:
        answer = connection.kusto.command(".show version", database=connection.database)
    except NotAuthorized:  # who one is helps to get the role
        return f"not readable: requires {ANY_ROLE}"
    return text_cell(answer.rows(VERSION)[0], "BuildVersion")


def _principal(connection: Connection) -> str:
    try:
        return _principal_seen(connection, connection.database)
    except NotAuthorized:  # of the database; the cluster itself may tell
        if not connection.database:
            raise
    return _principal_seen(connection, "")


def _principal_seen(connection: Connection, database: str) -> str:
    query = "print principal = current_principal()"
    (row, *_) = connection.kusto.query(query, database=database).rows(CALLER)
    return text_cell(row, "principal")


def _own_roles(connection: Connection) -> Sequence[Mapping[str, Any]]:
    return _role_rows(connection, connection.database) or _role_rows(connection, "")


def _name_in(roles: Sequence[Mapping[str, Any]], principal: str) -> str:
    """Return the name of the caller; that of another ID, such as a group's, is not the caller's."""
    own = (
        row
        for row in roles
        if (id_ := text_cell(row, "AADObjectID")) and id_.lower() in principal.lower()
    )
    return next(filter(None, (text_cell(row, "DisplayName") for row in own)), "")


def _role_rows(connection: Connection, database: str) -> Sequence[Mapping[str, Any]]:
    """Return the caller's roles on a database, those on its cluster among them, or on the latter.

    There are none where the service does not tell: the rest of the row still helps.
    """
    scope = f"database {quote_name(database)}" if database else "cluster"
    try:
        answer = connection.kusto.command(f".show {scope} principal roles", database=database)
        return answer.rows(OWN_ROLES)
    except AdxmiError:
        return ()


def _role_text(row: Mapping[str, Any]) -> str:
    role, scope = text_cell(row, "Role"), text_cell(row, "Scope")
    return f"{role} ({scope})" if scope.lower().startswith("database ") else role
