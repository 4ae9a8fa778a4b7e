"""Objects that authenticate by a secret, one of each kind, on the embedded Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import AzureRoleAssignment, DataConnection
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE, WRITE_SIGNATURE
from adxmi_jupyter.embedded.seed.targets import COSMOS_KEY, SQL_LOGIN

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import EmbeddedAzure
    from adxmi_jupyter.service.connection import Connection

LAKE = "https://contosolake.blob.core.windows.net"
DFS = "https://contosolake.dfs.core.windows.net"
ORDERS = "(OrderId:long, Region:string, Amount:real, Placed:datetime)"
USER, PASSWORD = SQL_LOGIN
SQL = f"Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;User ID={USER};"
COSMOS = (
    "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;Collection=Baskets;"
)
FILE = f"{LAKE}/archive/2024/orders.csv?{READ_SIGNATURE}"

SECRETS = (ACCOUNT_KEY, READ_SIGNATURE, WRITE_SIGNATURE, PASSWORD, COSMOS_KEY)

TABLES = {
    "ByKey": f"""{ORDERS} kind=storage
        partition by (Year:datetime = startofyear(Placed))
        pathformat = (datetime_pattern('yyyy', Year))
        dataformat=csv (h@'{LAKE}/archive;{ACCOUNT_KEY}')
        with (docString='old; (orders)', folder='lake', fileExtension='csv')""",
    "BySharedKey": f"{ORDERS} kind=storage dataformat=csv "
    f"(h@'{DFS}/archive;sharedkey={ACCOUNT_KEY}')",
    "BySas": f"{ORDERS} kind=storage dataformat=csv (h@'{LAKE}/archive?{READ_SIGNATURE}')",
    "ByTwo": f"{ORDERS} kind=storage dataformat=csv (h@'{LAKE}/archive/2024?{READ_SIGNATURE}', "
    f"h@'{LAKE}/archive/2025;{ACCOUNT_KEY}')",
    "DeltaByKey": f"kind=delta (h@'{LAKE}/delta/orders;{ACCOUNT_KEY}')",
    "SqlByPassword": "(Sku:string, Quantity:long, Price:real) kind=sql table=Stock "
    f"(h@'{SQL}Password={PASSWORD};') with (folder='erp')",
    "CosmosByKey": f"(id:string, customer:string) kind=sql (h@'{COSMOS}AccountKey={COSMOS_KEY}') "
    "with (sqlDialect='CosmosDbSql')",
    "Out": f"{ORDERS} kind=storage dataformat=csv (h@'{LAKE}/exports/out?{WRITE_SIGNATURE}')",
    "AsCaller": f"{ORDERS} kind=storage dataformat=csv (h@'{LAKE}/archive;impersonate')",
}

FUNCTIONS = {
    "Files": f"with (folder='f', docstring='d') Files() "
    f"{{ externaldata(OrderId:long, Region:string) [h@'{FILE}'] | where OrderId > 1 }}",
    "Stock": "Stock() { evaluate sql_request("
    f"h'{SQL}Password={PASSWORD}', 'select * from Stock') }}",
}

CONNECTIONS = {"ByHubKey": "EventHub", "ByAccountKey": "EventGrid"}

QUERIES = {
    **{name: f"external_table('{name}')" for name in TABLES if name != "AsCaller"},
    **{name: f"{name}()" for name in FUNCTIONS},
}


def let_admin_write(azure: EmbeddedAzure) -> None:
    """Let the admin read and write the lake, as the caller of tables that impersonate."""
    admin = next(one for one in azure.world.principals if one.token == "embedded-admin")
    roles = {name: guid for guid, name in azure.azure_roles.items()}
    lake = azure.world.storage_accounts["contosolake"].resource_id
    role = roles["Storage Blob Data Contributor"]
    azure.world.azure_roles.append(
        AzureRoleAssignment("lake-of-admin", lake, role, admin.object_id, "User")
    )


def add_table(connection: Connection, name: str) -> None:
    """Create one of the external tables."""
    connection.kusto.command(f".create external table {name} {TABLES[name]}", database="Sales")


def add_function(connection: Connection, name: str) -> None:
    """Create one of the functions."""
    connection.kusto.command(f".create-or-alter function {FUNCTIONS[name]}", database="Sales")


def add_export(connection: Connection) -> None:
    """Create a continuous export without an identity."""
    connection.kusto.command(
        ".create-or-alter continuous-export Nightly over (Orders) to table Out "
        "with (intervalBetweenRuns=2h) <| Orders",
        database="Sales",
    )


HOT = '{"IsEnabled":true,"Hot":"36500.00:00:00"}'


def add_update_policy(connection: Connection) -> None:
    """Let a table be filled from an accelerated external table, without an identity."""
    policy = (
        '[{"IsEnabled":true,"Source":"Orders","Query":"external_table(\'DeltaByKey\')",'
        '"IsTransactional":true}]'
    )
    for command in (
        f".create table Copy {ORDERS}",
        f".alter external table DeltaByKey policy query_acceleration '{HOT}'",
        f".alter table Copy policy update ```{policy}```",
    ):
        connection.kusto.command(command, database="Sales")


def add_connection(azure: EmbeddedAzure, kind: str, name: str) -> None:
    """Let Sales have a data connection of a kind that uses a key."""
    world = azure.world
    (seeded,) = world.cluster.databases["Sales"].data_connections[:1]
    wanted = {**seeded.properties, "managedIdentityResourceId": None, "consumerGroup": "analytics"}
    if kind == "EventGrid":
        account = world.storage_accounts["contosolake"].resource_id
        blobs = next(one for one in world.sources.hubs if one.resource_id.endswith("/new-blobs"))
        wanted = {
            "storageAccountResourceId": account,
            "eventHubResourceId": blobs.resource_id,
            "consumerGroup": "$Default",
            "tableName": "Orders",
            "mappingRuleName": "",
            "dataFormat": "CSV",
            "ignoreFirstRecord": False,
            "blobStorageEventType": "Microsoft.Storage.BlobCreated",
            "managedIdentityResourceId": None,
            "databaseRouting": "Single",
        }
    database = world.cluster.databases["Sales"]
    database.data_connections.append(DataConnection(name, kind, wanted))


def rows(connection: Connection, query: str) -> list[list[object]]:
    """Return the rows of a query."""
    found: list[list[object]] = (
        connection.kusto.query(query, database="Sales").frame().values.tolist()
    )
    return found


def shown(connection: Connection) -> str:
    """Return everything that the service shows of the database, and the history of writes."""
    commands = (
        ".show database ['Sales'] schema as csl script",
        ".show database ['Sales'] schema as json",
        ".show external tables",
        ".show functions",
    )
    told = (connection.kusto.command(one, database="Sales").frame().to_csv() for one in commands)
    return "\n".join([*told, connection.history_file.read_text(encoding="utf-8")])


NAMES = (*(one for one in TABLES if one != "Out"), *FUNCTIONS, "Nightly", "Copy", *CONNECTIONS)
"""One object of each kind, by its name."""


def add(connection: Connection, azure: EmbeddedAzure, name: str) -> None:
    """Make the object of a name, and what it depends on."""
    let_admin_write(azure)
    if name in TABLES:
        add_table(connection, name)
    elif name in FUNCTIONS:
        add_function(connection, name)
    elif name in CONNECTIONS:
        add_connection(azure, CONNECTIONS[name], name)
    elif name == "Nightly":
        add_table(connection, "Out")
        add_export(connection)
    else:
        add_table(connection, "DeltaByKey")
        add_update_policy(connection)


def state_of(azure: EmbeddedAzure, name: str) -> object:
    """Return an object as the server keeps it, secrets included."""
    sales = azure.world.cluster.databases["Sales"]
    if name in sales.external_tables:
        # The script names the columns of a delta table whether they were inferred or not.
        return {**vars(sales.external_tables[name]), "infers_schema": None}
    if name in sales.functions:
        found = vars(sales.functions[name])
        return {**found, "body": " ".join(found["body"].split()), "script_problem": ""}
    if name in sales.tables:
        return [vars(one) for one in sales.tables[name].update_policy or ()]
    if name in sales.continuous_exports:
        # The script has values for what was not given.
        return {**vars(sales.continuous_exports[name]), "properties": {}, "forced_latency": None}
    (only,) = (one for one in sales.data_connections if one.name == name)
    return {key: value for key, value in only.properties.items() if value}


def trials(azure: EmbeddedAzure) -> list[str]:
    """Return the trial tables that there are."""
    tables = azure.world.cluster.databases["Sales"].external_tables
    return [one for one in tables if one.endswith("_adxmi_trial")]


def beside(azure: EmbeddedAzure) -> object:
    """Return what a migration may leave beside its object: roles, policies and trial tables."""
    cluster = azure.world.cluster
    scopes = (cluster, *cluster.databases.values())
    return [(str(one.roles), str(one.policy)) for one in scopes], trials(azure)
