"""Many clusters: what Azure tells of each, which of them are selected, and what is not known.

Source: REST references of Microsoft.Kusto/clusters and Microsoft.ResourceGraph; *Stop and
start a cluster* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})
RUNNING = "Running"
_NO_DATA_PLANE = frozenset({"stopped", "stopping", "starting", "creating", "deleting", "deleted"})


@dataclass(frozen=True)
class FleetIdentity:
    """A user-assigned identity as a cluster lists it; IDs that Azure does not tell are empty."""

    resource_id: str
    object_id: str = ""
    client_id: str = ""

    @property
    def name(self) -> str:
        """The last part of its resource ID."""
        return self.resource_id.rstrip("/").rsplit("/", 1)[-1]

    @property
    def subscription_id(self) -> str:
        """The subscription that it lives in, which need not be that of the cluster."""
        parts = self.resource_id.split("/")
        return parts[2].lower() if len(parts) > 2 else ""  # noqa: PLR2004

    @property
    def key(self) -> str:
        """What tells it from all others: Azure spells one resource ID in several letter cases."""
        return self.resource_id.strip("/").lower()


@dataclass(frozen=True)
class NetworkAccess:
    """Who reaches a cluster, and what it reaches, by its own settings."""

    public: str = ""
    allowed_ranges: tuple[str, ...] = ()
    is_outbound_restricted: bool = False

    @property
    def is_private(self) -> bool:
        """Whether a client elsewhere in the internet may find it closed."""
        return self.public.lower() not in {"", "enabled"} or bool(self.allowed_ranges)


@dataclass(frozen=True)
class FleetCluster:
    """A cluster as Azure Resource Graph shows it; the index may be minutes behind.

    `subscription` is a name, empty where the caller may not read it. `identities` is None where
    the answer could not be read. `system_object_id` is empty without a system-assigned identity.
    """

    resource_id: str
    name: str
    subscription_id: str
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    sku: str = ""
    state: str = ""
    provisioning: str = ""
    uri: str = ""
    tenant_id: str = ""
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    identities: tuple[FleetIdentity, ...] | None = ()
    system_object_id: str = ""
    network: NetworkAccess = NetworkAccess()
    trusted_tenants: tuple[str, ...] | None = None
    key_identity: str = ""

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return self.resource_id.strip("/").lower()

    @property
    def may_answer(self) -> bool:
        """Whether commands can reach it in its state; of an unknown state that is not excluded."""
        return bool(self.uri) and self.state.lower() not in _NO_DATA_PLANE

    @property
    def short_uri(self) -> str:
        """Its name and region, as connections call it."""
        return self.uri.removeprefix("https://").split(".kusto", 1)[0] or self.name


@dataclass(frozen=True)
class Filter:
    """Properties of clusters: those of one kind are alternatives, all kinds given must fit.

    `clusters` and `resource_groups` are names with ``*`` and ``?``, or resource IDs; `tags` map a
    name to a value, which may have them, too. Letter case counts in values of tags only.
    `subscriptions` are names or IDs.
    """

    subscriptions: tuple[str, ...] = ()
    management_groups: tuple[str, ...] = ()
    resource_groups: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    clusters: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == _NO_FILTER

    def includes(self, cluster: FleetCluster) -> bool:
        """Tell whether a cluster fits every kind that is given, except management groups."""
        return (
            (not self.subscriptions or self._is_of_subscription(cluster))
            and (not self.resource_groups or self._is_of_group(cluster))
            and (not self.clusters or self._is_named(cluster))
            and all(_has_tag(cluster, *tag) for tag in self.tags.items())
        )

    def excludes(self, cluster: FleetCluster) -> bool:
        """Tell whether a cluster fits anything that is given, except management groups."""
        return (
            self._is_of_subscription(cluster)
            or self._is_of_group(cluster)
            or self._is_named(cluster)
            or any(_has_tag(cluster, *tag) for tag in self.tags.items())
        )

    def _is_of_subscription(self, cluster: FleetCluster) -> bool:
        own = {cluster.subscription_id.lower(), cluster.subscription.lower()} - {""}
        return any(each.lower() in own for each in self.subscriptions)

    def _is_of_group(self, cluster: FleetCluster) -> bool:
        return _matches(cluster.resource_group, self.resource_groups)

    def _is_named(self, cluster: FleetCluster) -> bool:
        ids = (each for each in self.clusters if "/" in each)
        return _matches(cluster.name, self.clusters) or any(
            fnmatchcase(cluster.key, each.strip("/").lower()) for each in ids
        )


_NO_FILTER = Filter()


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name.lower(), each.lower()) for each in patterns)


def _has_tag(cluster: FleetCluster, name: str, value: str) -> bool:
    return any(
        own.lower() == name.lower() and fnmatchcase(given, value)
        for own, given in cluster.tags.items()
    )


@dataclass(frozen=True)
class Selection:
    """Which clusters are meant: those that `include` fits and `exclude` does not.

    `source` names the file that says so, if one does.
    """

    include: Filter = _NO_FILTER
    exclude: Filter = _NO_FILTER
    source: str = ""

    def selects(self, cluster: FleetCluster) -> bool:
        """Tell whether a cluster is meant; its management group is for Azure to tell."""
        return self.include.includes(cluster) and not self.exclude.excludes(cluster)


class GapKind(StrEnum):
    """Why something may be missing."""

    UNREADABLE_SUBSCRIPTION = "subscription not readable"
    PARTLY_READABLE_SUBSCRIPTION = "subscription readable in part"
    UNREADABLE_GROUP = "management group not readable"
    MAY_BE_EXCLUDED = "subscription without a name that can be read"
    UNREADABLE_IDENTITIES = "identities not readable"
    TRUNCATED = "answer truncated"
    THROTTLED = "throttled"
    NOT_ANSWERED = "not answered"
    SUBSCRIPTION_LIMIT = "subscription limit reached"


@dataclass(frozen=True)
class Gap:
    """Something that was not read: of what, as it was asked for or an ID, and the service's words.

    Of a truncated answer, `read` rows of `total` were read.
    """

    kind: GapKind
    subject: str = ""
    detail: str = ""
    read: int = 0
    total: int = 0


@dataclass(frozen=True)
class SubscriptionSeen:
    """A subscription that can be read."""

    subscription_id: str
    name: str
    tenant_id: str = ""


@dataclass(frozen=True)
class Completeness:
    """How much of what was asked for has been seen.

    `asked` are the subscriptions that were asked for, as they were written; none means all that can
    be read. `readable` are those of them that can be read, `known` all that can be. `found` counts
    clusters before the selection. `index_age` is None where the service does not tell it.
    """

    asked: tuple[str, ...] = ()
    readable: tuple[SubscriptionSeen, ...] = ()
    known: tuple[SubscriptionSeen, ...] = ()
    gaps: tuple[Gap, ...] = ()
    found: int = 0
    synapse_pools: int = 0
    index_age: timedelta | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is known to be missing."""
        return not self.gaps

    def knows(self, subscription_id: str) -> bool:
        """Tell whether a subscription can be read as a whole, asked for or not."""
        wanted = subscription_id.lower()
        partly = {gap.subject for gap in self.gaps}
        return wanted not in partly and any(each.subscription_id == wanted for each in self.known)


class IdentityState(StrEnum):
    """Whether a user-assigned identity that clusters list still exists.

    One that Azure does not show is only *deleted* where its subscription can be read.
    """

    PRESENT = "present"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Leader:
    """What a cluster follows: a cluster by its resource ID, and a database or all of them, `*`."""

    cluster_id: str
    database: str

    @property
    def key(self) -> str:
        """What tells the cluster from all others."""
        return self.cluster_id.strip("/").lower()

    @property
    def name(self) -> str:
        """The name of the cluster."""
        return self.key.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Selected:
    """The clusters that a selection means, in the order of subscription and name."""

    selection: Selection
    clusters: tuple[FleetCluster, ...]
    completeness: Completeness
