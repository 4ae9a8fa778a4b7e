"""Read what a cluster has as rows of state: an atom each, and a row for each section.

What could not be read is a section that says which permission it requires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.check import cluster_facts, many_databases
from adxmi_jupyter.actions.check.checks import inventory
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.evidence import azure
from adxmi_jupyter.actions.evidence.declared import workflows_of
from adxmi_jupyter.actions.evidence.parts import part_of
from adxmi_jupyter.actions.plan.world import database_names, roles_fact
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.masking import as_written
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, PolicyListing
from adxmi_jupyter.model.history.rows import (
    COMPLETE,
    Kind,
    StateRow,
    as_guid,
    canonical,
    clean,
)
from adxmi_jupyter.model.policy import CLUSTER, Scope

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.checks import Inventory
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.audit.cluster import AuditedCluster, AuditedWorkflow
    from adxmi_jupyter.model.audit.evidence import Part
    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

_SEES_ALL = "AllDatabasesMonitor"


@dataclass(frozen=True)
class Observed:
    """What is known of a cluster, each part as far as it could be read; None was not asked for.

    `unlisted` are the kinds of workflows that could not be listed, by database, with the reason.
    """

    cluster: str
    cluster_id: str
    databases: tuple[str, ...] | None
    policies: Mapping[Scope, Part[Policy]]
    roles: Mapping[str, Part[tuple[RoleAssignment, ...]]]
    assigned: Part[AssignedIdentities] | None
    workflows: tuple[AuditedWorkflow, ...] | None
    unlisted: Mapping[str, Mapping[str, str]]
    callouts: Part[tuple[CalloutRule, ...]] | None

    def rows(self) -> tuple[StateRow, ...]:
        """Return the rows of state, in no order."""
        every = (
            *self._databases(),
            *self._policies(),
            *self._roles(),
            *self._assigned(),
            *self._callouts(),
            *self._workflows(),
        )
        return tuple({one.atom: one for one in every}.values())

    @property
    def reached(self) -> bool:
        """Whether anything could be read."""
        return any(one.unseen is None for one in self.policies.values())

    def _row(
        self, kind: Kind, database: str, item: str, value: Mapping[str, Any], **more: str
    ) -> StateRow:
        texts = {name: clean(text) for name, text in more.items()}
        for name in ("object_id", "client_id"):
            texts[name] = as_guid(texts.get(name, ""))
        return StateRow(
            cluster=clean(self.cluster),
            cluster_id=clean(self.cluster_id),
            kind=kind.value,
            database=clean(database),
            item=clean(item),
            value=clean(canonical(value)),
            **texts,
        )

    def _section(
        self, kind: Kind, database: str, count: int, unseen: Unseen | None = None
    ) -> StateRow:
        found = self._row(kind, database, "", {} if unseen else {"rows": count})
        return replace(found, completeness=_why(unseen) if unseen else COMPLETE)

    def _databases(self) -> Iterator[StateRow]:
        """Yield the databases: who may not read all of them may not even see them."""
        whole = self.policies.get(CLUSTER)
        if self.databases is None or whole is None:
            return
        sees_all = whole.unseen is None
        partly = Unseen(Source.POLICIES, Reason.DENIED, _SEES_ALL)
        yield self._section(Kind.DATABASE, "", len(self.databases), None if sees_all else partly)
        if sees_all:
            for name in self.databases:
                yield self._row(Kind.DATABASE, "", name, {})

    def _policies(self) -> Iterator[StateRow]:
        for scope, part in self.policies.items():
            policy = part.value
            rows = [
                self._identity(Kind.POLICY, scope.database, usage, one.identity)
                for one in policy or ()
                for usage in one.allowed_usages
            ]
            yield self._section(Kind.POLICY, scope.database, len(rows), part.unseen)
            yield from rows

    def _identity(
        self, kind: Kind, database: str, item: str, one: ManagedIdentity, **more: str
    ) -> StateRow:
        value: dict[str, Any] = {"system": True} if one.is_system else {}
        value |= {"identity": one.object_id} if one.object_id and not as_guid(one.object_id) else {}
        return self._row(
            kind,
            database,
            item,
            {**value, **more},
            identity_name=one.display_name,
            object_id=one.object_id,
            client_id=one.client_id,
            resource_id=one.resource_id.lower() if kind is Kind.ASSIGNMENT else "",
        )

    def _roles(self) -> Iterator[StateRow]:
        for database, part in self.roles.items():
            # A database lists those who hold a role on all databases, too: they have their section.
            # Commands call the type of a principal differently; its name begins with it.
            rows = [
                self._row(
                    Kind.ROLE,
                    database,
                    str(one.role),
                    {"principal": one.fqn, **_noted(one)},
                    identity_name=one.display_name,
                    object_id=one.object_id,
                )
                for one in part.value or ()
                if one.database == database
            ]
            yield self._section(Kind.ROLE, database, len(rows), part.unseen)
            yield from rows

    def _assigned(self) -> Iterator[StateRow]:
        if self.assigned is None:
            return
        found = self.assigned.value
        rows = [
            self._identity(Kind.ASSIGNMENT, "", "system" if one.is_system else "user", one)
            for one in (found.all if found else ())
        ]
        yield self._section(Kind.ASSIGNMENT, "", len(rows), self.assigned.unseen)
        yield from rows

    def _callouts(self) -> Iterator[StateRow]:
        if self.callouts is None:
            return
        rows = [
            self._row(
                Kind.CALLOUT,
                "",
                f"{one.callout_type} {one.pattern}",
                {"allowed": one.can_call},
            )
            for one in self.callouts.value or ()
            if not one.is_fixed
        ]
        yield self._section(Kind.CALLOUT, "", len(rows), self.callouts.unseen)
        yield from rows

    def _workflows(self) -> Iterator[StateRow]:
        if self.workflows is None:
            return
        connections, others = _nouns()
        for database in self.databases or ():
            lost = self.unlisted.get(database, {})
            here = [one for one in self.workflows if one.database == database]
            for kind, nouns in ((Kind.CONNECTION, connections), (Kind.WORKFLOW, others)):
                why = next((lost[noun] for noun in nouns if noun in lost), "")
                unseen = Unseen(Source.OBJECTS, Reason.FAILED, detail=why) if why else None
                rows = [r for one in here if one.noun in nouns for r in self._workflow(kind, one)]
                yield self._section(kind, database, len(rows), unseen)
                yield from () if why else rows

    def _workflow(self, kind: Kind, one: AuditedWorkflow) -> Iterator[StateRow]:
        item = f"{one.noun} {one.name}"
        more = {"target": as_written(one.target).split(";")[0].split("?")[0]} if one.target else {}
        more |= {"unknown identity": "true"} if one.is_untold else {}
        for identity in one.acts_as:
            yield self._identity(kind, one.database, item, identity, **more)
        if not one.acts_as:
            yield self._row(kind, one.database, item, more)


def _noted(one: RoleAssignment) -> dict[str, str]:
    return {"notes": as_written(one.notes)} if one.notes else {}


def of_audit(connection: Connection, cluster: AuditedCluster) -> Observed:
    """Return what an audit of all databases knows; it does not read callout rules."""
    connections, others = _nouns()
    unlisted = {
        database: dict.fromkeys((*connections, *others), some[0].detail)
        for database, some in cluster.unread.items()
        if some
    }
    roles: dict[str, Part[Any]] = {"": cluster.cluster_roles, **cluster.roles}
    return Observed(
        connection.cluster,
        cluster.resource_id,
        cluster.databases,
        cluster.policies,
        roles,
        cluster.assigned,
        cluster.workflows,
        unlisted,
        None,
    )


def of_world(world: World) -> Observed:
    """Return what a plan or a snapshot read, which may be a part of the cluster."""
    facts, wanted, connection = world.facts, world.wanted, world.connection
    is_told = wanted.assigned or facts.knows(cluster_facts.assigned())
    sources = {CLUSTER: Source.CLUSTER_ROLES}
    roles = {
        one.database: _part(facts, roles_fact(one), sources.get(one, Source.ROLES))
        for one in wanted.roles
    }
    return Observed(
        connection.cluster,
        _cluster_id(connection),
        wanted.databases,
        _policies(facts, wanted.policies, world.assigned),
        roles,
        _part(facts, cluster_facts.assigned(), Source.CLUSTER) if is_told else None,
        None,
        {},
        _part(facts, cluster_facts.callouts(), Source.POLICIES) if wanted.callouts else None,
    )


def observe(connection: Connection) -> Observed:
    """Read a cluster: each fact once, many at the same time.

    Raises
    ------
    AdxmiError
        The databases could not be listed, or nothing at all could be.

    """
    connection.require_identities()
    databases = database_names(connection)
    facts = Facts(connection)
    found = inventory(facts, databases)
    facts.gather((cluster_facts.callouts(), azure.cluster_roles()))
    many_databases.gather_roles(facts, databases)
    facts.gather(map(cluster_facts.roles, databases))
    scopes = (CLUSTER, *map(Scope, databases))
    assigned = _part(facts, cluster_facts.assigned(), Source.CLUSTER)
    return Observed(
        connection.cluster,
        _cluster_id(connection),
        databases,
        _policies(facts, scopes, assigned.value),
        _roles(facts, databases),
        assigned,
        workflows_of(facts, found),
        _unlisted(found),
        _part(facts, cluster_facts.callouts(), Source.POLICIES),
    )


def _part(facts: Facts, fact: Any, source: Source) -> Part[Any]:
    return part_of(facts, fact, source, lambda answer: answer)


def _policies(
    facts: Facts, scopes: Sequence[Scope], assigned: AssignedIdentities | None
) -> Mapping[Scope, Part[Policy]]:
    """Return policies in which a former system-assigned identity is not taken for the present."""

    def read(found: Policy) -> Policy:
        return found.as_of(assigned.system) if assigned else found

    return {one: part_of(facts, cluster_facts.policy(one), Source.POLICIES, read) for one in scopes}


def _roles(
    facts: Facts, databases: Iterable[str]
) -> Mapping[str, Part[tuple[RoleAssignment, ...]]]:
    of_databases = {one: _part(facts, cluster_facts.roles(one), Source.ROLES) for one in databases}
    return {"": _part(facts, azure.cluster_roles(), Source.CLUSTER_ROLES), **of_databases}


def _unlisted(found: Inventory) -> Mapping[str, Mapping[str, str]]:
    lost: dict[str, dict[str, str]] = {}
    for one in found.unread:
        why = "; ".join(_words(each.evidence.parts) for each in one.findings)
        lost.setdefault(one.database, {}).update(dict.fromkeys(one.kinds, why))
    return lost


def _words(parts: Iterable[object]) -> str:
    return "".join(one for one in parts if isinstance(one, str))


def _nouns() -> tuple[frozenset[str], frozenset[str]]:
    """Return the kinds of data connections, and those of all else that is kept."""
    kept = [one for one in declarations() if not isinstance(one.listing, PolicyListing)]
    connections = {o.noun() for o in kept if isinstance(o.listing, DataConnectionListing)}
    return frozenset(connections), frozenset(o.noun() for o in kept) - connections


def _cluster_id(connection: Connection) -> str:
    try:
        return connection.cluster_id
    except AdxmiError:  # a role in Azure is no role in the cluster
        return ""


def _why(unseen: Unseen) -> str:
    """Return what a section says that could not be read: the permission, where that is known."""
    if unseen.reason is Reason.DENIED:
        return f"{unseen.reason.value} {unseen.requires}"
    return f"{Reason.FAILED.value}: {as_written(unseen.detail)}" if unseen.detail else "not read"
