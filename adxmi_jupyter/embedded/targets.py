"""What identities can reach beside storage: SQL servers, Cosmos DB accounts, AI models.

SQL and Cosmos DB keep their own lists of who gets in: Azure roles do not count there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_DEFAULT_SCHEMA = "dbo."


@dataclass
class SqlTable:
    """A table of a SQL database; `columns` are (name, Kusto type)."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class SqlDatabase:
    """A database; `tables` go by `schema.name`, `readers` and `writers` are object IDs."""

    tables: dict[str, SqlTable] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)

    def table(self, name: str) -> SqlTable | None:
        """Return a table, letter case aside; without a schema one of `dbo`."""
        folded = name.casefold()
        wanted = {folded, _DEFAULT_SCHEMA + folded}
        return next((t for key, t in self.tables.items() if key.casefold() in wanted), None)


@dataclass
class SqlServer:
    """A server, known by the first part of its address; `logins` maps user to password."""

    name: str
    databases: dict[str, SqlDatabase] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class CosmosDocument:
    """The latest version of a document, and since when it is that."""

    value: Mapping[str, Any]
    changed_on: datetime

    @property
    def change(self) -> dict[str, Any]:
        """What the change feed says of it: the document with its time."""
        return {**self.value, "_ts": int(self.changed_on.timestamp())}


@dataclass
class CosmosContainer:
    """A container: queries read its items, data connections the feed of their changes."""

    documents: list[CosmosDocument] = field(default_factory=list)

    @property
    def items(self) -> list[Mapping[str, Any]]:
        """The documents in the order of their last changes."""
        return [each.value for each in self.documents]

    def write(self, value: Mapping[str, Any], changed_on: datetime | None = None) -> CosmosDocument:
        """Add a document, now unless told otherwise; it replaces the one with its `id`."""
        written = CosmosDocument(dict(value), changed_on or datetime.now(UTC))
        name = value.get("id")
        kept = [each for each in self.documents if name is None or each.value.get("id") != name]
        self.documents = [*kept, written]
        return written

    def changes_since(self, start: datetime | None) -> list[Mapping[str, Any]]:
        """Return the change feed since then; nothing when there is no start."""
        if start is None:
            return []
        return [each.change for each in self.documents if each.changed_on >= start]


@dataclass
class CosmosAccount:
    """An account; `containers` go by `database/container`, `readers` are object IDs."""

    name: str
    containers: dict[str, CosmosContainer] = field(default_factory=dict)
    readers: set[str] = field(default_factory=set)
    keys: tuple[str, ...] = field(default=(), repr=False)


@dataclass
class ModelAccount:
    """An Azure OpenAI account; `deployments` maps name to `embeddings` or `chat/completions`."""

    name: str
    resource_id: str
    deployments: dict[str, str] = field(default_factory=dict)
