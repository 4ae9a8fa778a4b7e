"""The world every embedded Azure starts with; its IDs never change, so outputs are stable."""

from __future__ import annotations

from adxmi_jupyter.embedded.seed.azure import GROUP, SHARED_GROUP, SUBSCRIPTION_ID, add_azure
from adxmi_jupyter.embedded.seed.log_workspace import add_log_workspace
from adxmi_jupyter.embedded.state.clusters import Cluster, Identity, PolicyItem, Table
from adxmi_jupyter.embedded.state.followers import follow_leaders
from adxmi_jupyter.embedded.state.plugins import switch_python
from adxmi_jupyter.embedded.state.security import (
    ADMIN_TOKEN,
    ClusterRole,
    DatabaseRole,
    Principal,
    PrincipalKind,
)
from adxmi_jupyter.embedded.state.world import World

TENANT_ID = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
TENANT_DOMAIN = "contoso.example"

READER_TOKEN = "embedded-reader"  # noqa: S105 - a name in a simulator; it opens nothing


# How many changes of metadata the history has, by database: the cluster has none as its name.
_CHANGES_SO_FAR = {"Sales": 6, "Telemetry": 6, "Tom's Lab": 1, "": 1}


WORLDS = ("contoso", "fleet")
"""Names of the worlds that there are: one cluster, or one in the middle of a fleet."""


def seeded_world(name: str = "contoso", *, with_history: bool = True) -> World:
    """Return a fresh world: cluster `contoso`, four identities, three databases, two callers.

    Its logs tell of the 30 days before, once somebody looks, or of nothing without history. In the
    world `fleet` there are more clusters around it. ValueError for a name that is none of `WORLDS`.
    """
    if name not in WORLDS:
        raise ValueError(f"Unknown world {name!r}. Known worlds: {', '.join(WORLDS)}.")
    cluster = Cluster(
        "contoso",
        "westeurope",
        TENANT_ID,
        subscription_id=SUBSCRIPTION_ID,
        resource_group=GROUP,
    )
    switch_python(cluster, on=True)
    world = World(TENANT_ID, TENANT_DOMAIN, cluster)
    _add_identities(world)
    _add_databases(world)
    _add_policies(world)
    _add_callers(world)
    add_azure(world)
    if name == "fleet":
        from adxmi_jupyter.embedded.seed.fleet import add_fleet

        add_fleet(world)
    add_log_workspace(world, with_history=with_history)
    follow_leaders(world.clusters)
    if with_history:
        cluster.logs.history = _recall
        cluster.journal.versions.update(_CHANGES_SO_FAR)
    return world


def _recall(world: World, began_ns: int) -> None:
    """Put what happened before a moment, as seen by a fresh world, before all entries of the logs.

    What knows of it is loaded here: most worlds are never asked.
    """
    from adxmi_jupyter.embedded.seed.history.cast import cast_of
    from adxmi_jupyter.embedded.seed.history.changes import add_changes
    from adxmi_jupyter.embedded.seed.history.timeline import Timeline
    from adxmi_jupyter.embedded.seed.history.workflows import add_workflows
    from adxmi_jupyter.embedded.state.data_log import put_before

    seeded = seeded_world(with_history=False)
    line, cast = Timeline(seeded.cluster, began_ns), cast_of(seeded)
    add_changes(line, cast)
    add_workflows(line, cast)
    logs = world.cluster.logs
    logs.requests.put_before(sorted(line.requests, key=lambda each: each.head.started_ns))
    put_before(logs.data.operations, sorted(line.data, key=lambda each: each.happened_ns))
    put_before(logs.data.streams, sorted(line.streams, key=lambda each: each.begun_ns))
    put_before(world.service.operations, sorted(line.operations, key=lambda each: each.started_ns))
    put_before(world.ingestion.failures, sorted(line.failures, key=lambda each: each.failed_ns))
    world.journal.put_before(line.entries())


def _add_identities(world: World) -> None:
    cluster = world.cluster
    cluster.system_identity = Identity(
        "contoso",
        "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41",
        "c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c",
        TENANT_ID,
    )
    world.identities.append(cluster.system_identity)
    world.add_identity(
        "mi-ingest",
        object_id="5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6",
        client_id="a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38",
    )
    world.add_identity(
        "mi-export",
        object_id="e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d",
        client_id="27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64",
    )
    world.add_identity(
        "mi-stranger",
        object_id="9c06e2b5-47d8-4f13-82ac-b5e97d10f348",
        client_id="f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9",
        assigned=False,
        resource_group=SHARED_GROUP,
    )


def _add_databases(world: World) -> None:
    orders = Table(
        "Orders",
        (("OrderId", "long"), ("Region", "string"), ("Amount", "real"), ("Placed", "datetime")),
        [
            (1, "north", 120.5, "2026-01-05T08:30:00Z"),
            (2, "south", 80.0, "2026-01-05T09:10:00Z"),
            (3, "north", 42.25, "2026-01-06T14:45:00Z"),
            (4, "west", 310.0, "2026-01-07T11:20:00Z"),
            (5, "south", 15.75, "2026-01-08T16:05:00Z"),
            (6, "north", 99.9, "2026-01-09T10:00:00Z"),
        ],
    )
    customers = Table(
        "Customers",
        (("CustomerId", "long"), ("Name", "string"), ("Active", "bool")),
        [(1, "Adatum", True), (2, "Fabrikam", True), (3, "Litware", False)],
    )
    experiments = Table(
        "Experiments",
        (("Name", "string"), ("Runs", "long"), ("Notes", "dynamic")),
        [("alpha", 3, {"ok": True}), ("beta", 0, None)],
    )
    events = Table(
        "Events",
        (("Timestamp", "datetime"), ("Level", "string"), ("Message", "string")),
        [
            ("2026-02-01T00:00:01Z", "Info", "started"),
            ("2026-02-01T00:00:02Z", "Warning", "queue is long"),
            ("2026-02-01T00:00:03Z", "Info", "stopped"),
        ],
    )
    heartbeats = Table("Heartbeats", (("Timestamp", "datetime"), ("Node", "string")))
    world.add_database("Sales", tables=(orders, customers))
    world.add_database("Tom's Lab", tables=(experiments,))
    world.add_database("Telemetry", tables=(events, heartbeats))
    world.add_external_table(
        "ArchivedOrders", _as_export(world, "archive"), database="Sales", columns=orders.columns
    )
    world.add_external_table(
        "OrdersDelta",
        _as_export(world, "delta/orders"),
        database="Telemetry",
        table_type="Delta",
        data_format="Parquet",
        columns=orders.columns,
        infers_schema=True,
    )


def _as_export(world: World, place: str) -> str:
    """Return the connection string of a place in storage, read and written as `mi-export`."""
    export = world.identity("mi-export")
    return f"https://contosolake.blob.core.windows.net/{place};managed_identity={export.object_id}"


def _add_policies(world: World) -> None:
    cluster = world.cluster
    ingest, export = world.identity("mi-ingest"), world.identity("mi-export")
    cluster.policy = [_item(export, "AutomatedFlows")]
    cluster.databases["Sales"].policy = [
        _item(ingest, "NativeIngestion", "DataConnection"),
        _item(export, "ExternalTable"),
    ]
    cluster.databases["Tom's Lab"].policy = [
        _item(world.identity("contoso"), "All", is_system=True)
    ]


def _item(identity: Identity, *usages: str, is_system: bool = False) -> PolicyItem:
    return PolicyItem(
        identity.object_id,
        identity.client_id,
        identity.tenant_id,
        identity.display_name,
        is_system,
        usages,
    )


def _add_callers(world: World) -> None:
    admin = _user("admin", "61e0c7d4-2b9f-4385-a7c6-d93f0b58e1a2", ADMIN_TOKEN)
    reader = _user("reader", "d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5", READER_TOKEN)
    world.principals += [admin, reader]
    world.grant(admin, ClusterRole.ADMIN)
    world.grant(reader, DatabaseRole.VIEWERS, database="Sales")
    world.grant(reader, DatabaseRole.VIEWERS, database="Telemetry")


def _user(name: str, object_id: str, token: str) -> Principal:
    return Principal(
        PrincipalKind.USER,
        object_id,
        TENANT_ID,
        name,
        object_id,
        upn=f"{name}@{TENANT_DOMAIN}",
        token=token,
    )
