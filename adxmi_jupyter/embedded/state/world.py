"""The state of the embedded Azure: one tenant and its clusters, in plain dataclasses.

Every API of the server works on the same `World`. Another thread may read and change it;
hold `world.lock` around a change of several steps. What belongs to one cluster is kept by its
`Cluster`, and a command or query sees the world as its own cluster does: `World.at`.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.state.behaviours import Behaviours
from adxmi_jupyter.embedded.state.clock import Clock
from adxmi_jupyter.embedded.state.clusters import Cluster, Database, Identity
from adxmi_jupyter.embedded.state.entities import (
    ContinuousExport,
    ExternalTable,
    UpdatePolicy,
)
from adxmi_jupyter.embedded.state.event_hubs import DataSources
from adxmi_jupyter.embedded.state.followers import follow_leaders
from adxmi_jupyter.embedded.state.ids import cluster_id, group_id, identity_id, same, stable_id
from adxmi_jupyter.embedded.state.ingestion import ingestion_of
from adxmi_jupyter.embedded.state.networks import network_for
from adxmi_jupyter.embedded.state.regions import display_name
from adxmi_jupyter.embedded.state.resources import EVERY_DATABASE, AttachedDatabase, Resource
from adxmi_jupyter.embedded.state.security import (
    ADMIN_TOKEN,
    ClusterRole,
    Principal,
    PrincipalKind,
    RoleAssignment,
)
from adxmi_jupyter.embedded.storage.accounts import StorageAccount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.state.arm_operations import Operation
    from adxmi_jupyter.embedded.state.clusters import Table
    from adxmi_jupyter.embedded.state.entities import ServiceState
    from adxmi_jupyter.embedded.state.ingestion import IngestionState
    from adxmi_jupyter.embedded.state.journal import Journal
    from adxmi_jupyter.embedded.state.log_workspaces import LogWorkspace
    from adxmi_jupyter.embedded.state.networks import Network
    from adxmi_jupyter.embedded.state.resources import (
        AzureRoleAssignment,
        ManagementGroup,
        Subscription,
    )
    from adxmi_jupyter.embedded.state.security import DatabaseRole
    from adxmi_jupyter.embedded.state.targets import CosmosAccount, ModelAccount, SqlServer

_TOKEN_PREFIX = "embedded-"  # noqa: S105 - a name in a simulator; it opens nothing


@dataclass
class World:
    """Everything the embedded Azure knows; `clock` tells nanoseconds since 1970.

    `cluster` is the one that is asked: at first the one that the server starts with. `behaviours`
    says how the service behaves where no page does.
    """

    tenant_id: str
    tenant_domain: str
    cluster: Cluster
    identities: list[Identity] = field(default_factory=list)
    principals: list[Principal] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    management_groups: list[ManagementGroup] = field(default_factory=list)
    other_clusters: list[Cluster] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    azure_roles: list[AzureRoleAssignment] = field(default_factory=list)
    storage_accounts: dict[str, StorageAccount] = field(default_factory=dict)
    sql_servers: dict[str, SqlServer] = field(default_factory=dict)
    cosmos_accounts: dict[str, CosmosAccount] = field(default_factory=dict)
    model_accounts: dict[str, ModelAccount] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    log_workspaces: list[LogWorkspace] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    sources: DataSources = field(default_factory=DataSources)
    behaviours: Behaviours = field(default_factory=Behaviours)
    clock: Clock = field(default_factory=Clock, repr=False, compare=False)
    graph_queries: dict[str, list[float]] = field(default_factory=dict, compare=False)
    graph_made: dict[str, float] = field(default_factory=dict, compare=False)
    minted: Iterator[int] = field(default_factory=lambda: itertools.count(1), compare=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    @property
    def clusters(self) -> list[Cluster]:
        """Every cluster that there is, the one that is asked first."""
        return [each for each in (self.cluster, *self.other_clusters) if not each.is_deleted]

    @property
    def journal(self) -> Journal:
        """Journal of the cluster."""
        return self.cluster.journal

    @journal.setter
    def journal(self, journal: Journal) -> None:
        self.cluster.journal = journal

    @property
    def ingestion(self) -> IngestionState:
        """What the cluster keeps about ingestion."""
        return self.cluster.ingestion

    @property
    def service(self) -> ServiceState:
        """What commands started and switched on the cluster."""
        return self.cluster.service

    def at(self, cluster: Cluster) -> World:
        """Return the world as one cluster sees it: the same one, asked at another place.

        Lists and dictionaries are shared. It is for one request: what is set on it is lost.
        """
        if cluster is self.cluster:
            return self
        every = (self.cluster, *self.other_clusters)
        others = [each for each in every if each is not cluster]
        return replace(self, cluster=cluster, other_clusters=others)

    def find_cluster(self, name: str) -> Cluster:
        """Return the cluster of a name or resource ID; KeyError when there is none."""
        for each in self.clusters:
            if each.name.casefold() == name.casefold() or same(cluster_id(each), name):
                return each
        raise KeyError(name)

    def network(self, name: str, kind: str = "") -> Network:
        """Return the network rules of a resource, by its name and type; KeyError for none."""
        same_name = (each for each in self.resources if each.name == name)
        found = next((each for each in same_name if kind in {"", each.kind}), None)
        if found is None:
            raise KeyError(name)
        return self.networks.setdefault(found.resource_id.casefold(), network_for(found.kind))

    def settle(self) -> None:
        """Let operations that aren't asked about take effect when due, and followers follow."""
        for operation in self.operations:
            operation.settle()
        follow_leaders(self.clusters)

    def tenant_of(self, resource_id: str) -> str:
        """Return the tenant of the subscription that a resource ID or scope begins with."""
        wanted = resource_id.strip("/").partition("/")[2].partition("/")[0].casefold()
        found = next((s for s in self.subscriptions if s.subscription_id == wanted), None)
        return (found.tenant_id if found else "") or self.tenant_id

    def mint(self, *words: str) -> str:
        """Return a new GUID; the same ones in the same order in every world."""
        return stable_id("minted", *words, str(next(self.minted)))

    def identity(self, display_name: str) -> Identity:
        """Return the identity of that display name; KeyError when there is none."""
        for identity in self.identities:
            if identity.display_name == display_name:
                return identity
        raise KeyError(display_name)

    def principal(self, token: str) -> Principal | None:
        """Return the caller that presents this bearer token.

        A managed identity signs in with `embedded-` and its display name.
        """
        known = next((p for p in self.principals if p.token == token), None)
        if known is not None or not token.startswith(_TOKEN_PREFIX):
            return known
        name = token.removeprefix(_TOKEN_PREFIX)
        identity = next((i for i in self.identities if i.display_name == name), None)
        return as_principal(identity, token=token) if identity else None

    def find_identity(self, identifier: str) -> Identity | None:
        """Look an object ID, client ID or name up in the directory, ignoring case.

        The directory learns of new identities late: the first lookups may not find them.
        """
        folded = identifier.casefold()
        found = next((i for i in self.identities if folded in _known_as(i)), None)
        if found is not None and found.unseen > 0:
            found.unseen -= 1
            return None
        return found

    def add_database(self, name: str, *, tables: tuple[Table, ...] = ()) -> Database:
        """Create an empty database, or one with these tables."""
        database = Database(name, stable_id("database", name), {t.name: t for t in tables})
        with self.lock:
            self.cluster.databases[name] = database
        return database

    def add_blob(self, account: str, container: str, path: str, data: bytes) -> None:
        """Put a blob into an account; its container is made when it is missing."""
        with self.lock:
            self.storage_accounts[account].put(container, path, data)

    def add_external_table(
        self, name: str, *connection_strings: str, database: str, **properties: Any
    ) -> ExternalTable:
        """Create an external table; `properties` are other fields of `ExternalTable`."""
        table = ExternalTable(name, connection_strings, **properties)
        with self.lock:
            self.cluster.databases[database].external_tables[name] = table
        return table

    def add_continuous_export(
        self, name: str, *, database: str, external_table: str, query: str, **properties: Any
    ) -> ContinuousExport:
        """Create a continuous export; `properties` are other fields of `ContinuousExport`."""
        export = ContinuousExport(name, external_table, query, **properties)
        with self.lock:
            self.cluster.databases[database].continuous_exports[name] = export
        return export

    def add_update_policy(
        self, table: str, *, database: str, source: str, query: str, **properties: Any
    ) -> UpdatePolicy:
        """Add to a table's update policy; `properties` are other fields of `UpdatePolicy`."""
        item = UpdatePolicy(source, query, **properties)
        with self.lock:
            target = self.cluster.databases[database].tables[table]
            target.update_policy = [*(target.update_policy or []), item]
        return item

    def add_identity(
        self,
        display_name: str,
        *,
        object_id: str | None = None,
        client_id: str | None = None,
        assigned: bool = True,
        resource_group: str | None = None,
    ) -> Identity:
        """Create a user-assigned identity and, unless told otherwise, assign it to the cluster."""
        group = resource_group or self.cluster.resource_group
        identity = Identity(
            display_name,
            object_id or stable_id("object", display_name),
            client_id or stable_id("client", display_name),
            self.tenant_id,
            identity_id(self.cluster.subscription_id, group, display_name),
            self.cluster.region,
        )
        with self.lock:
            self.identities.append(identity)
            if assigned:
                self.cluster.identities.append(identity)
        return identity

    def add_storage_account(
        self, name: str, *containers: str, subscription: str = "Contoso"
    ) -> StorageAccount:
        """Create a storage account with empty containers.

        It lives in the first group of a subscription, given by name, and in its tenant.
        """
        kind = "Microsoft.Storage/storageAccounts"
        group = self._first_group(subscription)
        account = StorageAccount(
            name, f"{group}/providers/{kind}/{name}", {container: {} for container in containers}
        )
        with self.lock:
            self.resources.append(Resource(account.resource_id, kind, self.cluster.region))
            self.storage_accounts[name] = account
        return account

    def add_cluster(
        self,
        name: str,
        *,
        subscription: str = "Contoso Archive",
        resource_group: str = "",
        region: str = "",
        state: str = "Stopped",
    ) -> Cluster:
        """Create another cluster in a subscription, given by name; its group is made, too.

        It has no identity and no database, and is stopped unless told otherwise: nothing answers
        at its port then. The admin is its AllDatabasesAdmin; `world.at(cluster)` changes it.
        """
        parts = self._first_group(subscription).split("/")
        where = region or self.cluster.region
        self._subscription(subscription).groups.setdefault(resource_group or parts[4], where)
        cluster = Cluster(
            name,
            where,
            self.tenant_of(f"/subscriptions/{parts[2]}"),
            subscription_id=parts[2],
            resource_group=resource_group or parts[4],
            location=display_name(where),
            state=state,
            ingestion=ingestion_of(name),
        )
        admin = self.principal(ADMIN_TOKEN)
        with self.lock:
            self.other_clusters.append(cluster)
            if admin is not None:
                self.at(cluster).grant(admin, ClusterRole.ADMIN)
        return cluster

    def follow(
        self, database: str = EVERY_DATABASE, *, by: str = "contosoarchive"
    ) -> AttachedDatabase:
        """Let another cluster, given by name, follow a database or all of them.

        KeyError when there is no such cluster.
        """
        found = self.find_cluster(by)
        attached = AttachedDatabase(
            f"follow-{len(found.attached)}", cluster_id(self.cluster), database
        )
        with self.lock:
            found.attached.append(attached)
        return attached

    def _subscription(self, name: str) -> Subscription:
        """Return the subscription of that name; KeyError when there is none."""
        found = next((each for each in self.subscriptions if each.name == name), None)
        if found is None:
            raise KeyError(name)
        return found

    def _first_group(self, subscription: str) -> str:
        found = self._subscription(subscription)
        return group_id(found.subscription_id, next(iter(found.groups)))

    def add_principal(
        self,
        display_name: str,
        *,
        token: str | None = None,
        kind: PrincipalKind = PrincipalKind.USER,
    ) -> Principal:
        """Create a user, group or application of the tenant; with a token it can call."""
        object_id = stable_id("principal", display_name)
        is_user = kind is PrincipalKind.USER
        principal = Principal(
            kind,
            stable_id("client", display_name) if kind is PrincipalKind.APPLICATION else object_id,
            self.tenant_id,
            display_name,
            object_id,
            upn=f"{display_name}@{self.tenant_domain}" if is_user else "",
            token=token,
        )
        with self.lock:
            self.principals.append(principal)
        return principal

    def grant(
        self, principal: Principal, role: ClusterRole | DatabaseRole, *, database: str = ""
    ) -> None:
        """Put a principal into a role of the cluster or, for a database role, of `database`."""
        target = self.cluster.databases[database] if database else self.cluster
        assignment = RoleAssignment(
            role, principal, assignment_id=stable_id(role, database, principal.fqn)
        )
        with self.lock:
            target.roles.append(assignment)


def as_principal(identity: Identity, *, token: str | None = None) -> Principal:
    """Return a managed identity as one who may hold a security role: by its client ID."""
    return Principal(
        PrincipalKind.APPLICATION,
        identity.client_id,
        identity.tenant_id,
        identity.display_name,
        identity.object_id,
        token=token,
    )


def _known_as(identity: Identity) -> set[str]:
    names = (identity.client_id, identity.object_id, identity.display_name)
    return {name.casefold() for name in names}
