"""A narrower policy: what is revoked by which finding, and what is granted in its place before.

Rules say what of a policy a finding of theirs makes superfluous. Together they make the policies
that are planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.evidence import Reason
from adxmi_jupyter.model.policy import Policy, PolicyEntry, Scope

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.evidence import Unseen
    from adxmi_jupyter.model.audit.findings import AuditFinding
    from adxmi_jupyter.model.identity import ManagedIdentity


NEVER = frozenset({Reason.YOUNG, Reason.INTERVAL})
"""Evidence that only comes with time: no word of a user takes its place."""


@dataclass(frozen=True)
class Allowance:
    """A usage that the policy of a scope allows an identity, or is to allow."""

    scope: Scope
    identity: ManagedIdentity
    usage: str

    @property
    def key(self) -> tuple[Scope, str, str]:
        """What tells it from others: the scope, the identity and the usage."""
        return self.scope, PolicyEntry(self.identity, ()).key, self.usage

    def is_of(self, scope: Scope, identity: ManagedIdentity) -> bool:
        """Tell whether it is of an entry."""
        return self.key[:2] == (scope, PolicyEntry(identity, ()).key)


Assumed = frozenset[Allowance]
"""What cannot be told to be needed, and is taken for unused because somebody named it."""


@dataclass(frozen=True)
class Untold:
    """A usage of which it cannot be told whether it is needed, and what was not visible."""

    allowance: Allowance
    unseen: tuple[Unseen, ...] = ()


@dataclass(frozen=True)
class Narrowing:
    """What a finding makes superfluous, and what has to be allowed before that is revoked.

    `untold` is what ``All`` allows, and stays allowed. Nothing is removed where that is all of it.
    """

    removed: tuple[Allowance, ...]
    added: tuple[Allowance, ...] = ()
    untold: tuple[Untold, ...] = ()


def only(scope: Scope, identity: ManagedIdentity | None, *usages: str) -> Narrowing | None:
    """Return usages of an entry that nothing has to take the place of."""
    if identity is None or not usages:
        return None
    return Narrowing(tuple(Allowance(scope, identity, one) for one in usages))


@dataclass(frozen=True)
class Step:
    """A narrowing with the finding that it comes from."""

    finding: AuditFinding
    narrowing: Narrowing

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands: what narrows most comes first, and is given up last."""
        first = self.narrowing.removed[0]
        return bool(first.scope.database), self.finding.rule, first.key

    def concerns(self, scopes: Iterable[Scope], key: str) -> bool:
        """Tell whether it revokes something from an identity in one of some scopes."""
        places = set(scopes)
        return any(one.scope in places and one.key[1] == key for one in self.narrowing.removed)


class Hindrance(StrEnum):
    """Why something that could be narrower stays as it is."""

    WORKFLOW = "a workflow would fail"
    SUPPRESSED = "suppressed"
    CANNOT_TELL = "cannot tell"
    PROTECTED = "the policy file protects it"
    NOT_ASSIGNED = "an entry beside it names an identity that isn't assigned"


@dataclass(frozen=True)
class Kept:
    """What stays allowed although a rule names it: why, and by which finding.

    `breaks` are the workflows that would fail, each with the requirement that would not be met;
    `unseen` is what was not visible.
    """

    allowance: Allowance
    hindrance: Hindrance
    finding: AuditFinding
    breaks: tuple[str, ...] = ()
    unseen: tuple[Unseen, ...] = ()


Policies = Mapping[Scope, Policy]


def planned(present: Policies, steps: Iterable[Step]) -> Policies:
    """Return the policies as they are when all steps are done; those that stay are left out."""
    every = tuple(steps)
    gone, more = _by_scope(every, removes=True), _by_scope(every, removes=False)
    found = {}
    for scope in {**gone, **more}:
        before = present[scope]
        left = before.subtract(gone.get(scope, Policy()))
        after = left.merge(Policy(tuple(_not_yet(left, more.get(scope, Policy())))))
        if after != before:
            found[scope] = after
    return found


def _by_scope(steps: Iterable[Step], *, removes: bool) -> dict[Scope, Policy]:
    by_scope: dict[Scope, list[PolicyEntry]] = {}
    for step in steps:
        for one in step.narrowing.removed if removes else step.narrowing.added:
            by_scope.setdefault(one.scope, []).append(PolicyEntry(one.identity, (one.usage,)))
    return {scope: Policy(tuple(entries)) for scope, entries in by_scope.items()}


def _not_yet(left: Policy, more: Policy) -> Iterable[PolicyEntry]:
    """Yield what is to be added, without what is allowed already."""
    for entry in more:
        new = tuple(one for one in entry.allowed_usages if not left.allows(entry.identity, one))
        if new:
            yield entry.with_usages(new)
