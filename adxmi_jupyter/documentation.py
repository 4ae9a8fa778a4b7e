"""The pages of Microsoft Learn that help, reference and errors refer to: title to address.

The one place that knows where a page is. Whoever refers to a page does so by its title, so that a
page that moves is changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_KUSTO = "https://learn.microsoft.com/kusto"
_ADX = "https://learn.microsoft.com/azure/data-explorer"
_AZURE = "https://learn.microsoft.com/azure"

PAGES: Mapping[str, str] = {
    "Managed identities overview": f"{_ADX}/managed-identities-overview",
    "Configure managed identities for your cluster": (
        f"{_ADX}/configure-managed-identities-cluster"
    ),
    "Managed identity policy": f"{_KUSTO}/management/managed-identity-policy",
    ".show managed identity policy command": (
        f"{_KUSTO}/management/show-managed-identity-policy-command"
    ),
    ".alter managed identity policy command": (
        f"{_KUSTO}/management/alter-managed-identity-policy-command"
    ),
    ".alter-merge managed identity policy command": (
        f"{_KUSTO}/management/alter-merge-managed-identity-policy-command"
    ),
    ".delete managed identity policy command": (
        f"{_KUSTO}/management/delete-managed-identity-policy-command"
    ),
    "Azure Resource Graph": f"{_AZURE}/governance/resource-graph/overview",
    "Use follower databases": f"{_ADX}/follower",
    "Callout policy": f"{_KUSTO}/management/callout-policy",
    "Security roles overview": f"{_KUSTO}/management/security-roles",
    "Manage database security roles": f"{_KUSTO}/management/manage-database-security-roles",
    "Manage cluster permissions": f"{_ADX}/add-cluster-principal",
    "Kusto role-based access control": f"{_KUSTO}/access-control/role-based-access-control",
    ".ingest inline command": f"{_KUSTO}/management/data-ingestion/ingest-inline",
    "Retention policy": f"{_KUSTO}/management/retention-policy",
    "Caching policy (hot and cold cache)": f"{_KUSTO}/management/cache-policy",
    "Journal management": f"{_KUSTO}/management/journal",
    ".show capacity command": f"{_KUSTO}/management/show-capacity-command",
    ".show database schema command": f"{_KUSTO}/management/show-schema-database",
    "Ingestion failures": f"{_KUSTO}/management/ingestion-failures",
    "Storage connection strings": f"{_KUSTO}/api/connection-strings/storage-connection-strings",
    "SQL connection strings": f"{_KUSTO}/api/connection-strings/sql-connection-strings",
    "Create and alter Azure Storage external tables": (
        f"{_KUSTO}/management/external-tables-azure-storage"
    ),
    "Create and alter Azure SQL external tables": f"{_KUSTO}/management/external-sql-tables",
    "Create and alter delta external tables on Azure Storage": (
        f"{_KUSTO}/management/external-tables-delta-lake"
    ),
    "Authenticate external tables with managed identities": (
        f"{_ADX}/external-tables-managed-identities"
    ),
    "Use a managed identity to run a continuous export job": (
        f"{_KUSTO}/management/data-export/continuous-export-with-managed-identity"
    ),
    "Create or alter continuous export": f"{_KUSTO}/management/data-export/create-alter-continuous",
    "Export data to cloud storage": f"{_KUSTO}/management/data-export/export-data-to-storage",
    "Run an update policy with a managed identity": (
        f"{_KUSTO}/management/update-policy-with-managed-identity"
    ),
    "Update policy overview": f"{_KUSTO}/management/update-policy",
    "Query acceleration policy": f"{_KUSTO}/management/query-acceleration-policy",
    ".alter query acceleration policy command": (
        f"{_KUSTO}/management/alter-query-acceleration-policy-command"
    ),
    "Queue blobs for ingestion using managed identity authentication": (
        f"{_ADX}/ingest-data-managed-identity"
    ),
    ".ingest-from-storage-queued into command": (
        f"{_KUSTO}/management/data-ingestion/ingest-from-storage-queued"
    ),
    ".list blobs command": f"{_KUSTO}/management/data-ingestion/list-blobs",
    ".ingest into command": f"{_KUSTO}/management/data-ingestion/ingest-into-command",
    "Data ingestion properties": f"{_ADX}/ingestion-properties",
    "externaldata operator": f"{_KUSTO}/query/externaldata-operator",
    "infer_storage_schema plugin": f"{_KUSTO}/query/infer-storage-schema-plugin",
    "sql_request plugin": f"{_KUSTO}/query/sql-request-plugin",
    "cosmosdb_sql_request plugin": f"{_KUSTO}/query/cosmosdb-plugin",
    "ai_embeddings plugin": f"{_KUSTO}/query/ai-embeddings-plugin",
    "ai_chat_completion plugin": f"{_KUSTO}/query/ai-chat-completion-plugin",
    "ai_chat_completion_prompt plugin": f"{_KUSTO}/query/ai-chat-completion-prompt-plugin",
    "Python plugin": f"{_KUSTO}/query/python-plugin",
    "Create an Event Hubs data connection": f"{_ADX}/create-event-hubs-connection",
    "Azure Event Hubs data connection": f"{_ADX}/ingest-data-event-hub-overview",
    "Create an Event Grid data connection": f"{_ADX}/create-event-grid-connection",
    "Event Grid data connection": f"{_ADX}/ingest-data-event-grid-overview",
    "Ingest data from Azure Cosmos DB": f"{_ADX}/ingest-data-cosmos-db-connection",
    "Assign an Azure role for access to blob data": (
        f"{_AZURE}/storage/blobs/assign-azure-role-data-access"
    ),
}


@dataclass(frozen=True)
class Page:
    """A page of the documentation."""

    title: str
    url: str

    @property
    def markdown(self) -> str:
        """The page as a link in Markdown."""
        return f"[{self.title}]({self.url})"

    def __str__(self) -> str:
        """Return title and address on one line."""
        return f"{self.title} {self.url}"


def page(title: str) -> Page:
    """Return the page with a title.

    Raises
    ------
    KeyError
        No such page is listed; a mistake of whoever refers to it.

    """
    return Page(title, PAGES[title])


def pages(titles: Iterable[str]) -> tuple[Page, ...]:
    """Return the pages with these titles, in their order; raises as `page`."""
    return tuple(map(page, titles))
