"""The security role commands (page: Manage database security roles)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission, roles_of
from adxmi_jupyter.embedded.kusto.effective_policies import shown_name
from adxmi_jupyter.embedded.kusto.principals import named_among, resolve_principal
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.statements import Level, RoleChange
from adxmi_jupyter.embedded.state.ids import stable_id
from adxmi_jupyter.embedded.state.security import (
    ClusterRole,
    DatabaseRole,
    PrincipalKind,
    RoleAssignment,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import ChangeRoles, ShowPrincipals, ShowRoles
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

_ROLE_WORDS = {
    DatabaseRole.ADMINS: "Admin",
    DatabaseRole.USERS: "User",
    DatabaseRole.VIEWERS: "Viewer",
    DatabaseRole.UNRESTRICTED_VIEWERS: "UnrestrictedViewer",
    DatabaseRole.INGESTORS: "Ingestor",
    DatabaseRole.MONITORS: "Monitor",
    ClusterRole.ADMIN: "All Databases Admin",
    ClusterRole.VIEWER: "All Databases Viewer",
    ClusterRole.MONITOR: "All Databases Monitor",
}
_KIND_WORDS = {
    PrincipalKind.USER: "Microsoft Entra user",
    PrincipalKind.GROUP: "Microsoft Entra group",
    PrincipalKind.APPLICATION: "Microsoft Entra app",
    PrincipalKind.MICROSOFT_ACCOUNT: "Microsoft account",
}
_PRINCIPALS = (
    "Role:string, PrincipalType:string, PrincipalDisplayName:string, PrincipalObjectId:string, "
    "PrincipalFQN:string, Notes:string, RoleAssignmentIdentifier:string"
)


def show_principals(command: ShowPrincipals, session: Session) -> Result:
    """Return who holds which role on a database, roles on the whole cluster included."""
    database = session.database(command.database)
    session.require(Permission.DATABASE_ADMIN, "DatabasePrincipalsShowCommand", database)
    return _principals_table(session, database)


def show_roles(command: ShowRoles, session: Session) -> Result:
    """Return the roles of the caller or of another principal on a database or the cluster."""
    database = session.in_scope(command.scope)
    operation = f"{command.scope.level}PrincipalRolesShowCommand"
    if command.principal is None:
        session.require_any_role(operation)
        principal = session.caller
    else:
        permission = Permission.DATABASE_ADMIN if database else Permission.CLUSTER_SHOW
        session.require(permission, operation, database)
        principal = resolve_principal(command.principal, session.world)
    return result(
        "Scope:string, DisplayName:string, AADObjectID:string, Role:string",
        [
            [
                _scope_word(assignment, database),
                shown_name(principal),
                principal.object_id,
                _ROLE_WORDS[assignment.role],
            ]
            for assignment in roles_of(session.world, principal, database)
        ],
    )


def change_roles(command: ChangeRoles, session: Session) -> Result:
    """Add to, take from or replace a role; the resulting principals unless results are skipped."""
    database = session.database(command.database)
    operation = f"DatabaseRole{command.change.capitalize()}Command"
    session.require(Permission.DATABASE_ADMIN, operation, database)
    database.roles = _changed(database, command, _named(command, database, session.world))
    if command.skip_results:
        return result(_PRINCIPALS)
    return _principals_table(session, database)


def _named(command: ChangeRoles, database: Database, world: World) -> list[Principal]:
    if command.change is not RoleChange.DROP:
        return [resolve_principal(each, world) for each in command.principals]
    holders = [each.principal for each in database.roles if each.role is command.role]
    return [found for each in command.principals for found in named_among(each, holders, world)]


def _changed(
    database: Database, command: ChangeRoles, named: list[Principal]
) -> list[RoleAssignment]:
    kept = [a for a in database.roles if not _gives_way(a, command, {p.fqn for p in named})]
    if command.change is RoleChange.DROP:
        return kept
    added = [
        RoleAssignment(
            command.role,
            principal,
            command.description,
            stable_id(database.name, command.role, principal.fqn),
        )
        for principal in dict.fromkeys(replace(p, token=None) for p in named)
    ]
    return kept + added


def _gives_way(assignment: RoleAssignment, command: ChangeRoles, named: set[str]) -> bool:
    if assignment.role is not command.role:
        return False
    return command.change is RoleChange.SET or assignment.principal.fqn in named


def _principals_table(session: Session, database: Database) -> Result:
    assignments = [*session.world.cluster.roles, *database.roles]
    return result(_PRINCIPALS, [_row(each, database) for each in assignments])


def _row(assignment: RoleAssignment, database: Database) -> list[str]:
    principal = assignment.principal
    word = _ROLE_WORDS[assignment.role]
    in_database = isinstance(assignment.role, DatabaseRole)
    return [
        f"Database {database.name} {word}" if in_database else word,
        _KIND_WORDS[principal.kind],
        shown_name(principal),
        principal.object_id,
        principal.fqn,
        assignment.notes,
        assignment.assignment_id,
    ]


def _scope_word(assignment: RoleAssignment, database: Database | None) -> str:
    if database is not None and isinstance(assignment.role, DatabaseRole):
        return f"{Level.DATABASE} {database.name}"
    return str(Level.CLUSTER)
