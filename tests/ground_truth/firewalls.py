"""Workflows whose target has a network of its own, in situations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.ground_truth import proofs
from tests.ground_truth.factors import (
    IDENTITY,
    USER_ASSIGNED,
    callout,
    network,
    usage,
)
from tests.ground_truth.role_factors import (
    RECEIVER,
    azure_role,
    calls_models,
    reads_account,
    reads_blobs,
    reads_cosmos,
    reads_documents_account,
    reads_sql,
    receives,
    writes_blobs,
)
from tests.ground_truth.situation import (
    BACKUP,
    COLUMNS,
    MODELS,
    PROVIDERS,
    SENSORS,
    VERSION,
    Situation,
)

if TYPE_CHECKING:
    from tests.ground_truth.factors import (
        Factor,
    )


def _behind(
    name: str, noun: str, fields: Mapping[str, str], *factors: Factor, **more: object
) -> Situation:
    """Return a workflow whose target has a network of its own."""
    return Situation(f"{name} behind a firewall", noun, fields, factors, **more)


BEHIND_FIREWALLS = (
    _behind(
        "storage that is read",
        "externaldata",
        {"location": f"{BACKUP}/backups/orders.csv", "columns": COLUMNS},
        IDENTITY,
        usage("ExternalDataRequest"),
        reads_blobs("contosobackup/backups"),
        network("contosobackup", "blob", trusts=True),
        proof=proofs.answers,
    ),
    _behind(
        "storage that is written",
        "export",
        {"query": "Orders", "data-format": "csv", "location": f"{BACKUP}/backups"},
        USER_ASSIGNED,
        writes_blobs("contosobackup/backups"),
        usage("ExportRequest"),
        network("contosobackup", "blob", trusts=True),
        proof=proofs.exports,
    ),
    _behind(
        "an event hub",
        "event-hub",
        {"name": "made", "table": "Orders", "data-format": "MULTIJSON", "event-hub": SENSORS},
        USER_ASSIGNED,
        usage("DataConnection"),
        receives("contosoedge/sensors"),
        network("contosoedge", "namespace", trusts=True),
        proof=proofs.events_arrive,
        made="made",
    ),
    _behind(
        "blobs of Event Grid",
        "event-grid",
        {
            "name": "made",
            "storage-account": f"{PROVIDERS}/Microsoft.Storage/storageAccounts/contosolake",
            "event-hub": f"{PROVIDERS}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs",
            "table": "Orders",
            "data-format": "CSV",
        },
        USER_ASSIGNED,
        usage("DataConnection"),
        reads_account("contosolake", "landing"),
        azure_role("receiver", {"on namespace": (RECEIVER, "contosohub")}, {}),
        network("contosolake", "blob"),
        proof=proofs.blobs_arrive,
        made="made",
    ),
    _behind(
        "SQL Server",
        "sql-request",
        {
            "server": "contososql.database.windows.net",
            "catalog": "Erp",
            "sql": "select * from Stock",
        },
        USER_ASSIGNED,
        usage("SqlRequest"),
        reads_sql("contososql", "Erp"),
        network("contososql", "sqlServer"),
        proof=proofs.answers,
    ),
    _behind(
        "Cosmos DB",
        "cosmosdb-connection",
        {
            "name": "made",
            "account": f"{PROVIDERS}/Microsoft.DocumentDB/databaseAccounts/contosocosmos",
            "catalog": "Shop",
            "container": "Baskets",
            "table": "Orders",
        },
        USER_ASSIGNED,
        usage("DataConnection"),
        reads_documents_account("contosocosmos"),
        reads_cosmos("contosocosmos"),
        network("contosocosmos", "sql"),
        proof=proofs.documents_arrive,
        made="made",
    ),
    _behind(
        "a model",
        "ai-embeddings",
        {
            "query": "Orders",
            "text": "Region",
            "endpoint": f"{MODELS}/text-embedding/embeddings{VERSION}",
        },
        USER_ASSIGNED,
        usage("AzureAI"),
        callout("azure_openai", "contosoai.openai.azure.com", predefined=False),
        calls_models("contosoai"),
        network("contosoai", "account"),
        proof=proofs.answers,
    ),
)
