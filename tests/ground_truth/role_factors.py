"""Roles on targets and databases as factors: who may read and write what a workflow reaches."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from tests.ground_truth.factors import Factor, nothing
from tests.ground_truth.scene import GROUP, SUBSCRIPTION

if TYPE_CHECKING:
    from tests.ground_truth.factors import Level
    from tests.ground_truth.scene import Scene

READER, CONTRIBUTOR = "Storage Blob Data Reader", "Storage Blob Data Contributor"
RECEIVER = "Azure Event Hubs Data Receiver"
FABRIKAM_HUB = (
    "/subscriptions/e93d7b20-58c6-4a1f-b8d4-06f1a2c57e38/resourceGroups/partners/providers/"
    "Microsoft.EventHub/namespaces/fabrikamhub/eventhubs/orders"
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


def reads_sql(server: str, database: str) -> Factor:
    """Return the right inside a database of SQL Server, which nobody outside can see."""

    def granted(scene: Scene) -> None:
        found = scene.world.sql_servers[server].databases[database]
        found.readers.add(scene.actor.object_id)

    requirement = "permission at the target"
    return Factor("user", requirement, {"there": granted}, {"none": nothing}, seen=False)


def reads_cosmos(account: str) -> Factor:
    """Return the right inside Cosmos DB, which is a role of its own."""

    def granted(scene: Scene) -> None:
        scene.world.cosmos_accounts[account].readers.add(scene.actor.object_id)

    return Factor("reader", "Cosmos DB role", {"there": granted}, {"none": nothing})
