"""What Azure Resource Manager knows beside clusters: subscriptions, roles, connections."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.security import RoleAssignment

EVERY_DATABASE = "*"
ROLES_TAKE = timedelta(minutes=15)
_TIME = "%Y-%m-%dT%H:%M:%S.%f0Z"


@dataclass
class Subscription:
    """A subscription; `groups` maps the name of each resource group to its location.

    An empty `tenant_id` is that of the world. One of another tenant is there because it was
    delegated to this one (page: Azure Lighthouse).
    """

    subscription_id: str
    name: str
    groups: dict[str, str] = field(default_factory=dict)
    tenant_id: str = ""

    def group(self, name: str) -> str | None:
        """Return the name of a resource group as it was created, ignoring case."""
        folded = name.casefold()
        return next((each for each in self.groups if each.casefold() == folded), None)


@dataclass
class ManagementGroup:
    """A management group of the tenant, by name, with the subscriptions right below it, by ID.

    An empty `parent` is the root group, whose name is the ID of the tenant.
    """

    name: str
    display_name: str
    subscriptions: list[str] = field(default_factory=list)
    parent: str = ""


@dataclass(frozen=True)
class Resource:
    """A resource that is only named, such as a storage account; `kind` is its ARM type."""

    resource_id: str
    kind: str
    location: str

    @property
    def name(self) -> str:
        """Last segment of the resource ID."""
        return self.resource_id.rsplit("/", 1)[1]


@dataclass(frozen=True)
class AzureRoleAssignment:
    """One principal, by object ID, in one Azure role at one scope.

    One that is not `in_effect` is listed, and gives no right yet; nor does one with a `condition`,
    which can't be judged here.
    """

    name: str
    scope: str
    role_id: str
    principal_id: str
    principal_type: str
    created_on: str = "2026-01-05T08:00:00.0000000Z"
    in_effect: bool = True
    condition: str = ""

    @property
    def counts(self) -> bool:
        """Whether it gives its right now."""
        return self.in_effect and not self.condition

    def made_now(self) -> Self:
        """Return it as one made at this moment, not in effect yet."""
        return replace(self, created_on=f"{datetime.now(UTC):{_TIME}}", in_effect=False)

    def after_a_wait(self) -> Self:
        """Return it as one in effect, made so much longer ago as roles may take."""
        made = datetime.strptime(self.created_on, _TIME).replace(tzinfo=UTC)
        return replace(self, created_on=f"{made - ROLES_TAKE:{_TIME}}", in_effect=True)


@dataclass
class DataConnection:
    """A data connection of a database; `properties` are those of its kind.

    `backlog` holds the events or documents that it has not ingested yet.
    """

    name: str
    kind: str
    properties: dict[str, Any]
    backlog: list[Any] = field(default_factory=list)


@dataclass
class Script:
    """A script of a database as a resource; `given` is what it was given last.

    `ran` is what ran to its end last: its text or address, and its tag. None when nothing did.
    """

    name: str
    given: dict[str, Any] = field(repr=False)
    system_data: dict[str, str]
    succeeded: bool = True
    ran: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ScriptRun:
    """A script that is to run: its text, or where that is to be read.

    `identity` is the object ID of the identity that reads it, `token` a signature that does.
    """

    database: str
    is_cluster_level: bool
    keeps_going: bool
    keeps_permissions: bool
    text: str = field(repr=False)
    url: str = ""
    token: str = field(default="", repr=False)
    identity: str = ""


@dataclass(frozen=True)
class AttachedDatabase:
    """A database that a cluster follows, or all of them as `EVERY_DATABASE`.

    `leader_id` is the resource ID of the other cluster. `principals` says what becomes of the
    leader's: Union, Replace or None. `sharing` holds the lists of table level sharing.
    """

    name: str
    leader_id: str
    database: str
    principals: str = "Union"
    name_override: str = ""
    name_prefix: str = ""
    sharing: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Following:
    """What a database follows, and how.

    `inherited` are the principals of its leader, `own` those of the follower alone. `overrides`
    are what commands on the follower have set, by their names.
    """

    leader_id: str
    database: str
    attached: str
    attached_principals: str
    inherited: list[RoleAssignment] = field(default_factory=list)
    own: list[RoleAssignment] = field(default_factory=list)
    overrides: dict[str, Any] = field(default_factory=dict)

    @property
    def principals(self) -> str:
        """What becomes of the leader's principals: Union, Replace or None."""
        overridden = self.overrides.get("principals-modification-kind")
        return str(overridden).capitalize() if overridden else self.attached_principals

    def effective(self) -> list[RoleAssignment]:
        """Return the principals that count here."""
        inherited = [] if self.principals == "Replace" else self.inherited
        return [*inherited, *([] if self.principals == "None" else self.own)]


def default_settings() -> dict[str, Any]:
    """Return the changeable ARM properties of a new cluster (page: Clusters - Get).

    Callout policies carry integers where the specification has words: that is how they are sent.
    """
    return {
        "trustedExternalTenants": [],
        "virtualNetworkConfiguration": None,
        "optimizedAutoscale": None,
        "enableDiskEncryption": False,
        "enableStreamingIngest": True,
        "keyVaultProperties": None,
        "languageExtensions": {"value": []},
        "enablePurge": False,
        "enableDoubleEncryption": False,
        "engineType": "V3",
        "acceptedAudiences": [],
        "restrictOutboundNetworkAccess": "Disabled",
        "allowedFqdnList": [],
        "calloutPolicies": [
            {
                "calloutUriRegex": "*",
                "calloutType": 5,
                "outboundAccess": 0,
                "calloutId": "*_sandbox_artifacts",
            },
        ],
        "publicNetworkAccess": "Enabled",
        "allowedIpRangeList": [],
        "enableAutoStop": True,
        "publicIPType": "IPv4",
        "virtualClusterGraduationProperties": None,
        "privateEndpointConnections": [],
        "migrationCluster": None,
        "zoneStatus": "NonZonal",
    }


def default_sku() -> dict[str, Any]:
    """Return the size of a new cluster."""
    return {"name": "Standard_E2ads_v5", "tier": "Standard", "capacity": 2}
