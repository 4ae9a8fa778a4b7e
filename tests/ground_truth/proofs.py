"""Real runs: a workflow carried out by its line, and whether data came through.

Every proof returns whether it did, or raises what the line or the service refused. What an
earlier run has made is gone before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY

if TYPE_CHECKING:
    import pandas as pd

    from tests.ground_truth.scene import Scene

ORDER = {"OrderId": 77, "Region": "east", "Amount": 1.5, "Placed": "2026-03-01T00:00:00Z"}
FOLLOWER = "contosocopy"
NEW_ORDERS = f"https://contosolake.blob.core.windows.net/landing/orders.csv;{ACCOUNT_KEY}"


@dataclass(frozen=True)
class Stage:
    """A scene, and how its workflow is carried out: by `carry_out`, through the extension.

    `client` is the SDK's own, to look at what came through.
    """

    scene: Scene
    fields: Mapping[str, str]
    carry_out: Callable[[], pd.DataFrame]
    client: KustoClient

    def ask(self, text: str) -> list[dict[str, Any]]:
        """Send a command or query as the admin and return its rows."""
        answer = self.client.execute(self.scene.database, text)
        return answer.primary_results[0].to_dict()["data"]

    def count(self, table: str) -> int:
        """Return how many rows there are."""
        (row,) = self.ask(f"{table} | count")
        return row["Count"]

    def blobs(self) -> int:
        """Return how many blobs there are in all of storage."""
        accounts = self.scene.world.storage_accounts.values()
        return sum(len(blobs) for one in accounts for blobs in one.containers.values())


def answers(stage: Stage) -> bool:
    """Run a query: rows come."""
    return len(stage.carry_out()) > 0


def exports(stage: Stage) -> bool:
    """Run an export: blobs are written."""
    before = stage.blobs()
    stage.carry_out()
    return stage.blobs() > before


def ingests(stage: Stage) -> bool:
    """Run an ingestion: rows are in the table."""
    before = stage.count("Orders")
    stage.carry_out()
    return stage.count("Orders") > before


def external_table(stage: Stage) -> bool:
    """Create an external table: a query of it has rows."""
    stage.scene.home.external_tables.pop("Made", None)
    stage.carry_out()
    return stage.count("external_table('Made')") > 0


def external_table_of_follower(stage: Stage) -> bool:
    """Create an external table: a query of it has rows, here and at a cluster that follows."""
    came = external_table(stage)
    with KustoClient(KustoConnectionStringBuilder(stage.scene.azure.uri_of(FOLLOWER))) as there:
        query = "external_table('Made') | count"
        (row,) = there.execute(stage.scene.database, query).primary_results[0].to_dict()["data"]
    return came and row["Count"] > 0


def continuous_export(stage: Stage) -> bool:
    """Create a continuous export and run it: it is completed, and blobs are written."""
    stage.scene.home.continuous_exports.clear()
    before = stage.blobs()
    stage.carry_out()
    export = stage.scene.azure.run_now(stage.scene.database, "Job")
    return export.last_run_result == "Completed" and stage.blobs() > before


def export_into_sql(stage: Stage) -> bool:
    """Create a continuous export and run it: it is completed, and rows are in SQL Server."""
    stage.scene.home.continuous_exports.clear()
    stage.carry_out()
    stage.scene.azure.run_now(stage.scene.database, "Job")
    archive = stage.scene.world.sql_servers["contososql"].databases["Erp"].table("Archive")
    return archive is not None and len(archive.rows) > 0


def update_policy(stage: Stage) -> bool:
    """Create an update policy and ingest into its source: rows are in its table."""
    stage.scene.home.tables["Customers"].update_policy = None
    before = stage.count("Customers")
    stage.carry_out()
    stage.ask(f".ingest into table Orders (h'{NEW_ORDERS}')")
    return stage.count("Customers") > before


def acceleration(stage: Stage) -> bool:
    """Create an acceleration policy: the service says that it is healthy."""
    tables = stage.scene.home.external_tables
    tables |= {name: replace(each, acceleration=None) for name, each in tables.items()}
    stage.carry_out()
    (row,) = stage.ask(".show external table Through operations query_acceleration statistics")
    return row["NotHealthyReason"] == ""


def events_arrive(stage: Stage) -> bool:
    """Create a connection of an event hub: an event becomes a row."""
    stage.scene.home.data_connections.clear()
    stage.carry_out()
    return stage.scene.azure.push_events("contosoedge/sensors", [ORDER]) == 1


def blobs_arrive(stage: Stage) -> bool:
    """Create an Event Grid connection: blobs of more than one container become rows."""
    stage.scene.home.data_connections.clear()
    stage.carry_out()
    new = [("landing", "orders.csv"), ("archive", "2024/orders.csv")]
    return all(stage.scene.azure.blob_created("contosolake", *each) > 0 for each in new)


def documents_arrive(stage: Stage) -> bool:
    """Create a connection of Cosmos DB: a document becomes a row."""
    stage.scene.home.data_connections.clear()
    stage.carry_out()
    return stage.scene.azure.cosmos_changed("contosocosmos", "Shop", "Baskets", [ORDER]) == 1
