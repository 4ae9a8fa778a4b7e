"""Carry out planned changes of what is assigned: they take Azure minutes.

Source: *Configure managed identities for your cluster* (Azure Data Explorer docs); *Track
asynchronous Azure operations* (Azure Resource Manager docs).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.frames import FLAG, TEXT, fixed_frame
from adxmi_jupyter.actions.identities import assigned
from adxmi_jupyter.errors import (
    AdxmiError,
    AnswerLost,
    ClusterBusy,
    ConfirmationRequired,
    ConnectionFailure,
    OperationContinues,
    ServiceRefusal,
    WriteNotApplied,
    WriteOutcomeUnknown,
)

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.dependents import Dependent
    from adxmi_jupyter.model.assignment import AssignedIdentities, AssignmentChange
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.resource_manager import Operation

_LOOK_EVERY = 0.2
_SHOW_AFTER = 1.0
_BAR = "{desc}: {postfix} {elapsed}"

Tell = Callable[[str], None]
"""Shows the user how far Azure is."""


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


def wait(
    connection: Connection, operation: Operation, tell: Tell | None = None
) -> AssignedIdentities:
    """Wait for an operation, and read again what is assigned.

    Each time Azure was asked, `tell` hears its word for how far it is; without it, a bar shows
    that word.

    Raises
    ------
    OperationFailed
        Azure gave the change up; its words are kept.
    ClusterBusy
        Azure gave way to another change of the cluster.
    OperationContinues
        Waiting was interrupted.
    WriteOutcomeUnknown
        Asking how far it is failed.

    """
    every = min(_LOOK_EVERY, connection.resource_manager.poll_every)
    try:
        with _telling(operation.what, tell) as told:
            while not operation.wait(every):
                told(operation.state)
    except KeyboardInterrupt as interrupt:
        raise OperationContinues(
            f"{operation.what}: you interrupted the waiting, Azure goes on",
            why=f"its state was {operation.state}",
            fix="%adxmi identity operations --wait",
        ) from interrupt
    except ClusterBusy:
        raise  # Azure began it, and then gave way to another change of the cluster
    except (ConnectionFailure, ServiceRefusal) as failure:
        raise WriteOutcomeUnknown(
            f"{operation.what}: Azure began it, and how it ends is unknown",
            why=f"{failure.what}: {failure.why}",
            fix="%adxmi identity list",
        ) from failure
    finally:
        connection.forget()
    return assigned(connection)


@contextmanager
def _telling(what: str, tell: Tell | None) -> Iterator[Tell]:
    if tell is not None:
        yield tell
        return
    from tqdm import tqdm

    with tqdm(desc=what, delay=_SHOW_AFTER, leave=False, bar_format=_BAR) as bar:

        def show(state: str) -> None:
            bar.set_postfix_str(state, refresh=False)
            bar.update()

        yield show


def operations_frame(connection: Connection) -> pd.DataFrame:
    """Return the changes begun from this kernel: ``operation``, ``state`` string, ``done`` bool."""
    rows = [(o.what, o.state, o.is_done) for o in connection.operations]
    return fixed_frame({"operation": TEXT, "state": TEXT, "done": FLAG}, rows)


def wait_for_all(connection: Connection) -> None:
    """Wait for every operation that is not done yet; raises as `wait` does."""
    for operation in connection.operations:
        if not operation.is_done:
            wait(connection, operation)


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
