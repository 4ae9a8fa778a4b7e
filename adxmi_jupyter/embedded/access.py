"""Who is calling, and what the caller's security roles permit."""

from __future__ import annotations

import hmac
from enum import Enum
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.security import (
    ADMIN_TOKEN,
    ClusterRole,
    DatabaseRole,
    PrincipalKind,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.security import Principal, RoleAssignment
    from adxmi_jupyter.embedded.state.world import World

_KEY_SEPARATOR = "."


class Permission(Enum):
    """What a command asks of its caller: the roles of which any one is enough."""

    CLUSTER_ADMIN = frozenset({ClusterRole.ADMIN})
    CLUSTER_SHOW = frozenset({ClusterRole.ADMIN, ClusterRole.MONITOR})
    DATABASE_ADMIN = frozenset({ClusterRole.ADMIN, DatabaseRole.ADMINS})
    DATABASE_READ = frozenset(
        {
            ClusterRole.ADMIN,
            ClusterRole.VIEWER,
            DatabaseRole.ADMINS,
            DatabaseRole.USERS,
            DatabaseRole.VIEWERS,
        }
    )
    DATABASE_USER = frozenset({ClusterRole.ADMIN, DatabaseRole.ADMINS, DatabaseRole.USERS})
    DATABASE_INGEST = frozenset({ClusterRole.ADMIN, DatabaseRole.ADMINS, DatabaseRole.INGESTORS})
    DATABASE_MONITOR = frozenset(
        {ClusterRole.ADMIN, ClusterRole.MONITOR, DatabaseRole.ADMINS, DatabaseRole.MONITORS}
    )
    DATABASE_SHOW = frozenset(
        {
            *ClusterRole,
            DatabaseRole.ADMINS,
            DatabaseRole.USERS,
            DatabaseRole.VIEWERS,
            DatabaseRole.MONITORS,
        }
    )


def authenticate(world: World, authorization: str | None) -> Principal | None:
    """Return the caller of a Kusto request's Authorization header; None means 401.

    Without a header the caller is the admin, as with a local emulator that has no sign-in.
    """
    if authorization is None:
        return world.principal(ADMIN_TOKEN)
    caller = bearer(world, authorization)
    return caller if caller and _is_let_in(world, caller) else None


def bearer(world: World, authorization: str) -> Principal | None:
    """Return who presents the bearer token of an Authorization header.

    The token may be followed by a dot and the key for scripts.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.casefold() != "bearer":
        return None
    token = token.strip()
    return world.principal(token) or world.principal(token.rpartition(_KEY_SEPARATOR)[0])


def presents_key(authorization: str | None, key: str) -> bool:
    """Tell whether the bearer token of an Authorization header ends in this key for scripts."""
    given = (authorization or "").strip().rpartition(_KEY_SEPARATOR)[2]
    return hmac.compare_digest(given.encode("utf-8", "replace"), key.encode())


def _is_let_in(world: World, caller: Principal) -> bool:
    """Tell whether the cluster takes the caller's token, before any role is looked at.

    An application whose roles name it by its object ID is rejected permanently: seen on real
    clusters, where Resource Manager had accepted those assignments.
    """
    cluster = world.cluster
    if not cluster.trusts(caller.tenant_id):
        return False
    if caller.kind is not PrincipalKind.APPLICATION:
        return True
    assignments = [*cluster.roles, *(r for d in cluster.databases.values() for r in d.roles)]
    named = {each.principal.identifier for each in assignments}
    return caller.identifier in named or caller.object_id not in named


def permits(
    world: World, caller: Principal, permission: Permission, database: Database | None = None
) -> bool:
    """Tell whether the caller holds a role that gives the permission."""
    held = {a.role for a in roles_of(world, caller, database)}
    return not held.isdisjoint(permission.value)


def has_any_role(world: World, caller: Principal) -> bool:
    """Tell whether the caller holds any role on the cluster or on any of its databases."""
    databases = [None, *world.cluster.databases.values()]
    return any(roles_of(world, caller, database) for database in databases)


def roles_of(world: World, caller: Principal, database: Database | None) -> list[RoleAssignment]:
    """Return the caller's assignments on the cluster and, if given, on the database."""
    assignments = [*world.cluster.roles, *(database.roles if database else [])]
    return [a for a in assignments if a.principal.fqn == caller.fqn and a.counts]


def administers(
    world: World, caller: Principal, admins: frozenset[str], database: Database
) -> bool:
    """Tell whether the caller may change something of the database with these admins.

    An admin of a table or external table needs a role that reads the database as well
    (page: Role-based access control).
    """
    if permits(world, caller, Permission.DATABASE_ADMIN, database):
        return True
    return caller.fqn in admins and permits(world, caller, Permission.DATABASE_READ, database)
