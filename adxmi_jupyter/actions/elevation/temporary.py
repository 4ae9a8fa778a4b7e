"""One temporary role of the caller: the requests that grant and remove it, noted as other writes.

Source: REST reference of Microsoft.Kusto/clusters/principalAssignments; *Manage cluster
permissions* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from adxmi_jupyter.actions.elevation.records import ELEVATION, name_of
from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, RoleChange
from adxmi_jupyter.actions.roles.cluster import ClusterRoles
from adxmi_jupyter.actions.roles.scope import Waiting
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.errors import HistoryUnavailable, NotAuthenticated, NotAuthorized
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.cluster_role import (
    COLLECTION,
    ClusterRole,
    planned_assignment,
)
from adxmi_jupyter.model.elevation import granted_at, temporary_name
from adxmi_jupyter.model.kusto_shapes import OWN_ROLES
from adxmi_jupyter.model.policy import CLUSTER
from adxmi_jupyter.model.role import parse_own_role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.model.cluster_role import PrincipalAssignment
    from adxmi_jupyter.service.connection import Connection

ROLE = ClusterRole.ADMIN


@dataclass(frozen=True)
class TemporaryRole:
    """The role that changes policies, of one principal, under a name of its own."""

    connection: Connection
    principal: ResolvedPrincipal
    assignment: PrincipalAssignment

    @classmethod
    def planned(cls, connection: Connection, principal: ResolvedPrincipal, name: str = "") -> Self:
        """Return one that is not there yet, in a name of its own.

        Raises
        ------
        InvalidInput
            Azure Resource Manager takes no such principal.
        ResourceNotFound, NotAuthorized, ConnectionFailure
            The caller does not see the cluster in Azure Resource Manager.

        """
        chosen = name or temporary_name(connection.resource_manager.clock.now(), uuid4().hex[:8])
        cluster = connection.cluster_id
        planned = planned_assignment(cluster, ROLE, principal.reference)
        named = replace(planned, resource_id=f"{cluster}/{COLLECTION}/{chosen}")
        return cls(connection, principal, named)

    @property
    def name(self) -> str:
        """Its name in lower case."""
        return name_of(self.assignment.resource_id)

    def grant(self, tell: Tell | None = None) -> None:
        """Grant it, and wait until Azure has; raises as `protocol.carry_out`."""
        self._carry_out(GRANT, self.assignment.creation, tell)

    def remove(self, tell: Tell | None = None) -> None:
        """Remove it, whether it is there or not; raises as `protocol.carry_out`."""
        self._carry_out(REVOKE, self.assignment.deletion, tell)

    def _carry_out(self, verb: str, command: str, tell: Tell | None) -> None:
        one = self.assignment
        change = RoleChange(verb, "", ROLE, (self.principal,), (), (), (one,), command)
        waiting = Waiting(for_directory=0, tell=tell)
        (request,) = ClusterRoles(self.connection, "").writes(change, waiting)
        write = replace(request.write, kind=ELEVATION, restoring=None)
        try:
            protocol.carry_out(self.connection, write)
        except HistoryUnavailable:
            if verb == GRANT:
                raise
            write.send()  # a removal that isn't noted is better than a role that stays


def listed(connection: Connection) -> tuple[PrincipalAssignment, ...]:
    """Return the temporary roles that Azure lists on the cluster; raises as `ClusterRoles.read`.

    A name alone doesn't make one: whoever may grant roles may call any other role so.
    """
    found = ClusterRoles(connection, "").read()
    return tuple(one for one in found if one.role == ROLE and granted_at(one.name) is not None)


def holds_role(connection: Connection) -> bool:
    """Ask the cluster whether the caller holds the role; no, where it lets the caller not in.

    Raises
    ------
    AdxmiError
        The cluster does not answer.

    """
    command = kql.show_roles(CLUSTER)
    try:
        answer = connection.kusto.command(command, database=connection.database)
    except (NotAuthorized, NotAuthenticated):
        return False
    return any(parse_own_role(row).role == ROLE for row in answer.rows(OWN_ROLES))
