"""Security roles of a scope, whichever it is: a database's by commands, the cluster's in Azure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import (
    cluster_roles,
    cluster_writes,
    database_roles,
    database_writes,
)
from adxmi_jupyter.actions.roles.directory import LONGEST
from adxmi_jupyter.model.cluster_role import (
    ClusterRole,
    PrincipalAssignment,
    parse_cluster_role,
)
from adxmi_jupyter.model.role import Role, parse_role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection


def roles_of(database: str) -> tuple[Role | ClusterRole, ...]:
    """Return the roles there are on a database, or on the cluster."""
    return tuple(Role) if database else tuple(ClusterRole)


def parse(text: str, database: str) -> Role | ClusterRole:
    """Return the role a user means on a database, or on the cluster.

    Raises
    ------
    InvalidInput
        There is no such role there.

    """
    return parse_role(text) if database else parse_cluster_role(text)


def read(connection: Connection, database: str) -> tuple[RoleAssignment, ...]:
    """Read who holds which role on a database, or on the cluster; that takes rights in Azure.

    Raises
    ------
    AdxmiError
        As `roles.read_one` and `cluster_roles.read_assigned`.

    """
    if database:
        return database_roles.read_one(connection, database)
    return cluster_roles.read_assigned(connection)


def plan_grant(
    connection: Connection,
    database: str,
    role: Role | ClusterRole,
    wanted: Sequence[ResolvedPrincipal],
    *,
    description: str = "",
    before: tuple[RoleAssignment, ...] | None = None,
) -> RoleChange:
    """Plan to give principals a role; raises as `plan_grant` of either scope.

    Only on a database there is a description.
    """
    if isinstance(role, ClusterRole):
        assigned = None if before is None else _in_azure(before)
        return cluster_roles.plan_grant(connection, role, wanted, assigned)
    return database_roles.plan_grant(connection, database, role, wanted, description, before)


def plan_revoke(
    connection: Connection,
    database: str,
    role: Role | ClusterRole,
    unwanted: Sequence[ResolvedPrincipal],
    *,
    before: tuple[RoleAssignment, ...] | None = None,
) -> RoleChange:
    """Plan to take a role from principals; raises as `plan_revoke` of either scope."""
    if isinstance(role, ClusterRole):
        assigned = None if before is None else _in_azure(before)
        return cluster_roles.plan_revoke(connection, role, unwanted, assigned)
    return database_roles.plan_revoke(connection, database, role, unwanted, before)


def granting(
    place: str,
    role: Role | ClusterRole,
    new: Sequence[ResolvedPrincipal],
    before: Sequence[RoleAssignment],
) -> str:
    """Return what is sent to give principals a role; `place` is a database or a cluster's ID.

    Raises
    ------
    InvalidInput
        A kind of principal that Azure Resource Manager does not take.

    """
    if isinstance(role, ClusterRole):
        return cluster_roles.granting(place, role, new, _in_azure(before))[1]
    return database_roles.granting(place, role, new)[1]


def revoking(place: str, role: Role | ClusterRole, gone: Sequence[RoleAssignment]) -> str:
    """Return what is sent to take a role away; `place` as for `granting`."""
    if isinstance(role, ClusterRole):
        return cluster_roles.revoking(_in_azure(gone))
    return database_roles.revoking(place, role, gone)


def apply(
    connection: Connection,
    change: RoleChange,
    *,
    confirmed: bool,
    waits: bool = True,
    wait_for_directory: float = LONGEST,
    tell: Tell | None = None,
) -> RoleChange:
    """Carry out a planned change; raises as `apply` of either scope.

    Only on the cluster there is something to wait for.
    """
    longest = wait_for_directory
    if change.database:
        return database_writes.apply(
            connection, change, confirmed=confirmed, wait_for_directory=longest, tell=tell
        )
    return cluster_writes.apply(
        connection, change, confirmed=confirmed, waits=waits, wait_for_directory=longest, tell=tell
    )


def _in_azure(assignments: Sequence[RoleAssignment]) -> tuple[PrincipalAssignment, ...]:
    return tuple(one for one in assignments if isinstance(one, PrincipalAssignment))
