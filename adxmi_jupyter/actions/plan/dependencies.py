"""Which changes of a plan require others, so that a part of a plan can be chosen.

An identity is assigned before a policy names it. What is removed from an identity may be what it
gets elsewhere, such as a usage that moves from the cluster to a database: it is removed only
together with the addition. What ``All`` covers so far is added by the command that removes ``All``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption, Command
from adxmi_jupyter.model.plan import Action, Section, Status
from adxmi_jupyter.model.usage import Usage, closest

if TYPE_CHECKING:
    from adxmi_jupyter.model.plan import Change, Identifier, Plan

    Related = Mapping[Identifier, tuple[Change, ...]]


TARGET = "--target"
"""The option that takes addresses of changes."""


@dataclass(frozen=True)
class Dependencies:
    """What each change of a plan requires, and what requires it; `late` come with a removal."""

    required: Related = field(default_factory=dict)
    requiring: Related = field(default_factory=dict)
    late: frozenset[Identifier] = frozenset()

    @classmethod
    def of(cls, plan: Plan) -> Dependencies:
        """Return those of the planned changes of a plan."""
        late = frozenset(_late(plan))
        required = _Required(plan.of(Status.PLANNED), late).each()
        by_identifier = {one.identifier: one for one in plan.changes}
        requiring: dict[Identifier, list[Change]] = {}
        for identifier, some in required.items():
            for one in some:
                requiring.setdefault(one.identifier, []).append(by_identifier[identifier])
        return cls(required, {one: tuple(some) for one, some in requiring.items()}, late)

    def required_by(self, change: Change) -> tuple[Change, ...]:
        """Return all that a change requires, and what that requires."""
        return _reached(change, self.required)

    def that_require(self, change: Change) -> tuple[Change, ...]:
        """Return all that requires a change, directly or not."""
        return _reached(change, self.requiring)


def addressed(plan: Plan, addresses: Iterable[str]) -> frozenset[Identifier]:
    """Return the changes that have these addresses.

    Raises
    ------
    InvalidValue
        None has one of them; the closest one is named.

    """
    known: dict[str, list[Identifier]] = {}
    for one in plan.changes:
        known.setdefault(one.address, []).append(one.identifier)
    for address in addresses:
        if address not in known:
            match = closest(address, known)
            raise InvalidValue(
                f"no change of the plan has the address {address}",
                why="it is misspelled, or the cluster is as it asks for",
                fix=ChangeOption(TARGET, match) if match else Command.of("plan"),
            )
    return frozenset(one for address in addresses for one in known[address])


def _reached(change: Change, related: Related) -> tuple[Change, ...]:
    found = {change.identifier: change}
    waiting = [change]
    while waiting:
        for one in related.get(waiting.pop().identifier, ()):
            if one.identifier not in found:
                found[one.identifier] = one
                waiting.append(one)
    del found[change.identifier]
    return tuple(found.values())


def _late(plan: Plan) -> Iterator[Identifier]:
    """Yield additions that are made by a command that removes."""
    for step in plan.steps:
        if any(one.action is Action.REMOVE for one in step.changes):
            yield from (one.identifier for one in step.changes if one.action is Action.ADD)


class _Required:
    """Finds what changes require, among those that are planned."""

    def __init__(self, changes: tuple[Change, ...], late: frozenset[Identifier]) -> None:
        self._changes = changes
        self._late = late
        self._added: dict[tuple[Section, str], list[Change]] = {}
        self._removed: dict[tuple[Section, str], list[Change]] = {}
        for one in changes:
            by_key = self._added if one.action is Action.ADD else self._removed
            by_key.setdefault((one.section, one.key), []).append(one)

    def each(self) -> dict[Identifier, tuple[Change, ...]]:
        """Return what each change requires; without those that require nothing."""
        found = {one.identifier: tuple(self._by(one)) for one in self._changes}
        return {identifier: some for identifier, some in found.items() if some}

    def _by(self, change: Change) -> Iterable[Change]:
        return _RULES[change.section, change.action](self, change)

    def nothing(self, change: Change) -> Iterator[Change]:
        """Yield nothing: nothing else is required."""
        del change
        yield from ()

    def for_usage(self, change: Change) -> Iterator[Change]:
        """Yield the assignment of the identity; and the removal that an addition comes with."""
        yield from self._added.get((Section.ASSIGNED, change.key), ())
        if change.identifier in self._late:
            for one in self._removed.get((change.section, change.key), ()):
                if one.database == change.database and one.item == Usage.ALL:
                    yield one

    def instead_of_usage(self, change: Change) -> Iterator[Change]:
        """Yield additions through which an identity keeps a usage."""
        for one in self._added.get((change.section, change.key), ()):
            is_same = one.item == change.item or Usage.ALL in {one.item, change.item}
            if is_same and _is_near(one, change):
                yield one

    def instead_of_role(self, change: Change) -> Iterator[Change]:
        """Yield the roles that a principal gets in place of one."""
        for one in self._added.get((change.section, change.key), ()):
            if _is_near(one, change):
                yield one

    def before_unassigning(self, change: Change) -> Iterator[Change]:
        """Yield the entries of policies that would be left without effect."""
        yield from self._removed.get((Section.POLICY, change.key), ())


def _is_near(one: Change, other: Change) -> bool:
    """Tell whether two changes are of one scope, or one of them of the cluster."""
    return one.database == other.database or "" in {one.database, other.database}


_RULES: Mapping[tuple[Section, Action], Callable[[_Required, Change], Iterable[Change]]] = {
    **{(section, action): _Required.nothing for section in Section for action in Action},
    (Section.POLICY, Action.ADD): _Required.for_usage,
    (Section.POLICY, Action.REMOVE): _Required.instead_of_usage,
    (Section.ROLES, Action.REMOVE): _Required.instead_of_role,
    (Section.ASSIGNED, Action.REMOVE): _Required.before_unassigning,
}
