"""Databases that clusters follow: what a follower has of its leader's, kept up to date.

Source: page "Use follower databases". Data and metadata are the leader's; a follower has caching
periods and principals of its own, and runs neither continuous exports nor data connections.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeVar

from adxmi_jupyter.embedded.state.clusters import Database
from adxmi_jupyter.embedded.state.ids import cluster_id, same, stable_id
from adxmi_jupyter.embedded.state.resources import EVERY_DATABASE, Following

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adxmi_jupyter.embedded.state.clusters import Cluster
    from adxmi_jupyter.embedded.state.resources import AttachedDatabase

_Entity = TypeVar("_Entity")


def follow_leaders(clusters: list[Cluster]) -> None:
    """Let every follower have what its leaders have now."""
    for cluster in clusters:
        if cluster.attached or cluster.followed:
            _refresh(clusters, cluster)


def attached_names(clusters: list[Cluster], attached: AttachedDatabase) -> list[str]:
    """Return the databases of a leader that are attached, by their names there."""
    if attached.database != EVERY_DATABASE:
        return [attached.database]
    leader = _leader(clusters, attached)
    return [each.name for each in _own(leader)] if leader else []


def _refresh(clusters: list[Cluster], cluster: Cluster) -> None:
    present = dict(_followed(clusters, cluster))
    for name in cluster.followed - present.keys():
        cluster.followed.discard(name)
        if name in cluster.databases and cluster.databases[name].following is not None:
            del cluster.databases[name]
    for name, (attached, leading) in present.items():
        found = cluster.databases.get(name)
        if found is None:
            found = _attach(cluster, name, attached, leading)
        if found.following is not None:
            _update(found, found.following, attached, leading)


def _followed(
    clusters: list[Cluster], cluster: Cluster
) -> Iterator[tuple[str, tuple[AttachedDatabase, Database]]]:
    """Return (name on the follower, (how it is attached, database of the leader))."""
    for attached in cluster.attached:
        leader = _leader(clusters, attached)
        for leading in _led(leader, attached) if leader else ():
            name = attached.name_override or f"{attached.name_prefix}{leading.name}"
            yield name, (attached, leading)


def _leader(clusters: list[Cluster], attached: AttachedDatabase) -> Cluster | None:
    found = (each for each in clusters if same(cluster_id(each), attached.leader_id))
    return next(found, None)


def _led(leader: Cluster, attached: AttachedDatabase) -> list[Database]:
    """Return the databases of a leader that are attached; of many one is found at once."""
    if attached.database == EVERY_DATABASE:
        return _own(leader)
    found = leader.databases.get(attached.database)
    return [found] if found is not None and found.following is None else []


def _own(cluster: Cluster) -> list[Database]:
    """Return the databases that are a cluster's own: what it follows cannot be followed."""
    return [each for each in cluster.databases.values() if each.following is None]


def _attach(cluster: Cluster, name: str, attached: AttachedDatabase, leading: Database) -> Database:
    database = Database(name, stable_id("follower", cluster.name, leading.database_id))
    database.following = Following(
        attached.leader_id, leading.name, attached.name, attached.principals
    )
    database.hot_cache_period = leading.hot_cache_period
    cluster.databases[name] = database
    cluster.followed.add(name)
    return database


def _update(
    database: Database, following: Following, attached: AttachedDatabase, leading: Database
) -> None:
    database.tables = _shared(leading.tables, attached, "tables")
    database.external_tables = _shared(leading.external_tables, attached, "externalTables")
    database.functions = _shared(leading.functions, attached, "functions")
    database.materialized_views = _shared(leading.materialized_views, attached, "materializedViews")
    database.policy = leading.policy
    database.stored_policies = {
        name: text for name, text in leading.stored_policies.items() if name != "caching"
    }
    database.soft_delete_period = leading.soft_delete_period
    following.attached, following.attached_principals = attached.name, attached.principals
    if following.principals != "None":
        inherited = following.inherited
        following.own = [a for a in database.roles if not any(a is each for each in inherited)]
    following.inherited = list(leading.roles)
    database.roles = following.effective()


def _shared(
    entities: dict[str, _Entity], attached: AttachedDatabase, kind: str
) -> dict[str, _Entity]:
    """Return what table level sharing lets through; everything of a kind that it does not name."""
    included = _patterns(attached.sharing, f"{kind}ToInclude")
    excluded = _patterns(attached.sharing, f"{kind}ToExclude")
    if not included and not excluded:
        return entities
    return {
        name: entity
        for name, entity in entities.items()
        if (not included or _matches(name, included)) and not _matches(name, excluded)
    }


def _patterns(sharing: Mapping[str, Any], key: str) -> list[str]:
    return list(sharing.get(key) or [])


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, each) for each in patterns)
