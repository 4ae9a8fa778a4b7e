"""The SQL server, the Cosmos DB account, the AI models and the event hubs of the seeded world."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.event_hubs import DEFAULT_GROUP, EventHub
from adxmi_jupyter.embedded.state.targets import (
    CosmosAccount,
    CosmosContainer,
    CosmosDocument,
    ModelAccount,
    SqlDatabase,
    SqlServer,
    SqlTable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.resources import Resource
    from adxmi_jupyter.embedded.state.world import World

# Credentials in a simulator; they open nothing else.
SQL_LOGIN = ("reporting", "embedded-reporting")
COSMOS_KEY = "Y29udG9zb2Nvc21vcyBrZXk="
_LAST_CHANGE = datetime(2026, 1, 5, 8, tzinfo=UTC)


def add_targets(world: World, models: Resource) -> None:
    """Add them; `mi-export` may read both databases, and no identity may call the models."""
    reader = world.identity("mi-export").object_id
    stock = SqlTable(
        (("Sku", "string"), ("Quantity", "long"), ("Price", "real")),
        [("A-100", 12, 9.5), ("B-200", 0, 120.0), ("C-300", 48, 2.25)],
    )
    world.sql_servers["contososql"] = SqlServer(
        "contososql", {"Erp": SqlDatabase({"dbo.Stock": stock}, {reader})}, dict([SQL_LOGIN])
    )
    baskets = [
        {"id": "b1", "customer": "Adatum", "items": 3, "paid": True},
        {"id": "b2", "customer": "Fabrikam", "items": 1, "paid": False},
        {"id": "b3", "customer": "Adatum", "items": 5, "paid": False},
    ]
    shop = CosmosContainer([CosmosDocument(each, _LAST_CHANGE) for each in baskets])
    cosmos = CosmosAccount("contosocosmos", {"Shop/Baskets": shop}, keys=(COSMOS_KEY,))
    cosmos.readers.add(reader)
    world.cosmos_accounts[cosmos.name] = cosmos
    world.model_accounts[models.name] = ModelAccount(
        models.name,
        models.resource_id,
        {"text-embedding": "embeddings", "chat": "chat/completions"},
    )


def add_event_hubs(world: World, resources: Mapping[str, Resource]) -> None:
    """Add hubs to the namespaces, and an IoT hub; on some of them no identity has a role.

    That of `fabrikamhub` is in another tenant.
    """
    hubs = resources["contosohub"].resource_id
    edge = resources["contosoedge"].resource_id
    world.sources.hubs += [
        EventHub(f"{hubs}/eventhubs/orders", [DEFAULT_GROUP, "analytics"]),
        EventHub(f"{hubs}/eventhubs/new-blobs"),
        EventHub(f"{edge}/eventhubs/sensors"),
        EventHub(resources["contosodevices"].resource_id),
        EventHub(f"{resources['fabrikamhub'].resource_id}/eventhubs/orders"),
    ]
