"""Find the clusters of a selection with Azure Resource Graph, and tell what could not be read.

Source: *Azure Resource Graph sample queries*, *Working with large Azure resource data sets*;
REST reference of Microsoft.Kusto/clusters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import NoReadableSubscription, Throttled
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Several
from adxmi_jupyter.model.azure_shapes import FLEET_CLUSTER, FOUND_SUBSCRIPTION
from adxmi_jupyter.model.fleet import (
    Completeness,
    FleetCluster,
    FleetIdentity,
    Gap,
    GapKind,
    NetworkAccess,
    Selected,
    SubscriptionSeen,
)
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.usage import closest
from adxmi_jupyter.service.resource_graph import GraphScope

if TYPE_CHECKING:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.fleet import (
        Filter,
        Selection,
    )
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.resource_graph import GraphRows

_CLUSTERS = "microsoft.kusto/clusters"
_POOLS = "microsoft.synapse/workspaces/kustopools"
_CLUSTER_QUERY = f"""resources | where type in~ ('{_CLUSTERS}', '{_POOLS}')
| project id, type, name, subscriptionId, resourceGroup, location, tenantId, tags, identity,
 sku = tostring(sku.name), state = tostring(properties.state),
 provisioning = tostring(properties.provisioningState), uri = tostring(properties.uri),
 trusted = properties.trustedExternalTenants, access = tostring(properties.publicNetworkAccess),
 ranges = properties.allowedIpRangeList,
 outbound = tostring(properties.restrictOutboundNetworkAccess),
 key = tostring(properties.keyVaultProperties.userIdentity)
| order by id asc"""
_SUBSCRIPTION_QUERY = (
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' "
    "| project id, name, subscriptionId, tenantId | order by id asc"
)


@dataclass(frozen=True)
class _Asked:
    """The subscriptions of a filter: IDs to ask for, and words that stand for none that is seen."""

    ids: tuple[str, ...]
    unseen: tuple[str, ...]


def select(connection: Connection, selection: Selection) -> Selected:
    """Return the clusters that a selection means, among all that the caller can see.

    The connection gives the credential and the cloud; its own cluster is one like the others.

    Raises
    ------
    NoReadableSubscription
        None of the subscriptions that were asked for can be read.
    Throttled
        Resource Graph answers no query at the moment.
    ServiceRefusal, ConnectionFailure
        Azure Resource Manager refused, or was not reached.

    """
    include = selection.include
    listed = _subscriptions(connection, ())
    seen = listed.seen
    asked = _asked(include, seen)
    found = _clusters(connection, include, asked)
    if found.sees_nothing:
        raise _nothing_readable(include, seen)
    clusters, pools = _read(found.rows, {each.subscription_id: each.name for each in seen})
    wanted = [each for each in clusters if selection.selects(each)]
    excluded = _excluded(connection, selection.exclude, wanted, seen)
    chosen = [each for each in wanted if each.key not in excluded.keys]
    below = _below(connection, include.management_groups)
    completeness = Completeness(
        include.subscriptions,
        _readable(seen, asked, include, {each.subscription_id for each in below.seen}),
        seen,
        (
            *_gaps_of_subscriptions(listed, asked, clusters),
            *listed.gaps,
            *below.gaps,
            *excluded.gaps,
            *_gaps_of_answer(found),
            *_gaps_of_identities(chosen),
        ),
        len(clusters),
        pools,
        connection.resource_manager.index_age(clusters[0].subscription_id) if clusters else None,
    )
    return Selected(selection, tuple(sorted(chosen, key=_order)), completeness)


def _order(cluster: FleetCluster) -> tuple[str, str, str]:
    return (cluster.subscription.lower(), cluster.subscription_id, cluster.name.lower())


@dataclass(frozen=True)
class _Listed:
    """The subscriptions that can be read; with gaps there may be more of them."""

    seen: tuple[SubscriptionSeen, ...]
    gaps: tuple[Gap, ...]


def _subscriptions(connection: Connection, management_groups: Sequence[str]) -> _Listed:
    scope = GraphScope(management_groups=management_groups)
    found = connection.resource_manager.graph_rows(_SUBSCRIPTION_QUERY, FOUND_SUBSCRIPTION, scope)
    seen = (
        SubscriptionSeen(
            str(row["subscriptionId"]).lower(), str(row["name"]), str(row.get("tenantId") or "")
        )
        for row in found.rows
    )
    return _Listed(tuple(seen), _gaps_of_answer(found))


def _below(connection: Connection, management_groups: Sequence[str]) -> _Listed:
    """Return the subscriptions of management groups; a group of which none is seen is a gap.

    Each is asked about by itself: Resource Graph ignores those it can't find beside others.
    """
    found = [(group, _subscriptions(connection, (group,))) for group in management_groups]
    unread = (Gap(GapKind.UNREADABLE_GROUP, group) for group, below in found if not below.seen)
    return _Listed(
        tuple(each for _, below in found for each in below.seen),
        (*unread, *(gap for _, below in found for gap in below.gaps)),
    )


@dataclass(frozen=True)
class _Excluded:
    """Clusters that are left out for where they are, besides what a filter tells by itself."""

    keys: frozenset[str]
    gaps: tuple[Gap, ...]


def _excluded(
    connection: Connection,
    exclude: Filter,
    clusters: Sequence[FleetCluster],
    seen: Sequence[SubscriptionSeen],
) -> _Excluded:
    """Return which clusters management groups exclude, or names of subscriptions may.

    Where only some clusters of a subscription can be read its name can't: another name may be its.

    Raises
    ------
    AdxmiError
        Which clusters a management group has can't be read.

    """
    keys: set[str] = set()
    gaps: list[Gap] = []
    for group in exclude.management_groups:
        scope = GraphScope(management_groups=(group,))
        within = connection.resource_manager.graph_rows(_CLUSTER_QUERY, FLEET_CLUSTER, scope)
        if within.failure is not None or within.is_cut or within.limit_hit:
            raise within.failure or FLEET_CLUSTER.unreadable("it is cut short")
        gaps += [Gap(GapKind.UNREADABLE_GROUP, group)] if within.sees_nothing else []
        keys |= {str(row["id"]).strip("/").lower() for row in within.rows}
    known = {word for each in seen for word in _words(each)}
    if any(word.lower() not in known and not is_guid(word) for word in exclude.subscriptions):
        unnamed = [each for each in clusters if not each.subscription and each.key not in keys]
        keys |= {each.key for each in unnamed}
        ids = dict.fromkeys(each.subscription_id for each in unnamed)
        gaps += [Gap(GapKind.MAY_BE_EXCLUDED, each) for each in ids]
    return _Excluded(frozenset(keys), tuple(gaps))


def _asked(include: Filter, seen: Sequence[SubscriptionSeen]) -> _Asked:
    """Return what the words for subscriptions stand for: an ID, or a name, of which several may be.

    An ID that is not seen is asked for as well: some of its resources may be readable.
    """
    ids: dict[str, None] = {}
    unseen: list[str] = []
    for word in map(str.lower, include.subscriptions):
        known = [each.subscription_id for each in seen if word in _words(each)]
        ids.update(dict.fromkeys(known or ([word] if is_guid(word) else [])))
        if not known:
            unseen.append(word)
    return _Asked(tuple(ids), tuple(unseen))


def _words(subscription: SubscriptionSeen) -> set[str]:
    return {subscription.subscription_id, subscription.name.lower()}


def _clusters(connection: Connection, include: Filter, asked: _Asked) -> GraphRows:
    if include.subscriptions and not asked.ids:
        from adxmi_jupyter.service.resource_graph import GraphRows

        return GraphRows(sees_nothing=True)
    groups = include.management_groups
    scope = GraphScope(() if groups else asked.ids, groups)
    return connection.resource_manager.graph_rows(_CLUSTER_QUERY, FLEET_CLUSTER, scope)


def _nothing_readable(include: Filter, seen: Sequence[SubscriptionSeen]) -> NoReadableSubscription:
    wanted = (*include.subscriptions, *include.management_groups)
    names = sorted(each.name for each in seen)
    match = next(filter(None, (closest(each, names) for each in include.subscriptions)), "")
    return NoReadableSubscription(
        f"no subscription can be read: {', '.join(wanted)}"
        if wanted
        else "no subscription can be read",
        why=Explain.of(
            "the caller has no role there, or there is no such one; readable are ",
            Several.of(names, otherwise="none"),
        ),
        fix=ChangeOption("--subscription", match)
        if match
        else Explain.of(
            "ask for Reader on the subscriptions; ", Command.of("status"), " shows who you are"
        ),
    )


def _readable(
    seen: Sequence[SubscriptionSeen], asked: _Asked, include: Filter, below: set[str]
) -> tuple[SubscriptionSeen, ...]:
    """Return the subscriptions that were asked for, in either way, and are seen."""
    return tuple(
        each
        for each in seen
        if (not include.subscriptions or each.subscription_id in asked.ids)
        and (not include.management_groups or each.subscription_id in below)
    )


def _gaps_of_subscriptions(
    listed: _Listed, asked: _Asked, clusters: Sequence[FleetCluster]
) -> list[Gap]:
    """Return which subscriptions are not read: not at all, or only something in them is."""
    known = {each.subscription_id for each in listed.seen}
    partly = sorted({each.subscription_id for each in clusters} - known)
    # Where the list of subscriptions is not whole, nothing is known of those that are not in it.
    why = listed.gaps[0].kind if listed.gaps else GapKind.UNREADABLE_SUBSCRIPTION
    unread = (each for each in dict.fromkeys(asked.unseen) if each not in partly)
    return [
        *(Gap(GapKind.PARTLY_READABLE_SUBSCRIPTION, each) for each in partly if not listed.gaps),
        *(Gap(why, each) for each in unread),
    ]


def _gaps_of_answer(found: GraphRows) -> tuple[Gap, ...]:
    gaps = []
    if found.is_cut:
        gaps.append(Gap(GapKind.TRUNCATED, read=len(found.rows), total=found.total))
    if found.limit_hit:
        gaps.append(Gap(GapKind.SUBSCRIPTION_LIMIT))
    if found.failure is not None:
        gaps.append(_gap_of(found.failure, found))
    return tuple(gaps)


def _gaps_of_identities(clusters: Iterable[FleetCluster]) -> Iterator[Gap]:
    """Yield the clusters whose identities are in a form that is not known."""
    return (
        Gap(GapKind.UNREADABLE_IDENTITIES, each.name)
        for each in clusters
        if each.identities is None
    )


def _gap_of(failure: AdxmiError, found: GraphRows) -> Gap:
    kind = GapKind.THROTTLED if isinstance(failure, Throttled) else GapKind.NOT_ANSWERED
    return Gap(kind, detail=failure.what, read=len(found.rows), total=found.total)


def _read(
    rows: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> tuple[list[FleetCluster], int]:
    """Return the clusters among the rows, each once, and how many Synapse pools there are.

    What changes while pages are read may be on two of them.
    """
    pools: set[str] = set()
    clusters: dict[str, FleetCluster] = {}
    for row in rows:
        if str(row["type"]).lower() == _POOLS:
            pools.add(str(row["id"]).lower())
        else:
            cluster = _cluster(row, names)
            clusters.setdefault(cluster.key, cluster)
    return list(clusters.values()), len(pools)


def _cluster(row: Mapping[str, Any], names: Mapping[str, str]) -> FleetCluster:
    identity = row.get("identity") or {}
    subscription = str(row["subscriptionId"]).lower()
    return FleetCluster(
        str(row["id"]),
        str(row["name"]),
        subscription,
        names.get(subscription, ""),
        str(row.get("resourceGroup") or ""),
        str(row.get("location") or ""),
        str(row.get("sku") or ""),
        str(row.get("state") or ""),
        str(row.get("provisioning") or ""),
        str(row.get("uri") or ""),
        str(row.get("tenantId") or ""),
        {str(name): str(value) for name, value in (row.get("tags") or {}).items()},
        _identities(identity.get("userAssignedIdentities")),
        str(identity.get("principalId") or ""),
        NetworkAccess(
            str(row.get("access") or ""),
            tuple(str(each) for each in row.get("ranges") or ()),
            str(row.get("outbound") or "").lower() == "enabled",
        ),
        _tenants(row.get("trusted")),
        str(row.get("key") or ""),
    )


def _identities(users: object) -> tuple[FleetIdentity, ...] | None:
    """Return the user-assigned identities; None for what is no map of them."""
    if users is None:
        return ()
    if not isinstance(users, Mapping):
        return None
    found = (
        FleetIdentity(
            str(key),
            str(ids.get("principalId") or "").lower(),
            str(ids.get("clientId") or "").lower(),
        )
        for key, value in users.items()
        for ids in (value if isinstance(value, Mapping) else {},)
    )
    return tuple(sorted(found, key=lambda each: each.name.lower()))


def _tenants(trusted: object) -> tuple[str, ...] | None:
    if not isinstance(trusted, list):
        return None
    return tuple(str(each.get("value")) for each in trusted if isinstance(each, Mapping))
