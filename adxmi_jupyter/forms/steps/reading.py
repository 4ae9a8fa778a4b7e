"""How far one identity is on its way to be used: five looks, each of which may fail by itself.

Source: *Managed identities overview*, *Managed identity policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.actions.identity import dependents, identities, names
from adxmi_jupyter.actions.policy.policies import read
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.scopes import read_each
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.rendering.diagram_model import step_of

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import PolicyEntry
    from adxmi_jupyter.rendering.diagram_model import Step
    from adxmi_jupyter.service.connection import Connection


_ACCESS = (Key.AZURE_ROLE, Key.COSMOS_DB_ROLE, Key.SQL_SERVER_ROLE, Key.TARGET)


@dataclass(frozen=True)
class Seen:
    """What a look has found: a line for each thing.

    `idle` is there and has no effect; `unseen` could not be looked at.
    """

    found: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.found + other.found, self.idle + other.idle, self.unseen + other.unseen)


def find(connection: Connection, reference: str) -> tuple[ManagedIdentity, str]:
    """Find an identity by any of its names; return it with what there is to say of them.

    Raises
    ------
    InvalidInput, ResourceNotFound
        See `names.resolved` and, for a resource ID, `identities.found`.

    """
    by_resource_id = reference.startswith("/")
    look_up = identities.found if by_resource_id else names.resolved
    (resolved,) = look_up(connection, (reference,))
    return with_all_ids(connection, resolved.identity), resolved.note


def with_all_ids(connection: Connection, identity: ManagedIdentity) -> ManagedIdentity:
    """Return an identity as Azure knows it, if it does.

    Policies do not tell the resource ID, and may name a system-assigned identity that is gone.
    """
    seen = sorted(names.all_identities(connection), key=lambda one: not one.resource_id)
    return next((one for one in seen if _is_same(one, identity)), identity)


def _is_same(one: ManagedIdentity, other: ManagedIdentity) -> bool:
    if other.is_system:
        return one.is_system
    return one.object_id.lower() == other.object_id.lower()


def in_azure(connection: Connection, identity: ManagedIdentity) -> Seen:
    """Look whether the identity is assigned to the cluster."""
    try:
        present = identities.assigned(connection)
    except AdxmiError as failure:
        return _not_seen("what is assigned", failure)
    if any(_is_same(one, identity) for one in present.all):
        return Seen((f"assigned to {present.cluster_name}",))
    return Seen()


def in_policies(connection: Connection, identity: ManagedIdentity) -> Seen:
    """Look which usages the policies allow the identity, and where."""
    try:
        reading = read(connection, _scopes(connection), skip_unreadable=True)
    except AdxmiError as failure:
        return _not_seen("the policies", failure)
    unseen = tuple(f"policy of the {scope}: {e.what}" for scope, e in reading.unreadable)
    entries = (
        (scoped.scope, entry)
        for scoped in reading.policies
        for entry in [scoped.policy.entry_of(identity)]
        if entry is not None
    )
    return sum((_allowed(*one, identity) for one in entries), Seen(unseen=unseen))


def _allowed(scope: Scope, entry: PolicyEntry, identity: ManagedIdentity) -> Seen:
    told = f"{scope.database or 'cluster'}: {', '.join(entry.allowed_usages)}"
    if scope.database and entry.allowed_usages == (Usage.SANDBOX_ARTIFACTS,):
        return Seen(idle=(f"{told} (has an effect only in the cluster policy)",))
    ids = {entry.identity.object_id.lower(), identity.object_id.lower()}
    if len(ids) > 1 and all(map(is_guid, ids)):
        return Seen(idle=(f"{told} (stale entry of an earlier system identity: no effect)",))
    return Seen((told,))


def in_roles(connection: Connection, identity: ManagedIdentity) -> Seen:
    """Look which Kusto security roles the identity holds, and where."""
    if not is_guid(identity.object_id):
        return Seen()  # there is no such identity yet, so it has no role
    try:
        found, unreadable = read_each(
            lambda scope: roles_of(connection, scope.database).read(),
            _scopes(connection),
            what="lists of roles",
            skip_unreadable=True,
        )
    except AdxmiError as failure:
        return _not_seen("the lists of roles", failure)
    principal = principals.of_identity(connection, identity)
    mine = (one for listed in found.values() for one in principal.listed_in(listed))
    lines = dict.fromkeys(f"role {one.role} ({one.database or 'cluster'})" for one in mine)
    unseen = (f"roles of the {scope}: {failure.what}" for scope, failure in unreadable)
    return Seen(tuple(lines), unseen=tuple(unseen))


def in_workflows(connection: Connection, identity: ManagedIdentity) -> Seen:
    """Look what on the cluster names the identity, except policies and roles."""
    named = (_as_named(identity),)
    told = dependents.of_key(connection, named)
    try:
        databases = names.database_names(connection)
    except AdxmiError as failure:
        return _told(told) + _not_seen("the databases of the cluster", failure)
    return _told(told + dependents.in_databases(connection, databases, named))


def in_targets(connection: Connection, identity: ManagedIdentity) -> Seen:
    """Look whether the targets of the workflows that name the identity grant it access.

    `idle` are those that do not.
    """
    try:
        checks = check_all(connection, names.database_names(connection))
    except AdxmiError as failure:
        return _not_seen("the target resources", failure)
    told: dict[str, dict[str, None]] = {}
    for checked in checks.checked:
        for step in map(step_of, checked.findings):
            if step.about.key in _ACCESS and _is_about(step, identity):
                line = one_line(f"{step.title}: {step.subject}")
                told.setdefault(step.state, {})[line] = None
    unknown = (*told.get(State.UNKNOWN, ()), *told.get(State.WARNING, ()))
    return Seen(tuple(told.get(State.MET, ())), tuple(told.get(State.NOT_MET, ())), unknown)


def _is_about(step: Step, identity: ManagedIdentity) -> bool:
    about = step.finding.identity if step.finding else None
    return about is not None and _is_same(about, identity)


def _told(told: dependents.Dependents) -> Seen:
    return Seen(tuple(one.what for one in told.found), unseen=told.unseen)


def _not_seen(what: str, failure: AdxmiError) -> Seen:
    return Seen(unseen=(f"{what}: {failure.what} ({failure.why})",))


def _scopes(connection: Connection) -> tuple[Scope, ...]:
    return (CLUSTER, *(Scope(name) for name in names.database_names(connection)))


def _as_named(identity: ManagedIdentity) -> ManagedIdentity:
    """Return the identity without what is no object ID: a text may hold the word by chance."""
    return identity if is_guid(identity.object_id) else replace(identity, object_id="")
