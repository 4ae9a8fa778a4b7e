"""The storage accounts of the seeded world, and the blobs in them."""

from __future__ import annotations

import io
import json
import zipfile
from importlib import resources
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.storage.accounts import StorageAccount
from adxmi_jupyter.embedded.storage.formats import compressed

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.resources import Resource
    from adxmi_jupyter.embedded.state.world import World

# Credentials in a simulator; they open nothing else.
ACCOUNT_KEY = "Y29udG9zb2xha2UgYWNjb3VudCBrZXkgb2YgdGhlIGVtYmVkZGVkIEF6dXJl=="
READ_SIGNATURE = "sv=2025-01-05&sr=c&sp=rl&sig=cmVhZCBhbmQgbGlzdA%3D%3D"
WRITE_SIGNATURE = "sv=2025-01-05&sr=c&sp=rwdl&sig=cmVhZCBhbmQgd3JpdGU%3D"

ORDERS_2024 = """\
1001,north,75.5,2024-03-02T09:15:00Z
1002,south,210,2024-06-18T13:40:00Z
1003,west,33.25,2024-11-25T08:05:00Z
"""
ORDERS_2025 = """\
1004,north,18.9,2025-01-09T10:30:00Z
1005,south,140.75,2025-07-21T16:20:00Z
"""
_NEW_ORDERS = """\
7,west,64.2,2026-01-10T09:45:00Z
8,north,128,2026-01-11T12:10:00Z
"""
_HEADER = "OrderId,Region,Amount,Placed\n"
_JSON_LINES = """\
{"OrderId": 9, "Region": "south", "Amount": 57.3, "Placed": "2026-01-12T08:00:00Z"}
{"OrderId": 10, "Region": "west", "Amount": 12.5, "Placed": "2026-01-13T15:30:00Z"}
"""
_JSON_ARRAY = """\
[
  {"OrderId": 11, "Region": "north", "Amount": 88.8, "Placed": "2026-01-14T10:20:00Z"},
  {"OrderId": 12, "Region": "south", "Amount": 31.4, "Placed": "2026-01-15T17:50:00Z"}
]
"""
_ORDER_TAX = '''\
"""Adds the tax to amounts of orders."""

RATE = 0.25


def with_tax(amount):
    return round(amount * (1 + RATE), 2)
'''


def add_storage(world: World, lake: Resource, cold: Resource) -> None:
    """Fill the account `contosolake`, and another one on which no principal has a role."""
    world.storage_accounts[lake.name] = StorageAccount(
        lake.name,
        lake.resource_id,
        {
            "archive": _blobs({"2024/orders.csv": ORDERS_2024, "2025/orders.csv": ORDERS_2025}),
            "landing": _landing(),
            "artifacts": {"order_tax.zip": package("order_tax", _ORDER_TAX)},
            "delta": _delta_orders(),
            "exports": {},
        },
        keys=(ACCOUNT_KEY,),
        signatures=(READ_SIGNATURE, WRITE_SIGNATURE),
    )
    world.storage_accounts[cold.name] = StorageAccount(
        cold.name, cold.resource_id, {"backups": _blobs({"orders.csv": ORDERS_2024})}
    )


def package(name: str, source: str) -> bytes:
    """Return a zip with a Python package of one module; the same for the same source."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}/__init__.py"), source)
    return stream.getvalue()


def _landing() -> dict[str, bytes]:
    texts = {
        "orders.csv": _NEW_ORDERS,
        "orders-with-header.csv": _HEADER + _NEW_ORDERS,
        "orders.json": _JSON_LINES,
        "orders-array.json": _JSON_ARRAY,
    }
    return {
        **_blobs(texts),
        "orders.csv.gz": compressed(_NEW_ORDERS.encode()),
        "orders.parquet": _file("orders.parquet"),
    }


def _delta_orders() -> dict[str, bytes]:
    """Return a Delta Lake table in the folder `orders`: two files, and one that is gone again."""
    fields = [("OrderId", "long"), ("Region", "string"), ("Amount", "double")]
    schema = [
        {"name": name, "type": kind, "nullable": True, "metadata": {}}
        for name, kind in [*fields, ("Placed", "timestamp")]
    ]
    metadata = {
        "id": "0d9f3c51-62b8-4e07-9a4d-c81e5b7f2a36",
        "format": {"provider": "parquet", "options": {}},
        "schemaString": json.dumps({"type": "struct", "fields": schema}),
        "partitionColumns": ["Region"],
        "configuration": {},
    }
    protocol = {"minReaderVersion": 1, "minWriterVersion": 2}
    old, north, south = (
        f"Region={region}/part-0000{number}.parquet"
        for number, region in enumerate(("north", "north", "south"))
    )
    commits: list[list[dict[str, Any]]] = [
        [{"protocol": protocol}, {"metaData": metadata}, _add(old, "north", 0)],
        [{"remove": {"path": old, "dataChange": True}}, _add(north, "north", 1)],
        [_add(south, "south", 2)],
    ]
    return {
        f"orders/{north}": _file("delta-north.parquet"),
        f"orders/{south}": _file("delta-south.parquet"),
        **{
            f"orders/_delta_log/{number:020d}.json": _lines(actions)
            for number, actions in enumerate(commits)
        },
    }


def _lines(actions: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(action) for action in actions).encode()


def _add(path: str, region: str, seconds: int) -> dict[str, Any]:
    return {
        "add": {
            "path": path,
            "partitionValues": {"Region": region},
            "size": 0,
            "modificationTime": 1_770_000_000_000 + seconds * 1000,
            "dataChange": True,
        }
    }


def _blobs(texts: dict[str, str]) -> dict[str, bytes]:
    return {path: text.encode() for path, text in texts.items()}


def _file(name: str) -> bytes:
    """Return a blob that is kept as a file: Parquet cannot be made without pyarrow."""
    return (resources.files(__package__) / "blobs" / name).read_bytes()
