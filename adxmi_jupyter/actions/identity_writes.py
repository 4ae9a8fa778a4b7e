"""Carry out planned changes of what is assigned: they take Azure minutes.

Source: *Configure managed identities for your cluster* (Azure Data Explorer docs); *Track
asynchronous Azure operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identities import assigned
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    ConfirmationRequired,
    WriteNotApplied,
    WriteOutcomeUnknown,
)

if TYPE_CHECKING:
    from adxmi_jupyter.actions.dependents import Dependent
    from adxmi_jupyter.actions.operations import Tell
    from adxmi_jupyter.model.assignment import AssignmentChange
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.resource_manager import Operation


def begin(
    connection: Connection,
    change: AssignmentChange,
    *,
    confirmed: bool = True,
    dependents: Sequence[Dependent] = (),
    tell: Tell | None = None,
) -> Operation:
    """Send a planned change and return the operation that Azure began.

    `tell` hears it when another change of the cluster has to be waited for; without it, the
    user gets a note.

    Raises
    ------
    ConfirmationRequired
        It removes an identity and is not confirmed. Nothing was sent.
    ClusterChanged
        Somebody else changed the cluster since the plan was made. Nothing was changed.
    ClusterBusy
        Another change is under way and did not end in five minutes.
    NotAuthorized
        The caller may not write the cluster, or not assign the identity.
    WriteNotApplied, WriteOutcomeUnknown
        The answer was lost, and the cluster is as before, or not; or waiting for the answer was
        interrupted.

    """
    if change.removed and not confirmed:
        raise _unconfirmed(change, dependents)
    before = change.before
    try:
        operation = connection.resource_manager.change_identities(
            before.cluster_id, change.body, before.etag, described(change), tell
        )
    except AnswerLost as lost:
        raise _truth(connection, change, lost) from lost
    except KeyboardInterrupt as interrupt:
        raise _unknown(change, "you interrupted before the answer came") from interrupt
    connection.operations.append(operation)
    return operation


def _truth(connection: Connection, change: AssignmentChange, lost: AnswerLost) -> AdxmiError:
    """Find out from the cluster itself whether a change whose answer was lost has begun."""
    try:
        now = assigned(connection)
    except AdxmiError as failure:
        return _unknown(change, f"{lost.what}; the cluster cannot be read again: {failure.what}")
    if (now.etag, now.state) == (change.before.etag, change.before.state):
        return WriteNotApplied(
            f"{described(change)} did not happen",
            why=f"{lost.what}; the cluster was read again and is as before",
            fix="repeat the line",
        )
    return _unknown(change, f"{lost.what}; the cluster was read again and is {now.state}")


def _unknown(change: AssignmentChange, why: str) -> WriteOutcomeUnknown:
    return WriteOutcomeUnknown(
        f"{described(change)}: whether Azure goes on with it is unknown",
        why=why,
        fix="%adxmi identity list",
    )


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
        "; a system-assigned identity is deleted, and assigned again it has another object ID"
        if any(identity.is_system for identity in change.removed)
        else ""
    )
    return ConfirmationRequired(
        f"removing {_labels(change.removed)} from {change.before.cluster_name}",
        why=f"what names it stops working: {counted or 'nothing that you may see'}{lost}",
        repeat_with="--yes",
    )
