"""Runs the commands about followed databases.

Sources: pages "Cluster follower commands", "Use follower databases".
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.followers.syntax import (
    CACHING,
    PREFETCH,
    ChangeFollowerRoles,
    OverrideFollower,
    ShowFollowers,
)
from adxmi_jupyter.embedded.kusto.principals import named_among, resolve_principal
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.statements import RoleChange
from adxmi_jupyter.embedded.state.ids import last_name, stable_id
from adxmi_jupyter.embedded.state.security import RoleAssignment
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.followers.syntax import (
        FollowerCommand,
    )
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.resources import Following

_OPERATION = "FollowerDatabasesShowCommand"
_COLUMNS = (
    "DatabaseName:string, LeaderClusterMetadataPath:string, CachingPolicyOverride:string, "
    "AuthorizedPrincipalsOverride:string, AuthorizedPrincipalsModificationKind:string, "
    "CachingPoliciesModificationKind:string, IsAutoPrefetchEnabled:bool, "
    "TableMetadataOverrides:string"
)


def run_follower_command(command: FollowerCommand, session: Session) -> Result:
    """Return the followed databases that the command is about, as they are then."""
    if isinstance(command, ShowFollowers):
        return _show(command, session)
    if not isinstance(command, ChangeFollowerRoles | OverrideFollower):
        raise AssertionError(command)  # noqa: TRY004 - a command without its runner
    database, following = _followed(command.database, session)
    if isinstance(command, OverrideFollower):
        _override(command, database, following)
    else:
        _change_roles(command, database, following, session)
    return result(_COLUMNS, [_row(database, following)])


def _show(command: ShowFollowers, session: Session) -> Result:
    session.require_any_role(_OPERATION)
    named = [session.database(name) for name in command.names]
    wanted = named or list(session.world.cluster.databases.values())
    return result(
        _COLUMNS,
        [
            _row(each, each.following)
            for each in wanted
            if each.following is not None and session.permits(Permission.DATABASE_ADMIN, each)
        ],
    )


def _followed(name: str, session: Session) -> tuple[Database, Following]:
    """Return a followed database; a KustoError when it is none, or the caller is not its admin."""
    database = session.database(name)
    session.require(Permission.DATABASE_ADMIN, "FollowerDatabaseAlterCommand", database)
    if database.following is None:
        raise bad_request(f"The database '{database.name}' follows no other database.")
    return database, database.following


def _change_roles(
    command: ChangeFollowerRoles, database: Database, following: Following, session: Session
) -> None:
    own = following.own
    if command.change is RoleChange.DROP:
        holders = [each.principal for each in own if each.role is command.role]
        gone = {
            each.fqn
            for name in command.principals
            for each in named_among(name, holders, session.world)
        }
        kept = [a for a in own if a.role is not command.role or a.principal.fqn not in gone]
    else:
        found = [resolve_principal(each, session.world) for each in command.principals]
        present = {(a.role, a.principal.fqn) for a in own}
        made = [
            RoleAssignment(
                command.role,
                replace(each, token=None),
                command.description,
                stable_id("follower", database.name, command.role, each.fqn),
            )
            for each in found
            if (command.role, each.fqn) not in present
        ]
        kept = [*own, *made]
    following.own = kept
    database.roles = following.effective()


def _override(command: OverrideFollower, database: Database, following: Following) -> None:
    if command.value is None:
        following.overrides.pop(command.name, None)
    else:
        following.overrides[command.name] = command.value
    database.roles = following.effective()


def _row(database: Database, following: Following) -> list[Any]:
    hot = following.overrides.get(CACHING)
    spans = ("DataHotSpan", "IndexHotSpan")
    caching = dict.fromkeys(spans, timespan_text(hot)) if hot else None
    return [
        database.name,
        f"https://{last_name(following.leader_id)}.blob.core.windows.net/metadata;impersonate",
        json.dumps(caching) if caching else "null",
        json.dumps([_principal(each) for each in following.own]),
        following.principals.lower(),
        following.overrides.get("caching-policies-modification-kind", "union"),
        following.overrides.get(PREFETCH, False),
        "{}",
    ]


def _principal(assignment: RoleAssignment) -> dict[str, Any]:
    principal = assignment.principal
    return {
        "Principal": {
            "FullyQualifiedName": principal.fqn,
            "DisplayName": principal.display_name,
            "Notes": assignment.notes,
        },
        "Role": str(assignment.role),
    }
