"""Carry out planned changes of what is assigned: they take Azure minutes.

Source: *Configure managed identities for your cluster* (Azure Data Explorer docs); *Track
asynchronous Azure operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity.identities import assigned
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.operations import ClusterChangeRequest
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import (
    ConfirmationRequired,
)
from adxmi_jupyter.fixes import Command, Retry
from adxmi_jupyter.model.identity import SYSTEM

if TYPE_CHECKING:
    from adxmi_jupyter.actions.identity.dependents import Dependent
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.errors import (
        AdxmiError,
    )
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.assignment import AssignedIdentities, AssignmentChange
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.operation import Operation

IDENTITY = "identity"


def apply(
    connection: Connection,
    change: AssignmentChange,
    *,
    confirmed: bool = True,
    dependents: Sequence[Dependent] = (),
    waits: bool = True,
    tell: Tell | None = None,
    hint: str = "",
) -> tuple[Note, ...]:
    """Carry out a planned change, and return what there is to say.

    Without `waits` it returns as soon as Azure has begun it. `tell` hears how far Azure is, with
    `hint` behind, and that another change of the cluster has to be waited for; without it, a bar
    shows the one, and the user gets a note of the other.

    Raises
    ------
    ConfirmationRequired
        It removes an identity and is not confirmed. Nothing was sent.
    ClusterChanged
        Another principal changed the cluster since the plan was made. Nothing was changed.
    ClusterBusy
        Another change is under way and did not end in five minutes.
    NotAuthorized
        The caller may not write the cluster, or not assign the identity.
    OperationFailed
        Azure began it and gave it up; its words are kept.
    OperationContinues
        Waiting was interrupted.
    AdxmiError
        As `writing.carry_out`.

    """
    if change.removed and not confirmed:
        raise _unconfirmed(change, dependents)
    write = _write(connection, change, waits=waits, tell=tell, hint=hint)
    return protocol.carry_out(connection, write).notes


def _write(
    connection: Connection,
    change: AssignmentChange,
    *,
    waits: bool,
    tell: Tell | None,
    hint: str,
) -> Write[AssignedIdentities]:
    before = change.before

    def begin() -> Operation:
        return connection.resource_manager.change_identities(
            before.cluster_id, change.body, before.etag, described(change)
        )

    sending = ClusterChangeRequest(connection, begin, tell, hint)
    there = history_value(before)
    gone = {key_of(one) for one in change.removed}
    new = {key_of(one) for one in change.added}
    return Write(
        kind=IDENTITY,
        database="",
        target="",
        verb="remove" if change.removed and not change.added else "assign",
        command=change.request,
        title=described(change),
        subject="the cluster",
        show_command=Command.of("identity", "list"),
        before=there,
        wanted=sorted({*there, *new} - gone),
        send=lambda: sending.carry_out(waits=waits),
        read=lambda: assigned(connection),
        compare=lambda now: compare(there, sorted({*there, *new} - gone), now),
        history_value=history_value,
        is_proved=lambda: sending.is_proved,
    )


def history_value(now: AssignedIdentities) -> list[str]:
    """Return what is assigned as the history notes it: resource IDs, in lower case."""
    return sorted(map(key_of, now.all))


def compare(before: list[str], wanted: list[str], now: AssignedIdentities) -> Comparison:
    """Compare what is assigned with what was to be; Azure shows it before it is through."""
    if now.state.lower() not in {"succeeded", ""}:
        return Comparison.UNDER_WAY
    return protocol.compare_lists(before, wanted, history_value(now))


def key_of(identity: ManagedIdentity) -> str:
    """Return what the history calls an identity: its resource ID, in lower case."""
    return SYSTEM if identity.is_system else identity.resource_id.lower()


def described(change: AssignmentChange) -> str:
    """Return what a change does in a few words."""
    parts = {"assigning": change.added, "removing": change.removed}
    return " and ".join(f"{verb} {_labels(some)}" for verb, some in parts.items() if some)


def _labels(identities: Iterable[ManagedIdentity]) -> str:
    return ", ".join(identity.label for identity in identities)


def _unconfirmed(change: AssignmentChange, dependents: Sequence[Dependent]) -> AdxmiError:
    kinds = Counter(dependent.kind for dependent in dependents)
    counted = ", ".join(f"{number} × {kind}" for kind, number in kinds.items())  # noqa: RUF001
    lost = (
        "; a system-assigned identity is deleted; assigned again, it gets another object ID"
        if any(identity.is_system for identity in change.removed)
        else ""
    )
    return ConfirmationRequired(
        f"removing {_labels(change.removed)} from {change.before.cluster_name}",
        why=f"these stop working: {counted or 'nothing that you can read'}{lost}",
        fix=Retry.having("--yes"),
    )
