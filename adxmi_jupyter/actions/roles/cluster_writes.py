"""Carry out planned changes of roles on every database: Azure takes a while for each.

Source: REST reference of Microsoft.Kusto/clusters/principalAssignments; *Track asynchronous Azure
operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, also_lost, unconfirmed
from adxmi_jupyter.actions.roles.cluster_roles import mending, read_assigned
from adxmi_jupyter.actions.roles.directory import LONGEST, patiently
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.operations import Sending
from adxmi_jupyter.actions.write.protocol import Verdict, Write
from adxmi_jupyter.errors import AdxmiError, ResourceNotFound, WriteNotApplied
from adxmi_jupyter.model.azure_shapes import PRINCIPAL_ASSIGNMENT
from adxmi_jupyter.model.cluster_role import PrincipalAssignment, parse_principal_assignment
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.actions.write.protocol import Progress
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.operation import Operation

CLUSTER_ROLE = "cluster role"
_SIGNS = {GRANT: "+", REVOKE: "-"}

Found = PrincipalAssignment | None
"""An assignment as Azure shows it, or that there is none."""


def apply(
    connection: Connection,
    change: RoleChange,
    *,
    confirmed: bool,
    waits: bool = True,
    wait_for_directory: float = LONGEST,
    tell: Tell | None = None,
) -> RoleChange:
    """Carry out a planned change, and return it with the roles that Azure lists now.

    A cluster makes one change at a time, so the principals follow one another. Without `waits`
    it returns as soon as Azure has begun the last of them. An identity that the directory does
    not know yet is waited for, at most `wait_for_directory` seconds. `tell` hears how far it is;
    without it, a bar shows that.

    Raises
    ------
    ConfirmationRequired
        The change takes a role away and is not confirmed. Nothing was sent.
    ClusterBusy
        Another change of the cluster did not end in five minutes.
    PrincipalNotFound
        The directory does not know a principal, or not in time.
    OperationFailed
        Azure began it and gave it up; its words are kept.
    OperationContinues
        Waiting was interrupted.
    AdxmiError
        As `writing.carry_out`; `WriteNotApplied` also if the role is still listed.

    Whichever it is, *why* says which of several principals were through, and which not begun.

    """
    if not change.command:
        return change
    if change.verb == REVOKE and not confirmed:
        raise unconfirmed(change)
    write = partial(_write, connection, change, wait_for_directory=wait_for_directory, tell=tell)
    notes = _one_by_one(connection, change, write, waits=waits)
    return _with_truth(connection, change, notes) if waits else change


def _one_by_one(
    connection: Connection, change: RoleChange, write: Callable[..., Write[Found]], *, waits: bool
) -> list[str]:
    """Carry out a change for one principal after the other; return what there is to say."""
    notes: list[str] = []
    for place, one in enumerate(_resources(change)):
        is_last = place + 1 == len(change.changed)
        try:
            step = write(one, waits=waits or not is_last)
            notes += protocol.carry_out(connection, step).notes
        except AdxmiError as error:
            error.why = "; ".join((error.why, *_how_far(change, place)))
            raise
    return notes


def _resources(change: RoleChange) -> tuple[PrincipalAssignment, ...]:
    return tuple(one for one in change.changed if isinstance(one, PrincipalAssignment))


def _how_far(change: RoleChange, failed: int) -> tuple[str, ...]:
    """Say how far several principals came when one of them failed; nothing for a single one."""
    if len(change.changed) == 1:
        return ()
    parts = {
        "done before that": change.changed[:failed],
        "this was": change.changed[failed : failed + 1],
        "not begun": change.changed[failed + 1 :],
    }
    sign = _SIGNS[change.verb]
    return tuple(
        f"{words}: " + ", ".join(f"{one.label} {sign} {change.role}" for one in some)
        for words, some in parts.items()
        if some
    )


def _write(
    connection: Connection,
    change: RoleChange,
    one: PrincipalAssignment,
    *,
    waits: bool,
    wait_for_directory: float,
    tell: Tell | None,
) -> Write[Found]:
    manager = connection.resource_manager
    is_grant = change.verb == GRANT
    what = f"cluster: {one.label} {_SIGNS[change.verb]} {change.role}"

    def begin() -> Operation:
        if is_grant:
            return manager.put_principal_assignment(
                one.resource_id, one.properties, what, change.look
            )
        return manager.delete_principal_assignment(one.resource_id, what, change.look)

    sending = Sending(connection, begin, tell)

    def attempt() -> Progress | None:
        return sending.carry_out(waits=waits)

    def send() -> Progress | None:
        if not is_grant:
            return attempt()
        about = tuple(who for who in change.principals if who.is_listed_as(one))
        return patiently(connection, about, attempt, longest=wait_for_directory, tell=tell)

    there = [one.resource_id.lower()]
    return Write(
        kind=CLUSTER_ROLE,
        database="",
        target=one.resource_id.lower(),
        verb=change.verb,
        command=one.creation if is_grant else one.deletion,
        title=f"{change.verb} of {change.role} on {change.place}",
        subject="the role",
        look=change.look,
        before=[] if is_grant else there,
        wanted=there if is_grant else [],
        send=send,
        read=lambda: found(connection, one.resource_id),
        judge=lambda now: judged(now, is_wanted=is_grant),
        noted=as_noted,
        is_proved=lambda: sending.is_proved,
        disputed=None if is_grant else lambda _: _listed_all_the_same(change),
    )


def as_noted(now: Found) -> list[str]:
    """Return an assignment as the history notes it: its resource ID, if it is there."""
    return [] if now is None else [now.resource_id.lower()]


def judged(now: Found, *, is_wanted: bool) -> Verdict:
    """Compare an assignment with what was to be: one that has notes is being made or removed."""
    if now is not None and now.notes:
        return Verdict.UNDER_WAY
    return Verdict.DONE if (now is not None) == is_wanted else Verdict.AS_BEFORE


def found(connection: Connection, resource_id: str) -> Found:
    """Read an assignment; None if there is none. Raises as `ResourceManager.get`."""
    try:
        resource = connection.resource_manager.get(resource_id, KUSTO_VERSION, PRINCIPAL_ASSIGNMENT)
    except ResourceNotFound:
        return None
    return parse_principal_assignment(resource)


def _with_truth(connection: Connection, change: RoleChange, notes: Sequence[str]) -> RoleChange:
    """Return the change with the roles as Azure lists them now, and what that tells."""
    try:
        now = read_assigned(connection)
    except AdxmiError as failure:  # the change itself is through
        unread = f"Azure carried it out; the roles could not be read again: {failure.what}"
        return replace(change, notes=(*change.notes, *notes, unread))
    told = (*change.notes, *notes, *_checked(change, now), *also_lost(change, now))
    return replace(change, after=now, notes=tuple(dict.fromkeys(told)))


def _checked(change: RoleChange, now: Sequence[PrincipalAssignment]) -> list[str]:
    if change.verb == REVOKE and not change.is_done_in(now):
        return list(_listed_all_the_same(change))
    if change.verb == REVOKE:
        return []
    sent = {one.resource_id.lower(): one for one in _resources(change)}
    listed = [one for one in now if one.resource_id.lower() in sent]
    notes = list(mending(listed))
    for one in listed:
        notes += _resolved_otherwise(one, sent[one.resource_id.lower()].object_id)
    if len(listed) < len(sent):
        notes.append("Azure carried it out; it lists the principal by a name of its own")
    return [*notes, "it may take minutes until the cluster lets them in: HTTP 401 or 403 till then"]


def _listed_all_the_same(change: RoleChange) -> tuple[str, ...]:
    raise WriteNotApplied(
        f"revoke of {change.role} on {change.place} did not do what it should",
        why="Azure carried it out, and lists the role all the same",
        fix=change.look,
    )


def _resolved_otherwise(listed: PrincipalAssignment, object_id: str) -> list[str]:
    told = listed.object_id.lower()
    if not told or not object_id or told == object_id.lower() or listed.is_by_object_id:
        return []
    return [
        (
            f"Azure takes {listed.fqn} for the object ID {listed.object_id}, but that of "
            f"{listed.label} is {object_id}: its calls may end with HTTP 401"
        )
    ]
