"""The links of chains as factors: for each its levels, and what a level makes of a world.

The first level is a usual way to have the link in place: whoever mends by hand does that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from adxmi_jupyter.embedded.networks import endpoint_id
from adxmi_jupyter.embedded.state.networks import ManagedPrivateEndpoint, PrivateEndpoint
from adxmi_jupyter.embedded.state.plugins import switch_plugin
from adxmi_jupyter.embedded.state.resources import DataConnection
from tests.ground_truth.scene import GROUP, SUBSCRIPTION, SYSTEM, USER, Scene

Level = Callable[[Scene], None]

_OPEN = {"sqlServer": ["0.0.0.0"]}

READER, CONTRIBUTOR = "Storage Blob Data Reader", "Storage Blob Data Contributor"
RECEIVER = "Azure Event Hubs Data Receiver"
FABRIKAM_HUB = (
    "/subscriptions/e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38/resourceGroups/partners/providers/"
    "Microsoft.EventHub/namespaces/fabrikamhub/eventhubs/orders"
)


@dataclass(frozen=True)
class Factor:
    """A link: levels with which it is `there`, and levels with which it is `missing`.

    `link` is what ``check`` calls it. What is not `seen` cannot be looked at from outside: it has
    to be ``unknown`` whatever is there, or not told of at all at levels that are `untold`. Levels
    that are `final` cannot be mended: it takes another identity or target. Levels that are
    `everywhere` do for every factor of the same link.
    """

    name: str
    requirement: str
    there: Mapping[str, Level]
    missing: Mapping[str, Level]
    seen: bool = True
    final: frozenset[str] = frozenset()
    everywhere: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()

    def apply(self, level: str, scene: Scene) -> None:
        """Make of the world what a level says."""
        {**self.there, **self.missing}[level](scene)

    def mend(self, scene: Scene) -> None:
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


Given = tuple[str, str]
"""An Azure role, and where it is given: from the name of a resource on, a group, a subscription."""


def azure_role(
    name: str,
    there: Mapping[str, Given],
    missing: Mapping[str, Given],
    *,
    is_about_data: bool = True,
) -> Factor:
    """Return an Azure role; roles that manage do not reach data."""
    role, where = next(iter(there.values()))
    others = {"none": nothing, "given just now": partial(_given_late, role=role, where=where)}
    if is_about_data:
        others["Owner"] = _managing
    return Factor(name, "Azure role", _levels(there), {**_levels(missing), **others})


def _levels(given: Mapping[str, Given]) -> dict[str, Level]:
    return {
        level: partial(_given, role=role, where=where) for level, (role, where) in given.items()
    }


def _given(scene: Scene, *, role: str, where: str) -> None:
    scene.give(role, scope_of(scene, where))


def _given_late(scene: Scene, *, role: str, where: str) -> None:
    """Give a role that has no effect yet."""
    scene.azure.faults.add("late-roles", times=None)
    if scene.actor in scene.world.identities:
        scene.azure.assign_role(scene.actor.display_name, role, scope_of(scene, where))


def _managing(scene: Scene) -> None:
    scene.give("Owner", SUBSCRIPTION)
    scene.give("Contributor", GROUP)


def scope_of(scene: Scene, where: str) -> str:
    """Return a scope by short words, such as ``contosolake/blobServices/…``."""
    if where in {"group", "subscription"}:
        return GROUP if where == "group" else SUBSCRIPTION
    name, slash, inside = where.partition("/")
    return f"{scene.resource(name)}{slash}{inside}"


def _container(place: str) -> str:
    account, container = place.split("/")
    return f"{account}/blobServices/default/containers/{container}"


def reads_blobs(place: str) -> Factor:
    """Return the right to read in a container, ``account/container``."""
    account, _, _ = place.partition("/")
    return azure_role(
        "role",
        {
            "on container": (READER, _container(place)),
            "on account": (CONTRIBUTOR, account),
            "on group": (READER, "group"),
            "on subscription": (READER, "subscription"),
        },
        {"on another container": (CONTRIBUTOR, _container(f"{account}/others"))},
    )


def writes_blobs(place: str) -> Factor:
    """Return the right to write in a container, ``account/container``."""
    account, _, _ = place.partition("/")
    return azure_role(
        "role",
        {
            "on container": (CONTRIBUTOR, _container(place)),
            "on account": (CONTRIBUTOR, account),
            "on subscription": (CONTRIBUTOR, "subscription"),
        },
        {
            "reader": (READER, account),
            "on another container": (CONTRIBUTOR, _container(f"{account}/others")),
        },
    )


def reads_account(account: str, container: str) -> Factor:
    """Return the right to read all of a storage account."""
    return azure_role(
        "blobs",
        {"on account": (READER, account), "on group": (CONTRIBUTOR, "group")},
        {"on one container": (READER, _container(f"{account}/{container}"))},
    )


def receives(hub: str) -> Factor:
    """Return the right to receive from an event hub, ``namespace/hub``."""
    namespace, name = hub.split("/")
    inside = f"{namespace}/eventhubs/{name}"
    return azure_role(
        "receiver",
        {
            "on hub": (RECEIVER, inside),
            "on namespace": (RECEIVER, namespace),
            "on group": (RECEIVER, "group"),
        },
        {
            "on another hub": (RECEIVER, f"{namespace}/eventhubs/others"),
            "sender": ("Azure Event Hubs Data Sender", inside),
        },
    )


def reads_documents_account(account: str) -> Factor:
    """Return the right to look at a Cosmos DB account itself, which is to manage it."""
    role = "Cosmos DB Account Reader Role"
    return azure_role(
        "account",
        {
            "on account": (role, account),
            "on subscription": (role, "subscription"),
            "Owner": ("Owner", "subscription"),
        },
        {},
        is_about_data=False,
    )


def calls_models(account: str) -> Factor:
    """Return the right to call the models of an account."""
    role = "Cognitive Services OpenAI User"
    places = {"on account": account, "on group": "group", "on subscription": "subscription"}
    return azure_role("role", {level: (role, where) for level, where in places.items()}, {})


def reads_database(database: str, name: str = "viewer") -> Factor:
    """Return the security role that reads a database."""
    return Factor(
        name,
        "security role",
        {
            "viewers": lambda scene: scene.put_into(DatabaseRole.VIEWERS, database),
            "admins": lambda scene: scene.put_into(DatabaseRole.ADMINS, database),
            "AllDatabasesViewer": lambda scene: scene.put_into(ClusterRole.VIEWER),
        },
        {
            "none": nothing,
            "by object ID": lambda scene: scene.put_by_object_id(DatabaseRole.VIEWERS, database),
            "ingestors": lambda scene: scene.put_into(DatabaseRole.INGESTORS, database),
        },
        everywhere=frozenset({"AllDatabasesViewer"}),
    )


def callout(callout_type: str, host: str, *, predefined: bool) -> Factor:
    """Return the callout policy about a host; some types are allowed without any rule."""
    pattern = host.replace(".", r"\.")

    def allowed(scene: Scene) -> None:
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


def reads_sql(server: str, database: str) -> Factor:
    """Return the right inside a database of SQL Server, which nobody outside can see."""

    def granted(scene: Scene) -> None:
        found = scene.world.sql_servers[server].databases[database]
        found.readers.add(scene.actor.object_id)

    requirement = "right at the target"
    return Factor("user", requirement, {"there": granted}, {"none": nothing}, seen=False)


def reads_cosmos(account: str) -> Factor:
    """Return the right inside Cosmos DB, which is a role of its own."""

    def granted(scene: Scene) -> None:
        scene.world.cosmos_accounts[account].readers.add(scene.actor.object_id)

    return Factor("reader", "Cosmos DB role", {"there": granted}, {"none": nothing})


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
