"""Carry out planned changes of roles on every database: Azure takes a while for each.

Source: REST reference of Microsoft.Kusto/clusters/principalAssignments; *Track asynchronous Azure
operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.cluster_roles import mending, read_assigned
from adxmi_jupyter.actions.directory import LONGEST, patiently
from adxmi_jupyter.actions.operations import Request, Sending
from adxmi_jupyter.actions.role_change import (
    GRANT,
    REVOKE,
    also_lost,
    outcome_unknown,
    unconfirmed,
)
from adxmi_jupyter.errors import AdxmiError, ResourceNotFound, WriteNotApplied
from adxmi_jupyter.model.azure_shapes import PRINCIPAL_ASSIGNMENT
from adxmi_jupyter.model.cluster_role import PrincipalAssignment, parse_principal_assignment
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.operations import Tell
    from adxmi_jupyter.actions.role_change import RoleChange
    from adxmi_jupyter.errors import AnswerLost
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.resource_manager import Operation

_TOOK_EFFECT = "the answer was lost; the roles were read again: the change took effect"
_SIGNS = {GRANT: "+", REVOKE: "-"}


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
    ServiceRefusal, ConnectionFailure
        Azure refused, or was not reached.
    WriteNotApplied, WriteOutcomeUnknown
        An answer was lost, and it did not happen, or nobody knows; or the role is still listed.

    Whichever it is, *why* says which of several principals were through, and which not begun.

    """
    if not change.command:
        return change
    if change.verb == REVOKE and not confirmed:
        raise unconfirmed(change)
    carry_out = partial(
        _carry_out, connection, change, wait_for_directory=wait_for_directory, tell=tell
    )
    try:
        notes = _one_by_one(change, carry_out, waits=waits)
    finally:
        connection.forget()  # with a role, other databases may be seen than before
    return _with_truth(connection, change, notes) if waits else change


def _one_by_one(
    change: RoleChange, carry_out: Callable[..., list[str]], *, waits: bool
) -> list[str]:
    """Carry out a change for one principal after the other; return what there is to say."""
    notes: list[str] = []
    for place, one in enumerate(_resources(change)):
        is_last = place + 1 == len(change.changed)
        try:
            notes += carry_out(one, waits=waits or not is_last)
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


def _request(connection: Connection, change: RoleChange, one: PrincipalAssignment) -> Request:
    manager = connection.resource_manager
    what = f"cluster: {one.label} {_SIGNS[change.verb]} {change.role}"

    def begin() -> Operation:
        if change.verb == REVOKE:
            return manager.delete_principal_assignment(one.resource_id, what, change.look)
        return manager.put_principal_assignment(one.resource_id, one.properties, what, change.look)

    return Request(
        begin,
        lambda lost: _resolve(connection, change, one, lost),
        lambda why: outcome_unknown(change, why),
    )


def _carry_out(
    connection: Connection,
    change: RoleChange,
    one: PrincipalAssignment,
    *,
    waits: bool,
    wait_for_directory: float,
    tell: Tell | None,
) -> list[str]:
    """Send one request, until the directory knows who it is for; return what there is to say."""
    sending = Sending(connection, _request(connection, change, one), tell)

    def attempt() -> list[str]:
        return [] if sending.carry_out(waits=waits) else [_TOOK_EFFECT]

    if change.verb == REVOKE:
        return attempt()
    about = tuple(who for who in change.principals if who.is_listed_as(one))
    return patiently(connection, about, attempt, longest=wait_for_directory, tell=tell)


def _resolve(
    connection: Connection, change: RoleChange, one: PrincipalAssignment, lost: AnswerLost
) -> None:
    """Find out from the role itself whether a request whose answer was lost took effect.

    One that is being given is shown with its state; one that is being taken away is shown as
    before until it is gone, so while it is there, nobody knows.
    """
    try:
        now = _found(connection, one)
    except AdxmiError as failure:
        why = f"{lost.what}, and the role could not be read again: {failure.why}"
        raise outcome_unknown(change, why) from failure
    if change.verb == REVOKE and now is None:
        return
    if change.verb == GRANT and now is None:
        raise WriteNotApplied(
            f"grant of {change.role} on {change.place} did not happen",
            why=f"{lost.what} ({lost.why}); Azure was asked again and has no such role",
            fix="repeat the line",
        ) from lost
    if change.verb == GRANT and now is not None and not now.notes:
        return
    state = now.notes if now is not None and now.notes else "there, maybe until it is removed"
    raise outcome_unknown(change, f"{lost.what}; asked again, the role is {state}") from lost


def _found(connection: Connection, one: PrincipalAssignment) -> PrincipalAssignment | None:
    try:
        resource = connection.resource_manager.get(
            one.resource_id, KUSTO_VERSION, PRINCIPAL_ASSIGNMENT
        )
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
        raise WriteNotApplied(
            f"revoke of {change.role} on {change.place} did not do what it should",
            why="Azure carried it out, and lists the role all the same",
            fix=change.look,
        )
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
