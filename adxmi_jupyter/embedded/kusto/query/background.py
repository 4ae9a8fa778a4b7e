"""Queries that run without a caller: those of continuous exports and update policies."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.query.run import run_query
from adxmi_jupyter.embedded.kusto.session import Session
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.security import (
    ClusterRole,
    Principal,
    PrincipalKind,
    RoleAssignment,
)
from adxmi_jupyter.embedded.state.world import as_principal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.state.clusters import Database, Identity
    from adxmi_jupyter.embedded.state.world import World

# The usage that lets an identity run without a caller.
AUTOMATED_FLOWS = "AutomatedFlows"

_TEXT = re.compile(r"@?\"[^\"\r\n]*\"|@?'[^'\r\n]*'|//[^\r\n]*")
_OTHER_DATABASE = re.compile(r"\bdatabase\s*\(", re.IGNORECASE)
_OTHER_CLUSTER = re.compile(r"\bcluster\s*\(", re.IGNORECASE)


def run_in_background(
    world: World,
    database: Database,
    query: str,
    *,
    identity: Identity | None,
    rows: Mapping[str, Sequence[tuple[Any, ...]]] | None = None,
) -> Result:
    """Return the result of a query as an identity or, without one, as the cluster itself.

    `rows` stand in for the rows of the tables of these names. The identity needs the role
    Database Viewer on the database, whatever the query reads, and on others that it reads.
    """
    view = _view(world, database, rows or {})
    caller = as_principal(identity) if identity else _the_cluster(view)
    session = Session(view, caller, database.name)
    session.require(Permission.DATABASE_READ, "QueryCommand", session.database(None))
    return run_query(query, session)


def reads_other_databases(query: str) -> bool:
    """Tell whether a query names another database; a KustoError (400) when it names a cluster."""
    code = _TEXT.sub(" ", query)
    if _OTHER_CLUSTER.search(code):
        raise bad_request("The query may not reach for another cluster.")
    return _OTHER_DATABASE.search(code) is not None


def tables_in(query: str, database: Database) -> tuple[str, ...]:
    """Return the tables of the database that a query names."""
    words = set(re.findall(r"\w+", _TEXT.sub(" ", query)))
    quoted = set(re.findall(r"\[\s*['\"]([^'\"]+)['\"]\s*\]", query))
    return tuple(name for name in database.tables if name in words | quoted)


def require_schema(
    found: Sequence[tuple[str, str]], wanted: Sequence[tuple[str, str]], target: str
) -> None:
    """Raise a KustoError (400) unless a query's columns are those of what it is written to."""
    if tuple(found) != tuple(wanted):
        raise bad_request(
            f"The columns of the query are not those of '{target}': {_listed(found)} instead of "
            f"{_listed(wanted)}."
        )


def _view(world: World, database: Database, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> World:
    """Return the world with other rows in some tables; nothing else of it is copied."""
    tables = {
        name: replace(table, rows=list(rows[name])) if name in rows else table
        for name, table in database.tables.items()
    }
    seen = replace(database, tables=tables)
    cluster = world.cluster
    databases = {**cluster.databases, database.name: seen}
    return replace(world, cluster=replace(cluster, databases=databases))


def _the_cluster(view: World) -> Principal:
    """Return the cluster as a principal who may read everything in this view."""
    object_id = stable_id("cluster", view.cluster.name)
    principal = Principal(
        PrincipalKind.APPLICATION, object_id, view.tenant_id, view.cluster.name, object_id
    )
    view.cluster.roles = [*view.cluster.roles, RoleAssignment(ClusterRole.ADMIN, principal)]
    return principal


def _listed(columns: Sequence[tuple[str, str]]) -> str:
    return "(" + ", ".join(f"{name}:{kind}" for name, kind in columns) + ")"
