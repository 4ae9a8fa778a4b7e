"""Worlds of the embedded Azure that tests and benchmarks share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import DataConnection, IngestionMapping, Table
from adxmi_jupyter.embedded.state.entities import AccelerationPolicy, StoredFunction

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import Database, World

LAKE = "https://contosolake.blob.core.windows.net"
EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
COLUMNS = (("OrderId", "long"), ("Region", "string"))
MAPPING = '[{"Column":"OrderId","Properties":{"Path":"$.OrderId"}}]'
READS_FILES = f'externaldata(Line: string) [h@"{LAKE}/archive;managed_identity={EXPORT}"]'


def add_workflows(world: World, database: Database) -> None:
    """Let a database have a workflow of each kind that is kept: as a table, a policy, in Azure."""
    name = database.name
    for table in ("Raw", "Cleaned"):
        mapping = IngestionMapping("fields", "Json", MAPPING, "2026-01-05T08:00:00Z")
        database.tables[table] = Table(table, COLUMNS, mappings=[mapping])
    as_export = f";managed_identity={EXPORT}"
    world.add_external_table("Archive", f"{LAKE}/archive{as_export}", database=name)
    accelerated = AccelerationPolicy(
        is_enabled=True, hot=timedelta(days=7), managed_identity=EXPORT
    )
    world.add_external_table(
        "Lake",
        f"{LAKE}/delta/orders{as_export}",
        database=name,
        table_type="Delta",
        acceleration=accelerated,
    )
    world.add_continuous_export(
        "Nightly", database=name, external_table="Archive", query="Raw", managed_identity=EXPORT
    )
    world.add_update_policy(
        "Cleaned", database=name, source="Raw", query="Raw", managed_identity=EXPORT
    )
    database.functions["Files"] = StoredFunction("Files", "()", f"{{ {READS_FILES} }}")
    (seeded,) = world.cluster.databases["Sales"].data_connections[:1]
    database.data_connections += [
        DataConnection(
            f"{table}-{name.lower().replace(' ', '-')}"[:40],
            seeded.kind,
            {
                **seeded.properties,
                "tableName": table,
                "mappingRuleName": "fields",
                "consumerGroup": f"{name}-{table}",
            },
        )
        for table in ("Raw", "Cleaned")
    ]
