"""The clusters of a fleet with what only all of them together tell.

Which of their identities still exist, which clusters share one, and who follows whom.

Source: REST references of Microsoft.ManagedIdentity and
Microsoft.Kusto/clusters/attachedDatabaseConfigurations; *Use follower databases* (Azure Data
Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.selecting import select
from adxmi_jupyter.actions.frames import ANY, FLAG, NUMBER, TEXT, fixed_frame
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.azure_shapes import FLEET_IDENTITY
from adxmi_jupyter.model.fleet import IdentityState
from adxmi_jupyter.service.followers import leaders
from adxmi_jupyter.service.gather import gather
from adxmi_jupyter.service.resource_graph import EVERYWHERE

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.fleet.comparing import PolicyDigest
    from adxmi_jupyter.model.fleet import (
        Completeness,
        FleetCluster,
        FleetIdentity,
        Leader,
        NetworkAccess,
        Selected,
        Selection,
    )
    from adxmi_jupyter.service.connection import Connection

SYSTEM = "system"
UNKNOWN = "unknown"
_IDENTITIES = (
    "resources | where type =~ 'microsoft.managedidentity/userassignedidentities' "
    "| project id, name | order by id asc"
)


@dataclass(frozen=True)
class ListedCluster:
    """A cluster of the list; `follows` is None where that could not be read."""

    cluster: FleetCluster
    follows: tuple[Leader, ...] | None


@dataclass(frozen=True)
class SharedIdentity:
    """A user-assigned identity, its state, and the clusters that it is assigned to.

    `reads_key_of` are those whose customer-managed key it reads.
    """

    identity: FleetIdentity
    state: IdentityState
    subscription: str
    clusters: tuple[FleetCluster, ...]

    @property
    def reads_key_of(self) -> tuple[FleetCluster, ...]:
        """The clusters that read their customer-managed key as this identity."""
        key = self.identity.key
        return tuple(one for one in self.clusters if one.key_identity.strip("/").lower() == key)


@dataclass(frozen=True)
class FleetListing:
    """The clusters of a selection, followers beside their leaders, and their identities."""

    selected: Selected
    clusters: tuple[ListedCluster, ...]
    identities: tuple[SharedIdentity, ...]

    def state_of(self, identity: FleetIdentity) -> IdentityState:
        """Return whether an identity exists."""
        found = (one.state for one in self.identities if one.identity.key == identity.key)
        return next(found, IdentityState.UNKNOWN)


def list_fleet(connection: Connection, selection: Selection) -> FleetListing:
    """Return the clusters of a selection and their identities; raises as `select`."""
    selected = select(connection, selection)
    clusters = _beside_leaders(_listed(connection, selected.clusters))
    return FleetListing(selected, tuple(clusters), shared_identities(connection, selected))


def _listed(connection: Connection, clusters: Sequence[FleetCluster]) -> list[ListedCluster]:
    manager = connection.resource_manager
    results = gather(
        lambda cluster: leaders(manager, cluster.resource_id), clusters, what="followed databases"
    )
    listed = []
    for cluster, result in zip(clusters, results, strict=True):
        if isinstance(result, Exception) and not isinstance(result, AdxmiError):
            raise result
        listed.append(ListedCluster(cluster, None if isinstance(result, Exception) else result))
    return listed


def _beside_leaders(clusters: Sequence[ListedCluster]) -> list[ListedCluster]:
    """Return the clusters in their order, each follower after the first leader that is listed."""
    present = {one.cluster.key for one in clusters}
    after: dict[str, list[ListedCluster]] = {}
    first = []
    for one in clusters:
        leader = next((each.key for each in one.follows or () if each.key in present), "")
        if leader and leader != one.cluster.key:
            after.setdefault(leader, []).append(one)
        else:
            first.append(one)
    ordered: list[ListedCluster] = []
    todo = first[::-1]
    while todo:
        one = todo.pop()
        ordered.append(one)
        todo += after.pop(one.cluster.key, [])[::-1]
    # Clusters that follow one another have no first one.
    return [*ordered, *(one for rest in after.values() for one in rest)]


def shared_identities(connection: Connection, selected: Selected) -> tuple[SharedIdentity, ...]:
    """Return the user-assigned identities of clusters, those of most clusters first.

    Raises
    ------
    ServiceRefusal, ConnectionFailure
        Azure Resource Manager refused, or was not reached.

    """
    by_key: dict[str, list[tuple[FleetIdentity, FleetCluster]]] = {}
    for cluster in selected.clusters:
        for identity in cluster.identities or ():
            by_key.setdefault(identity.key, []).append((identity, cluster))
    if not by_key:
        return ()
    found = connection.resource_manager.graph_rows(_IDENTITIES, FLEET_IDENTITY, EVERYWHERE)
    is_whole = not (found.is_cut or found.limit_hit or found.failure)
    present = {str(row["id"]).strip("/").lower() for row in found.rows}
    names = {one.subscription_id: one.name for one in selected.completeness.known}
    shared = (
        SharedIdentity(
            identity,
            _state(identity, present, selected.completeness, is_whole=is_whole),
            names.get(identity.subscription_id, ""),
            tuple(cluster for _, cluster in uses),
        )
        for uses in by_key.values()
        for identity in (_with_ids([one for one, _ in uses]),)
    )
    return tuple(sorted(shared, key=lambda one: (-len(one.clusters), one.identity.name.lower())))


def _with_ids(listed: Sequence[FleetIdentity]) -> FleetIdentity:
    """Return an identity with the IDs that any of the clusters lists of it."""
    return replace(
        listed[0],
        object_id=next((one.object_id for one in listed if one.object_id), ""),
        client_id=next((one.client_id for one in listed if one.client_id), ""),
    )


def _state(
    identity: FleetIdentity, present: set[str], seen: Completeness, *, is_whole: bool
) -> IdentityState:
    if identity.key in present:
        return IdentityState.PRESENT
    if is_whole and seen.knows(identity.subscription_id):
        return IdentityState.DELETED
    return IdentityState.UNKNOWN


def fleet_frame(
    listing: FleetListing, policies: Mapping[str, PolicyDigest] | None = None
) -> pd.DataFrame:
    """Return a row for each cluster, a follower after its leader.

    With `policies` of clusters, by what tells them apart, there are two more columns, missing where
    the policies are unknown: ``policy``, a digest (string), and ``policy_entries`` (Int64).

    Columns: ``cluster``, ``state``, ``subscription`` (its ID where the name can't be read),
    ``resource_group``, ``location``, ``sku``, ``provisioning``, ``network`` string;
    ``identities`` object, a tuple of names; ``deleted_identities``, ``unknown_identities``,
    ``trusted_tenants``, ``follows`` object, tuples, or None where that is unknown;
    ``has_system_identity`` bool; ``uri``, ``tags``, ``subscription_id``, ``resource_id`` string.
    """
    columns = {
        **dict.fromkeys(("cluster", "state", "subscription", "resource_group"), TEXT),
        **dict.fromkeys(("location", "sku", "provisioning", "network"), TEXT),
        "identities": ANY,
        "deleted_identities": ANY,
        "unknown_identities": ANY,
        "trusted_tenants": ANY,
        "follows": ANY,
        "has_system_identity": FLAG,
        **dict.fromkeys(("uri", "tags", "subscription_id", "resource_id"), TEXT),
    }
    rows = [_row(listing, one) for one in listing.clusters]
    if policies is None:
        return fixed_frame(columns, rows)
    found = [policies.get(one.cluster.key) for one in listing.clusters]
    more = [(one.digest, one.entries) if one else (None, None) for one in found]
    return fixed_frame(
        {**columns, "policy": TEXT, "policy_entries": NUMBER},
        [(*row, *own) for row, own in zip(rows, more, strict=True)],
    )


def _row(listing: FleetListing, one: ListedCluster) -> tuple[object, ...]:
    cluster = one.cluster
    by_state = {
        state: _named(
            cluster, [i for i in cluster.identities or () if listing.state_of(i) is state]
        )
        for state in IdentityState
    }
    return (
        cluster.name,
        cluster.state,
        cluster.subscription or cluster.subscription_id,
        cluster.resource_group,
        cluster.location,
        cluster.sku,
        cluster.provisioning,
        network_text(cluster),
        _named(cluster, cluster.identities or (), with_system=True),
        by_state[IdentityState.DELETED],
        by_state[IdentityState.UNKNOWN],
        cluster.trusted_tenants,
        None if one.follows is None else tuple(f"{f.name}/{f.database}" for f in one.follows),
        bool(cluster.system_object_id),
        cluster.uri,
        ", ".join(f"{name}={value}" for name, value in sorted(cluster.tags.items())),
        cluster.subscription_id,
        cluster.resource_id,
    )


def _named(
    cluster: FleetCluster, identities: Iterable[FleetIdentity], *, with_system: bool = False
) -> tuple[str, ...] | None:
    """Return names of identities; None for a cluster whose identities could not be read."""
    if cluster.identities is None:
        return None
    system = (SYSTEM,) if with_system and cluster.system_object_id else ()
    return (*system, *(each.name for each in identities))


def network_text(cluster: FleetCluster) -> str:
    """Return who reaches a cluster: ``public``, ``private``, ``2 IP ranges``.

    ``outbound restricted`` is added where it reaches only hosts that are allowed.
    """
    inbound = _inbound_text(cluster.network)
    return f"{inbound}, outbound restricted" if cluster.network.is_outbound_restricted else inbound


def _inbound_text(network: NetworkAccess) -> str:
    if not network.public:
        return UNKNOWN
    if network.public.lower() != "enabled":
        return "private" if network.public.lower() == "disabled" else network.public
    count = len(network.allowed_ranges)
    return f"{count} IP range{'s' * (count > 1)}" if count else "public"


def identities_frame(identities: Sequence[SharedIdentity]) -> pd.DataFrame:
    """Return a row for each user-assigned identity, those of most clusters first.

    Columns: ``identity``, ``state`` (``present``, ``deleted``, ``unknown``), ``subscription``,
    ``object_id``, ``client_id``, ``resource_id`` string; ``clusters`` Int64, ``assigned_to`` and
    ``key_of`` object, tuples of names of clusters.
    """
    columns: Mapping[str, str] = {
        **dict.fromkeys(("identity", "state"), TEXT),
        "clusters": NUMBER,
        "assigned_to": ANY,
        "key_of": ANY,
        **dict.fromkeys(("subscription", "object_id", "client_id", "resource_id"), TEXT),
    }
    rows = [
        (
            one.identity.name,
            one.state.value,
            len(one.clusters),
            tuple(cluster.name for cluster in one.clusters),
            tuple(cluster.name for cluster in one.reads_key_of),
            one.subscription or one.identity.subscription_id,
            one.identity.object_id,
            one.identity.client_id,
            one.identity.resource_id,
        )
        for one in identities
    ]
    return fixed_frame(columns, rows)
