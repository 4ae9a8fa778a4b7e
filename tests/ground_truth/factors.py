"""The links of chains as factors: for each its levels, and what a level makes of a world.

The first level is a usual way to have the link in place: whoever fixes it by hand does that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from adxmi_jupyter.embedded.networks import endpoint_id
from adxmi_jupyter.embedded.state.networks import ManagedPrivateEndpoint, PrivateEndpoint
from adxmi_jupyter.embedded.state.plugins import switch_plugin
from adxmi_jupyter.embedded.state.resources import DataConnection
from tests.ground_truth.scene import SYSTEM, USER, Scene

Level = Callable[[Scene], None]

_OPEN = {"sqlServer": ["0.0.0.0"]}


@dataclass(frozen=True)
class Factor:
    """A link: levels with which it is `there`, and levels with which it is `missing`.

    `link` is what ``check`` calls it. What is not `seen` cannot be looked at from outside: it has
    to be ``unknown`` whatever is there, or not told of at all at levels that are `untold`. Levels
    that are `final` cannot be fixed: it takes another identity or target. Levels that are
    `everywhere` do for every factor of the same link. What is `elsewhere` is on another cluster:
    a warning here, and fixed by hand.
    """

    name: str
    requirement: str
    there: Mapping[str, Level]
    missing: Mapping[str, Level]
    seen: bool = True
    final: frozenset[str] = frozenset()
    everywhere: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    elsewhere: bool = False

    def apply(self, level: str, scene: Scene) -> None:
        """Make of the world what a level says."""
        {**self.there, **self.missing}[level](scene)

    def put_right(self, scene: Scene) -> None:
        """Do by hand what no line does."""
        next(iter(self.there.values()))(scene)


def nothing(_scene: Scene) -> None:
    """Leave the world as it is."""


def _deleted(scene: Scene) -> None:
    """Delete the identity in Azure; the cluster goes on listing it."""
    scene.acting = USER
    found = scene.assign(USER)
    found.deleted = True
    scene.former = found
    scene.world.identities.remove(found)


def _acts(scene: Scene, *, acting: str, assigned: bool) -> None:
    scene.acting = acting
    if acting == SYSTEM and not assigned:
        scene.remove_system_identity()
    elif acting != SYSTEM and assigned:
        scene.assign(acting)


IDENTITY = Factor(
    "identity",
    "assigned to the cluster",
    {
        "user": partial(_acts, acting=USER, assigned=True),
        "system": partial(_acts, acting=SYSTEM, assigned=True),
    },
    {
        "user not assigned": partial(_acts, acting=USER, assigned=False),
        "system switched off": partial(_acts, acting=SYSTEM, assigned=False),
        "deleted": _deleted,
    },
    final=frozenset({"deleted"}),
)
"""It comes first: whom the other levels are about is decided by it."""


USER_ASSIGNED = Factor(
    IDENTITY.name,
    IDENTITY.requirement,
    {"user": IDENTITY.there["user"]},
    {"user not assigned": IDENTITY.missing["user not assigned"]},
)
"""The same in brief, where each run takes long."""


def usage(name: str) -> Factor:
    """Return the managed identity policy of a usage that counts on databases and the cluster."""

    def elsewhere(scene: Scene) -> None:
        scene.allow([name], database="Tom's Lab")
        scene.allow(["ExternalTable" if name == "AzureAI" else "AzureAI"], database=scene.database)

    return Factor(
        "usage",
        "allowed by policy",
        {
            "on database": lambda scene: scene.allow([name], database=scene.database),
            "on cluster": lambda scene: scene.allow([name]),
            "All": lambda scene: scene.allow(["All"], database=scene.database),
        },
        {"elsewhere": elsewhere, "nowhere": nothing},
    )


def usage_with_database(name: str) -> Factor:
    """Return that of a usage which has to go with the database: other clusters follow it."""
    anywhere = usage(name)
    there = {level: one for level, one in anywhere.there.items() if level != "on cluster"}
    missing = {**anywhere.missing, "on this cluster only": anywhere.there["on cluster"]}
    return replace(anywhere, there=there, missing=missing)


def usage_of_cluster(name: str) -> Factor:
    """Return the managed identity policy of a usage that counts on the cluster only."""
    return Factor(
        "usage",
        "allowed by policy",
        {
            "on cluster": lambda scene: scene.allow([name]),
            "All on cluster": lambda scene: scene.allow(["All"]),
        },
        {
            "on database": lambda scene: scene.allow([name], database=scene.database),
            "All on database": lambda scene: scene.allow(["All"], database=scene.database),
            "nowhere": nothing,
        },
    )


def callout(callout_type: str, host: str, *, predefined: bool) -> Factor:
    """Return the callout policy about a host; some types are allowed without any rule."""
    pattern = host.replace(".", r"\.")

    def allowed(scene: Scene) -> None:
        if scene.cluster.settings["restrictOutboundNetworkAccess"] == "Enabled":
            scene.cluster.settings["allowedFqdnList"].append(host)  # rules have no say then
        else:
            scene.rule(callout_type, pattern, can_call=True)

    def denied(scene: Scene) -> None:
        scene.rule(callout_type, ".*", can_call=True)
        scene.rule(callout_type, pattern, can_call=False)

    there: dict[str, Level] = {"predefined": nothing} if predefined else {"allowed": allowed}
    missing: dict[str, Level] = {"denied": denied} | ({} if predefined else {"no rule": nothing})
    return Factor("callout", "callout policy", there, missing)


def consumer_group(hub: str, group: str = "$Default") -> Factor:
    """Return what a data connection reads an event hub by, ``namespace/hub``: not with another."""

    def taken(scene: Scene) -> None:
        found = scene.world.sources.hub(hub)
        properties = {"eventHubResourceId": found.resource_id, "consumerGroup": group}
        other = DataConnection("reads-too", "EventHub", properties)
        scene.cluster.databases["Tom's Lab"].data_connections.append(other)

    def absent(scene: Scene) -> None:
        scene.world.sources.hub(hub).consumer_groups.remove(group)

    return Factor(
        "consumer group",
        "consumer group",
        {"free": nothing},
        {"taken": taken, "absent": absent},
        final=frozenset({"taken", "absent"}),
    )


def table(name: str) -> Factor:
    """Return the table that data go into."""
    return Factor(
        "table",
        "table",
        {"there": nothing},
        {"dropped": lambda scene: scene.home.tables.pop(name)},
        final=frozenset({"dropped"}),
    )


def plugin(name: str) -> Factor:
    """Return the switch of a plugin."""
    return Factor(
        "plugin",
        "plugin",
        {"on": lambda scene: switch_plugin(scene.world, name, on=True)},
        {"off": lambda scene: switch_plugin(scene.world, name, on=False)},
    )


def tenant(field: str, own: str, another: str) -> Factor:
    """Return whose tenant the target in a field is in: an identity reaches its own only."""

    def leads_to(target: str) -> Level:
        return lambda scene: scene.fields.update({field: target})

    return Factor(
        "tenant",
        "same tenant",
        {"own": leads_to(own)},
        {"another": leads_to(another)},
        final=frozenset({"another"}),
    )


def network(name: str, group: str, *, trusts: bool = False) -> Factor:
    """Return the network of a target, by its name: what lets the cluster in, and what does not.

    `group` is what private endpoints call it, and `trusts` whether it lets the cluster in as a
    trusted service.
    """

    def rules(**more: object) -> Level:
        def change(scene: Scene) -> None:
            closed: dict[str, object] = {"default": "Deny", "services": False}
            for key, value in (closed | {"addresses": ["198.51.100.7"]} | more).items():
                setattr(scene.world.network(name), key, value)

        return change

    def opened(scene: Scene) -> None:
        rules(default="Allow", public="Enabled", addresses=_OPEN.get(group, []))(scene)
        listed = scene.cluster.settings["allowedFqdnList"]
        if not any(host.startswith(f"{name}.") for host in listed):
            scene.cluster.settings["restrictOutboundNetworkAccess"] = "Disabled"

    def endpoint(status: str) -> Level:
        def ask(scene: Scene) -> None:
            rules(public="Disabled")(scene)
            asked = ManagedPrivateEndpoint("mine", scene.resource(name), group)
            scene.cluster.managed_endpoints.append(asked)
            own = endpoint_id(scene.cluster, "mine")
            there = PrivateEndpoint("contoso.1", own, group, status)
            scene.world.network(name).endpoints.append(there)

        return ask

    def outbound(scene: Scene) -> None:
        scene.cluster.settings |= {
            "restrictOutboundNetworkAccess": "Enabled",
            "allowedFqdnList": ["fabrikam.example"],
        }

    there = {
        "open": opened,
        "the cluster's address": rules(addresses=["203.0.113.0/24"]),
        "approved endpoint": endpoint("Approved"),
    }
    missing = {
        "another address": rules(),
        "public access off": rules(public="Disabled"),
        "pending endpoint": endpoint("Pending"),
        "rejected endpoint": endpoint("Rejected"),
        "outbound restricted": outbound,
    }
    services = {"trusted services": rules(services=True, public="Disabled")}
    (there if trusts else missing).update(services)
    return Factor("network", "network", there, missing, seen=False, untold=frozenset({"open"}))


def follower(cluster: str) -> Factor:
    """Return the identity's assignment to a cluster that follows the database."""

    def follow(scene: Scene, *, assigned: bool) -> None:
        world = scene.world
        known = {one.name: one for one in world.clusters}
        copy = known.get(cluster) or world.add_cluster(cluster, state="Running")
        if not copy.attached:
            world.follow(scene.database, by=cluster)
        if assigned:
            copy.identities.append(scene.actor)

    return Factor(
        "follower",
        "follower clusters",
        {"assigned there": partial(follow, assigned=True)},
        {"not assigned there": partial(follow, assigned=False)},
        elsewhere=True,
    )
