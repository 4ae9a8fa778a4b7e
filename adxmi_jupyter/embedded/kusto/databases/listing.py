"""What `.show databases` and `.show database` say, by flavor (pages of these names)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission, roles_of
from adxmi_jupyter.embedded.kusto import effective_policies as policies
from adxmi_jupyter.embedded.kusto.databases.syntax import Flavor
from adxmi_jupyter.embedded.kusto.extents import database_size
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.state.security import ClusterRole, DatabaseRole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adxmi_jupyter.embedded.kusto.databases.syntax import ShowDatabases
    from adxmi_jupyter.embedded.kusto.extents import Size
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database

_OPERATION = "DatabasesShowCommand"
_HEAD = (
    "DatabaseName:string, PersistentStorage:string, Version:string, IsCurrent:bool, "
    "DatabaseAccessMode:string, PrettyName:string, "
)
_POLICIES = "RetentionPolicy:string, MergePolicy:string, "
_INGESTION = "StreamingIngestionPolicy:string, IngestionBatchingPolicy:string"
_SIZES = (
    "OriginalSize:real, ExtentSize:real, CompressedSize:real, IndexSize:real, RowCount:long, "
    "HotOriginalSize:real, HotExtentSize:real, HotCompressedSize:real, HotIndexSize:real, "
    "HotRowCount:long"
)
_COLUMNS = {
    Flavor.PLAIN: _HEAD + "ReservedSlot1:bool, DatabaseId:guid, InTransitionTo:string",
    Flavor.IDENTITY: _HEAD
    + "CurrentUserIsUnrestrictedViewer:bool, DatabaseId:guid, InTransitionTo:string",
    Flavor.DETAILS: _HEAD
    + f"AuthorizedPrincipals:string, {_POLICIES}ReservedSlot1:string, CachingPolicy:string, "
    f"ShardingPolicy:string, {_INGESTION}, TotalSize:real, DatabaseId:guid, InTransitionTo:string",
    Flavor.POLICIES: _HEAD
    + f"DatabaseId:guid, AuthorizedPrincipals:string, {_POLICIES}CachingPolicy:string, "
    f"ShardingPolicy:string, {_INGESTION}",
    Flavor.DATASTATS: _HEAD + f"DatabaseId:guid, {_SIZES}",
    Flavor.METADATA: "DatabaseName:string, Version:string, PersistentStorage:string, "
    "MetadataPersistentStorage:string, DatabaseAccessMode:string",
}
# One database alone has a column more, misspelled as in the grammar.
_CONTEXT_DATASTATS = _HEAD + f"CurrentUseIsUnrestrictedViewer:bool, DatabaseId:guid, {_SIZES}"


def show_databases(command: ShowDatabases, session: Session) -> Result:
    """Return the databases that the caller may see, or the context database alone."""
    row = _ROWS[command.flavor]
    if command.only_context:
        database = session.database(None)
        session.require(Permission.DATABASE_SHOW, _OPERATION, database)
        if command.flavor is Flavor.DATASTATS:
            return result(_CONTEXT_DATASTATS, [_context_datastats(database, session)])
        return result(_COLUMNS[command.flavor], [row(database, session)])
    session.require_any_role(_OPERATION)
    shown = _named(visible_databases(session), command.names)
    return result(_COLUMNS[command.flavor], [row(database, session) for database in shown])


def visible_databases(session: Session) -> list[Database]:
    """Return the databases whose metadata the caller may see."""
    every = session.world.cluster.databases.values()
    return [each for each in every if session.permits(Permission.DATABASE_SHOW, each)]


def _named(databases: Iterable[Database], names: tuple[str, ...] | None) -> list[Database]:
    if names is None:
        return list(databases)
    patterns = [re.escape(name).replace(r"\*", ".*") for name in names]
    wanted = re.compile("|".join(patterns), re.IGNORECASE)
    return [each for each in databases if wanted.fullmatch(each.name)]


def _head(database: Database, session: Session) -> list[Any]:
    current = (session.context or "").casefold() == database.name.casefold()
    version = session.world.journal.version(database.name)
    return [database.name, "", version, current, database.access_mode, ""]


def _plain(database: Database, session: Session) -> list[Any]:
    return [*_head(database, session), None, database.database_id, ""]


def _identity(database: Database, session: Session) -> list[Any]:
    unrestricted = _is_unrestricted(database, session)
    return [*_head(database, session), unrestricted, database.database_id, ""]


def _details(database: Database, session: Session) -> list[Any]:
    return [
        *_head(database, session),
        policies.authorized_principals(database),
        policies.effective_policy("retention", database),
        policies.effective_policy("merge", database),
        "",
        *_later_policies(database),
        float(database_size(database).extent),
        database.database_id,
        "",
    ]


def _policies(database: Database, session: Session) -> list[Any]:
    return [
        *_head(database, session),
        database.database_id,
        policies.authorized_principals(database),
        policies.effective_policy("retention", database),
        policies.effective_policy("merge", database),
        *_later_policies(database),
    ]


def _later_policies(database: Database) -> list[str]:
    """Return caching, sharding, streaming ingestion and ingestion batching, in this order."""
    names = ("caching", "sharding", "streamingingestion", "ingestionbatching")
    return [policies.effective_policy(name, database) for name in names]


def _datastats(database: Database, session: Session) -> list[Any]:
    return [*_head(database, session), database.database_id, *_sizes(database_size(database)) * 2]


def _context_datastats(database: Database, session: Session) -> list[Any]:
    head, sizes = _head(database, session), _sizes(database_size(database))
    return [*head, _is_unrestricted(database, session), database.database_id, *sizes * 2]


def _metadata(database: Database, session: Session) -> list[Any]:
    name, storage, version, _, mode, _ = _head(database, session)
    return [name, version, storage, "", mode]


def _sizes(size: Size) -> list[Any]:
    """Return original, extent, compressed and index size and the rows; all data is hot."""
    measures = (size.original, size.extent, size.compressed, size.index)
    return [*(float(each) for each in measures), size.rows]


def _is_unrestricted(database: Database, session: Session) -> bool:
    held = {each.role for each in roles_of(session.world, session.caller, database)}
    return not held.isdisjoint(
        {ClusterRole.ADMIN, DatabaseRole.ADMINS, DatabaseRole.UNRESTRICTED_VIEWERS}
    )


_ROWS: dict[Flavor, Callable[[Database, Session], list[Any]]] = {
    Flavor.PLAIN: _plain,
    Flavor.IDENTITY: _identity,
    Flavor.DETAILS: _details,
    Flavor.POLICIES: _policies,
    Flavor.DATASTATS: _datastats,
    Flavor.METADATA: _metadata,
}
