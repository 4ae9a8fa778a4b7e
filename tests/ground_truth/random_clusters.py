"""Random clusters with workflows of every kind, and policies that allow more than they need."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole, PolicyItem
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY
from adxmi_jupyter.embedded.state.entities import StoredFunction
from tests.ground_truth.scene import Scene
from tests.ground_truth.situation import (
    BACKUP,
    COLUMNS,
    LAKE,
    MODELS,
    PROVIDERS,
    SCRIPT,
    SENSORS,
    TRANSFORMED,
    VERSION,
)

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from tests.ground_truth.walking import Walker

PEOPLE = ("system", "mi-export", "mi-ingest", "mi-stranger")
USAGES = (
    *("AutomatedFlows", "AzureAI", "DataConnection", "ExportRequest", "ExternalDataRequest"),
    *("ExternalTable", "NativeIngestion", "SandboxArtifacts", "SqlRequest"),
)
GONE = "66666666-0000-4000-8000-000000000006"
ORDER = {"OrderId": 77, "Region": "east", "Amount": 1.5, "Placed": "2026-03-01T00:00:00Z"}
NEW_ORDERS = f"{LAKE}/landing/orders.csv;{ACCOUNT_KEY}"


@dataclass
class Random:
    """A random cluster: its workflows, by what they are and where, and how each is run."""

    walker: Walker
    chance: random.Random
    scene: Scene
    databases: tuple[str, ...]
    runs: dict[str, Callable[[], Any]] = field(default_factory=dict)
    needs: list[tuple[str, str, str]] = field(default_factory=list)

    def ask(self, database: str, text: str) -> list[dict[str, Any]]:
        """Send a command or query as the admin and return its rows."""
        answer = self.walker.client.execute(database, text)
        return answer.primary_results[0].to_dict()["data"]

    def count(self, database: str, table: str) -> int:
        """Return how many rows a table has."""
        return self.ask(database, f"{table} | count")[0]["Count"]

    def grows(self, database: str, table: str, run: Callable[[], object]) -> bool:
        """Tell whether a run makes a table longer; exports of other workflows add files to read."""
        before = self.count(database, table)
        run()
        return self.count(database, table) > before

    def line(self, noun: str, verb: str, database: str, who: str, **fields: str) -> Any:
        """Run a command for a workflow."""
        words = [f'--{name.replace("_", "-")} "{value}"' for name, value in fields.items()]
        body = SCRIPT if noun == "python-plugin" else None
        line = f'{noun} {verb} --database "{database}" --identity {who} {" ".join(words)}'
        return self.walker.magic(line, body)


Kind = Callable[[Random, str, str, str], Callable[[], Any]]
"""Makes a workflow of a name, in a database, as an identity; returns what runs it."""


def built(noun: str, **fields: str) -> Kind:
    """Return a query or command that is written by `build`, its literals hidden or not."""

    def make(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
        del name
        text = _text(world.line(noun, "build", database, who, **fields))
        if world.chance.random() < 0.5:
            text = text.replace('h@"', '@"').replace("h@'", "@'").replace('h"', '"')
        return lambda: len(world.ask(database, text)) > 0

    return make


def _text(frame: Any) -> str:
    for column in ("command", "query", "text"):
        if column in frame.columns:
            return str(frame[column].iloc[0])
    raise AssertionError(list(frame.columns))


def in_function(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make a stored function that reads files."""
    fields = {"location": f"{BACKUP}/backups/orders.csv", "columns": COLUMNS}
    text = _text(world.line("externaldata", "build", database, who, **fields))
    home = world.scene.cluster.databases[database]
    home.functions[name] = StoredFunction(name, "()", f"{{ {text} }}")
    return lambda: len(world.ask(database, f"{name}()")) > 0


def external_table(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make an external table that is read, perhaps from another database."""
    fields = {"location": f"{BACKUP}/backups", "columns": COLUMNS, "data_format": "csv"}
    world.line("external-table", "create", database, who, name=name, **fields)
    return lambda: world.count(database, f"external_table('{name}')") > 0


def acceleration(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make an accelerated table, whose acceleration another identity may do."""
    world.line(
        "external-table", "create", database, who,
        name=name, kind="delta", location=f"{LAKE}/delta/orders",
    )  # fmt: skip
    other = world.chance.choice(PEOPLE)
    world.needs.append((database, other, "AutomatedFlows"))
    allow(world, "AutomatedFlows", database, other)
    world.line("query-acceleration", "create", database, other, external_table=name, hot="7d")
    command = f".show external table {name} operations query_acceleration statistics"
    return lambda: world.ask(database, command)[0]["NotHealthyReason"]


def continuous_export(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make a continuous export into a table that names another identity."""
    other = world.chance.choice(PEOPLE)
    world.needs.append((database, other, "ExternalTable"))
    allow(world, "ExternalTable", database, other)
    fields = {"location": f"{LAKE}/exports", "columns": COLUMNS, "data_format": "csv"}
    world.line("external-table", "create", database, other, name=f"{name}Into", **fields)
    more = {"external_table": f"{name}Into", "query": "Orders"}
    world.line("continuous-export", "create", database, who, name=name, **more)
    return lambda: world.scene.azure.run_now(database, name).last_run_result


def update_policy(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make an update policy; there is one table for it in each database."""
    del name
    fields = {"table": "Customers", "source": "Orders", "query": TRANSFORMED}
    world.line("update-policy", "create", database, who, **fields)
    text = f".ingest into table Orders (h'{NEW_ORDERS}')"
    return lambda: world.grows(database, "Customers", lambda: world.ask(database, text))


def ingestion(noun: str, **fields: str) -> Kind:
    """Return an ingestion from storage, which leaves no object."""

    def make(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
        del name
        given = {"table": "Orders", "data_format": "csv", **fields}
        return lambda: world.grows(
            database, "Orders", lambda: world.line(noun, "run", database, who, **given)
        )

    return make


def event_hub(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make a connection of an event hub."""
    fields = {"table": "Orders", "data_format": "MULTIJSON", "event_hub": SENSORS}
    world.line("event-hub", "create", database, who, name=name, **fields)
    return lambda: world.scene.azure.push_events("contosoedge/sensors", [ORDER])


def event_grid(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make a connection of Event Grid."""
    world.line(
        "event-grid", "create", database, who, name=name, table="Orders", data_format="CSV",
        storage_account=f"{PROVIDERS}/Microsoft.Storage/storageAccounts/contosolake",
        event_hub=f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs",
    )  # fmt: skip
    return lambda: world.scene.azure.blob_created("contosolake", "landing", "orders.csv")


def cosmos(world: Random, name: str, database: str, who: str) -> Callable[[], Any]:
    """Make a connection of Cosmos DB."""
    world.line(
        "cosmosdb-connection", "create", database, who, name=name, table="Orders",
        account=f"{PROVIDERS}/Microsoft.DocumentDB/databaseAccounts/contosocosmos",
        catalog="Shop", container="Baskets",
    )  # fmt: skip
    return lambda: world.scene.azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [ORDER])


FILE = f"{BACKUP}/backups/orders.csv"
KINDS: dict[str, tuple[str, Kind]] = {
    "externaldata": (
        "ExternalDataRequest",
        built("externaldata", location=FILE, columns=COLUMNS),
    ),
    "infer-storage-schema": (
        "ExternalDataRequest",
        built("infer-storage-schema", location=f"{BACKUP}/backups", data_format="csv"),
    ),
    "export": (
        "ExportRequest",
        built("export", query="Orders", data_format="csv", location=f"{BACKUP}/backups"),
    ),
    "sql-request": (
        "SqlRequest",
        built("sql-request", server="contososql.database.windows.net", catalog="Erp",
              sql="select * from Stock"),
    ),
    "cosmosdb-sql-request": (
        "SqlRequest",
        built("cosmosdb-sql-request", account="contosocosmos", catalog="Shop",
              collection="Baskets", sql="select * from c"),
    ),
    "ai-chat-completion": (
        "AzureAI",
        built("ai-chat-completion", query="Orders", text="Region",
              endpoint=f"{MODELS}/chat/chat/completions{VERSION}"),
    ),
    "ai-embeddings": (
        "AzureAI",
        built("ai-embeddings", query="Orders", text="Region",
              endpoint=f"{MODELS}/text-embedding/embeddings{VERSION}"),
    ),
    "storage-ingestion": (
        "NativeIngestion",
        ingestion("storage-ingestion", location=FILE, how="direct"),
    ),
    "storage-ingestion, queued": (
        "NativeIngestion",
        ingestion("storage-ingestion", location=f"{BACKUP}/backups"),
    ),
    "sdk-ingestion": ("NativeIngestion", ingestion("sdk-ingestion", location=FILE)),
    "function": ("ExternalDataRequest", in_function),
    "external-table": ("ExternalTable", external_table),
    "query-acceleration": ("ExternalTable", acceleration),
    "continuous-export": ("AutomatedFlows", continuous_export),
    "update-policy": ("AutomatedFlows", update_policy),
    "event-hub": ("DataConnection", event_hub),
    "event-grid": ("DataConnection", event_grid),
    "cosmosdb-connection": ("DataConnection", cosmos),
}  # fmt: skip
PLUGIN: tuple[str, Kind] = (
    "SandboxArtifacts",
    built("python-plugin", query="Orders | take 2", columns="Note:string",
          artifacts=f"order_tax.zip={LAKE}/artifacts/order_tax.zip"),
)  # fmt: skip
"""It takes seconds, and is run in few worlds."""
_ONCE = {"event-hub", "event-grid", "cosmosdb-connection", "update-policy"}
"""Two of these would get the same events, or have the same table."""


def allow(world: Random, usage: str, database: str, who: str) -> None:
    """Allow a usage somewhere that counts: as narrow as it can be, or wider."""
    scene, chance = world.scene, world.chance
    name = _name(scene, who)
    everywhere = chance.random() < 0.5 or usage == "SandboxArtifacts"
    given = "All" if chance.random() < 0.3 else usage
    scene.allow([given], database="" if everywhere else database, identity=name)


def _name(scene: Scene, who: str) -> str:
    present = scene.cluster.system_identity
    assert present is not None
    return present.display_name if who == "system" else who


def meant(usages: tuple[str, ...]) -> tuple[str, ...]:
    """Return usages as they count: beside ``All`` no other one does."""
    return ("All",) if "All" in usages else usages


def random_world(walker: Walker, seed: int, kinds: int, *, plugin: bool) -> Random:
    """Return a random world with workflows, what they need, and grants that nothing needs."""
    azure = walker.azure
    walker.magic("embedded reset")
    azure.reset(with_history=False)
    azure.arm.polls = 0
    scene = Scene(azure, "Sales")
    scene.clear()
    chance = random.Random(seed)
    names = ("Sales", "North", "South", "East")[: chance.randint(2, 4)]
    for name in names[1:]:
        _copy(scene, name)
    world = Random(walker, chance, scene, names)
    give_everything(scene)
    _make_workflows(world, kinds, plugin=plugin)
    _allow_too_much(world)
    return world


def _copy(scene: Scene, name: str) -> None:
    sales: Database = scene.cluster.databases["Sales"]
    tables = tuple(
        replace(sales.tables[one], rows=list(sales.tables[one].rows))
        for one in ("Orders", "Customers")
    )
    scene.world.add_database(name, tables=tables)


def give_everything(scene: Scene) -> None:
    """Give every identity all that workflows need besides the policy."""
    for who in PEOPLE:
        scene.acting = who
        if who != "system":
            scene.assign(who)
        for account in ("contosobackup", "contosolake"):
            scene.give("Storage Blob Data Contributor", scene.resource(account))
        for namespace in ("contosoedge", "contosohub"):
            scene.give("Azure Event Hubs Data Receiver", scene.resource(namespace))
        scene.give("Cognitive Services OpenAI User", scene.resource("contosoai"))
        scene.give("Cosmos DB Account Reader Role", scene.resource("contosocosmos"))
        scene.put_into(ClusterRole.VIEWER)
        for database in scene.cluster.databases:
            scene.put_into(DatabaseRole.ADMINS, database)
        scene.world.sql_servers["contososql"].databases["Erp"].readers.add(scene.actor.object_id)
        scene.world.cosmos_accounts["contosocosmos"].readers.add(scene.actor.object_id)
    for callout, host in (
        ("azure_openai", "contosoai.openai.azure.com"),
        ("cosmosdb", "contosocosmos.documents.azure.com"),
        ("sandbox_artifacts", "contosolake.blob"),
        ("sql", "contososql.database.windows.net"),
    ):
        scene.rule(callout, rf"https?://{host}.*|{host}.*", can_call=True)


def _make_workflows(world: Random, count: int, *, plugin: bool) -> None:
    chance, once = world.chance, set()
    chosen = [chance.choice(list(KINDS)) for _ in range(count)]
    every = [(kind, *KINDS[kind]) for kind in chosen]
    every += [("python-plugin", *PLUGIN)] if plugin else []
    for number, (kind, usage, make) in enumerate(every):
        database, who = chance.choice(world.databases), chance.choice(PEOPLE)
        if kind == "python-plugin":
            who = chance.choice(PEOPLE[1:])
        key = kind if kind != "update-policy" else f"{kind} {database}"
        if kind in _ONCE and key in once:
            continue
        once.add(key)
        allow(world, usage, database, who)
        world.needs.append((database, who, usage))
        run = make(world, f"W{number}", database, who)
        world.runs[f"{kind} W{number} in {database} as {who}"] = run


def _allow_too_much(world: Random) -> None:
    """Add grants that nothing needs, take some away that something does, and leave stale ones."""
    scene, chance = world.scene, world.chance
    for _ in range(chance.randint(2, 8)):
        usage = chance.choice((*USAGES, "All"))
        place = chance.choice(("", *world.databases))
        scene.allow([usage], database=place, identity=_name(scene, chance.choice(PEOPLE)))
    if chance.random() < 0.3:
        database = scene.cluster.databases[chance.choice(world.databases)]
        database.policy = None
    if chance.random() < 0.4:
        database = scene.cluster.databases[chance.choice(world.databases)]
        stale = PolicyItem(GONE, "", scene.world.tenant_id, "", False, ("ExternalTable",))
        database.policy = [*(database.policy or []), stale]
    for place in (scene.cluster, *scene.cluster.databases.values()):
        place.policy = _united(place.policy)


def _united(policy: list[PolicyItem] | None) -> list[PolicyItem] | None:
    """Return a policy with one entry for each identity, as the service keeps it."""
    found: dict[str, PolicyItem] = {}
    for one in policy or ():
        known = found.get(one.object_id)
        usages = meant(tuple(dict.fromkeys((*known.usages, *one.usages)))) if known else one.usages
        found[one.object_id] = replace(one, usages=usages)
    return list(found.values()) or None
