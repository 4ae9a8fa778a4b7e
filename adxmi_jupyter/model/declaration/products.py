"""What a workflow sends: a statement, a resource of Azure, or a message of the ingestion client."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Endpoint(enum.Enum):
    """Where a statement goes."""

    COMMAND = "management endpoint"
    QUERY = "query endpoint"
    INGESTION = "ingestion endpoint"


@dataclass(frozen=True)
class Statement:
    """A management command or a query, to the letter."""

    text: str
    endpoint: Endpoint = Endpoint.COMMAND


@dataclass(frozen=True)
class DataConnection:
    """A data connection of Azure Resource Manager; `properties` are sent as they are.

    An empty identity resource among them is the cluster's own, which only a connection knows.
    """

    name: str
    kind: str
    properties: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The body as people read it."""
        return json.dumps({"kind": self.kind, "properties": dict(self.properties)}, indent=2)


@dataclass(frozen=True)
class QueuedIngestion:
    """A blob for the queued ingestion client; `mapping` is the name of one that the table has."""

    blob: str
    table: str
    data_format: str
    mapping: str = ""
    size: int = 0
    ignore_first_record: bool = False
    delete_source: bool = False
    flush_immediately: bool = False
    tags: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The message as people read it."""
        shown = {
            "blob": self.blob,
            "table": self.table,
            "format": self.data_format,
            "mapping": self.mapping,
            "rawSize": self.size,
            "ignoreFirstRecord": self.ignore_first_record,
            "deleteSource": self.delete_source,
            "flushImmediately": self.flush_immediately,
            "tags": list(self.tags),
        }
        return json.dumps({name: value for name, value in shown.items() if value}, indent=2)


Product = Statement | DataConnection | QueuedIngestion
