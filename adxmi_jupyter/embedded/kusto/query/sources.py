"""Where a query begins when it is no table: functions, blobs, external tables, values in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.engine.errors import UnsupportedError
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_not_found, semantic_error
from adxmi_jupyter.embedded.kusto.external_tables.mappings import column_mappings, named_mapping
from adxmi_jupyter.embedded.kusto.query.blob_rows import (
    MOST_ROWS,
    delta_rows,
    picked,
    rows_of,
    storage_rows,
)
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.kusto.targets.ado import cosmos_target, is_cosmos, sql_target
from adxmi_jupyter.embedded.kusto.targets.databases import open_cosmos, open_sql
from adxmi_jupyter.embedded.kusto.targets.folders import EXTERNAL_DATA, open_folder, read_location
from adxmi_jupyter.embedded.storage.formats import guessed_format
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.targets.folders import Folder
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable

    Columns = tuple[tuple[str, str], ...]

EXTERNAL_TABLE = "ExternalTable"
EXTERNAL_DATA_REQUEST = "ExternalDataRequest"

# The database of a client that names none: it exists, and holds no tables.
NO_DATABASE = "NetDefaultDB"


@dataclass(frozen=True)
class _Operator:
    """The columns that stand in a query, for a mapping to name."""

    columns: Columns
    name: str = "externaldata"


def query_database(session: Session) -> Database | None:
    """Return the request's database, if the caller may query it; None for `NetDefaultDB`."""
    return None if session.context == NO_DATABASE else database_of(None, session)


def current_database(session: Session) -> Database | None:
    """Return the request's database, whoever asks; None where there is none."""
    return session.world.cluster.find_database(session.context or "")


def database_of(name: str | None, session: Session) -> Database:
    """Return a database by its name, or the request's own one for None.

    Raises a KustoError if there is none, or the caller may not query it.
    """
    if name is None and session.context is None:
        raise bad_request("A query needs a database.")
    database = session.database(name)
    session.require(Permission.DATABASE_READ, "QueryCommand", database)
    return database


def require_own_cluster(name: str, session: Session) -> None:
    """Raise an UnsupportedError for the name or address of another cluster."""
    cluster = session.world.cluster
    host = cluster.uri.removeprefix("https://").casefold()
    wanted = name.casefold().removeprefix("https://").rstrip("/")
    own = {cluster.name.casefold(), host, host.partition(":")[0], host.partition(".")[0]}
    if wanted not in own:
        raise UnsupportedError("cluster() with the name of another cluster")


def no_view(name: str, database: Database) -> Exception:
    """Return the error for a materialized view that does not exist."""
    return entity_not_found("MaterializedView", name, database.name)


def external_table(name: str, mapping: str | None, session: Session) -> Result:
    """Return what an external table reads, as the identity of its connection string."""
    database = database_of(None, session)
    table = database.external_tables.get(name)
    if table is None:
        raise entity_not_found("ExternalTable", name, database.name)
    mapped = None if mapping is None else named_mapping(table, mapping, database)
    if table.table_type == "Sql":
        return _sql_rows(table, session, database)
    folders = [_open(session, each, EXTERNAL_TABLE, database) for each in table.connection_strings]
    if table.table_type == "Delta":
        return delta_rows(folders[0], table.columns)
    return storage_rows(
        folders,
        table.columns,
        table.data_format,
        headers=table.include_headers,
        prefix=table.name_prefix,
        extension=table.file_extension,
        partitions=table if table.partitions else None,
        mapping=mapped,
    )


def external_data(
    columns: Columns,
    connection_strings: Sequence[str],
    properties: Mapping[str, Any],
    session: Session,
) -> Result:
    """Return what `externaldata` reads (page: externaldata operator)."""
    database = query_database(session)
    known = {"format", "ignorefirstrecord", "ingestionmapping"}
    given = _checked(properties, known, "externaldata")
    text = given.get("ingestionmapping")
    mapping = None if text is None else column_mappings(str(text), _Operator(columns))
    for each in connection_strings:
        _require_no_impersonation(each)
    rows: list[tuple[Any, ...]] = []
    for each in connection_strings:
        folder = _open(session, each, EXTERNAL_DATA_REQUEST, database)
        for path in folder.existing():
            data_format = str(given.get("format") or guessed_format(path))
            ignore_first = given.get("ignorefirstrecord") is True
            rows += rows_of(folder, path, data_format, columns, ignore_first, mapping)
    return Result(columns, tuple(rows[:MOST_ROWS]))


def inline_storage(
    columns: Columns,
    data_format: str,
    connection_strings: Sequence[str],
    properties: Mapping[str, Any],
    session: Session,
) -> Result:
    """Return what `inline_external_table` of kind storage reads (page of that name)."""
    known = {"includeheaders", "encoding", "nameprefix", "fileextension"}
    given = _checked(properties, known, "inline_external_table")
    return storage_rows(
        _inline_folders(connection_strings, session),
        columns,
        data_format,
        headers=str(given.get("includeheaders", "")),
        prefix=str(given.get("nameprefix", "")),
        extension=str(given.get("fileextension", "")),
    )


def inline_delta(
    columns: Columns | None, connection_strings: Sequence[str], session: Session
) -> Result:
    """Return what `inline_external_table` of kind delta reads."""
    if len(connection_strings) != 1:
        raise semantic_error("A delta table has exactly one connection string.")
    return delta_rows(_inline_folders(connection_strings, session)[0], columns or ())


def _sql_rows(table: ExternalTable, session: Session, database: Database) -> Result:
    """Return the columns of an external table out of its SQL table or Cosmos DB container."""
    text, world, caller = table.connection_strings[0], session.world, session.caller
    if is_cosmos(text):
        items = open_cosmos(
            world,
            cosmos_target(text),
            usage=EXTERNAL_TABLE,
            database=database,
            caller=caller,
            callout=EXTERNAL_DATA,
        )
        return picked(table.columns, items)
    target = sql_target(text)
    source = open_sql(
        world,
        target,
        usage=EXTERNAL_TABLE,
        database=database,
        caller=caller,
        callout=EXTERNAL_DATA,
    )
    found = source.table(table.target)
    if found is None:
        raise bad_request(f"There is no table '{table.target}' in '{target.database}'.")
    names = [name for name, _ in found.columns]
    missing = next((name for name, _ in table.columns if name not in names), None)
    if missing is not None:
        raise bad_request(f"The table '{table.target}' has no column '{missing}'.")
    return picked(table.columns, (dict(zip(names, row, strict=True)) for row in found.rows))


def _open(
    session: Session, connection_string: str, usage: str, database: Database | None
) -> Folder:
    return open_folder(
        session.world, connection_string, usage=usage, database=database, caller=session.caller
    )


def _inline_folders(connection_strings: Sequence[str], session: Session) -> list[Folder]:
    database = query_database(session)
    for each in connection_strings:
        _require_no_impersonation(each)
    return [_open(session, each, EXTERNAL_DATA_REQUEST, database) for each in connection_strings]


def _require_no_impersonation(connection_string: str) -> None:
    """Raise a KustoError (400): the pages of both operators do not list impersonation."""
    if read_location(connection_string).method is Method.IMPERSONATE:
        raise bad_request("Impersonation is not among the credentials that this operator takes.")


def _checked(properties: Mapping[str, Any], known: set[str], what: str) -> dict[str, Any]:
    """Return properties by their folded names; a KustoError (semantic error) for an unknown one."""
    given = {name.casefold(): value for name, value in properties.items()}
    unknown = sorted(set(given) - known)
    if unknown:
        raise semantic_error(f"{what} has no property '{unknown[0]}'.")
    return given
