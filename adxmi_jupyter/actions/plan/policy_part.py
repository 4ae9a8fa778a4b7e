"""What the section ``policy`` of a file asks for: usages to grant and to revoke, scope by scope.

Entries are compared as the service reads them: ``system`` is the entry of the system-assigned
identity, usages have no order and no letter case, an entry without usages is none, and names that
the service fills in do not count. ``All`` covers a usage that is to be added; to an authoritative
section it is more than was asked for.

Source: *Managed identity policy*, *.alter managed_identity policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.plan.naming import named_part
from adxmi_jupyter.actions.plan.steps import Part, Phase, Step, planned
from adxmi_jupyter.actions.policy.policies import PolicyChange
from adxmi_jupyter.model import kql
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.plan import Action, Change, Reason, Section, Status
from adxmi_jupyter.model.policy import Policy, PolicyEntry
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.naming import Naming
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.policy_file.sections import Entries, PolicySection

Guard = Callable[[tuple[Change, ...]], tuple[Change, ...]]
"""Blocks the changes that must not be carried out."""


@dataclass(frozen=True)
class Asked:
    """An entry of the file: what an identity is allowed, where that stands, and why."""

    entry: PolicyEntry
    path: Path
    why: str = ""
    is_protected: bool = False


@dataclass(frozen=True)
class ScopeWish:
    """What the file asks for in one scope, by the key of the entry."""

    scope: Scope
    path: Path
    asked: Mapping[str, Asked]

    @property
    def policy(self) -> Policy:
        """It as a policy."""
        return Policy(tuple(one.entry for one in self.asked.values() if one.entry.allowed_usages))


def wish_of(naming: Naming, section: PolicySection, scope: Scope) -> ScopeWish:
    """Return what the section asks for in a scope; raises as `Naming.identity`."""
    asked: dict[str, Asked] = {}
    path: Path = ("policy", "cluster")
    for entries, where in _parts(section, scope):
        path = ("policy", *where)
        for one in _asked(naming, entries, path):
            known = asked.get(one.entry.key)
            asked[one.entry.key] = _both(known, one) if known else one
    return ScopeWish(scope, path, asked)


def _parts(section: PolicySection, scope: Scope) -> Iterator[tuple[Entries, Path]]:
    if not scope.database:
        yield section.cluster or {}, ("cluster",)
    elif section.databases is not None:
        yield from named_part(section.databases, scope.database)  # type: ignore[misc]


def _asked(naming: Naming, entries: Entries, path: Path) -> Iterator[Asked]:
    for reference, entry in entries.items():
        where = (*path, reference)
        identity = naming.identity(reference, where)
        named = PolicyEntry(identity, _without_covered(entry.usages))
        yield Asked(named, where, entry.why, entry.protect)


def _without_covered(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return usages; beside ``All`` no other one counts, and the service may drop it."""
    return (Usage.ALL,) if Usage.ALL in map(usages.canonical, names) else names


def _both(one: Asked, other: Asked) -> Asked:
    usages_of_both = _without_covered(one.entry.allowed_usages + other.entry.allowed_usages)
    return replace(
        one,
        entry=one.entry.with_usages(usages_of_both),
        why=one.why or other.why,
        is_protected=one.is_protected or other.is_protected,
    )


@dataclass(frozen=True)
class Comparison:
    """What one scope has, what it is to have, and by which rules."""

    naming: Naming
    mode: Mode
    wish: ScopeWish
    present: Policy
    assigned_later: frozenset[str]

    def part(self, guard: Guard) -> Part:
        """Return the changes of the scope and the commands that make them."""
        surplus, stale = tuple(self._surplus()), tuple(self._stale())
        gone = stale if self.mode is Mode.ADDITIVE else surplus
        changes = guard((*self._missing(), *gone, *self._ineffective()))
        changes = tuple(map(self._acceptable, changes))
        if self.mode is Mode.OBSERVE:
            told = (replace(one, status=Status.OBSERVED, reason=None) for one in changes)
            return Part(tuple(told))
        if any(one.reason is Reason.NOT_ASSIGNED for one in changes):
            changes = tuple(map(self._as_whole, changes))
        ids = {one.identifier for one in gone}
        kept = tuple(one for one in surplus if one.identifier not in ids)
        return Part(changes, tuple(self._steps(planned(changes))), kept)

    def _acceptable(self, change: Change) -> Change:
        """Block a removal that leaves an entry which the service would refuse to write."""
        is_removal = change.action is Action.REMOVE and change.status is Status.PLANNED
        if not is_removal or self.mode is not Mode.ADDITIVE or not self._keeps_unassigned():
            return change
        return replace(change, status=Status.BLOCKED, reason=Reason.NOT_ASSIGNED)

    def _keeps_unassigned(self) -> bool:
        gone = {entry.key for entry, _ in self._former()}
        kept = (entry for entry in self.present if entry.key not in gone and entry.allowed_usages)
        return any(self.naming.world.is_assigned(one.identity) is False for one in kept)

    def _missing(self) -> Iterator[Change]:
        for key, asked in self.wish.asked.items():
            present = self.present.entry_of(asked.entry.identity)
            for usage in asked.entry.allowed_usages:
                if present is None or not self._is_there(present, usage):
                    change = self._change(Action.ADD, asked.entry.identity, usage, asked.path)
                    yield replace(self._if_assigned(change, asked, key), why=asked.why)

    def _is_there(self, present: PolicyEntry, usage: str) -> bool:
        if self.mode is Mode.ADDITIVE:
            return present.allows(usage)
        return usages.canonical(usage) in present.allowed_usages

    def _ineffective(self) -> Iterator[Change]:
        """Yield entries of an authoritative section that the service would refuse to write."""
        if self.mode is not Mode.AUTHORITATIVE:
            return
        for key, asked in self.wish.asked.items():
            present = self.present.entry_of(asked.entry.identity)
            if present is None or not self._is_unassigned(asked, key):
                continue
            for usage in asked.entry.allowed_usages:
                if usage in present.allowed_usages:
                    change = self._change(Action.ADD, asked.entry.identity, usage, asked.path)
                    yield self._if_assigned(change, asked, key)

    def _is_unassigned(self, asked: Asked, key: str) -> bool:
        is_assigned = self.naming.world.is_assigned(asked.entry.identity)
        is_left_out = key in self.naming.leaving
        return (is_assigned is False or is_left_out) and key not in self.assigned_later

    def _if_assigned(self, change: Change, asked: Asked, key: str) -> Change:
        if not self._is_unassigned(asked, key):
            return change
        return replace(change, status=Status.BLOCKED, reason=Reason.NOT_ASSIGNED)

    def _as_whole(self, change: Change) -> Change:
        """Block a removal beside an entry that makes the service refuse the whole command."""
        if change.action is Action.ADD or change.status is not Status.PLANNED:
            return change
        return replace(change, status=Status.BLOCKED, reason=Reason.NOT_ASSIGNED)

    def _extra(self) -> list[tuple[PolicyEntry, str]]:
        return [
            (entry, usage)
            for entry in self.present
            for usage in entry.allowed_usages
            if not {usage, Usage.ALL} & set(self._usages_of(entry.key))
        ]

    def _usages_of(self, key: str) -> tuple[str, ...]:
        asked = self.wish.asked.get(key)
        return asked.entry.allowed_usages if asked else ()

    def _former(self) -> Iterator[tuple[PolicyEntry, Asked]]:
        """Yield entries of former identities, each with what the file says of its name."""
        for asked in self.wish.asked.values():
            ids = self.naming.replacing.former_of(asked.entry.identity.object_id)
            yield from ((entry, asked) for entry in self.present if entry.key in ids)

    def _stale(self) -> Iterator[Change]:
        for entry, asked in self._former():
            for usage in entry.allowed_usages:
                yield self._change(Action.REMOVE, entry.identity, usage, asked.path)

    def _surplus(self) -> Iterator[Change]:
        for entry, usage in self._extra():
            asked = self.wish.asked.get(entry.key)
            path = asked.path if asked else self.wish.path
            change = self._change(Action.REMOVE, entry.identity, usage, path)
            if asked and asked.is_protected:
                change = replace(change, status=Status.BLOCKED, reason=Reason.PROTECTED)
            yield change

    def _change(self, action: Action, identity: ManagedIdentity, usage: str, path: Path) -> Change:
        key = PolicyEntry(identity, ()).key
        line = self.naming.file.line(path)
        label = SYSTEM if identity.is_system else identity.label
        return Change(
            Section.POLICY, self.wish.scope.database, action, label, key, usage, line=line
        )

    def _steps(self, changes: tuple[Change, ...]) -> Iterator[Step]:
        added = tuple(one for one in changes if one.action is Action.ADD)
        removed = tuple(one for one in changes if one.action is Action.REMOVE)
        # What All covers so far can't be added to it: it comes with the command that removes All.
        late = tuple(one for one in added if removed and self._is_covered(one))
        added = tuple(one for one in added if one not in late)
        more = self._policy_of(added)
        scope, between = self.wish.scope, self.present.merge(more)
        if added:
            command = kql.alter_merge_policy(scope, more)
            write = PolicyChange(
                "alter-merge", scope, self.present, between, None, command,
                added=more, is_at_present=True,
            )  # fmt: skip
            yield Step(Phase.ALLOW, scope.database, command, added, write)
        if removed:
            after = between.merge(self._policy_of(late)).subtract(self._policy_of(removed))
            command = kql.alter_policy(scope, after)
            write = PolicyChange("alter", scope, between, after, None, command, is_at_present=True)
            yield Step(Phase.DISALLOW, scope.database, command, (*late, *removed), write)

    def _is_covered(self, change: Change) -> bool:
        entries = (one for one in self.present if one.key == change.key)
        return any(one.allows(change.item) for one in entries)

    def _policy_of(self, changes: tuple[Change, ...]) -> Policy:
        """Return what changes are about as a policy, in the order of the entries."""
        by_key: dict[str, list[str]] = {}
        for one in changes:
            by_key.setdefault(one.key, []).append(one.item)
        every = {entry.key: entry.identity for entry in self.present}
        every |= {key: asked.entry.identity for key, asked in self.wish.asked.items()}
        return Policy(tuple(PolicyEntry(every[key], tuple(names)) for key, names in by_key.items()))
