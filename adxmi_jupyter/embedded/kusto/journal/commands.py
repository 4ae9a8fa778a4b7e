"""`.show journal` and its two narrower forms (page: Journal management)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.behaviours import JournalOfPolicies, PolicyVersion
from adxmi_jupyter.embedded.state.journal import version_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.journal.syntax import ShowJournal
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.behaviours import Behaviours
    from adxmi_jupyter.embedded.state.journal import JournalEntry

_OPERATION = "JournalShowCommand"


def show_journal(command: ShowJournal, session: Session) -> Result:
    """Return what the caller did, and what anybody did where the caller is the admin.

    Oldest first. Entries about the cluster itself have an empty database.
    """
    only, may_see = _wanted(command, session), _visible_to(session)
    world = session.world
    world.cluster.logs.remember(world)
    return result(
        "Event:string, EventTimestamp:datetime, Database:string, EntityName:string, "
        "UpdatedEntityName:string, EntityVersion:string, EntityContainerName:string, "
        "OriginalEntityState:string, UpdatedEntityState:string, ChangeCommand:string, "
        "Principal:string, RootActivityId:guid, ClientRequestId:string, User:string, "
        "OriginalEntityVersion:string",
        [
            _row(_as_told(entry, world.behaviours))
            for entry in world.journal.within_retention(world.clock())
            if only in {None, entry.change.database} and may_see(entry)
            if not _is_left_out(entry, world.behaviours)
        ],
    )


def _wanted(command: ShowJournal, session: Session) -> str | None:
    """Return the database whose entries are wanted, empty for the cluster, None for all.

    Raises a KustoError (403) when the caller has no role there: any one lets the caller in.
    """
    if command.only is None:
        session.require_any_role(_OPERATION)
        return None
    database = session.in_scope(command.only)
    session.require_any_role(f"{command.only.level}{_OPERATION}", database)
    return database.name if database else ""


def _visible_to(session: Session) -> Callable[[JournalEntry], bool]:
    """Return what tells whether the caller may see an entry."""
    databases = session.world.cluster.databases.values()
    is_admin = session.permits(Permission.CLUSTER_ADMIN, None)
    own = {d.name for d in databases if session.permits(Permission.DATABASE_ADMIN, d)}
    caller = session.caller.fqn
    return lambda entry: (
        is_admin or entry.change.database in own or entry.change.caller.fqn == caller
    )


def _is_left_out(entry: JournalEntry, behaviours: Behaviours) -> bool:
    left_out = behaviours.journal_of_policies is JournalOfPolicies.LEFT_OUT
    return left_out and entry.change.is_of_managed_identities


def _as_told(entry: JournalEntry, behaviours: Behaviours) -> JournalEntry:
    """Return an entry as this service tells of it: see `JournalOfPolicies`, `PolicyVersion`."""
    if not entry.change.is_of_managed_identities:
        return entry
    change = entry.change
    match behaviours.journal_of_policies:
        case JournalOfPolicies.COMMAND:
            change = replace(change, before="", after="")
        case JournalOfPolicies.STATES:
            change = replace(change, command="")
    moved = entry.moved and behaviours.policy_version is PolicyVersion.MOVES
    return replace(entry, change=change, moved=moved)


def _row(entry: JournalEntry) -> list[Any]:
    change = entry.change
    return [
        change.event,
        entry.timestamp,
        change.database,
        change.entity,
        change.new_name or change.entity,
        version_text(entry.version),
        change.container,
        change.before,
        change.after,
        change.command,
        change.caller.fqn,
        change.activity_id or None,
        change.client_request_id,
        change.caller.shown_name,
        version_text(entry.version - (1 if entry.moved else 0)),
    ]
