"""Large fleets in the embedded Azure: many clusters in many subscriptions, some of them bad.

`large_fleet` is the one that figures are measured on. `make_bad` gives a cluster of any world one
of the ways in which clusters of real fleets are not well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import seeded_world
from adxmi_jupyter.embedded.seed.azure import add_subscription
from adxmi_jupyter.embedded.seed.fleet import (
    add_cluster,
    add_database,
    add_identity,
    policy_item,
)

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.embedded import Cluster, EmbeddedAzure, World

FLEET_FILE = """\
apiVersion: adxmi/v1
clusters:
  east: {uri: https://contosoeast.westeurope.kusto.windows.net}
  north: {uri: https://contosonorth.westeurope.kusto.windows.net}
  west: {uri: https://contosowest.westeurope.kusto.windows.net}
policy:
  mode: authoritative
  databases:
    Stock: {mi-ingest: [NativeIngestion]}
"""
"""A policy file for `three_clusters`."""
THREE = ("contosoeast", "contosonorth", "contosowest")

_USAGES = ("NativeIngestion", "ExternalTable", "DataConnection", "AutomatedFlows", "SqlRequest")
_HOURS = 3600.0


def states(frame: pd.DataFrame) -> dict[str, str]:
    """Return what became of each cluster, as the result of a command over a fleet tells it."""
    return {one["cluster"]: one["state"] for one in frame.attrs["adxmi"]["clusters"]}


@dataclass(frozen=True)
class FleetSize:
    """How large a fleet is, and how many of its clusters are bad, in which way."""

    clusters: int = 100
    databases: int = 100
    entries: int = 5
    subscriptions: int = 9
    stopped: int = 12
    throttling: int = 3
    hanging: int = 2
    untrusted: int = 1
    latency: float = 0.0


def large_fleet(size: FleetSize = FleetSize()) -> World:
    """Return a world with a fleet of this size beside the seeded clusters.

    Clusters are called `fleet000` and so on; the bad ones come last: first those that are stopped,
    then those that throttle, hang, and have a broken certificate. All have the same databases
    `db000` …, whose policies have so many entries for identities that all clusters share.
    """
    world = seeded_world(with_history=False)
    subscriptions = [
        add_subscription(world, f"Fleet {number}", "clusters")
        for number in range(size.subscriptions)
    ]
    shared = [
        add_identity(world, f"mi-fleet{number}", subscriptions[0]) for number in range(size.entries)
    ]
    policy = [
        policy_item(identity, _USAGES[number % len(_USAGES)])
        for number, identity in enumerate(shared)
    ]
    for number in range(size.clusters):
        name = subscriptions[number % len(subscriptions)].name
        cluster = add_cluster(world, f"fleet{number:03}", name, shared)
        cluster.load.latency = size.latency
        for database in range(size.databases):
            add_database(cluster, f"db{database:03}", policy, ())
    _make_some_bad(world, size)
    return world


def three_clusters(azure: EmbeddedAzure) -> None:
    """Add three clusters with a database each; the tag of the last says that it comes first."""
    world = azure.world
    for name in THREE:
        cluster = world.add_cluster(name, subscription="Contoso", state="Running")
        cluster.identities = [world.identity("mi-ingest")]
        cluster.settings["trustedExternalTenants"] = [{"value": "*"}]
        world.at(cluster).add_database("Stock")
    world.find_cluster(THREE[-1]).tags = {"wave": "canary"}
    azure.uris  # noqa: B018 - they listen from now on


def _make_some_bad(world: World, size: FleetSize) -> None:
    ways = [
        *["stopped"] * size.stopped,
        *["throttling"] * size.throttling,
        *["hanging"] * size.hanging,
        *["untrusted"] * size.untrusted,
    ]
    last = world.other_clusters[len(world.other_clusters) - len(ways) :]
    for cluster, way in zip(last, ways, strict=True):
        make_bad(cluster, way)


def make_bad(cluster: Cluster, way: str) -> None:
    """Let a cluster be bad in this way: stopped, private, throttling, hanging, untrusted."""
    match way:
        case "stopped":
            cluster.state = "Stopped"
        case "private":
            cluster.settings["publicNetworkAccess"] = "Disabled"
        case "throttling":
            cluster.load.per_second, cluster.load.retry_after = 0, 1
        case "hanging":
            cluster.load.latency = _HOURS
        case "untrusted":
            cluster.bad_certificate = True
        case _:
            raise ValueError(way)
