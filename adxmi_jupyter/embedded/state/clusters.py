"""Clusters of the embedded Azure with what belongs to them, in plain dataclasses."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.state.cluster_load import ClusterLoad
from adxmi_jupyter.embedded.state.cluster_logs import ClusterLogs
from adxmi_jupyter.embedded.state.entities import ServiceState
from adxmi_jupyter.embedded.state.ingestion import IngestionState
from adxmi_jupyter.embedded.state.journal import Journal
from adxmi_jupyter.embedded.state.resources import default_settings, default_sku

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.callouts import CalloutRule
    from adxmi_jupyter.embedded.state.entities import (
        ContinuousExport,
        ExternalTable,
        IngestionMapping,
        MaterializedView,
        StoredFunction,
        UpdatePolicy,
    )
    from adxmi_jupyter.embedded.state.networks import ManagedPrivateEndpoint
    from adxmi_jupyter.embedded.state.resources import (
        AttachedDatabase,
        DataConnection,
        Following,
        Script,
    )
    from adxmi_jupyter.embedded.state.security import RoleAssignment

RUNNING = "Running"
STOPPED = "Stopped"
CREATING = "Creating"
DELETING = "Deleting"
DELETED = "Deleted"
_CALLER = ipaddress.ip_address("127.0.0.1")
_EPOCH = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass
class Identity:
    """A managed identity, assigned to the cluster or not.

    `resource_id` is empty for a system identity. `unseen` lookups in the directory will still
    not find it. A deleted one stays in the list of the cluster that it was assigned to.
    """

    display_name: str
    object_id: str
    client_id: str
    tenant_id: str
    resource_id: str = ""
    location: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    unseen: int = 0
    deleted: bool = False


@dataclass(frozen=True)
class PolicyItem:
    """What the managed identity policy of one scope allows one identity."""

    object_id: str
    client_id: str
    tenant_id: str
    display_name: str
    is_system: bool
    usages: tuple[str, ...]


@dataclass
class Table:
    """A small table: `columns` are (name, Kusto type), rows JSON-ready, `admins` FQNs.

    `stored_policies` are JSON texts by the word of their commands, such as `retention`.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    update_policy: list[UpdatePolicy] | None = None
    folder: str = ""
    doc_string: str = ""
    admins: frozenset[str] = frozenset()
    mappings: list[IngestionMapping] = field(default_factory=list)
    stored_policies: dict[str, str] = field(default_factory=dict)


@dataclass
class Database:
    """A database; `policy` is None when no managed identity policy was ever set, or deleted.

    One with `following` is another cluster's, and read only.
    """

    name: str
    database_id: str
    tables: dict[str, Table] = field(default_factory=dict)
    policy: list[PolicyItem] | None = None
    roles: list[RoleAssignment] = field(default_factory=list)
    data_connections: list[DataConnection] = field(default_factory=list)
    external_tables: dict[str, ExternalTable] = field(default_factory=dict)
    continuous_exports: dict[str, ContinuousExport] = field(default_factory=dict)
    functions: dict[str, StoredFunction] = field(default_factory=dict)
    materialized_views: dict[str, MaterializedView] = field(default_factory=dict)
    stored_policies: dict[str, str] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    soft_delete_period: str | None = "P365D"
    hot_cache_period: str | None = "P31D"
    following: Following | None = None

    @property
    def access_mode(self) -> str:
        """Whether commands can change it, as listings say it."""
        return "ReadWrite" if self.following is None else "ReadOnlyFollowing"

    def keep_data_for(self, period: str | None) -> None:
        """Set its retention anew: the policy is what says this and nothing else."""
        self.soft_delete_period = period
        self.stored_policies = {k: v for k, v in self.stored_policies.items() if k != "retention"}

    def keep_data_hot_for(self, period: str | None) -> None:
        """Set its hot cache anew: the policy is what says this and nothing else."""
        self.hot_cache_period = period
        self.stored_policies = {k: v for k, v in self.stored_policies.items() if k != "caching"}


@dataclass
class Cluster:
    """A cluster with the identities assigned to it; `settings` are its other ARM properties.

    One with a `bad_certificate` is reached over TLS only, with a certificate that has expired and
    that is signed by itself only.
    """

    name: str
    region: str
    tenant_id: str
    system_identity: Identity | None = None
    identities: list[Identity] = field(default_factory=list)
    policy: list[PolicyItem] | None = None
    callout_policy: list[CalloutRule] | None = None
    databases: dict[str, Database] = field(default_factory=dict)
    roles: list[RoleAssignment] = field(default_factory=list)
    subscription_id: str = ""
    resource_group: str = ""
    location: str = "West Europe"
    sku: dict[str, Any] = field(default_factory=default_sku)
    tags: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=default_settings)
    attached: list[AttachedDatabase] = field(default_factory=list)
    diagnostic_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: str = RUNNING
    provisioning_state: str = "Succeeded"
    version: int = 0
    journal: Journal = field(default_factory=Journal)
    ingestion: IngestionState = field(default_factory=IngestionState)
    service: ServiceState = field(default_factory=ServiceState)
    managed_endpoints: list[ManagedPrivateEndpoint] = field(default_factory=list)
    followed: set[str] = field(default_factory=set, repr=False, compare=False)
    bad_certificate: bool = False
    load: ClusterLoad = field(default_factory=ClusterLoad, repr=False, compare=False)
    logs: ClusterLogs = field(default_factory=ClusterLogs, repr=False, compare=False)

    @property
    def is_running(self) -> bool:
        """Whether it answers commands and queries."""
        return self.state == RUNNING

    @property
    def is_reachable(self) -> bool:
        """Whether a client on this machine reaches it, which is outside of all its networks."""
        return self.is_running and self._lets_callers_in()

    def _lets_callers_in(self) -> bool:
        if self.settings.get("publicNetworkAccess") not in {None, "Enabled"}:
            return False
        allowed = self.settings.get("allowedIpRangeList") or []
        networks = (ipaddress.ip_network(each, strict=False) for each in allowed)
        return not allowed or any(_CALLER in each for each in networks)

    @property
    def is_deleted(self) -> bool:
        """Whether it is gone; the one that the server starts with keeps its port then."""
        return self.state == DELETED

    @property
    def uri(self) -> str:
        """The address it would have in the cloud; errors name it with its port."""
        return f"{self.public_uri}:443/"

    @property
    def public_uri(self) -> str:
        """The address that Resource Manager shows."""
        return f"https://{self.name}.{self.region}.kusto.windows.net"

    @property
    def etag(self) -> str:
        """Quoted text of a time that moves on with every change."""
        changed = _EPOCH + timedelta(seconds=self.version)
        return f'"{changed:%Y-%m-%dT%H:%M:%S}.1234567Z"'

    def trusts(self, tenant_id: str) -> bool:
        """Tell whether callers of this tenant get in (page: Cross-tenant queries)."""
        trusted = {each["value"] for each in self.settings["trustedExternalTenants"] or []}
        return tenant_id in {"", self.tenant_id} or not trusted.isdisjoint({"*", tenant_id})

    def find_database(self, name: str) -> Database | None:
        """Return the database of that name, ignoring case."""
        found = self.databases.get(name)
        if found is not None and found.name == name:
            return found
        folded = name.casefold()
        # Copied at once: requests come in while others change what there is.
        every = list(self.databases.values())
        return next((each for each in every if each.name.casefold() == folded), None)

    def assigned(self, object_id: str) -> Identity | None:
        """Return the identity of that object ID if it is assigned to this cluster and exists."""
        candidates = [*self.identities, *([self.system_identity] if self.system_identity else [])]
        folded = object_id.casefold()
        return next(
            (i for i in candidates if i.object_id.casefold() == folded and not i.deleted), None
        )
