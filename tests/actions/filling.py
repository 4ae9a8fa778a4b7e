"""Workflows filled in as a user would, for the tests of what is done with them."""

GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
LAKE_ID = f"{GROUP}/Microsoft.Storage/storageAccounts/contosolake"
COSMOS_ID = f"{GROUP}/Microsoft.DocumentDB/databaseAccounts/contosocosmos"
ARCHIVE_ID = (
    "/subscriptions/b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42/resourceGroups/archive/providers/"
    "Microsoft.Kusto/clusters/contosoarchive"
)
EXPORT_ID = f"{GROUP}/Microsoft.ManagedIdentity/userAssignedIdentities/mi-export"
EDGE_HUB = f"{GROUP}/Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors"
LAKE = "https://contosolake.blob.core.windows.net"
BACKUP = "https://contosobackup.blob.core.windows.net"
COLUMNS = "OrderId:long, Region:string, Amount:real, Placed:datetime"
EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"

FIELDS = {
    "external-table": {
        "name": "Archive",
        "identity": "mi-export",
        "location": f"{LAKE}/archive",
        "columns": COLUMNS,
        "data_format": "csv",
    },
    "continuous-export": {
        "name": "Nightly",
        "external_table": "ArchivedOrders",
        "identity": "mi-export",
        "query": "Orders",
    },
    "update-policy": {
        "table": "Customers",
        "source": "Orders",
        "identity": "mi-export",
        "query": "Orders | project CustomerId=OrderId, Name=Region, Active=true",
    },
    "event-hub": {
        "name": "edge",
        "identity": "mi-ingest",
        "event_hub": EDGE_HUB,
        "table": "Orders",
        "data_format": "MULTIJSON",
    },
    "event-grid": {
        "name": "new-blobs",
        "identity": "mi-ingest",
        "storage_account": f"{GROUP}/Microsoft.Storage/storageAccounts/contosolake",
        "event_hub": f"{GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs",
        "table": "Orders",
    },
    "python-plugin": {
        "query": "Orders | take 2",
        "columns": "Note:string",
        "artifacts": f"order_tax.zip={LAKE}/artifacts/order_tax.zip",
        "identity": "mi-ingest",
        "script": "result = df\nresult['Note'] = 'seen'",
    },
    "sdk-ingestion": {
        "location": f"{LAKE}/landing/orders.csv",
        "identity": "mi-ingest",
        "table": "Orders",
        "data_format": "csv",
    },
    "storage-ingestion": {
        "location": f"{LAKE}/landing",
        "identity": "mi-ingest",
        "table": "Orders",
        "data_format": "csv",
        "suffix": "orders.csv",
    },
    "export": {
        "location": f"{LAKE}/exports",
        "identity": "mi-export",
        "query": "Orders",
        "data_format": "csv",
    },
    "externaldata": {
        "location": f"{LAKE}/landing/orders.csv",
        "identity": "mi-ingest",
        "columns": COLUMNS,
    },
    "sql-request": {
        "server": "contososql.database.windows.net",
        "catalog": "Erp",
        "sql": "select * from Stock",
        "identity": "mi-export",
    },
    "cosmosdb-sql-request": {
        "account": "contosocosmos",
        "catalog": "Shop",
        "collection": "Baskets",
        "sql": "select * from c",
        "identity": "mi-export",
    },
    "cosmosdb-connection": {
        "name": "carts",
        "account": COSMOS_ID,
        "catalog": "Shop",
        "container": "Baskets",
        "table": "Orders",
        "identity": "mi-export",
    },
    "ai-embeddings": {
        "query": "Orders",
        "text": "Region",
        "endpoint": (
            "https://contosoai.openai.azure.com/openai/deployments/text-embedding/embeddings"
            "?api-version=2024-06-01"
        ),
        "identity": "mi-export",
    },
    "query-acceleration": {"external_table": "Delta", "identity": "mi-export", "hot": "7d"},
}
