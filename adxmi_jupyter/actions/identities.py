"""The identities assigned to a cluster: list, explain, assign, remove.

Source: *Configure managed identities for your cluster* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    ConfirmationRequired,
    NotAuthorized,
    OperationContinues,
    ResourceNotFound,
    UnknownIdentity,
    WriteNotApplied,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.model.assignment import (
    parse_assigned,
    parse_identity_resource,
    plan_assign,
    plan_remove,
)
from adxmi_jupyter.model.identity import ResolvedIdentity, resolve
from adxmi_jupyter.service.resource_manager import IDENTITY_VERSION, KUSTO_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.dependents import Dependent
    from adxmi_jupyter.model.assignment import (
        AssignedIdentities,
        AssignmentChange,
    )
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import PolicyEntry
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.resource_manager import Operation

_LOOK_EVERY = 0.2
_SHOW_AFTER = 1.0


def assigned(connection: Connection) -> AssignedIdentities:
    """Return the identities assigned to the cluster, and the version they were read from.

    Raises
    ------
    ResourceNotFound
        The caller sees no such cluster in Azure Resource Manager.
    NotAuthorized, ConnectionFailure
        Azure Resource Manager refused or was not reached.

    """
    cluster = connection.resource_manager.get(cluster_id(connection), KUSTO_VERSION)
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
    ids = {identity.object_id.lower() for identity in present.all}
    named = {entry.identity.object_id.lower(): entry.identity for entry in entries}
    return tuple(identity for object_id, identity in named.items() if object_id not in ids)


def cluster_id(connection: Connection) -> str:
    """Return the resource ID of the cluster; raises as `assigned` does."""
    key = "cluster resource ID"
    if key not in connection.remembered:
        uri = connection.address.uri
        connection.remembered[key] = connection.resource_manager.cluster_id_of(uri)
    return str(connection.remembered[key])


def visible(connection: Connection) -> tuple[ManagedIdentity, ...]:
    """Return the assigned identities and those of the cluster's subscription, each once.

    Raises as `assigned` does.
    """
    present = assigned(connection)
    subscription = present.cluster_id.split("/")[2]
    resources = connection.resource_manager.user_identities(subscription)
    found = [parse_identity_resource(resource) for resource in resources]
    listed = {identity.resource_id.lower() for identity in found}
    elsewhere = [user for user in present.users if user.resource_id.lower() not in listed]
    system = (present.system,) if present.system else ()
    users = sorted([*found, *elsewhere], key=lambda identity: identity.label.lower())
    return (*system, *users)


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
    shown = visible(connection) if everything else present.all
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
        return ResolvedIdentity(_by_resource_id(connection, reference))
    if not resolved.identity.is_system and not resolved.identity.resource_id:
        raise UnknownIdentity(
            f"there is no identity with the object ID {reference}",
            why="the subscription of the cluster has none; one elsewhere needs its resource ID",
            fix="%adxmi identity list --all",
        )
    return resolved


def _by_resource_id(connection: Connection, resource_id: str) -> ManagedIdentity:
    try:
        resource = connection.resource_manager.get(resource_id, IDENTITY_VERSION)
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
            fix="%adxmi identity list",
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


def begin(
    connection: Connection,
    change: AssignmentChange,
    *,
    confirmed: bool = True,
    dependents: Sequence[Dependent] = (),
) -> Operation:
    """Send a planned change and return the operation that Azure began.

    Raises
    ------
    ConfirmationRequired
        It removes an identity and is not confirmed. Nothing was sent.
    ClusterChanged
        Somebody else changed the cluster since the plan was made. Nothing was sent.
    ClusterBusy
        Another change is under way and did not end in five minutes.
    NotAuthorized
        The caller may not write the cluster, or not assign the identity.
    WriteNotApplied, WriteOutcomeUnknown
        The answer was lost, and the cluster is as before, or not.

    """
    if change.removed and not confirmed:
        raise _unconfirmed(change, dependents)
    before = change.before
    try:
        operation = connection.resource_manager.change_identities(
            before.cluster_id, change.body, before.etag, _described(change)
        )
    except AnswerLost as lost:
        raise _truth(connection, change, lost) from lost
    connection.operations.append(operation)
    return operation


def _truth(connection: Connection, change: AssignmentChange, lost: AnswerLost) -> AdxmiError:
    """Find out from the cluster itself whether a change whose answer was lost has begun."""
    what = _described(change)
    try:
        now = assigned(connection)
    except AdxmiError as failure:
        state = f"the cluster cannot be read again: {failure.what}"
    else:
        if (now.etag, now.state) == (change.before.etag, change.before.state):
            return WriteNotApplied(
                f"{what} did not happen",
                why=f"{lost.what}; the cluster was read again and is as before",
                fix="repeat the line",
            )
        state = f"the cluster was read again and is {now.state}"
    return WriteOutcomeUnknown(
        f"{what}: whether Azure goes on with it is unknown",
        why=f"{lost.what}; {state}",
        fix="%adxmi identity list",
    )


def wait(connection: Connection, operation: Operation) -> AssignedIdentities:
    """Wait for an operation, with a bar that shows Azure's word for its state, and read again.

    Raises
    ------
    OperationFailed
        Azure gave the change up; its words are kept.
    OperationContinues
        Waiting was interrupted.

    """
    from tqdm import tqdm

    every = min(_LOOK_EVERY, connection.resource_manager.poll_every)
    try:
        with tqdm(desc=operation.what, delay=_SHOW_AFTER, leave=False, bar_format=_BAR) as bar:
            while not operation.wait(every):
                bar.set_postfix_str(operation.state, refresh=False)
                bar.update()
    except KeyboardInterrupt as interrupt:
        raise OperationContinues(
            f"{operation.what}: you interrupted the waiting, Azure goes on",
            why=f"its state was {operation.state}",
            fix="%adxmi identity operations --wait",
        ) from interrupt
    finally:
        connection.forget()
    return assigned(connection)


_BAR = "{desc}: {postfix} {elapsed}"


def operations_frame(connection: Connection) -> pd.DataFrame:
    """Return the changes begun from this kernel: ``operation``, ``state`` string, ``done`` bool."""
    rows = [(o.what, o.state, o.is_done) for o in connection.operations]
    return fixed_frame({"operation": TEXT, "state": TEXT, "done": FLAG}, rows)


def wait_for_all(connection: Connection) -> None:
    """Wait for every operation that is not done yet; raises as `wait` does."""
    for operation in connection.operations:
        if not operation.is_done:
            wait(connection, operation)


def _described(change: AssignmentChange) -> str:
    names = ", ".join(i.label for i in (change.added or change.removed))
    return f"{'assigning' if change.added else 'removing'} {names}"


def _unconfirmed(change: AssignmentChange, dependents: Sequence[Dependent]) -> AdxmiError:
    names = ", ".join(identity.label for identity in change.removed)
    kinds: dict[str, int] = {}
    for dependent in dependents:
        kinds[dependent.kind] = kinds.get(dependent.kind, 0) + 1
    counted = ", ".join(f"{number} × {kind}" for kind, number in kinds.items())  # noqa: RUF001
    lost = (
        "; a system-assigned identity is deleted, and assigned again it has another object ID"
        if any(identity.is_system for identity in change.removed)
        else ""
    )
    return ConfirmationRequired(
        f"removing {names} from {change.before.cluster_name}",
        why=f"what names it stops working: {counted or 'nothing that you may see'}{lost}",
        repeat_with="--yes",
    )
