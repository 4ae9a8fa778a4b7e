"""Cosmos DB data connection: the change feed of a container flows into a table, as an identity.

Two roles are needed there: one of Azure, and one of Cosmos DB itself, which the portal cannot give.
"""

from __future__ import annotations

from typing import ClassVar

from adxmi_jupyter.model.azure_role import COSMOS_ACCOUNT, READS_COSMOS_ACCOUNT
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.data_connection import (
    ConnectionName,
    CosmosAccountId,
    account_target,
    into,
    kept,
    mapping_field,
    without_nothing,
)
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.products import DataConnection
from adxmi_jupyter.model.declaration.requirements import Requirement, acting_as, holding
from adxmi_jupyter.model.declaration.stored import DataConnectionListing, Row, Who
from adxmi_jupyter.model.declaration.types import (
    CosmosContainer,
    CosmosDatabase,
    Identity,
    MappingName,
    Moment,
    TableName,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.moment import moment_text
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.shape import text_cell
from adxmi_jupyter.model.usage import Usage

_ACCOUNT_ID = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.DocumentDB/databaseAccounts/contosocosmos"
)


def _reaching(identity: ManagedIdentity, account: str) -> tuple[Requirement, ...]:
    target = account_target(COSMOS_ACCOUNT, account)
    reader = holding(identity, READS_COSMOS_ACCOUNT, target)
    return tuple(dict.fromkeys((*reader, *targets.in_cosmos_db(identity, target))))


def _chain(properties: Row, who: Who) -> tuple[Requirement, ...]:
    def needs(identity: ManagedIdentity, properties: Row) -> tuple[Requirement, ...]:
        return _reaching(identity, text_cell(properties, "cosmosDbAccountResourceId"))

    return kept(properties, who, needs)


class CosmosDbConnection(Workflow):
    """Cosmos DB data connections that use a managed identity."""

    about: ClassVar = About(
        title="Cosmos DB data connection",
        does="create",
        action="Create an Azure Cosmos DB data connection that uses a managed identity",
        caller=Permission(azure="Contributor on the cluster"),
        pages=("Ingest data from Azure Cosmos DB",),
        sample=Sample(
            {
                "name": "orders-from-cosmos",
                "account": _ACCOUNT_ID,
                "catalog": "Shop",
                "container": "Baskets",
                "identity": "mi-ingest",
                "table": "Orders",
            },
        ),
        resolves_in_azure=True,
        named_by="name",
    )
    listing: ClassVar = DataConnectionListing(
        ("CosmosDb",), _chain, "no managed identity: a key of the Cosmos DB account"
    )

    name: ConnectionName = field("Name", "Name of the data connection.", example="shop-orders")
    account: CosmosAccountId = field(
        "Account", "Resource ID of the Azure Cosmos DB account.", example=_ACCOUNT_ID
    )
    catalog: CosmosDatabase = field("Catalog", "Cosmos DB database name.", example="Shop")
    container: CosmosContainer = field("Container", "Cosmos DB container name.", example="Baskets")
    identity: Identity = field("Identity", identity_help("reads the changes"), example="mi-ingest")
    table: TableName = field("Table", "Target table.", example="Orders")
    mapping: MappingName = mapping_field("OrdersJson")
    retrieval_start_date: Moment | None = field(
        "Retrieve from",
        "Start time of the changes to ingest.",
        None,
        default_text="the time of creation",
        example="2026-01-01T00:00:00Z",
    )

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: DataConnection, two roles on the account, and a table."""
        needs = (*_reaching(self.identity, self.account), *into(self.table, self.mapping))
        return acting_as(self.identity, Usage.DATA_CONNECTION, *needs)

    def product(self) -> DataConnection:
        """Return the resource."""
        properties = {
            "cosmosDbAccountResourceId": self.account,
            "cosmosDbDatabase": self.catalog,
            "cosmosDbContainer": self.container,
            "managedIdentityResourceId": self.identity.resource_id,
            "tableName": self.table,
            "mappingRuleName": self.mapping,
            "retrievalStartDate": self.retrieval_start_date
            and moment_text(self.retrieval_start_date),
        }
        return DataConnection(self.name, "CosmosDb", without_nothing(properties))
