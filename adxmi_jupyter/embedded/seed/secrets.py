"""Objects that authenticate by a secret, to learn and to try how they are migrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE, WRITE_SIGNATURE
from adxmi_jupyter.embedded.seed.targets import COSMOS_KEY, SQL_LOGIN
from adxmi_jupyter.embedded.state.entities import StoredFunction
from adxmi_jupyter.embedded.state.resources import DataConnection

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.world import World

_LAKE = "https://contosolake.blob.core.windows.net"
_ORDERS = (("OrderId", "long"), ("Region", "string"), ("Amount", "real"), ("Placed", "datetime"))
_STOCK = (("Sku", "string"), ("Quantity", "long"), ("Price", "real"))
_BASKETS = (("id", "string"), ("customer", "string"), ("items", "long"), ("paid", "bool"))
_SQL = "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;User ID={};Password={}"
_COSMOS = (
    "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;Collection=Baskets;"
)
_CONNECTION = "orders-by-key"


def add_secret_objects(world: World, database: Database) -> None:
    """Add one object of each kind that authenticates by a key, a signature or a password."""
    name = database.name
    world.add_external_table(
        "OrdersByKey", f"{_LAKE}/archive;{ACCOUNT_KEY}", database=name, columns=_ORDERS
    )
    world.add_external_table(
        "OrdersBySas", f"{_LAKE}/archive?{READ_SIGNATURE}", database=name, columns=_ORDERS
    )
    world.add_external_table(
        "ExportedOrders",
        f"{_LAKE}/exports/orders?{WRITE_SIGNATURE}",
        database=name,
        columns=_ORDERS,
    )
    world.add_external_table(
        "StockByPassword",
        _SQL.format(*SQL_LOGIN),
        database=name,
        table_type="Sql",
        target="Stock",
        columns=_STOCK,
    )
    world.add_external_table(
        "BasketsByKey",
        f"{_COSMOS}AccountKey={COSMOS_KEY}",
        database=name,
        table_type="Sql",
        columns=_BASKETS,
        options={"sqlDialect": "CosmosDbSql"},
    )
    _add_flows(world, database)


def _add_flows(world: World, database: Database) -> None:
    file = f"{_LAKE}/archive/2024/orders.csv?{READ_SIGNATURE}"
    body = f"{{ externaldata(OrderId:long, Region:string) [h@'{file}'] }}"
    orders = "contosohub/eventhubs/orders"
    hub = next(one for one in world.sources.hubs if one.resource_id.endswith(orders))
    properties: dict[str, Any] = {
        "eventHubResourceId": hub.resource_id,
        "consumerGroup": "analytics",
        "tableName": "Orders" if "Orders" in database.tables else "",
        "mappingRuleName": "",
        "dataFormat": "MULTIJSON",
        "eventSystemProperties": [],
        "compression": "None",
        "managedIdentityResourceId": None,
        "databaseRouting": "Single",
    }
    with world.lock:
        database.functions["OrderFiles"] = StoredFunction("OrderFiles", "()", body)
        others = [one for one in database.data_connections if one.name != _CONNECTION]
        made = DataConnection(_CONNECTION, "EventHub", properties)
        database.data_connections = [*others, made]
    if "Orders" in database.tables:
        world.add_continuous_export(
            "DailyOrders",
            database=database.name,
            external_table="ExportedOrders",
            query="Orders",
            tables=("Orders",),
        )
