"""What an apply must not remove: what the file protects, what locks out, what workflows need.

Always protected are the last admin of a database, the caller's own AllDatabasesAdmin, and the
identity of the customer-managed key. What a workflow needs is protected unless the user says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import cluster_facts
from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.check.findings import CheckedKind, State
from adxmi_jupyter.actions.identity import dependents
from adxmi_jupyter.actions.plan.replacing import ids_of
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.declaration.requirements import Allowed, GrantedInKusto
from adxmi_jupyter.model.plan import Action, Identifier, Reason, Replacing, Section, Status
from adxmi_jupyter.model.policy import CLUSTER, Policy, PolicyEntry, Scope
from adxmi_jupyter.model.principal import looks_like_reference, parse_reference
from adxmi_jupyter.model.usage import Usage, canonical

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Finding
    from adxmi_jupyter.actions.plan.naming import Naming
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.model.plan import Change
    from adxmi_jupyter.model.policy_file.sections import Protection


@dataclass(frozen=True)
class Verdict:
    """Why a change is blocked, if it is, and the workflows that it breaks."""

    reason: Reason | None
    breaks: tuple[str, ...] = ()


Verdicts = Mapping[Identifier, Verdict]
"""By the identifier of the change."""

Chosen = frozenset[Identifier] | None
"""The changes that are to be made; None for all of them."""


@dataclass(frozen=True)
class Guarding:
    """Blocks removals: those that the file protects, and those that there is a verdict on.

    Changes that are not among those chosen are left out; without a choice none is.
    """

    protected: tuple[tuple[frozenset[str], Protection], ...] = ()
    replacing: Replacing = field(default_factory=Replacing)
    verdicts: Verdicts = field(default_factory=dict)
    chosen: Chosen = None

    @classmethod
    def of(cls, naming: Naming, chosen: Chosen = None) -> Guarding:
        """Return it with what the file protects; raises as `Naming.identity`."""
        listed = naming.file.content.protected
        protected = ((_ids_of(naming, one, number), one) for number, one in enumerate(listed))
        return cls(tuple(protected), naming.replacing, chosen=chosen)

    def __call__(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """Return the chosen changes, blocked where they must not be carried out."""
        chosen = self.chosen
        return tuple(
            self._confirmed(self._guarded(one))
            for one in changes
            if chosen is None or one.identifier in chosen
        )

    def _confirmed(self, change: Change) -> Change:
        """Block what concerns a name that stands for another identity, unless it is confirmed."""
        if change.status is not Status.PLANNED:
            return change
        if is_of(self.replacing.pending, change):
            return _blocked(change, Reason.REPLACED)
        is_confirmed = is_of(self.replacing.confirmed, change)
        return replace(change, reason=Reason.REPLACED) if is_confirmed else change

    def _guarded(self, change: Change) -> Change:
        if change.action is Action.ADD or change.status is not Status.PLANNED:
            return change
        if any(_concerns(ids, one, change) for ids, one in self.protected):
            return _blocked(change, Reason.PROTECTED)
        verdict = self.verdicts.get(change.identifier)
        if verdict is None:
            return change
        found = replace(change, breaks=verdict.breaks)
        return _blocked(found, verdict.reason) if verdict.reason else found


def _blocked(change: Change, reason: Reason) -> Change:
    return replace(change, status=Status.BLOCKED, reason=reason)


def _ids_of(naming: Naming, one: Protection, number: int) -> frozenset[str]:
    path = ("protected", number, "identity")
    if not looks_like_reference(one.identity) or one.identity in naming.file.content.identities:
        return ids_of(naming.identity(one.identity, path))
    principal = naming.principal(one.identity, path)
    holders = (held for held in naming.world.roles.values())
    mine = {one for held in holders for one in held if principal.may_be(one)}
    ids = {principal.reference.identifier, principal.object_id}
    ids |= {held.reference.identifier for held in mine if held.reference is not None}
    return frozenset(one.casefold() for one in ids if one)


def is_of(ids: frozenset[str], change: Change) -> bool:
    """Tell whether a change is about the principal that has these IDs."""
    key = change.key
    if change.section is Section.ROLES and looks_like_reference(key):
        key = parse_reference(key).identifier
    return key.casefold() in ids


def _concerns(ids: frozenset[str], one: Protection, change: Change) -> bool:
    if not is_of(ids, change):
        return False
    wanted = {
        Section.POLICY: (one.usage, one.role),
        Section.ROLES: (one.role, one.usage),
    }.get(change.section, (None, one.usage or one.role))
    item, other_kind = wanted
    is_item = item is None or canonical(item).casefold() == change.item.casefold()
    is_place = one.database is None or one.database.casefold() == change.database.casefold()
    return is_item and is_place and not (other_kind and item is None)


def verdicts_on(
    world: World, changes: Sequence[Change], databases: Sequence[str], *, breaks_workflows: bool
) -> Verdicts:
    """Return which removals must not be carried out, and which workflows each breaks."""
    doable = [one for one in changes if one.status is Status.PLANNED]
    removals = [one for one in doable if one.action is Action.REMOVE]
    added = tuple(one for one in doable if one.action is Action.ADD)
    found = {change.identifier: Verdict(Reason.KEY_IDENTITY) for change in _of_key(world, removals)}
    found |= {change.identifier: Verdict(Reason.OWN_ACCESS) for change in _own(world, removals)}
    reason = None if breaks_workflows else Reason.WORKFLOW
    for change, workflows in _needed(world, removals, added, databases).items():
        found.setdefault(change.identifier, Verdict(reason, workflows))
    return found


def _of_key(world: World, removals: Iterable[Change]) -> Iterator[Change]:
    gone = [one for one in removals if one.section is Section.ASSIGNED]
    every = world.assigned.all if world.assigned and gone else ()
    for change in gone:
        identities = [one for one in every if PolicyEntry(one, ()).key == change.key]
        if dependents.of_key(world.connection, identities).found:
            yield change


def _own(world: World, removals: Iterable[Change]) -> Iterator[Change]:
    gone = [
        one
        for one in removals
        if one.section is Section.ROLES and not one.database and one.item == ClusterRole.ADMIN
    ]
    me = principals.caller(world.connection) if gone else None
    mine = me.listed_in(world.roles.get(CLUSTER, ())) if me else ()
    own = {one.fqn.lower() for one in mine if one.role == ClusterRole.ADMIN}
    yield from (one for one in gone if one.key in own)


def _needed(
    world: World,
    removals: Sequence[Change],
    added: tuple[Change, ...],
    databases: Sequence[str],
) -> Mapping[Change, tuple[str, ...]]:
    """Return the workflows that each removal breaks, by the check of their requirements."""
    about = [one for one in removals if one.section is not Section.CALLOUTS]
    if not about:
        return {}
    places = {one.database for one in about}
    where = list(databases) if "" in places else sorted(places)
    try:
        checked = check_all(world.connection, where, world.facts).checked
    except AdxmiError:  # then there is nothing to tell which workflows there are
        return {}
    needs = _Needs(world, tuple(about), added)
    found: dict[Change, dict[str, None]] = {}
    for one in checked:
        if one.kind is CheckedKind.WORKFLOW:
            for change in needs.broken_by(one):
                found.setdefault(change, {})[_named(one)] = None
    return {change: tuple(workflows) for change, workflows in found.items()}


def _named(one: Checked) -> str:
    return f"{one.workflow} {one.name}".strip() + f" ({one.database})"


@dataclass(frozen=True)
class _Needs:
    """Tells which removals a workflow does not survive."""

    world: World
    removals: tuple[Change, ...]
    added: tuple[Change, ...]

    def broken_by(self, checked: Checked) -> Iterator[Change]:
        """Yield the removals that take something from a workflow that it has, and needs."""
        for finding in checked.findings:
            if finding.state is State.NOT_MET or finding.identity is None:
                continue
            yield from self._broken(finding, checked.database)

    def _broken(self, finding: Finding, database: str) -> Iterator[Change]:
        about, identity = finding.about, finding.identity
        assert identity is not None  # noqa: S101 - seen by the caller
        ids = ids_of(identity)
        mine = [one for one in self.removals if is_of(ids, one)]
        yield from (one for one in mine if one.section is Section.ASSIGNED)
        if isinstance(about, Allowed):
            yield from self._usages(about, database, mine)
        if isinstance(about, GrantedInKusto):
            where = {one.casefold() for one in about.databases or (database,)}
            yield from (
                one
                for one in mine
                if one.section is Section.ROLES
                and one.item == about.role
                and one.database.casefold() in where
            )

    def _usages(self, about: Allowed, database: str, mine: Sequence[Change]) -> Iterator[Change]:
        scopes = (CLUSTER,) if about.cluster_only else (CLUSTER, Scope(database))
        gone = [
            one
            for one in mine
            if one.section is Section.POLICY
            and Scope(one.database) in scopes
            and one.item in {about.usage, Usage.ALL}
        ]
        if gone and not any(self._allows(scope, gone, about) for scope in scopes):
            yield from gone

    def _allows(self, scope: Scope, gone: Sequence[Change], about: Allowed) -> bool:
        """Tell whether a scope allows something afterwards."""
        ids = ids_of(about.identity)
        gets = (
            one
            for one in self.added
            if one.section is Section.POLICY
            and Scope(one.database) == scope
            and one.item in {about.usage, Usage.ALL}
        )
        if any(is_of(ids, one) for one in gets):
            return True
        return self._left(scope, gone).allows(about.identity, about.usage)

    def _left(self, scope: Scope, gone: Sequence[Change]) -> Policy:
        """Return what is left of a policy without some usages."""
        policy = self.world.policies.get(scope) or self._policy(scope)
        names = {one.item for one in gone if Scope(one.database) == scope}
        keys = {one.key for one in gone}
        return Policy(
            tuple(
                entry.with_usages(tuple(u for u in entry.allowed_usages if u not in names))
                if entry.key in keys
                else entry
                for entry in policy
            )
        )

    def _policy(self, scope: Scope) -> Policy:
        fact = cluster_facts.policy(scope)
        self.world.facts.gather([fact])
        policy: Policy = self.world.facts.answer(fact) if self.world.facts.knows(fact) else Policy()
        return policy
