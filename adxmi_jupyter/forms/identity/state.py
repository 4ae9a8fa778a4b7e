"""What the identity form knows and does: the identities of a cluster, and what the user wants.

No widget in here. Pending changes are differences from what is assigned, so that they outlive a
reload: what another principal has done meanwhile is neither undone nor asked for twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity.dependents import Dependents, dependents
from adxmi_jupyter.actions.identity.identities import found, identity_frame
from adxmi_jupyter.actions.identity.writes import apply
from adxmi_jupyter.errors import (
    AdxmiError,
    ClusterBusy,
    ClusterChanged,
    NotAuthorized,
    OperationContinues,
    OperationFailed,
    WriteOutcomeUnknown,
)
from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.forms.identity.command import equivalent
from adxmi_jupyter.forms.identity.reading import key_of, read, resource_group
from adxmi_jupyter.forms.naming import Labels
from adxmi_jupyter.forms.pending import PendingChanges
from adxmi_jupyter.forms.submission import read_again
from adxmi_jupyter.model.assignment import AssignmentChange, plan_change

if TYPE_CHECKING:
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Command, Note
    from adxmi_jupyter.forms.identity.reading import Reading
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection

# After these, what was read may no longer be what is there.
_UNCERTAIN = (ClusterBusy, ClusterChanged, OperationFailed, WriteOutcomeUnknown)
_HOW_LONG = " (this takes some minutes; to stop waiting, interrupt the kernel)"
_NOTHING = Dependents((), ())


@dataclass(frozen=True)
class IdentityPreview:
    """What *Apply* would do: a line for each identity, the exact request, the lines to type."""

    changes: tuple[str, ...]
    request: str
    lines: tuple[Command, ...]


@dataclass(frozen=True)
class Applied:
    """A change that was carried out, the lines that take it back, and what else to say."""

    change: AssignmentChange
    back: tuple[Command, ...]
    notes: tuple[Note, ...]


class IdentityState:
    """What is assigned to the cluster of a connection, and the pending changes about it.

    Raises an AdxmiError when the cluster cannot be read, also from `reload`; then everything
    stays as it was.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reading = reading = read(connection)
        self._pending = PendingChanges[None, str](None, self._is_assigned)
        self._added: dict[str, ManagedIdentity] = {}
        self._rows: dict[str, ManagedIdentity] = {}
        self._depending = _NOTHING
        self._take(reading)

    def _take(self, reading: Reading) -> None:
        self._reading = reading
        wanted = [self._rows[key] for key in self._pending.here]
        self._rows = reading.rows(self._added.values(), wanted)
        self._pending.turn(None)
        self._labels = Labels(self._rows.values())

    @property
    def present(self) -> AssignedIdentities:
        """What is assigned, as it was read."""
        return self._reading.present

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read, and what works all the same."""
        return self._reading.notes

    @property
    def identities(self) -> tuple[ManagedIdentity, ...]:
        """The rows: the system-assigned identity, assigned users, added ones, then the others."""
        return tuple(self._rows.values())

    def label(self, identity: ManagedIdentity) -> str:
        """Return a short name that no other row has."""
        return self._labels.of(identity)

    def where(self, identity: ManagedIdentity) -> str:
        """Return the resource group, and what is unusual about where the identity is."""
        if identity.is_system:
            return "system-assigned"
        group = resource_group(identity)
        if self._reading.is_elsewhere(identity):
            return f"{group} (another subscription)"
        return f"{group} (deleted)" if self._reading.is_gone(identity) else group

    def reload(self) -> None:
        """Read everything again; pending changes that have come true are dropped."""
        self._connection.forget()
        self._take(read(self._connection))

    def add(self, reference: str) -> tuple[ManagedIdentity, str]:
        """Add a row by name, object ID, client ID or resource ID, to be assigned.

        Return the identity with what there is to say.

        Raises
        ------
        InvalidInput, ResourceNotFound, NotAuthorized, ConnectionFailure
            See `actions.identities.found`.

        """
        resolved = found(self._connection, (reference.strip(),))[0]
        key = key_of(resolved.identity)
        if key not in self._rows:
            self._added[key] = resolved.identity
            self._take(self._reading)
        identity = self._rows[key]
        self.want(identity, ticked=True)
        if self.present.has(identity):
            return identity, f"{self.label(identity)} is assigned already."
        told = f"{reference.strip()} is the client ID of {self.label(identity)}."
        return identity, told if resolved.note else ""

    def is_ticked(self, identity: ManagedIdentity) -> bool:
        """Tell whether the identity will be assigned."""
        return self._pending.will_be(key_of(identity))

    def is_changed(self, identity: ManagedIdentity) -> bool:
        """Tell whether the user wants something else than what is."""
        return key_of(identity) in self._pending

    def want(self, identity: ManagedIdentity, *, ticked: bool) -> None:
        """Note whether the user wants an identity assigned."""
        self._pending.want(key_of(identity), ticked=ticked)

    def discard(self) -> None:
        """Forget the pending changes."""
        self._pending.discard()

    def _is_assigned(self, key: str) -> bool:
        return key in self._rows and self.present.has(self._rows[key])

    @property
    def is_valid(self) -> bool:
        """Whether there is a change to apply."""
        return bool(self._pending)

    @property
    def change(self) -> AssignmentChange:
        """The pending changes as one request, in the order of the rows."""
        here = self._pending.here
        wished = [(one, here[key]) for key, one in self._rows.items() if key in here]
        return plan_change(
            self.present,
            [identity for identity, ticked in wished if ticked],
            [identity for identity, ticked in wished if not ticked],
        )

    @property
    def preview(self) -> IdentityPreview:
        """What *Apply* would do now; empty without pending changes."""
        if not self.is_valid:
            return IdentityPreview((), "", ())
        change = self.change
        return IdentityPreview(
            self.changes_of(change), change.request, equivalent(change, self._reading.known)
        )

    def changes_of(self, change: AssignmentChange) -> tuple[str, ...]:
        """Return a line for each identity that a change assigns or removes."""
        signed = (("+", change.added), ("-", change.removed))
        return tuple(f"{sign} {self.told(one)}" for sign, some in signed for one in some)

    def told(self, identity: ManagedIdentity) -> str:
        """Return the name with its kind, where that matters."""
        return f"{self.label(identity)}{' (system-assigned)' if identity.is_system else ''}"

    @property
    def depending(self) -> tuple[str, ...]:
        """What the last question was about: a line for each thing that names an identity."""
        return self._depending.lines

    def places(self, identity: ManagedIdentity) -> tuple[tuple[str, str, str], ...]:
        """Return where which id goes: place, which id, the id. Raises as `reload` does."""
        frame = identity_frame(self._connection, identity)
        return tuple((str(place), str(kind), str(value)) for place, kind, value in frame.to_numpy())

    def apply(self, *, confirmed: bool, tell: Tell) -> Applied:
        """Carry the pending changes out; `tell` hears what Azure is doing meanwhile.

        Raises
        ------
        ConfirmationRequired
            An identity would be removed; `depending` has what names it. Nothing was sent.
        ClusterChanged
            Another principal changed the cluster since it was read. Nothing was written; it was
            read again and the pending changes are kept.
        AdxmiError
            As `identity_writes.apply`; the pending changes are kept, and after an end that is
            not known for sure the cluster was read again.

        """
        return self._applied(self.change, confirmed=confirmed, tell=tell)

    def undo(self, done: AssignmentChange, *, confirmed: bool, tell: Tell) -> Applied:
        """Undo a finished change; raises as `apply` does."""
        return self._applied(self._back(done), confirmed=confirmed, tell=tell)

    def _back(self, done: AssignmentChange) -> AssignmentChange:
        return AssignmentChange(self.present, added=done.removed, removed=done.added)

    def _applied(self, change: AssignmentChange, *, confirmed: bool, tell: Tell) -> Applied:
        if change.removed and not confirmed:
            tell("Looking for what depends on " + ", ".join(map(self.label, change.removed)))
            self._depending = dependents(self._connection, change.removed)
        try:
            said = self._carry_out(change, confirmed=confirmed, tell=tell)
        except NotAuthorized as refusal:
            refusal.fix = Explain.of(
                refusal.remediation, "; or give the command to copy to someone who has one"
            )
            raise
        except OperationContinues as interrupted:
            interrupted.fix = Explain.of(interrupted.remediation, ', then press "Reload"')
            raise
        except _UNCERTAIN as failure:
            failure.fix = read_again(self, "the cluster")
            raise
        return self._finished(change, said)

    def _carry_out(
        self, change: AssignmentChange, *, confirmed: bool, tell: Tell
    ) -> tuple[Note, ...]:
        return apply(
            self._connection,
            change,
            confirmed=confirmed,
            dependents=self._depending.found,
            tell=tell,
            hint=_HOW_LONG,
        )

    def _finished(self, change: AssignmentChange, said: tuple[Note, ...]) -> Applied:
        self.discard()
        elsewhere = filter(self._reading.is_elsewhere, change.removed)
        self._added |= {key_of(identity): identity for identity in elsewhere}
        try:
            self.reload()
            notes = self._new_system(change)
        except AdxmiError as failure:
            notes = (f'The list shows what was there before ({failure.what}): press "Reload".',)
        return Applied(change, equivalent(self._back(change), self._reading.known), (*said, *notes))

    def _new_system(self, change: AssignmentChange) -> tuple[str, ...]:
        system = self.present.system
        if system is None or not any(identity.is_system for identity in change.added):
            return ()
        return (f"The object ID of the system-assigned identity is {system.object_id}.",)
