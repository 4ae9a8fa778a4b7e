"""The policies that a narrowing makes as a policy file, and the plan of that; what is protected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.plan.dependencies import addressed
from adxmi_jupyter.actions.plan.naming import Naming
from adxmi_jupyter.actions.plan.planning import Options, lock_key, survey
from adxmi_jupyter.actions.plan.policy_part import wish_of
from adxmi_jupyter.actions.plan.protection import Guarding
from adxmi_jupyter.actions.plan.saved import AUDIT
from adxmi_jupyter.actions.plan.world import Wanted, read_world
from adxmi_jupyter.model.audit.fixing import SINGLE_USAGES
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.plan import Action, Change, Reason, Section, Status
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import policy_file_of
from adxmi_jupyter.model.policy_file.sections import VERSION
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.actions.plan.planning import Prepared, Survey
    from adxmi_jupyter.model.audit.narrowing import Policies, Step
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.model.policy_file.reading import ClusterContent


def planned_by(found: Audit, after: Policies) -> Prepared:
    """Return the plan that makes policies of those that were audited; nothing is read again."""
    connection = found.facts.connection
    section: dict[str, Any] = {"mode": Mode.AUTHORITATIVE.value}
    databases = {}
    for scope, policy in sorted(after.items()):
        if scope.database:
            databases[scope.database] = _entries(policy)
        else:
            section["cluster"] = _entries(policy)
    if databases:
        section["databases"] = databases
    content: dict[str, Any] = {
        "apiVersion": VERSION,
        "clusters": {"audited": {"uri": lock_key(connection)}},
        "policy": section,
    }
    file = policy_file_of(content, AUDIT)
    options = Options(allows_unknown_usages=True)
    return _without_stale(survey(connection, file, options, found.facts))


def _without_stale(made: Survey) -> Prepared:
    """Return a plan without entries of identities that aren't assigned, which stay.

    The service rejects a policy that names them, but adds to one that has them. A scope where
    something is removed has to be written as a whole: there they stay blocked.
    """
    prepared = made.prepared()
    plan = prepared.plan
    written = {one.database for one in plan.changes if one.action is Action.REMOVE}
    stale = {
        one.identifier
        for one in plan.of(Status.BLOCKED)
        if one.reason is Reason.NOT_ASSIGNED and one.database not in written
    }
    if not stale:
        return prepared
    kept = [one for one in plan.changes if one.identifier not in stale]
    targets = tuple(sorted({one.address for one in kept}))
    options = replace(made.options, targets=targets)
    return replace(made, options=options).prepared(addressed(plan, targets))


def _entries(policy: Policy) -> dict[str, list[str]]:
    """Return entries by object IDs, which never stand for another identity."""
    return {
        SYSTEM if one.identity.is_system else one.identity.object_id: list(one.allowed_usages)
        for one in sorted(policy, key=lambda one: one.key)
        if one.allowed_usages
    }


def protected_of(found: Audit, content: ClusterContent | None) -> Callable[[Step], bool]:
    """Return what tells whether a policy file protects something that a step revokes.

    Raises
    ------
    InvalidPolicyFile
        A name in the file stands for nothing, so that it is unknown what it protects.

    """
    if content is None:
        return lambda _step: False
    scopes = found.cluster.scopes()
    world = read_world(found.facts.connection, Wanted(policies=scopes), found.facts)
    naming = Naming(content, world)
    entries = frozenset(each for scope in scopes for each in _entries_protected(naming, scope))
    return _Protected(Guarding.of(naming), entries)


def _entries_protected(naming: Naming, scope: Scope) -> Iterator[tuple[Scope, str, str]]:
    policy = naming.file.content.policy
    if policy is None:
        return
    for key, asked in wish_of(naming, policy, scope).asked.items():
        if asked.is_protected:
            yield from ((scope, key, usage) for usage in asked.entry.allowed_usages)


@dataclass(frozen=True)
class _Protected:
    """What a policy file protects: by its list, and in its entries."""

    guarding: Guarding
    entries: frozenset[tuple[Scope, str, str]]

    def __call__(self, step: Step) -> bool:
        """Tell whether a step revokes something that is protected."""
        lost = tuple(_lost(step))
        if self.entries.intersection(lost):
            return True
        changes = (
            Change(Section.POLICY, scope.database, Action.REMOVE, key, key, usage)
            for scope, key, usage in lost
        )
        return any(one.status is Status.BLOCKED for one in self.guarding(tuple(changes)))


def _lost(step: Step) -> Iterator[tuple[Scope, str, str]]:
    """Yield what is no longer allowed: of ``All`` also each usage that does not take its place."""
    added = {one.key for one in step.narrowing.added}
    for one in step.narrowing.removed:
        yield one.key
        for usage in SINGLE_USAGES if one.usage == Usage.ALL else ():
            if (one.scope, one.key[1], usage) not in added:
                yield one.scope, one.key[1], str(usage)
