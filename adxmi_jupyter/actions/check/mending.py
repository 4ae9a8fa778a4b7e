"""Put missing links in place: by the same actions as the lines would that mend them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.repairs import (
    AllowCallout,
    AssignIdentity,
    GrantRole,
    GrantUsage,
    RevokeCallout,
)
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.policy import callouts, policies
from adxmi_jupyter.actions.policy import writes as policy_writes
from adxmi_jupyter.actions.roles import principals, roles
from adxmi_jupyter.actions.roles import writes as role_writes
from adxmi_jupyter.actions.roles.change import changed_lines, undo_commands
from adxmi_jupyter.actions.roles.scope import Waiting
from adxmi_jupyter.errors import ConfirmationRequired
from adxmi_jupyter.model.identity import SYSTEM, ResolvedIdentity, word_among
from adxmi_jupyter.model.line import Line

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.repairs import Repair
    from adxmi_jupyter.actions.policy.callouts import CalloutChange
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.service.connection import Connection

_HOW_LONG = " (it takes Azure some minutes; an interrupt ends the waiting only)"


@dataclass(frozen=True)
class Mended:
    """What was changed, and the lines that take it back."""

    told: tuple[str, ...]
    back: tuple[Line, ...]


def mend(connection: Connection, repair: Repair, *, confirmed: bool, tell: Tell) -> Mended:
    """Carry a repair out; `tell` hears how far it is.

    Raises
    ------
    ConfirmationRequired
        Something would be taken away. Nothing was sent.
    AdxmiError
        As the action itself.

    """
    match repair:
        case AssignIdentity():
            return _assign(connection, repair, tell)
        case GrantUsage():
            return _allow(connection, repair, confirmed=confirmed)
        case GrantRole():
            return _grant(connection, repair, confirmed=confirmed, tell=tell)
        case AllowCallout():
            return _allow_callout(connection, repair, confirmed=confirmed)
        case RevokeCallout():
            return _revoke_callout(connection, repair, confirmed=confirmed)


def _assign(connection: Connection, repair: AssignIdentity, tell: Tell) -> Mended:
    wanted = repair.identity
    reference = SYSTEM if wanted.is_system else wanted.resource_id or wanted.object_id
    (found,) = identities.found(connection, (reference,))
    change = identities.plan_assignment(connection, [found.identity])
    if not change.added:
        return Mended((f"{found.identity.label} is assigned already",), ())
    notes = identity_writes.apply(connection, change, tell=tell, hint=_HOW_LONG)
    known = (*change.before.all, *change.added)
    told = (*notes, *(f"assigned to the cluster: {one.label}" for one in change.added))
    word = word_among(found.identity, known, lambda one: one.object_id, found.identity.object_id)
    return Mended(told, (Line(("identity", "remove", "--identity", word, "--yes")),))


def _allow(connection: Connection, repair: GrantUsage, *, confirmed: bool) -> Mended:
    who = (ResolvedIdentity(repair.identity),)
    change = policies.plan_grant(connection, repair.scope, who, (str(repair.usage),))
    done = policy_writes.apply(connection, change, confirmed=confirmed)
    place = repair.scope.database or "cluster"
    told = [f"{place}: {one.identity.label} + {one.usage}" for one in done.diff]
    undo = (Line(("policy", "undo", str(done.entry_id))),) if done.command else ()
    return Mended((*done.notes, *told), undo)


def _grant(connection: Connection, repair: GrantRole, *, confirmed: bool, tell: Tell) -> Mended:
    identity = repair.identity
    reference = SYSTEM if identity.is_system else identity.object_id
    wanted = principals.find(connection, (reference,))
    change = roles.plan_grant(connection, repair.database, repair.role, wanted)
    done = role_writes.apply(connection, change, confirmed=confirmed, waiting=Waiting(tell=tell))
    told = [f"{repair.database}: {line}" for line in changed_lines(done)]
    return Mended((*done.notes, *told), undo_commands(done))


def _allow_callout(connection: Connection, repair: AllowCallout, *, confirmed: bool) -> Mended:
    change = callouts.plan_allow(connection, repair.callout_type, uri=repair.uri)
    if change.removed and not confirmed:
        raise _replaces(change)
    done = callouts.apply(connection, change, confirmed=confirmed)
    back = tuple(
        Line(("callout", "revoke", "--type", one.callout_type, "--pattern", one.pattern, "--yes"))
        for one in done.added
    )
    return Mended((*done.notes, *(f"callout policy: {line}" for line in done.lines)), back)


def _revoke_callout(connection: Connection, repair: RevokeCallout, *, confirmed: bool) -> Mended:
    change = callouts.plan_revoke(connection, repair.callout_type, repair.pattern)
    done = callouts.apply(connection, change, confirmed=confirmed)
    return Mended((*done.notes, *(f"callout policy: {line}" for line in done.lines)), ())


def _replaces(change: CalloutChange) -> ConfirmationRequired:
    return ConfirmationRequired(
        "a rule of the callout policy would be replaced",
        why="; ".join(change.lines),
        repeat_with="--yes",
    )
