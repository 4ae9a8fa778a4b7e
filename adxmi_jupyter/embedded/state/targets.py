"""What identities can reach beside storage: SQL servers, Cosmos DB accounts, AI models.

SQL and Cosmos DB keep their own lists of who gets in: Azure roles do not count there.
"""

from __future__ import annotations

from collections.abc import MutableSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.state.ids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_DEFAULT_SCHEMA = "dbo."
DATA_READER = "00000000-0000-0000-0000-000000000001"
DATA_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"


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
        """Return a table, ignoring case; without a schema one of `dbo`."""
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


@dataclass(frozen=True)
class DataRoleAssignment:
    """One principal, by object ID, in one data role of a Cosmos DB account.

    `scope` says where in the account: empty for all of it, `/dbs/DATABASE`, or
    `/dbs/DATABASE/colls/CONTAINER`.
    """

    name: str
    role_id: str
    principal_id: str
    scope: str = ""

    def reaches(self, database: str, container: str) -> bool:
        """Tell whether a container is at or below the scope; its names count letter by letter."""
        return f"/dbs/{database}/colls/{container}/".startswith(f"{self.scope}/")


@dataclass
class CosmosAccount:
    """An account; `containers` go by `database/container`. Both of its data roles let read."""

    name: str
    containers: dict[str, CosmosContainer] = field(default_factory=dict)
    role_assignments: list[DataRoleAssignment] = field(default_factory=list)
    keys: tuple[str, ...] = field(default=(), repr=False)

    @property
    def readers(self) -> Readers:
        """Object IDs of those who may read all of it: a view of the role assignments."""
        return Readers(self)

    def lets_read(self, object_id: str, database: str, container: str) -> bool:
        """Tell whether a principal may read a container."""
        return any(
            each.principal_id == object_id and each.reaches(database, container)
            for each in self.role_assignments
        )

    def assign(self, role_id: str, object_id: str, scope: str = "") -> bool:
        """Put a principal into a data role; return whether it is new there."""
        name = stable_id("data role assignment", self.name, role_id, object_id, scope)
        made = DataRoleAssignment(name, role_id, object_id, scope)
        if self.same_as(made) is not None:
            return False
        self.role_assignments.append(made)
        return True

    def same_as(self, wanted: DataRoleAssignment) -> DataRoleAssignment | None:
        """Return the assignment that says the same, whatever its name."""
        said = (wanted.role_id, wanted.principal_id, wanted.scope)
        return next(
            (a for a in self.role_assignments if (a.role_id, a.principal_id, a.scope) == said), None
        )


class Readers(MutableSet[str]):
    """Who is in a data role on a whole account; whoever is added becomes a Data Reader."""

    def __init__(self, account: CosmosAccount) -> None:
        self._account = account

    def __contains__(self, object_id: object) -> bool:
        return object_id in self._ids()

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids())

    def __len__(self) -> int:
        return len(self._ids())

    def add(self, value: str) -> None:
        """Let a principal in."""
        if value not in self:
            self._account.assign(DATA_READER, value)

    def discard(self, value: str) -> None:
        """Let a principal in no longer, except where a narrower scope does."""
        kept = [a for a in self._account.role_assignments if a.scope or a.principal_id != value]
        self._account.role_assignments[:] = kept

    def update(self, values: Iterable[str]) -> None:
        """Add several, as a set does."""
        for value in values:
            self.add(value)

    def _ids(self) -> list[str]:
        whole = (a.principal_id for a in self._account.role_assignments if not a.scope)
        return list(dict.fromkeys(whole))


@dataclass
class ModelAccount:
    """An Azure OpenAI account; `deployments` maps name to `embeddings` or `chat/completions`."""

    name: str
    resource_id: str
    deployments: dict[str, str] = field(default_factory=dict)
