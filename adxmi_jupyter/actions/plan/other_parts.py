"""What a file asks for besides policies and roles: assigned identities, callouts, Azure roles.

Source: *Configure managed identities for your cluster*, *Callout policy* (Azure Data Explorer
docs).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import target_facts
from adxmi_jupyter.actions.plan.steps import Part, Phase, Step, planned
from adxmi_jupyter.actions.policy.callouts import CalloutChange
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import Explain, Several
from adxmi_jupyter.model import callout
from adxmi_jupyter.model.assignment import AssignmentChange
from adxmi_jupyter.model.azure_role import AzureRole, definition_of
from adxmi_jupyter.model.callout import CalloutRule
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.plan import Action, Change, Section, Status, Unseen
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Fact
    from adxmi_jupyter.actions.check.target_facts import HeldRole
    from adxmi_jupyter.actions.plan.naming import Naming
    from adxmi_jupyter.actions.plan.policy_part import Guard
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.sections import (
        AssignedSection,
        AzureRoleSection,
        CalloutSection,
    )

ASSIGNED = "assigned"


def assigned_part(naming: Naming, section: AssignedSection, guard: Guard) -> Part:
    """Return which identities to assign and to remove; raises as `Naming.identity`."""
    present = naming.world.assigned
    if section.identities is None or present is None:
        return Part()
    path: Path = ("assigned", "identities")
    named = [
        (naming.identity(reference, (*path, number)), (*path, number))
        for number, reference in enumerate(section.identities)
    ]
    keys = {_key(one) for one, _ in named}
    extra = [one for one in present.all if _key(one) not in keys]
    new = [(one, where) for one, where in named if not naming.world.is_assigned(one)]
    _check_resources(naming, new)
    stale = [one for one in extra if _is_stale(naming, one, [each for each, _ in named])]
    gone = stale if section.mode is Mode.ADDITIVE else extra
    added = [_assigned(naming, Action.ADD, one, where) for one, where in new]
    changes = guard((*added, *(_assigned(naming, Action.REMOVE, one, path) for one in gone)))
    if section.mode is Mode.OBSERVE:
        return Part(_observed(changes))
    doable = {one.key for one in planned(changes)}
    assigned = [one for one, _ in new if _key(one) in doable]
    again = [one for one in gone if _key(one) in doable and _among(one, assigned)]
    others = [one for one in gone if _key(one) in doable and one not in again]
    steps = (
        *_removing(present, again, changes, Phase.ASSIGN),
        *_assigning(present, assigned, changes),
        *_removing(present, others, changes, Phase.UNASSIGN),
    )
    kept = [one for one in extra if one not in gone]
    told = (_assigned(naming, Action.REMOVE, one, path) for one in kept)
    return Part(changes, steps, tuple(told))


def _check_resources(naming: Naming, new: Sequence[tuple[ManagedIdentity, Path]]) -> None:
    """Check that identities can be assigned; raises InvalidPolicyFile with the place of one."""
    for identity, where in new:
        if not identity.is_system and not identity.resource_id:
            raise naming.file.mistake(
                where,
                f"the identity {identity.object_id} can't be assigned",
                "the subscription of the cluster has none with this ID",
                "give its resourceId below identities",
            )


def _is_stale(naming: Naming, one: ManagedIdentity, named: Sequence[ManagedIdentity]) -> bool:
    """Tell whether an identity is a former one of which the file has the name."""
    former = (naming.replacing.former_of(each.object_id) for each in named)
    return _among(one, named) or any(one.object_id.casefold() in ids for ids in former)


def _among(one: ManagedIdentity, others: Sequence[ManagedIdentity]) -> bool:
    """Tell whether an identity was made again: it has the resource ID of another one.

    Azure goes on with the IDs of the former one until that is removed and assigned anew.
    """
    return any(one.resource_id.lower() == each.resource_id.lower() for each in others)


def _assigned(naming: Naming, action: Action, identity: ManagedIdentity, path: Path) -> Change:
    label = SYSTEM if identity.is_system else identity.label
    line = naming.file.line(path)
    return Change(Section.ASSIGNED, "", action, label, _key(identity), ASSIGNED, line=line)


def _key(identity: ManagedIdentity) -> str:
    return PolicyEntry(identity, ()).key


def _assigning(
    present: AssignedIdentities, new: Sequence[ManagedIdentity], changes: Sequence[Change]
) -> Iterator[Step]:
    if new:
        write = AssignmentChange(present, tuple(new), ())
        made = _with_action(changes, Action.ADD)
        yield Step(Phase.ASSIGN, "", write.request, made, write)


def _removing(
    present: AssignedIdentities,
    gone: Sequence[ManagedIdentity],
    changes: Sequence[Change],
    phase: Phase,
) -> Iterator[Step]:
    if gone:
        write = AssignmentChange(present, (), tuple(gone))
        keys = {_key(one) for one in gone}
        made = tuple(one for one in _with_action(changes, Action.REMOVE) if one.key in keys)
        yield Step(phase, "", write.request, made, write)


def _with_action(changes: Sequence[Change], action: Action) -> tuple[Change, ...]:
    return tuple(one for one in planned(tuple(changes)) if one.action is action)


def _observed(changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(replace(one, status=Status.OBSERVED, reason=None) for one in changes)


def callout_part(naming: Naming, section: CalloutSection, guard: Guard) -> Part:
    """Return which rules to add and to remove; the service's own are left alone."""
    if naming.world.callouts is None:
        return Part()
    own = tuple(rule for rule in naming.world.callouts if not rule.is_fixed)
    wanted = dict(_rules(section))
    _refuse_contradiction(naming, wanted)
    there = {(*rule.key, rule.can_call) for rule in own}
    keys = {rule.key for rule in wanted}
    managed = {True: section.allow is not None, False: section.deny is not None}
    new = {
        _rule_change(naming, Action.ADD, rule, path): rule
        for rule, path in wanted.items()
        if (*rule.key, rule.can_call) not in there
    }
    surplus = {
        _rule_change(naming, Action.REMOVE, rule, ("callouts",)): rule
        for rule in own
        if managed[rule.can_call] and rule.key not in keys
    }
    added = guard(tuple(new))
    if section.mode is Mode.ADDITIVE:
        rules = [new[one] for one in added]
        return Part(added, tuple(_allowing(own, rules, added)), tuple(surplus))
    removed = guard(tuple(surplus))
    if section.mode is Mode.OBSERVE:
        return Part(_observed((*added, *removed)))
    between = _with_rules(own, [new[one] for one in added])
    gone = [surplus[one] for one in removed]
    after = tuple(rule for rule in between if rule not in gone)
    allowing = _allowing(own, [new[one] for one in added], added)
    return Part((*added, *removed), (*allowing, *_disallowing(between, after, removed)))


def _refuse_contradiction(naming: Naming, wanted: Mapping[CalloutRule, Path]) -> None:
    """Raise `InvalidPolicyFile` for a rule that is allowed and denied: only one can come true."""
    seen: set[tuple[str, str]] = set()
    for rule, path in wanted.items():
        if rule.key in seen:
            what = f"the callout rule {rule.callout_type} {rule.pattern} is allowed and denied"
            why = "a cluster has one rule for a type and an expression"
            raise naming.file.mistake(path, what, why, "remove one of the two")
        seen.add(rule.key)


def _rules(section: CalloutSection) -> Iterator[tuple[CalloutRule, Path]]:
    for can_call, name in ((True, "allow"), (False, "deny")):
        for number, rule in enumerate(getattr(section, name) or ()):
            yield CalloutRule(rule.type, rule.uri, can_call), ("callouts", name, number)


def _rule_change(naming: Naming, action: Action, rule: CalloutRule, path: Path) -> Change:
    effect = "allow" if rule.can_call else "deny"
    subject, item = f"{effect} {rule.callout_type}", rule.pattern
    line = naming.file.line(path)
    return Change(Section.CALLOUTS, "", action, subject, subject, item, line=line)


def _with_rules(own: Sequence[CalloutRule], new: Sequence[CalloutRule]) -> tuple[CalloutRule, ...]:
    replaced = {rule.key for rule in new}
    return (*(rule for rule in own if rule.key not in replaced), *new)


def _allowing(
    own: tuple[CalloutRule, ...], new: Sequence[CalloutRule], changes: Sequence[Change]
) -> Iterator[Step]:
    if new:
        command = callout.allow_command(new)
        write = CalloutChange(own, _with_rules(own, new), command)
        yield Step(Phase.CALL, "", command, tuple(changes), write)


def _disallowing(
    between: tuple[CalloutRule, ...], after: tuple[CalloutRule, ...], changes: Sequence[Change]
) -> Iterator[Step]:
    if changes:
        command = callout.alter_command(after)
        yield Step(
            Phase.CALL_NO_MORE, "", command, tuple(changes), CalloutChange(between, after, command)
        )


def azure_role_part(naming: Naming, section: AzureRoleSection) -> tuple[Part, tuple[Unseen, ...]]:
    """Return which roles in Azure are missing, and which could not be looked at."""
    asked = list(_azure_roles(naming, section))
    facts = naming.world.facts
    facts.gather(one.fact for one in asked)
    changes: list[Change] = []
    unseen: list[Unseen] = []
    for one in asked:
        try:
            held: Sequence[HeldRole] = facts.answer(one.fact)
        except AdxmiError as failure:
            unseen.append(Unseen(Section.AZURE_ROLES, CLUSTER, failure, one.fact.right))
            continue
        if one.definition_id not in {role.definition_id for role in held}:
            changes.append(one.change)
    return Part(tuple(changes)), tuple(unseen)


@dataclass(frozen=True)
class _AskedRole:
    """A role in Azure that the file names: by its definition, and where Azure is asked for it."""

    change: Change
    definition_id: str
    fact: Fact


def _azure_roles(naming: Naming, section: AzureRoleSection) -> Iterator[_AskedRole]:
    for reference, roles in section.identities.items():
        identity = naming.identity(reference, ("azureRoles", reference))
        for number, one in enumerate(roles or ()):
            path: Path = ("azureRoles", reference, number)
            definition = _definition_of(naming, one.role, (*path, "role"))
            _check_scope(naming, one.scope, (*path, "scope"))
            change = Change(
                Section.AZURE_ROLES, "", Action.ADD, identity.label, identity.object_id,
                f"{one.role} on {one.scope}", Status.OBSERVED, line=naming.file.line(path),
            )  # fmt: skip
            fact = target_facts.azure_roles(one.scope.rstrip("/"), identity.object_id)
            yield _AskedRole(change, definition, fact)


def _definition_of(naming: Naming, role: str, path: Path) -> str:
    found = definition_of(role)
    if not found:
        names = [one.role_name for one in AzureRole]
        match = closest(role, names)
        why = Explain.of("the roles known by name are ", Several.of(names))
        fix = f"write {match}" if match else "give the GUID of its definition"
        raise naming.file.mistake(path, f"there is no Azure role {role!r}", why, fix)
    return found


def _check_scope(naming: Naming, scope: str, path: Path) -> None:
    if not scope.lower().startswith("/subscriptions/"):
        what, why = f"{scope!r} is no scope in Azure", "a scope is a resource ID"
        raise naming.file.mistake(path, what, why, "begin it with /subscriptions/")
