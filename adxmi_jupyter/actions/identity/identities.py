"""The identities assigned to a cluster: list, explain, plan to assign or to remove.

Source: *Configure managed identities for your cluster* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.errors import NotAuthorized, ResourceNotFound, UnknownIdentity
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.assignment import (
    parse_assigned,
    parse_identity_resource,
    plan_assign,
    plan_remove,
)
from adxmi_jupyter.model.azure_shapes import CLUSTER, IDENTITY
from adxmi_jupyter.model.identity import ResolvedIdentity, resolve
from adxmi_jupyter.service.resource_manager import IDENTITY_VERSION, KUSTO_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.assignment import (
        AssignedIdentities,
        AssignmentChange,
    )
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import PolicyEntry
    from adxmi_jupyter.service.connection import Connection


def assigned(connection: Connection) -> AssignedIdentities:
    """Return the identities assigned to the cluster, and the version they were read from.

    Raises
    ------
    NotInThisEdition
        The cluster is none that can have any.
    ResourceNotFound
        The caller sees no such cluster in Azure Resource Manager.
    NotAuthorized, ConnectionFailure
        Azure Resource Manager refused or was not reached.

    """
    connection.require_identities()
    cluster = connection.resource_manager.get(cluster_id(connection), KUSTO_VERSION, CLUSTER)
    present = parse_assigned(cluster)
    connection.assigned_when_last_seen = present
    return present


def not_assigned(
    connection: Connection, entries: Iterable[PolicyEntry]
) -> tuple[ManagedIdentity, ...]:
    """Return the identities that policy entries name and the cluster did not have when last seen.

    Azure is not asked for this: a policy is read often, and by people without rights there. So
    nothing is known, and nothing returned, before the identities were looked at.
    """
    present = connection.assigned_when_last_seen
    if present is None:
        return ()
    ids = {word.lower() for one in present.all for word in (one.object_id, one.word)}
    named = {entry.identity.object_id.lower(): entry.identity for entry in entries}
    return tuple(identity for object_id, identity in named.items() if object_id not in ids)


def cluster_id(connection: Connection) -> str:
    """Return the resource ID of the cluster; raises as `assigned` does."""
    return connection.cluster_id


def visible(
    connection: Connection, present: AssignedIdentities | None = None
) -> tuple[ManagedIdentity, ...]:
    """Return the assigned identities and those of the cluster's subscription, each once.

    `present` is what is assigned, for those who have just read it. Raises as `assigned` does.
    """
    present = present or assigned(connection)
    found = in_subscription(connection, present)
    listed = {identity.resource_id.lower() for identity in found}
    elsewhere = [user for user in present.users if user.resource_id.lower() not in listed]
    system = (present.system,) if present.system else ()
    users = sorted([*found, *elsewhere], key=lambda identity: identity.label.lower())
    return (*system, *users)


def in_subscription(
    connection: Connection, present: AssignedIdentities
) -> tuple[ManagedIdentity, ...]:
    """Return the user-assigned identities of the cluster's subscription, assigned or not.

    Raises
    ------
    NotAuthorized, ConnectionFailure
        Azure Resource Manager refused or was not reached.

    """
    subscription = present.cluster_id.split("/")[2]
    resources = connection.resource_manager.user_identities(subscription)
    return tuple(parse_identity_resource(resource) for resource in resources)


def known(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the visible identities; only the assigned ones if the caller may not list the rest.

    Raises as `assigned` does.
    """
    try:
        return visible(connection)
    except NotAuthorized:
        return assigned(connection).all


def identities_frame(connection: Connection, *, everything: bool = False) -> pd.DataFrame:
    """Return the identities assigned to the cluster, or all that are visible.

    Columns ``display_name``, ``kind`` (``system`` or ``user``), ``object_id``, ``client_id``,
    ``tenant_id``, ``resource_id`` string, ``assigned`` bool. Azure does not tell the client ID of
    a system-assigned identity here; `identity_frame` asks for it. Raises as `assigned` does.
    """
    present = assigned(connection)
    shown = visible(connection, present) if everything else present.all
    columns = {
        "display_name": TEXT,
        "kind": TEXT,
        "object_id": TEXT,
        "client_id": TEXT,
        "tenant_id": TEXT,
        "resource_id": TEXT,
        "assigned": FLAG,
    }
    rows = [
        (
            *(i.display_name, "system" if i.is_system else "user"),
            *(i.object_id, i.client_id, i.tenant_id, i.resource_id),
            present.has(i),
        )
        for i in shown
    ]
    return fixed_frame(columns, rows)


def found(connection: Connection, references: Sequence[str]) -> tuple[ResolvedIdentity, ...]:
    """Find identities in Azure Resource Manager by any name; a resource ID may lead anywhere.

    Raises
    ------
    UnknownIdentity, AmbiguousIdentity, InvalidGuid
        See `model.identity.resolve`; a GUID must be known here, since only resources are assigned.

    """
    candidates = known(connection)
    return tuple(_found(connection, reference, candidates) for reference in references)


def _found(
    connection: Connection, reference: str, candidates: Sequence[ManagedIdentity]
) -> ResolvedIdentity:
    try:
        resolved = resolve(reference, candidates)
    except UnknownIdentity:
        if not reference.startswith("/"):
            raise
        return ResolvedIdentity(by_resource_id(connection, reference))
    return checked_resource(resolved, reference)


def checked_resource(resolved: ResolvedIdentity, reference: str) -> ResolvedIdentity:
    """Return an identity that has a resource ID, or is the cluster's own.

    Raises
    ------
    UnknownIdentity
        It has none: only resources are assigned, and named by data connections.

    """
    if not resolved.identity.is_system and not resolved.identity.resource_id:
        raise UnknownIdentity(
            f"there is no identity with the object ID {reference}",
            why="the subscription of the cluster has none; in another one, use its resource ID",
            fix=Command.of("identity", "list", "--all"),
        )
    return resolved


def by_resource_id(connection: Connection, resource_id: str) -> ManagedIdentity:
    """Return the identity that has a resource ID, of whatever subscription.

    Raises
    ------
    UnknownIdentity
        There is none.
    NotAuthorized, ConnectionFailure
        Azure Resource Manager refused or was not reached.

    """
    try:
        resource = connection.resource_manager.get(resource_id, IDENTITY_VERSION, IDENTITY)
    except ResourceNotFound as missing:
        raise UnknownIdentity(
            f"there is no identity {resource_id!r}", why=missing.why, fix=missing.fix
        ) from missing
    return parse_identity_resource(resource)


def identity_frame(connection: Connection, identity: ManagedIdentity) -> pd.DataFrame:
    """Return which of an identity's ids goes where.

    Columns ``place``, ``id`` (which one), ``value``, all string. Raises as `assigned` does.
    """
    full = _with_client_id(connection, identity)
    principal = f"aadapp={full.client_id};{full.tenant_id}"
    by_word = "system" if full.is_system else full.object_id
    rows = [
        ("managed identity policy", "object ID", full.object_id),
        ("connection string", "object ID", f"managed_identity={by_word}"),
        ("continuous export, update policy", "object ID", by_word),
        ("Kusto security role", "client ID", principal),
        ("data connection", "resource ID", full.resource_id),
        ("Azure role assignment", "object ID", full.object_id),
        ("login of a program on its own host", "client ID", full.client_id),
    ]
    return fixed_frame(dict.fromkeys(("place", "id", "value"), TEXT), rows)


def _with_client_id(connection: Connection, identity: ManagedIdentity) -> ManagedIdentity:
    if identity.client_id or not identity.is_system:
        return identity
    ids = connection.resource_manager.system_identity_of(identity.resource_id)
    return replace(identity, client_id=str(ids.get("clientId") or ""))


def plan_assignment(
    connection: Connection, identities: Sequence[ManagedIdentity]
) -> AssignmentChange:
    """Plan to assign identities; the others stay. Raises as `assigned` does."""
    return plan_assign(assigned(connection), identities)


def plan_removal(connection: Connection, identities: Sequence[ManagedIdentity]) -> AssignmentChange:
    """Plan to remove identities; the others stay.

    Raises
    ------
    UnknownIdentity
        One of them is not assigned. Else as `assigned`.

    """
    change = plan_remove(assigned(connection), identities)
    absent = [identity for identity in identities if identity not in change.removed]
    if absent:
        names = ", ".join(identity.label for identity in change.before.all) or "none"
        raise UnknownIdentity(
            f"{absent[0].label} is not assigned to the cluster",
            why=f"assigned are: {names}",
            fix=Command.of("identity", "list"),
        )
    return change


def assignment_frame(change: AssignmentChange) -> pd.DataFrame:
    """Return what a change assigns and removes.

    Columns ``display_name``, ``object_id``, ``resource_id``, ``change`` (``assigned`` or
    ``removed``), all string.
    """
    rows = [
        (i.display_name, i.object_id, i.resource_id, word)
        for word, identities in (("assigned", change.added), ("removed", change.removed))
        for i in identities
    ]
    columns = dict.fromkeys(("display_name", "object_id", "resource_id", "change"), TEXT)
    return fixed_frame(columns, rows)
