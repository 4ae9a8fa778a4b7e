"""The links of chains as factors: for each its levels, and what a level makes of a world.

The first level of a factor is a way to have the link in place: whoever mends by hand does that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from adxmi_jupyter.embedded.plugins import switch_plugin
from tests.ground_truth.scene import GROUP, SUBSCRIPTION, SYSTEM, USER, Scene

Level = Callable[[Scene], None]

READER, CONTRIBUTOR = "Storage Blob Data Reader", "Storage Blob Data Contributor"
FABRIKAM_HUB = (
    "/subscriptions/e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38/resourceGroups/partners/providers/"
    "Microsoft.EventHub/namespaces/fabrikamhub/eventhubs/orders"
)


@dataclass(frozen=True)
class Factor:
    """A link that can be in place or not.

    `link` is what ``check`` calls it. What is not `seen` cannot be looked at from outside: it has
    to be ``unknown`` whatever is there. `final` levels cannot be mended: only another target can.
    """

    name: str
    levels: Mapping[str, Level]
    link: str
    seen: bool = True
    final: frozenset[str] = frozenset()

    def mend(self, scene: Scene) -> None:
        """Do by hand what no line does."""
        next(iter(self.levels.values()))(scene)


def nothing(_scene: Scene) -> None:
    """Leave the world as it is."""


def _acts(scene: Scene, *, acting: str, assigned: bool) -> None:
    scene.acting = acting
    if acting == SYSTEM and not assigned:
        scene.remove_system_identity()
    elif acting != SYSTEM and assigned:
        scene.assign(acting)


IDENTITY = Factor(
    "identity",
    {
        "user": partial(_acts, acting=USER, assigned=True),
        "user not assigned": partial(_acts, acting=USER, assigned=False),
        "system": partial(_acts, acting=SYSTEM, assigned=True),
        "system off": partial(_acts, acting=SYSTEM, assigned=False),
    },
    "assigned to the cluster",
)
"""It comes first: whom the other levels are about is decided by it."""


def usage(name: str) -> Factor:
    """Return the managed identity policy of a usage that counts on databases and the cluster."""

    def elsewhere(scene: Scene) -> None:
        scene.allow([name], database="Tom's Lab")
        scene.allow([_other(name)], database=scene.database)

    levels: dict[str, Level] = {
        "on database": lambda scene: scene.allow([name], database=scene.database),
        "on cluster": lambda scene: scene.allow([name]),
        "All": lambda scene: scene.allow(["All"], database=scene.database),
        "elsewhere": elsewhere,
        "nowhere": nothing,
    }
    return Factor("usage", levels, "allowed by policy")


def usage_of_cluster(name: str) -> Factor:
    """Return the managed identity policy of a usage that counts on the cluster only."""
    levels: dict[str, Level] = {
        "on cluster": lambda scene: scene.allow([name]),
        "All on cluster": lambda scene: scene.allow(["All"]),
        "on database": lambda scene: scene.allow([name], database=scene.database),
        "All on database": lambda scene: scene.allow(["All"], database=scene.database),
        "nowhere": nothing,
    }
    return Factor("usage", levels, "allowed by policy")


def _other(name: str) -> str:
    return "AzureAI" if name != "AzureAI" else "ExternalTable"


def azure_role(name: str, roles: Mapping[str, tuple[str, str]], *, others: bool = True) -> Factor:
    """Return an Azure role: levels are a role and where it is given.

    Where it is given begins with the name of a resource, or is ``group`` or ``subscription``.
    Except for `others` there are also the roles that manage and do not reach data, and none.
    """
    levels: dict[str, Level] = {
        level: partial(_given, role=role, where=where) for level, (role, where) in roles.items()
    }
    if others:
        levels |= {"Owner": _managing, "none": nothing}
    return Factor(name, levels, "Azure role")


def _given(scene: Scene, *, role: str, where: str) -> None:
    scene.give(role, scope_of(scene, where))


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
    account = place.split("/", maxsplit=1)[0]
    return azure_role(
        "role",
        {
            "on container": (READER, _container(place)),
            "on account": (CONTRIBUTOR, account),
            "on group": (READER, "group"),
            "on subscription": (READER, "subscription"),
            "on another container": (CONTRIBUTOR, _container(f"{account}/others")),
        },
    )


def writes_blobs(place: str) -> Factor:
    """Return the right to write in a container, ``account/container``."""
    account = place.split("/", maxsplit=1)[0]
    return azure_role(
        "role",
        {
            "on container": (CONTRIBUTOR, _container(place)),
            "on account": (CONTRIBUTOR, account),
            "on subscription": (CONTRIBUTOR, "subscription"),
            "reader": (READER, account),
            "on another container": (CONTRIBUTOR, _container(f"{account}/others")),
        },
    )


def reads_account(account: str, container: str) -> Factor:
    """Return the right to read all of a storage account."""
    return azure_role(
        "blobs",
        {
            "on account": (READER, account),
            "on group": (CONTRIBUTOR, "group"),
            "on one container": (READER, _container(f"{account}/{container}")),
        },
    )


def receives(hub: str) -> Factor:
    """Return the right to receive from an event hub, ``namespace/hub``."""
    namespace, name = hub.split("/")
    receiver, inside = "Azure Event Hubs Data Receiver", f"{namespace}/eventhubs/{name}"
    return azure_role(
        "receiver",
        {
            "on hub": (receiver, inside),
            "on namespace": (receiver, namespace),
            "on group": (receiver, "group"),
            "on another hub": (receiver, f"{namespace}/eventhubs/others"),
            "sender": ("Azure Event Hubs Data Sender", inside),
        },
    )


def reads_documents_account(account: str) -> Factor:
    """Return the right to look at a Cosmos DB account itself."""
    role = "Cosmos DB Account Reader Role"
    return azure_role(
        "account",
        {"on account": (role, account), "on subscription": (role, "subscription")},
    )


def calls_models(account: str) -> Factor:
    """Return the right to call the models of an account."""
    role = "Cognitive Services OpenAI User"
    levels = {"on account": account, "on group": "group", "on subscription": "subscription"}
    return azure_role("role", {level: (role, where) for level, where in levels.items()})


def reads_database(database: str, name: str = "viewer") -> Factor:
    """Return the security role that reads a database."""
    levels: dict[str, Level] = {
        "viewers": lambda scene: scene.put_into(DatabaseRole.VIEWERS, database),
        "admins": lambda scene: scene.put_into(DatabaseRole.ADMINS, database),
        "AllDatabasesViewer": lambda scene: scene.put_into(ClusterRole.VIEWER),
        "by object ID": lambda scene: scene.put_by_object_id(DatabaseRole.VIEWERS, database),
        "ingestors": lambda scene: scene.put_into(DatabaseRole.INGESTORS, database),
        "none": nothing,
    }
    return Factor(name, levels, "security role")


def callout(callout_type: str, host: str, *, predefined: bool) -> Factor:
    """Return the callout policy about a host; some types are allowed without any rule."""
    pattern = host.replace(".", r"\.")

    def allowed(scene: Scene) -> None:
        scene.rule(callout_type, pattern, can_call=True)

    def denied(scene: Scene) -> None:
        scene.rule(callout_type, ".*", can_call=True)
        scene.rule(callout_type, pattern, can_call=False)

    levels: dict[str, Level] = (
        {"predefined": nothing} if predefined else {"allowed": allowed, "no rule": nothing}
    )
    return Factor("callout", {**levels, "denied": denied}, "callout policy")


def plugin(name: str) -> Factor:
    """Return the switch of a plugin."""
    levels: dict[str, Level] = {
        "on": lambda scene: switch_plugin(scene.world, name, on=True),
        "off": lambda scene: switch_plugin(scene.world, name, on=False),
    }
    return Factor("plugin", levels, "plugin")


def reads_sql(server: str, database: str) -> Factor:
    """Return the right inside a database of SQL Server, which nobody outside can see."""

    def granted(scene: Scene) -> None:
        found = scene.world.sql_servers[server].databases[database]
        found.readers.add(scene.actor.object_id)

    return Factor("user", {"there": granted, "none": nothing}, "right at the target", seen=False)


def reads_cosmos(account: str) -> Factor:
    """Return the right inside Cosmos DB, which is a role of its own."""

    def granted(scene: Scene) -> None:
        scene.world.cosmos_accounts[account].readers.add(scene.actor.object_id)

    return Factor("reader", {"there": granted, "none": nothing}, "Cosmos DB role")


def _tenant(scene: Scene, *, hub: str) -> None:
    scene.fields["event_hub"] = hub


def tenant(own_hub: str) -> Factor:
    """Return whose tenant the event hub is in: an identity reaches its own only."""
    levels = {
        "own": partial(_tenant, hub=f"{GROUP}/providers/{own_hub}"),
        "another": partial(_tenant, hub=FABRIKAM_HUB),
    }
    return Factor("tenant", levels, "Azure role", final=frozenset({"another"}))
