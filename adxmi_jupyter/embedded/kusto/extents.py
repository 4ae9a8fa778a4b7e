"""Sizes of tables: all rows of a table are one extent, which is always in the hot cache."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.ids import stable_id

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.clusters import Database, Table

CREATED_ON = "2026-01-05T08:00:00Z"
_COMPRESSION = 4
_INDEX = 8


@dataclass(frozen=True)
class Size:
    """Bytes of data as it came, compressed and of its index, and the number of rows."""

    original: int = 0
    rows: int = 0

    @property
    def compressed(self) -> int:
        """Bytes of the compressed data."""
        return self.original // _COMPRESSION

    @property
    def index(self) -> int:
        """Bytes of the index."""
        return self.original // _INDEX

    @property
    def extent(self) -> int:
        """Bytes of compressed data and index."""
        return self.compressed + self.index

    @property
    def extents(self) -> int:
        """Number of extents: one, or none for an empty table."""
        return 1 if self.rows else 0


def table_size(table: Table) -> Size:
    """Return the size of a table: that of its rows as JSON."""
    return Size(sum(len(json.dumps(row, default=str)) for row in table.rows), len(table.rows))


def database_size(database: Database) -> Size:
    """Return the size of all tables of a database."""
    sizes = [table_size(table) for table in database.tables.values()]
    return Size(sum(each.original for each in sizes), sum(each.rows for each in sizes))


def extent_id(database: Database, table: Table) -> str:
    """Return the ID of a table's extent."""
    return stable_id("extent", database.name, table.name)
