"""Each workflow in a situation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.ground_truth import proofs
from tests.ground_truth.factors import (
    IDENTITY,
    USER_ASSIGNED,
    callout,
    consumer_group,
    follower,
    plugin,
    table,
    tenant,
    usage,
    usage_of_cluster,
    usage_with_database,
)
from tests.ground_truth.firewalls import BEHIND_FIREWALLS
from tests.ground_truth.role_factors import (
    FABRIKAM_HUB,
    READER,
    RECEIVER,
    azure_role,
    calls_models,
    reads_account,
    reads_blobs,
    reads_cosmos,
    reads_database,
    reads_documents_account,
    reads_sql,
    receives,
    writes_blobs,
)
from tests.ground_truth.situation import (
    BACKUP,
    COLUMNS,
    FABRIKAM,
    LAKE,
    MODELS,
    PROVIDERS,
    SCRIPT,
    SENSORS,
    TRANSFORMED,
    VERSION,
    Situation,
)
from tests.ground_truth.tables import (
    NAME,
    SHOWN,
    through,
    through_sql,
    writes_sql,
)

if TYPE_CHECKING:
    from tests.ground_truth.factors import (
        Factor,
    )


def _model(noun: str, deployment: str) -> Situation:
    return Situation(
        noun,
        noun,
        {"query": "Orders", "text": "Region", "endpoint": f"{MODELS}/{deployment}{VERSION}"},
        (
            IDENTITY,
            usage("AzureAI"),
            callout("azure_openai", "contosoai.openai.azure.com", predefined=False),
            calls_models("contosoai"),
        ),
        proofs.answers,
    )


def _ingestion(name: str, noun: str, location: str, **more: str) -> Situation:
    return Situation(
        name,
        noun,
        {"table": "Orders", "location": location, "data-format": "csv", **more},
        (IDENTITY, usage("NativeIngestion"), reads_blobs("contosobackup/backups")),
        proofs.ingests,
    )


def _external_table(name: str, fields: Mapping[str, str], *factors: Factor) -> Situation:
    return Situation(
        name,
        "external-table",
        {"name": "Made", **fields},
        (IDENTITY, usage("ExternalTable"), *factors, SHOWN),
        proofs.external_table,
        database="Telemetry",  # no cluster follows it, and has a say
        made="Made",
    )


_PLAIN = (
    _external_table(
        "external-table of storage",
        {"location": f"{BACKUP}/backups", "columns": COLUMNS, "data-format": "csv"},
        callout("external_data", "contosobackup", predefined=True),
        reads_blobs("contosobackup/backups"),
    ),
    _external_table(
        "external-table of Delta Lake",
        {"kind": "delta", "location": f"{LAKE}/delta/orders"},
        callout("external_data", "contosolake", predefined=True),
        reads_blobs("contosolake/delta"),
    ),
    _external_table(
        "external-table of SQL Server",
        {
            "kind": "sql",
            "server": "contososql.database.windows.net",
            "catalog": "Erp",
            "sql-table": "Stock",
            "columns": "Sku:string, Quantity:long, Price:real",
        },
        callout("external_data", "contososql.database.windows.net", predefined=True),
        reads_sql("contososql", "Erp"),
    ),
    _external_table(
        "external-table of Cosmos DB",
        {
            "kind": "cosmos",
            "account": "contosocosmos",
            "catalog": "Shop",
            "collection": "Baskets",
            "columns": "id:string, items:long",
        },
        callout("external_data", "contosocosmos.documents.azure.com", predefined=True),
        reads_cosmos("contosocosmos"),
    ),
    Situation(
        "external-table at a follower",
        "external-table",
        {
            "name": "Made",
            "location": f"{BACKUP}/backups",
            "columns": COLUMNS,
            "data-format": "csv",
        },
        (
            USER_ASSIGNED,
            usage_with_database("ExternalTable"),
            callout("external_data", "contosobackup", predefined=True),
            reads_blobs("contosobackup/backups"),
            follower(proofs.FOLLOWER),
        ),
        proofs.external_table_of_follower,
        database="Telemetry",
        made="Made",
    ),
    Situation(
        "continuous-export",
        "continuous-export",
        {"name": "Job", "external-table": NAME, "query": "Orders"},
        (
            IDENTITY,
            usage("AutomatedFlows"),
            reads_database("Sales"),
            callout("external_data", "contosolake", predefined=True),
            through("contosolake/exports", writes=True),
            SHOWN,
        ),
        proofs.continuous_export,
        made="Job",
    ),
    Situation(
        "continuous-export of another database",
        "continuous-export",
        {
            "name": "Job",
            "external-table": NAME,
            "query": "database('Telemetry').Copies",
            "reads": "Telemetry",
        },
        (
            IDENTITY,
            usage("AutomatedFlows"),
            reads_database("Sales"),
            reads_database("Telemetry", "viewer there"),
            through("contosolake/exports", writes=True),
            SHOWN,
        ),
        proofs.continuous_export,
        made="Job",
    ),
    Situation(
        "continuous-export into SQL Server",
        "continuous-export",
        {"name": "Job", "external-table": NAME, "query": "Orders"},
        (
            IDENTITY,
            usage("AutomatedFlows"),
            reads_database("Sales"),
            through_sql(),
            SHOWN,
            writes_sql(),
        ),
        proofs.export_into_sql,
        made="Job",
    ),
    Situation(
        "cosmosdb-connection",
        "cosmosdb-connection",
        {
            "name": "made",
            "account": f"{PROVIDERS}/Microsoft.DocumentDB/databaseAccounts/contosocosmos",
            "catalog": "Shop",
            "container": "Baskets",
            "table": "Orders",
        },
        (
            IDENTITY,
            usage("DataConnection"),
            reads_documents_account("contosocosmos"),
            reads_cosmos("contosocosmos"),
        ),
        proofs.documents_arrive,
        made="made",
    ),
    Situation(
        "cosmosdb-sql-request",
        "cosmosdb-sql-request",
        {
            "account": "contosocosmos",
            "catalog": "Shop",
            "collection": "Baskets",
            "sql": "select * from c",
        },
        (
            IDENTITY,
            usage("SqlRequest"),
            callout("cosmosdb", "contosocosmos.documents.azure.com", predefined=False),
            reads_cosmos("contosocosmos"),
        ),
        proofs.answers,
    ),
    Situation(
        "event-grid",
        "event-grid",
        {
            "name": "made",
            "storage-account": f"{PROVIDERS}/Microsoft.Storage/storageAccounts/contosolake",
            "event-hub": f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs",
            "table": "Orders",
            "data-format": "CSV",
        },
        (
            IDENTITY,
            usage("DataConnection"),
            reads_account("contosolake", "landing"),
            azure_role("receiver", {"on namespace": (RECEIVER, "contosohub")}, {}),
        ),
        proofs.blobs_arrive,
        made="made",
    ),
    Situation(
        "event-hub",
        "event-hub",
        {"name": "made", "table": "Orders", "data-format": "MULTIJSON"},
        (
            IDENTITY,
            usage("DataConnection"),
            receives("contosoedge/sensors"),
            tenant("event_hub", SENSORS, FABRIKAM_HUB),
            consumer_group("contosoedge/sensors"),
            table("Orders"),
        ),
        proofs.events_arrive,
        made="made",
    ),
    Situation(
        "export",
        "export",
        {"query": "Orders", "data-format": "csv"},
        (
            IDENTITY,
            usage("ExportRequest"),
            writes_blobs("contosobackup/backups"),
            tenant("location", f"{BACKUP}/backups", f"{FABRIKAM}/shared"),
        ),
        proofs.exports,
    ),
    Situation(
        "externaldata",
        "externaldata",
        {"location": f"{BACKUP}/backups/orders.csv", "columns": COLUMNS},
        (
            IDENTITY,
            usage("ExternalDataRequest"),
            callout("external_data", "contosobackup", predefined=True),
            reads_blobs("contosobackup/backups"),
        ),
        proofs.answers,
    ),
    Situation(
        "infer-storage-schema",
        "infer-storage-schema",
        {"location": f"{BACKUP}/backups", "data-format": "csv"},
        (
            IDENTITY,
            usage("ExternalDataRequest"),
            callout("external_data", "contosobackup", predefined=True),
            reads_blobs("contosobackup/backups"),
        ),
        proofs.answers,
    ),
    Situation(
        "python-plugin",
        "python-plugin",
        {
            "query": "Orders | take 2",
            "columns": "Note:string",
            "artifacts": f"order_tax.zip={LAKE}/artifacts/order_tax.zip",
        },
        (
            plugin("python"),
            USER_ASSIGNED,
            usage_of_cluster("SandboxArtifacts"),
            callout("sandbox_artifacts", "contosolake.blob", predefined=False),
            azure_role("role", {"on account": (READER, "contosolake")}, {}),
        ),
        proofs.answers,
        body=SCRIPT,
    ),
    Situation(
        "query-acceleration",
        "query-acceleration",
        {"external-table": NAME, "hot": "7d"},
        (
            IDENTITY,
            usage("AutomatedFlows"),
            callout("external_data", "contosolake", predefined=True),
            through("contosolake/delta/orders", kind="Delta", writes=False),
            SHOWN,
        ),
        proofs.acceleration,
        made=NAME,
    ),
    _ingestion("sdk-ingestion", "sdk-ingestion", f"{BACKUP}/backups/orders.csv"),
    _ingestion("storage-ingestion, queued", "storage-ingestion", f"{BACKUP}/backups"),
    _ingestion(
        "storage-ingestion, direct",
        "storage-ingestion",
        f"{BACKUP}/backups/orders.csv",
        how="direct",
    ),
    Situation(
        "sql-request",
        "sql-request",
        {
            "server": "contososql.database.windows.net",
            "catalog": "Erp",
            "sql": "select * from Stock",
        },
        (
            IDENTITY,
            usage("SqlRequest"),
            callout("sql", "contososql.database.windows.net", predefined=True),
            reads_sql("contososql", "Erp"),
        ),
        proofs.answers,
    ),
    Situation(
        "update-policy",
        "update-policy",
        {"table": "Customers", "source": "Orders", "query": TRANSFORMED},
        (IDENTITY, usage("AutomatedFlows"), reads_database("Sales")),
        proofs.update_policy,
        made="Customers",
    ),
    Situation(
        "update-policy that reads another database",
        "update-policy",
        {
            "table": "Customers",
            "source": "Orders",
            "query": "Elsewhere",
        },
        (
            IDENTITY,
            usage("AutomatedFlows"),
            reads_database("Sales"),
            reads_database("Telemetry", "viewer there"),
        ),
        proofs.update_policy,
        made="Customers",
    ),
    _model("ai-chat-completion", "chat/chat/completions"),
    _model("ai-embeddings", "text-embedding/embeddings"),
)

SITUATIONS = (*_PLAIN, *BEHIND_FIREWALLS)
