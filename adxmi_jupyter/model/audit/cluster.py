"""All that the rules of the audit look at: what is known of a cluster, as a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from adxmi_jupyter.model.audit.evidence import Part, Source
from adxmi_jupyter.model.declaration.requirements import Allowed
from adxmi_jupyter.model.identity import SYSTEM, word_among
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry

if TYPE_CHECKING:
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.audit.evidence import Unseen
    from adxmi_jupyter.model.cluster_role import PrincipalAssignment
    from adxmi_jupyter.model.connection_string import Method
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.model.role import RoleAssignment


@dataclass(frozen=True)
class AuditedWorkflow:
    """A workflow that exists: what it requires, each with the database that this is about.

    `signs_in` are the ways by which it authenticates without an identity; `is_untold` says that
    its identity is not visible, and `usages` which it may need then. `state` is the service's own
    word where it does not run, such as disabled; `interval` is that of its runs, and `last_run`
    when it ran last, where the service tells.
    """

    noun: str
    name: str
    database: str
    requirements: tuple[tuple[Requirement, str], ...] = ()
    signs_in: tuple[Method, ...] = ()
    target: str = ""
    usages: tuple[str, ...] = ()
    is_untold: bool = False
    state: str = ""
    interval: timedelta | None = None
    last_run: datetime | None = None
    is_function: bool = False

    @property
    def label(self) -> str:
        """What people call it: ``external table Archive (Sales)``."""
        return f"{self.noun.replace('-', ' ')} {self.name} ({self.database})"

    def allowances(self) -> Iterator[Allowed]:
        """Yield what the policy has to allow."""
        return (one for one, _ in self.requirements if isinstance(one, Allowed))

    def names(self, identity: ManagedIdentity) -> bool:
        """Tell whether it names an identity."""
        return any(same(one, identity) for one in self.acts_as)

    @property
    def acts_as(self) -> tuple[ManagedIdentity, ...]:
        """The identities that it names."""
        return tuple(
            dict.fromkeys(
                who
                for one, _ in self.requirements
                for who in [getattr(one, "identity", None)]
                if who is not None
            )
        )


@dataclass(frozen=True)
class Run:
    """Requests of the window that have something in common: counts, never their texts.

    `usage` is that of the construct, `mentioned` the object that it names, `named` the identity
    in clear (empty where it is not visible, or none), `caller` the ID of an application that sent
    them.
    """

    database: str
    usage: str
    mentioned: str
    named: str
    caller: str
    times: int
    completed: int
    first: datetime
    last: datetime
    source: Source = Source.REQUESTS


@dataclass(frozen=True)
class DataRun:
    """Operations of a kind that made extents in a table; `source` is that of an update policy."""

    database: str
    table: str
    kind: str
    source: str
    times: int
    last: datetime


@dataclass(frozen=True)
class Touch:
    """What a target or Microsoft Entra saw of an identity, by its object ID."""

    source: Source
    object_id: str
    target: str
    writes: bool
    times: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class HeldAzureRole:
    """An Azure role that a principal holds, by the GUID of its definition, and where."""

    object_id: str
    definition_id: str
    scope: str
    assignment_id: str = ""


@dataclass(frozen=True)
class OtherCluster:
    """A cluster with user-assigned identities, by resource IDs in lower case."""

    resource_id: str
    identities: frozenset[str]
    environment: str = ""

    @property
    def name(self) -> str:
        """Its name."""
        return self.resource_id.rsplit("/", 1)[-1]

    @property
    def subscription(self) -> str:
        """Its subscription."""
        return self.resource_id.split("/")[2].lower()


@dataclass(frozen=True)
class RanScript:
    """A script of a database, and who put it last: an ID of an application, or an address."""

    database: str
    name: str
    keeps_permissions: bool
    put_by: str
    is_by_application: bool


@dataclass(frozen=True)
class ClusterSettings:
    """Settings of a cluster: which tenants get in, and which identity reads its key."""

    tenant_id: str = ""
    trusted_tenants: tuple[str, ...] = ()
    has_key: bool = False
    key_identity: str = ""


@dataclass(frozen=True)
class Logs:
    """The logs of the cluster within the window, each as far as it could be read.

    `monitored` are the databases of which the requests of others are visible; None: of all.
    `touches` are from logs outside of the cluster, where they were given; `covers` is the period of
    each of those, and `outside` what of them could not be seen. `granters` are those who allowed
    usages, where a log tells.
    """

    runs: Part[tuple[Run, ...]]
    data: Part[tuple[DataRun, ...]]
    grants: Part[Mapping[tuple[Scope, str, str], datetime]]
    monitored: frozenset[str] | None
    touches: tuple[Touch, ...] = ()
    covers: Mapping[Source, tuple[datetime, datetime]] = field(default_factory=dict)
    outside: tuple[Unseen, ...] = ()
    granters: Mapping[tuple[Scope, str, str], str] = field(default_factory=dict)

    def shows(self, database: str) -> bool:
        """Tell whether the requests of everybody to a database are visible."""
        return self.monitored is None or database in self.monitored


@dataclass(frozen=True)
class AuditedCluster:
    """A cluster as the audit knows it; `databases` are those that were read.

    `is_whole` says that these are all of the cluster. `unread` are objects that could not be
    listed, by their database. `window` is what the logs cover of the time before `until`, which is
    `as_of` unless that is in the future. `known` are identities to tell one apart from another.
    `followers` are the clusters that follow each database.
    """

    name: str
    uri: str
    databases: tuple[str, ...]
    as_of: datetime
    window: timedelta
    policies: Mapping[Scope, Part[Policy]]
    assigned: Part[AssignedIdentities]
    workflows: tuple[AuditedWorkflow, ...]
    logs: Logs
    roles: Mapping[str, Part[tuple[RoleAssignment, ...]]] = field(default_factory=dict)
    cluster_roles: Part[tuple[PrincipalAssignment, ...]] = field(default_factory=Part)
    azure_roles: Part[tuple[HeldAzureRole, ...]] = field(default_factory=Part)
    clusters: Part[tuple[OtherCluster, ...]] = field(default_factory=Part)
    settings: Part[ClusterSettings] = field(default_factory=Part)
    log_categories: Part[frozenset[str]] = field(default_factory=Part)
    scripts: Mapping[str, Part[tuple[RanScript, ...]]] = field(default_factory=dict)
    followers: Part[Mapping[str, tuple[str, ...]]] = field(default_factory=Part)
    unread: Mapping[str, tuple[Unseen, ...]] = field(default_factory=dict)
    known: Sequence[ManagedIdentity] = ()
    client_ids: Mapping[str, str] = field(default_factory=dict)
    resource_id: str = ""
    is_whole: bool = True
    until: datetime | None = None

    @property
    def since(self) -> datetime:
        """When the window begins."""
        return self.ends - self.window

    @property
    def ends(self) -> datetime:
        """When the window ends: the logs may end before the moment that the audit speaks of."""
        return self.until or self.as_of

    def scopes(self) -> tuple[Scope, ...]:
        """Return the scopes whose policies can be looked at."""
        return tuple(scope for scope, part in self.policies.items() if part.unseen is None)

    def entries(self, *, cluster: bool = True) -> Iterator[tuple[Scope, PolicyEntry]]:
        """Yield the entries of the policies that could be read."""
        for scope in self.scopes():
            if cluster or scope != CLUSTER:
                for entry in self.policies[scope].known:
                    yield scope, entry

    def databases_of(self, scope: Scope) -> tuple[str, ...]:
        """Return the databases in which a policy counts."""
        return (scope.database,) if scope.database else self.databases

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[AuditedWorkflow, ...]]:
        found: dict[str, tuple[AuditedWorkflow, ...]] = {}
        for one in self.workflows:
            found[one.name] = (*found.get(one.name, ()), one)
        return found

    def called(self, name: str) -> tuple[AuditedWorkflow, ...]:
        """Return the workflows of a name, in all databases."""
        return self._by_name.get(name, ())

    def word(self, identity: ManagedIdentity) -> str:
        """Return how a command names an identity."""
        fallback = identity.object_id or identity.resource_id
        return word_among(identity, self.known, lambda one: one.object_id.lower(), fallback)

    def names_of(self, identity: ManagedIdentity) -> frozenset[str]:
        """Return the words by which texts may name an identity, in lower case."""
        words = {identity.object_id.lower(), identity.client_id.lower(), self.client_id(identity)}
        words |= {SYSTEM} if identity.is_system else set()
        return frozenset(words - {""})

    def client_id(self, identity: ManagedIdentity) -> str:
        """Return the client ID of an identity in lower case; empty where it is unknown."""
        known = identity.client_id or self.client_ids.get(identity.object_id.lower(), "")
        return known.lower()

    def is_assigned(self, identity: ManagedIdentity) -> bool:
        """Tell whether an identity is assigned; only where `assigned` is known.

        A former system-assigned identity is not.
        """
        ids = {word.lower() for one in self.assigned.known.all for word in (one.object_id,)}
        present = self.assigned.known.system
        if identity.is_system and identity.object_id.lower() == SYSTEM:
            return present is not None
        return identity.object_id.lower() in ids


def same(one: ManagedIdentity, other: ManagedIdentity) -> bool:
    """Tell whether two values are about one identity.

    A former system-assigned identity has another object ID than the present one.
    """
    if one.is_system and other.is_system:
        ids = {one.object_id.lower(), other.object_id.lower()}
        return len(ids) == 1 or SYSTEM in ids
    return PolicyEntry(one, ()).key == PolicyEntry(other, ()).key
