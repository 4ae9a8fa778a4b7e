"""What the policy form knows and does: the policy of one scope, and what the user wants of it.

No widget in here. Pending changes are differences from the policy, so that they outlive a reload:
what another principal has done meanwhile is neither undone nor asked for twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.actions.policy import writes as policy_writes
from adxmi_jupyter.actions.policy.policies import plan_alter, plan_alter_merge
from adxmi_jupyter.actions.write.history import plan_undo
from adxmi_jupyter.errors import PolicyChanged
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.forms import mark
from adxmi_jupyter.forms.naming import Labels
from adxmi_jupyter.forms.pending import PendingChanges
from adxmi_jupyter.forms.policy.command import equivalent
from adxmi_jupyter.forms.policy.reading import key_of, named_in, surroundings
from adxmi_jupyter.forms.submission import read_again
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.policy import Policy, PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.policy.policies import PolicyChange
    from adxmi_jupyter.forms.policy.reading import Named, Surroundings
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import UsageChange
    from adxmi_jupyter.service.connection import Connection

_SIGNS = {"added": "+", "removed": "-"}


class Mark(mark.Mark):
    """Where else a usage is allowed."""

    NONE = "", ""
    ALL = "All", "covered by All in the same policy"
    CLUSTER = "C", "the cluster policy allows it"
    CLUSTER_ALL = "c", "the cluster policy allows it through All"
    DATABASE = "D", "the policy of some database allows it there"
    DATABASE_ALL = "d", "the policy of some database allows it there through All"


@dataclass(frozen=True)
class PolicyPreview:
    """What *Apply* would do: a line for each usage, the exact command, the line to type instead."""

    changes: tuple[str, ...]
    command: str
    line: Command


class PolicyState:
    """The policy of one scope and the pending changes about it.

    Raises an AdxmiError when the policy cannot be read, also from `choose` and `reload`; then
    everything stays as it was.
    """

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self.depending: tuple[str, ...] = ()
        self._named: Named = {}
        self._pending = PendingChanges[Scope, tuple[str, str]](scope, self._is_named)
        self._added: dict[str, ManagedIdentity] = {}
        self._identities: dict[str, ManagedIdentity] = {}
        self._take(surroundings(connection, scope))

    def _take(self, read: Surroundings) -> None:
        self._read = read
        self._named = named_in(read.policy)
        self._elsewhere = [named_in(policy) for policy in read.elsewhere]
        self._pending.turn(read.scope)
        self._identities = {
            **self._added,
            **{key: self._identities[key] for key, _ in self._pending.here},
            **read.identities,
            **{entry.key: entry.identity for entry in read.policy},
        }
        self._labels = Labels(self._identities.values())

    @property
    def scope(self) -> Scope:
        """The scope the form is about."""
        return self._read.scope

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes to choose from: the cluster, then the databases."""
        return self._read.scopes

    @property
    def usages(self) -> tuple[str, ...]:
        """The columns."""
        return self._read.usages

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read."""
        return self._read.notes

    @property
    def before(self) -> Policy:
        """The policy as it was read."""
        return self._read.policy

    @property
    def identities(self) -> tuple[ManagedIdentity, ...]:
        """The rows: identities the user added, then the others by name."""
        added = tuple(i for key, i in self._identities.items() if key in self._added)
        return added + tuple(i for key, i in self._identities.items() if key not in self._added)

    def label(self, identity: ManagedIdentity) -> str:
        """Return a short name that no other row has."""
        return self._labels.of(identity)

    def choose(self, scope: Scope) -> None:
        """Turn to another scope; the pending changes about this one are kept."""
        self._take(surroundings(self._connection, scope))

    def reload(self) -> None:
        """Read everything again; pending changes that have come true are dropped."""
        self._connection.forget()
        self._take(surroundings(self._connection, self.scope))

    def add(self, reference: str) -> tuple[ManagedIdentity, str]:
        """Add a row by object ID, client ID or name; return it with what there is to say.

        Raises
        ------
        InvalidInput
            See `model.identity.resolve`.

        """
        found = names.resolved(self._connection, (reference,))[0]
        self.ensure(found.identity)
        return self._identities[key_of(found.identity)], found.note

    def ensure(self, identity: ManagedIdentity) -> None:
        """Add a row for an identity, unless there is one."""
        key = key_of(identity)
        if key not in self._identities:
            self._added[key] = identity
            self._take(self._read)

    def is_ticked(self, identity: ManagedIdentity, usage: str) -> bool:
        """Tell whether the policy will name the usage for the identity."""
        return self._pending.will_be((key_of(identity), usage))

    def is_changed(self, identity: ManagedIdentity, usage: str) -> bool:
        """Tell whether the user wants something else than what is."""
        return (key_of(identity), usage) in self._active

    def want(self, identity: ManagedIdentity, usage: str, *, ticked: bool) -> None:
        """Note what the user wants of one cell."""
        self._pending.want((key_of(identity), usage), ticked=ticked)

    def discard(self) -> None:
        """Forget the changes that are pending in this scope."""
        self._pending.discard()

    def _is_named(self, cell: tuple[str, str]) -> bool:
        key, usage = cell
        return usage in self._named.get(key, ())

    @property
    def _active(self) -> dict[tuple[str, str], bool]:
        """The changes that make a difference: what All covers need not be named."""
        return {
            (key, usage): ticked
            for (key, usage), ticked in self._pending.here.items()
            if not (ticked and usage != Usage.ALL and self._pending.will_be((key, Usage.ALL)))
        }

    @property
    def waiting(self) -> tuple[Scope, ...]:
        """Other scopes with pending changes."""
        return self._pending.elsewhere

    def mark(self, identity: ManagedIdentity, usage: str) -> Mark:
        """Return where else the usage is allowed already."""
        if self._is_covered(identity, usage):
            return Mark.ALL
        if usage == Usage.SANDBOX_ARTIFACTS and not self.scope.database:
            return Mark.NONE  # the databases' policies do not count for it
        key = key_of(identity)
        named = [policy.get(key, ()) for policy in self._elsewhere]
        plain, through_all = _MARKS[bool(self.scope.database)]
        if any(usage in usages for usages in named):
            return plain
        return through_all if any(Usage.ALL in usages for usages in named) else Mark.NONE

    def _is_covered(self, identity: ManagedIdentity, usage: str) -> bool:
        counts = not (usage == Usage.SANDBOX_ARTIFACTS and self.scope.database)
        return counts and usage != Usage.ALL and self.is_ticked(identity, Usage.ALL)

    @property
    def wanted(self) -> Policy:
        """The policy with the pending changes fulfilled; an entry without usages goes."""
        wanted_usages = self._wished
        entries = [_fulfilled(entry, wanted_usages.pop(entry.key, {})) for entry in self.before]
        for key, usages in wanted_usages.items():
            entries.append(_fulfilled(PolicyEntry(self._identities[key], ()), usages))
        return Policy(tuple(entry for entry in entries if entry.allowed_usages))

    @property
    def _gained(self) -> Policy:
        """The pending changes alone, where they only add."""
        entries = (PolicyEntry(self._identities[k], tuple(u)) for k, u in self._wished.items())
        return Policy(tuple(entries))

    @property
    def _wished(self) -> dict[str, dict[str, bool]]:
        """The pending changes that make a difference, by identity."""
        wished: dict[str, dict[str, bool]] = {}
        for (key, usage), ticked in self._active.items():
            wished.setdefault(key, {})[usage] = ticked
        return wished

    @property
    def _only_adds(self) -> bool:
        return all(self._active.values())

    @property
    def is_valid(self) -> bool:
        """Whether there is a change to apply."""
        return bool(self._active)

    @property
    def changes(self) -> tuple[UsageChange, ...]:
        """The usages that would appear or disappear."""
        return self.before.diff(self.wanted)

    @property
    def preview(self) -> PolicyPreview:
        """What *Apply* would do now; empty without pending changes."""
        if not self.is_valid:
            return PolicyPreview((), "", Command())
        lines = tuple(
            f"{_SIGNS[change.change]} {self.label(change.identity)} {change.usage}"
            for change in self.changes
        )
        known = tuple(self._identities.values())
        if self._only_adds:
            command = kql.alter_merge_policy(self.scope, self._gained)
            return PolicyPreview(
                lines, command, equivalent(self.scope, self.before, self._gained, known)
            )
        command = kql.alter_policy(self.scope, self.wanted)
        line = equivalent(self.scope, self.before, self.wanted, known, replaces=True)
        return PolicyPreview(lines, command, line)

    def apply(self, *, confirmed: bool) -> PolicyChange:
        """Carry the pending changes out and return the finished change.

        Raises
        ------
        PolicyChanged
            Another principal wrote since the policy was read, and the change takes something away.
            Nothing was written; the policy was read again and the pending changes are kept.
        AdxmiError
            As `policy_writes.apply`; the pending changes are kept.

        """
        try:
            change = self._planned()
            self._ask_who_needs(change, confirmed=confirmed)
            done = policy_writes.apply(self._connection, change, confirmed=confirmed)
        except PolicyChanged as changed:
            changed.fix = read_again(self, "the policy")
            raise
        self.discard()
        self._take(replace(self._read, policy=done.after))
        return done

    def _ask_who_needs(self, change: PolicyChange, *, confirmed: bool) -> None:
        """Look which workflows need what would be lost, for the question about it."""
        if not change.losses or confirmed:
            return
        from adxmi_jupyter.actions.check.usage_users import users_of  # it takes a while to load

        database = change.scope.database
        where = (database,) if database else names.database_names(self._connection)
        self.depending = users_of(self._connection, change.losses, where)

    def undo(self, entry: int, *, confirmed: bool) -> PolicyChange:
        """Restore what an entry of the history has changed; return the finished change.

        Raises
        ------
        AdxmiError
            As `history.plan_undo` and `policy_writes.apply`; the pending changes are kept.

        """
        change = plan_undo(self._connection, entry)
        self._ask_who_needs(change, confirmed=confirmed)
        done = policy_writes.apply(self._connection, change, confirmed=confirmed)
        if done.scope == self.scope:
            self._take(replace(self._read, policy=done.after))
        return done

    def _planned(self) -> PolicyChange:
        if self._only_adds:
            return plan_alter_merge(self._connection, self.scope, self._gained)
        change = plan_alter(self._connection, self.scope, self.wanted)
        if change.before != self.before:
            raise PolicyChanged(
                f"the policy of the {self.scope} changed in between; nothing was written",
                why="since it was read: "
                + policy_writes.described(self.before.diff(change.before)),
            )
        return change


_MARKS = {True: (Mark.CLUSTER, Mark.CLUSTER_ALL), False: (Mark.DATABASE, Mark.DATABASE_ALL)}


def _fulfilled(entry: PolicyEntry, wanted_usages: Mapping[str, bool]) -> PolicyEntry:
    if not wanted_usages:
        return entry  # with the service's own spelling
    kept = tuple(usage for usage in entry.allowed_usages if wanted_usages.get(usage, True))
    return entry.with_usages(
        kept + tuple(usage for usage, ticked in wanted_usages.items() if ticked)
    )
