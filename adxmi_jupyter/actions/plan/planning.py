"""Compare a cluster with a policy file: what would change, by which commands, and what must not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.plan.dependencies import addressed
from adxmi_jupyter.actions.plan.existence import (
    check_databases,
    check_usages,
    unmatched_exceptions,
)
from adxmi_jupyter.actions.plan.naming import Naming, scopes_named
from adxmi_jupyter.actions.plan.other_parts import assigned_part, azure_role_part, callout_part
from adxmi_jupyter.actions.plan.policy_part import Comparison, wish_of
from adxmi_jupyter.actions.plan.protection import Guarding, is_of, verdicts_on
from adxmi_jupyter.actions.plan.replacing import names_of, replacing
from adxmi_jupyter.actions.plan.role_part import RoleComparison, wishes_of
from adxmi_jupyter.actions.plan.steps import Part
from adxmi_jupyter.actions.plan.world import Wanted, database_names, read_world
from adxmi_jupyter.errors import InvalidCluster, WrongCluster
from adxmi_jupyter.fixes import Connect
from adxmi_jupyter.model.plan import Action, Plan, Section, Status, ordered
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.service.address import EMBEDDED, parse_address

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.cluster_facts import Facts
    from adxmi_jupyter.actions.plan.policy_part import Guard
    from adxmi_jupyter.actions.plan.protection import Chosen
    from adxmi_jupyter.actions.plan.steps import Step
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.model.plan import Change, UnmatchedException, Unseen
    from adxmi_jupyter.model.policy import Scope
    from adxmi_jupyter.model.policy_file.reading import ClusterContent, PolicyFile
    from adxmi_jupyter.model.policy_file.sections import (
        Content,
        PolicySection,
        RoleSection,
    )
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Options:
    """How a plan is made.

    `chosen` are the changes that it is to have, None for all, and `targets` the addresses of those,
    none for all; `replaced` are names that may stand for another identity than before.
    """

    breaks_workflows: bool = False
    allows_unknown_usages: bool = False
    observes: bool = False
    chosen: Chosen = None
    replaced: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """A plan, and the steps that carry it out, in their order; `world` is what was read for it."""

    plan: Plan
    steps: tuple[Step, ...]
    file: PolicyFile
    options: Options
    world: World


def lock_key_of(uri: str) -> str:
    """Return what a lock file calls the cluster that a policy file names by its address."""
    return EMBEDDED if uri.strip().lower() == EMBEDDED else parse_address(uri).uri


def lock_key(connection: Connection) -> str:
    """Return what a lock file calls the connected cluster."""
    if connection.is_embedded or EMBEDDED in connection.other_addresses:
        return EMBEDDED
    return next(iter(connection.other_addresses), connection.address.uri)


def content_for(connection: Connection, file: PolicyFile) -> ClusterContent:
    """Return what a file says for the connected cluster.

    Raises
    ------
    WrongCluster
        The file is not for it; those that it is for are named.
    InvalidPolicyFile
        The address of a cluster of the file is none.

    """
    mine = [one for one in file.contents.values() if _is_for(connection, one)]
    if len(mine) > 1:
        first, second = mine[0].cluster, mine[1]
        what = f"{first} and {second.cluster} are the same cluster"
        why = "what the file says of only one of them could not be told from the other"
        raise second.mistake(("clusters", second.cluster), what, why, f"keep {first}")
    if mine:
        return mine[0]
    addresses = {name: one.content.clusters[name].uri for name, one in file.contents.items()}
    listed = ", ".join(f"{name} ({uri})" for name, uri in addresses.items())
    raise WrongCluster(
        f"{file.source} is not for the cluster {connection.cluster}",
        why=f"its clusters are {listed}",
        fix=Connect(next(iter(addresses.values()))),
    )


def _is_for(connection: Connection, content: ClusterContent) -> bool:
    uri = content.content.clusters[content.cluster].uri
    if uri.strip().lower() == EMBEDDED:
        return connection.is_embedded or EMBEDDED in connection.other_addresses
    own_id = connection.known_resource_id.strip("/").lower()
    resource_id = content.content.clusters[content.cluster].resource_id or ""
    if own_id and resource_id.strip("/").lower() == own_id:
        return True
    try:
        return parse_address(uri).uri in {connection.address.uri, *connection.other_addresses}
    except InvalidCluster as invalid:
        path = ("clusters", content.cluster, "uri")
        raise content.mistake(path, invalid.what, invalid.why, invalid.fix) from invalid


@dataclass(frozen=True)
class Survey:
    """What a file says and what the cluster has, each read once: plans are made of the two."""

    naming: Naming
    wanted: Wanted
    existing: tuple[str, ...]
    file: PolicyFile
    options: Options
    names: Mapping[str, str]

    def prepared(self, chosen: Chosen = None) -> Prepared:
        """Return the plan of some changes, or of all."""
        naming, world, wanted = self.naming, self.naming.world, self.wanted
        options = replace(self.options, chosen=chosen)
        guarding = Guarding.of(naming, chosen)
        part, unseen = _whole(naming, wanted, guarding)
        breaking = options.breaks_workflows
        verdicts = verdicts_on(world, part.changes, self.existing, breaks_workflows=breaking)
        if verdicts:
            part, unseen = _whole(naming, wanted, replace(guarding, verdicts=verdicts))
        steps = tuple(sorted(part.steps, key=lambda one: (one.phase, one.database.lower())))
        plan = Plan(
            world.connection.cluster,
            naming.file.source,
            self.file.digest,
            ordered(part.changes),
            tuple(one.planned for one in steps),
            (*world.unseen, *unseen),
            part.kept,
            _states(world),
            _unchanged(world, part.changes),
            {name: known for name, known in self.names.items() if known},
            naming.replacing.found,
            self._left_out(chosen),
            self._unmatched(),
        )
        return Prepared(plan, steps, self.file, options, world)

    def _unmatched(self) -> tuple[UnmatchedException, ...]:
        is_only = len(self.file.contents) == 1
        return unmatched_exceptions(self.naming.file, self.existing, is_only_cluster=is_only)

    def _left_out(self, chosen: Chosen) -> tuple[Change, ...]:
        """Return what follows from names that stand for other identities, and is not chosen."""
        if chosen is None or not self.naming.replacing.found:
            return ()
        confirmed = self.naming.replacing.confirmed
        whole, _ = _whole(self.naming, self.wanted, Guarding.of(self.naming))
        return tuple(
            one for one in whole.changes if is_of(confirmed, one) and one.identifier not in chosen
        )


def prepare(connection: Connection, file: PolicyFile, options: Options) -> Prepared:
    """Read the cluster and compare it with a file.

    Raises
    ------
    InvalidValue
        No change has one of the addresses.
    AdxmiError
        As `survey`.

    """
    found = survey(connection, file, options)
    if not options.targets:
        return found.prepared(options.chosen)
    return found.prepared(addressed(found.prepared().plan, options.targets))


def survey(
    connection: Connection, file: PolicyFile, options: Options, facts: Facts | None = None
) -> Survey:
    """Read what a file manages on the cluster; `facts` are those that are known already.

    Raises
    ------
    WrongCluster
        The file is not for the connected cluster.
    InvalidPolicyFile
        A name in the file stands for nothing, or for several things.
    UnknownUsage
        The file names a usage that neither this release nor the cluster knows.
    AdxmiError
        The databases of the cluster could not be listed.

    """
    content = content_for(connection, file)
    if options.observes:
        content = replace(content, content=_observing(content.content))
    existing = database_names(connection)
    wanted = _wanted(content.content, existing)
    world = read_world(connection, wanted, facts)
    check_databases(content, world, existing)
    naming = Naming(content, world)
    names = names_of(naming)
    locked = file.lock.names(lock_key(connection))
    naming = replace(naming, replacing=replacing(naming, names, locked, options.replaced))
    if not options.allows_unknown_usages:
        check_usages(naming)
    known = {name: now or locked.get(name, "") for name, now in names.items()}
    return Survey(naming, wanted, existing, file, options, known)


def _observing(content: Content) -> Content:
    """Return a file in which every section is only looked at."""
    sections = ("assigned", "policy", "roles", "callouts")
    observed = {
        name: one.model_copy(update={"mode": Mode.OBSERVE})
        for name in sections
        if (one := getattr(content, name)) is not None
    }
    return content.model_copy(update=observed)


def _wanted(content: Content, existing: Sequence[str]) -> Wanted:
    policy, roles = content.policy, content.roles
    policies = [CLUSTER] if policy and policy.cluster is not None else []
    policies += scopes_named(policy.databases, existing) if policy else ()
    held = [CLUSTER] if roles and roles.cluster is not None else []
    held += scopes_named(roles.databases, existing) if roles else ()
    assigned = content.assigned
    return Wanted(
        tuple(dict.fromkeys(policies)),
        tuple(dict.fromkeys(held)),
        callouts=content.callouts is not None,
        assigned=assigned is not None and assigned.identities is not None,
        databases=tuple(existing),
    )


def _whole(naming: Naming, wanted: Wanted, guard: Guard) -> tuple[Part, tuple[Unseen, ...]]:
    content = naming.file.content
    part = Part()
    unseen: tuple[Unseen, ...] = ()
    if content.assigned is not None:
        part += assigned_part(naming, content.assigned, guard)
    later = frozenset(
        one.key
        for one in part.changes
        if (one.section, one.action, one.status) == (Section.ASSIGNED, Action.ADD, Status.PLANNED)
    )
    leaving = frozenset(
        one.key
        for one in part.changes
        if (one.section, one.action, one.status)
        == (Section.ASSIGNED, Action.REMOVE, Status.PLANNED)
    )
    if content.policy is not None:
        naming_then = replace(naming, leaving=leaving - later)
        part = sum(_of_policies(naming_then, content.policy, wanted.policies, guard, later), part)
    if content.roles is not None:
        part = sum(_of_roles(naming, content.roles, wanted.roles, guard), part)
    if content.callouts is not None:
        part += callout_part(naming, content.callouts, guard)
    if content.azure_roles is not None:
        found, unseen = azure_role_part(naming, content.azure_roles)
        part += Part(guard(found.changes))
    return part, unseen


def _of_policies(
    naming: Naming,
    section: PolicySection,
    scopes: Sequence[Scope],
    guard: Guard,
    later: frozenset[str],
) -> Iterator[Part]:
    policies = naming.world.policies
    for scope in scopes:
        wish = wish_of(naming, section, scope)
        if scope in policies:
            yield Comparison(naming, section.mode, wish, policies[scope], later).part(guard)


def _of_roles(
    naming: Naming, section: RoleSection, scopes: Sequence[Scope], guard: Guard
) -> Iterator[Part]:
    roles = naming.world.roles
    for scope in scopes:
        for wish in wishes_of(naming, section, scope):
            if scope in roles:
                yield RoleComparison(naming, section.mode, wish, roles[scope]).part(guard)


def _states(world: World) -> dict[str, str]:
    """Return hashes of what was read, by what it is of."""
    states = {f"policy of the {scope}": _policy_words(one) for scope, one in world.policies.items()}
    states |= {
        f"roles on the {scope}": sorted(f"{one.role} {one.fqn}" for one in held)
        for scope, held in world.roles.items()
    }
    if world.callouts is not None:
        states["callout policy"] = sorted(map(str, world.callouts))
    if world.assigned is not None:
        states["assigned identities"] = sorted(
            PolicyEntry(one, ()).key for one in world.assigned.all
        )
    return {
        name: hashlib.sha256("\n".join(words).encode()).hexdigest()
        for name, words in states.items()
    }


def _unchanged(world: World, changes: tuple[Change, ...]) -> frozenset[tuple[str, str, str, str]]:
    """Return what those whom changes concern have already, and keep."""
    about = {(one.section, one.database, one.key) for one in changes}
    gone = {one.identifier[:4] for one in changes}
    return frozenset(one for one in _present(world) if one[:3] in about and one not in gone)


def _present(world: World) -> Iterator[tuple[str, str, str, str]]:
    """Yield what policies and roles have, as changes name it."""
    for scope, policy in world.policies.items():
        for entry in policy:
            for usage in entry.allowed_usages:
                yield Section.POLICY, scope.database, entry.key, usage
    for scope, held in world.roles.items():
        for one in held:
            yield Section.ROLES, scope.database, one.fqn.lower(), str(one.role)


def _policy_words(policy: object) -> list[str]:
    return sorted(f"{one.key} {' '.join(one.allowed_usages)}" for one in policy)  # type: ignore[attr-defined]
