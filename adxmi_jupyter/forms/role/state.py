"""What the role form knows and does: who holds which role in a scope, and what the user wants.

No widget in here. Pending changes are differences from what is, so that they outlive a reload.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, SIGNS
from adxmi_jupyter.actions.roles.roles import names_of
from adxmi_jupyter.errors import AdxmiError, RolesChanged
from adxmi_jupyter.forms import mark
from adxmi_jupyter.forms.naming import Labels
from adxmi_jupyter.forms.pending import PendingChanges
from adxmi_jupyter.forms.role import command as role_command
from adxmi_jupyter.forms.role.reading import listed_by, of_principal, surroundings
from adxmi_jupyter.forms.role.sending import (
    Step,
    carry_out,
    difference,
    refuse_unconfirmed,
    undoing,
)
from adxmi_jupyter.forms.submission import read_again
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.principal import PrincipalKind
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.rendering.dialects import in_form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.fixes import Command
    from adxmi_jupyter.forms.role.reading import Holder, Surroundings
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole
    from adxmi_jupyter.service.connection import Connection


class Mark(mark.Mark):
    """What gives a role anyway, or is wrong with it."""

    NONE = "", ""
    OBJECT_ID = "!", "listed by its object ID: its calls may end with HTTP 401"
    CLUSTER = "C", "held on every database"
    CLUSTER_ADMIN = "c", "included in AllDatabasesAdmin"
    ADMIN = "A", "included in admins"


@dataclass(frozen=True)
class RolePreview:
    """What *Apply* would do: a line for each change, what is sent, the lines to type instead."""

    changes: tuple[str, ...] = ()
    command: str = ""
    lines: tuple[Command, ...] = ()
    remarks: tuple[str, ...] = ()


class RoleState:
    """The roles of one scope and the pending changes about them.

    Raises an AdxmiError when they cannot be read, also from `choose` and `reload`; then
    everything stays as it was.
    """

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._listed: Mapping[str, Mapping[str, tuple[RoleAssignment, ...]]] = {}
        self._pending = PendingChanges[Scope, tuple[str, str]](scope, self._holds)
        self._added: dict[str, Holder] = {}
        self._holders: dict[str, Holder] = {}
        self._take(surroundings(connection, scope))

    def _take(self, read: Surroundings) -> None:
        self._forget_twins(read)
        pending = self._pending.of(read.scope)
        gone = {key: self._holders[key] for key, _ in pending if key not in read.holders}
        self._read = read
        self._holders = {**self._added, **read.holders, **gone}
        self._listed = listed_by(self._holders.values(), read.before)
        self._on_cluster = listed_by(self._holders.values(), (*read.before, *read.on_cluster))
        self._labels = Labels(self._holders.values())
        self._pending.turn(read.scope)

    def _forget_twins(self, read: Surroundings) -> None:
        """Let an added row become the one that was read, once it is."""
        for key, added in tuple(self._added.items()):
            twin = next((h for h in read.holders.values() if h.is_same(added)), None)
            if twin is None or twin.key == key:
                continue
            del self._added[key]
            self._pending.rename(_renamed(key, twin.key))

    @property
    def scope(self) -> Scope:
        """The scope the form is about."""
        return self._read.scope

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes to choose from: the cluster, with rights in Azure, then the databases."""
        return self._read.scopes

    @property
    def roles(self) -> tuple[SecurityRole, ...]:
        """The columns."""
        return names_of(self.scope.database)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read."""
        return in_form(self._read.notes)

    @property
    def holders(self) -> tuple[Holder, ...]:
        """The rows: those the user added, those with a role, then the other identities."""
        added = tuple(holder for key, holder in self._holders.items() if key in self._added)
        return added + tuple(h for key, h in self._holders.items() if key not in self._added)

    def label(self, holder: Holder) -> str:
        """Return a short name that no other row has."""
        return self._labels.of(holder)

    def choose(self, scope: Scope) -> None:
        """Turn to another scope; the pending changes about this one are kept."""
        self._take(surroundings(self._connection, scope))

    def reload(self) -> None:
        """Read everything again; pending changes that have come true are dropped."""
        self._connection.forget()
        self._take(surroundings(self._connection, self.scope))

    def add(self, reference: str) -> tuple[Holder, str]:
        """Add a row by reference or name; return it with what there is to say of id and tenant.

        Raises
        ------
        InvalidInput
            See `principals.find`.

        """
        (found,) = principals.find(self._connection, (reference,))
        found = principals.with_tenant(self._connection, found, of_all_kinds=True)
        notes = [found.note, *principals.tenant_notes(self._connection, (found,))]
        wanted = of_principal(found)
        known = next((h for h in self._holders.values() if h.is_same(wanted)), None)
        if known is None:
            self._added[wanted.key] = wanted
            self._take(self._read)
        return known or wanted, "; ".join(note for note in notes if note)

    def is_ticked(self, holder: Holder, role: str) -> bool:
        """Tell whether the holder will have the role in this scope itself."""
        return self._pending.will_be((holder.key, role))

    def is_changed(self, holder: Holder, role: str) -> bool:
        """Tell whether the user wants something else than what is."""
        return (holder.key, role) in self._pending

    def is_fixed(self, holder: Holder, role: str) -> bool:
        """Tell whether a role can be neither given nor taken here."""
        if holder.principal is None:
            return True
        if self.scope.database or self._holds((holder.key, role)):
            return False
        return not _can_be_sent_to_azure(holder.principal)

    def want(self, holder: Holder, role: str, *, ticked: bool) -> None:
        """Note what the user wants of one cell."""
        self._pending.want((holder.key, role), ticked=ticked)

    def discard(self) -> None:
        """Forget the changes that are pending in this scope."""
        self._pending.discard()

    def _holds(self, cell: tuple[str, str]) -> bool:
        key, role = cell
        return bool(self._listed.get(key, {}).get(role))

    @property
    def waiting(self) -> tuple[Scope, ...]:
        """Other scopes with pending changes."""
        return self._pending.elsewhere

    def mark(self, holder: Holder, role: str) -> Mark:
        """Return what gives the role anyway, or what is wrong with it."""
        if any(_is_wrong(holder, one) for one in self._listed.get(holder.key, {}).get(role, ())):
            return Mark.OBJECT_ID
        admin = Role.ADMINS if self.scope.database else ClusterRole.ADMIN
        on_cluster = self._on_cluster.get(holder.key, {}) if self.scope.database else {}
        if self.scope.database and Role(role).on_cluster in on_cluster:
            return Mark.CLUSTER
        if ClusterRole.ADMIN in on_cluster:
            return Mark.CLUSTER_ADMIN
        return (
            Mark.ADMIN
            if role != admin and self._pending.will_be((holder.key, admin))
            else Mark.NONE
        )

    @property
    def is_valid(self) -> bool:
        """Whether there is a change to apply."""
        return bool(self._pending)

    @property
    def _steps(self) -> tuple[Step, ...]:
        """The pending changes in the order they are sent: grants first, then revokes."""
        steps = []
        for ticked, verb in ((True, GRANT), (False, REVOKE)):
            for role in self.roles:
                who = [h for h in self.holders if self._pending.here.get((h.key, role)) is ticked]
                pairs = tuple((h, h.principal) for h in who if h.principal is not None)
                listed = [one for h in who for one in self._listed.get(h.key, {}).get(role, ())]
                if pairs:
                    gone = () if ticked else tuple(listed)
                    steps.append(Step(verb, role, pairs, gone))
        return tuple(steps)

    @property
    def preview(self) -> RolePreview:
        """What *Apply* would do now; empty without pending changes."""
        steps = self._steps
        changes = (
            f"{SIGNS[step.verb]} {self.label(holder)} {step.role}"
            for step in steps
            for holder in step.holders
        )
        return RolePreview(
            tuple(changes),
            self._sent(steps),
            tuple(self._line(step) for step in steps),
            self._remarks(),
        )

    def _sent(self, steps: Sequence[Step]) -> str:
        read = self._read
        return "\n".join(step.sent(read.roles, read.before) for step in steps)

    def _line(self, step: Step) -> Command:
        database, known = self.scope.database, self.holders
        if step.verb == GRANT:
            return role_command.granting(database, step.role, step.holders, known)
        gone = [(h, self._listed[h.key][step.role]) for h in step.holders]
        return role_command.revoking(database, step.role, gone, known)

    def _remarks(self) -> tuple[str, ...]:
        """Say which pending changes will have no effect by themselves."""
        return tuple(
            f"{role} has no effect without {' or '.join(role.needs)}, "
            f"which {self.label(self._holders[key])} lacks"
            for (key, name), ticked in self._pending.here.items()
            for role in self.roles
            if role == name and ticked and isinstance(role, Role) and role.needs
            if not any(self._pending.will_be((key, need)) for need in role.needs)
        )

    def apply(self, *, confirmed: bool, tell: Tell | None = None) -> tuple[RoleChange, ...]:
        """Carry the changes out, one role and direction after the other; return what was done.

        Raises
        ------
        ConfirmationRequired
            Something is taken away and that is not confirmed. Nothing was sent.
        RolesChanged
            Another principal granted or revoked since the roles were read, and what would be sent
            is another. Nothing was sent; the roles were read again and the pending changes are
            kept.
        AdxmiError
            As `roles.writes.apply`; *why* says how far it came, and the roles were read again.

        """
        changes = self._planned()
        if not confirmed:
            refuse_unconfirmed(changes)
        try:
            done = carry_out(self._connection, changes, tell)
        except AdxmiError:
            with suppress(AdxmiError):  # the failure itself matters more than a second one
                self.reload()
            raise
        self.discard()
        self._take(self._read.with_listed(done[-1].after))
        return done

    def undo(
        self, done: Sequence[RoleChange], *, confirmed: bool, tell: Tell | None = None
    ) -> tuple[RoleChange, ...]:
        """Undo finished changes, the last one first; raises as `apply` does."""
        changes = undoing(self._connection, done)
        if not confirmed:
            refuse_unconfirmed(changes)
        undone = carry_out(self._connection, changes, tell)
        self.reload()
        return undone

    def _planned(self) -> tuple[RoleChange, ...]:
        shown, before = self._sent(self._steps), self._read.before
        now = self._read.roles.read()
        self._take(self._read.with_listed(now))
        steps = self._steps
        if self._sent(steps) == shown:
            plans = [s.planned(self._connection, self.scope.database, now) for s in steps]
            if "\n".join(plan.command for plan in plans) == shown:
                return tuple(plans)
        changed = RolesChanged(
            f"the roles of {self.scope} changed in between; nothing was sent",
            why=f"since they were read: {difference(before, now) or 'who is who'}",
        )
        changed.fix = read_again(self, "the roles")
        raise changed


def _is_wrong(holder: Holder, assignment: RoleAssignment) -> bool:
    if assignment.is_by_object_id:
        return True
    return holder.principal is not None and holder.principal.is_by_object_id(assignment)


def _can_be_sent_to_azure(principal: ResolvedPrincipal) -> bool:
    """Tell whether Azure takes this principal: an application by its client ID only."""
    reference = principal.reference
    if reference.kind is not PrincipalKind.APPLICATION:
        return reference.kind is not PrincipalKind.MICROSOFT_ACCOUNT
    identifier = reference.identifier.casefold()
    return is_guid(identifier) and identifier != principal.object_id.casefold()


def _renamed(old: str, new: str) -> Callable[[tuple[str, str]], tuple[str, str]]:
    return lambda cell: (new, cell[1]) if cell[0] == old else cell
