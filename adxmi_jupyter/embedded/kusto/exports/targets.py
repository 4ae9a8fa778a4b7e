"""External tables as targets of exports: who may write, which columns, where the rows go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.exports.blobs import Style, Written, write_blobs
from adxmi_jupyter.embedded.kusto.external_tables import sql
from adxmi_jupyter.embedded.kusto.external_tables.layout import partition_path, virtual_columns
from adxmi_jupyter.embedded.kusto.external_tables.storage import USAGE
from adxmi_jupyter.embedded.kusto.query.background import require_schema
from adxmi_jupyter.embedded.kusto.targets.ado import is_cosmos, sql_target
from adxmi_jupyter.embedded.kusto.targets.databases import open_sql
from adxmi_jupyter.embedded.kusto.targets.delta import append_to_log, check_writer
from adxmi_jupyter.embedded.kusto.targets.folders import EXTERNAL_DATA, open_folder, read_location
from adxmi_jupyter.embedded.state.targets import SqlTable
from adxmi_jupyter.embedded.storage.formats import WRITABLE
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World


def check_target(table: ExternalTable, columns: tuple[tuple[str, str], ...]) -> None:
    """Raise a KustoError (400) unless rows of these columns can be exported to the table."""
    if table.table_type == "Sql" and is_cosmos(table.connection_strings[0]):
        raise bad_request(f"'{table.name}' is of Cosmos DB, where nothing is exported to.")
    if table.table_type != "Sql" and table.data_format.casefold() not in WRITABLE:
        raise bad_request(
            f"'{table.name}' is of the format {table.data_format}: exports write "
            f"{', '.join(WRITABLE)} only."
        )
    if table.columns:
        require_schema(columns, (*table.columns, *virtual_columns(table)), table.name)


def impersonates(table: ExternalTable) -> bool:
    """Tell whether any connection string of a table stands for whoever uses the table."""
    if table.table_type == "Sql":
        return sql.impersonates(table.connection_strings[0])
    methods = {read_location(each).method for each in table.connection_strings}
    return Method.IMPERSONATE in methods


def write_to_table(
    world: World,
    database: Database,
    table: ExternalTable,
    answer: Result,
    *,
    caller: Principal | None,
) -> list[Written]:
    """Write the rows of an answer into an external table, as its connection string says.

    `caller` is whom a table impersonates. A KustoError for the first requirement that is not met.
    """
    if table.table_type == "Sql":
        return _insert(world, database, table, answer, caller)
    folder = open_folder(
        world,
        table.connection_strings[0],
        usage=USAGE,
        database=database,
        caller=caller,
        write=True,
    )
    if table.table_type == "Delta":
        check_writer(folder)
    columns = [each for each in answer.columns if each not in virtual_columns(table)]
    unique = world.mint("export").replace("-", "")
    written = write_blobs(folder, _grouped(table, answer), columns, _style(table), unique)
    if table.table_type == "Delta" and written:
        append_to_log(folder, [each.path for each in written])
    return written


def _insert(
    world: World,
    database: Database,
    table: ExternalTable,
    answer: Result,
    caller: Principal | None,
) -> list[Written]:
    """Add rows to a SQL table, which is made when there is none and the external table says so."""
    target = sql_target(table.connection_strings[0])
    opened = open_sql(
        world,
        target,
        usage=USAGE,
        database=database,
        caller=caller,
        write=True,
        callout=EXTERNAL_DATA,
    )
    found = opened.table(table.target)
    if found is None and table.options.get("createifnotexists"):
        found = opened.tables[table.target] = SqlTable(table.columns)
    if found is None:
        raise bad_request(f"There is no table '{table.target}' in '{target.database}'.")
    if [name for name, _ in found.columns] != [name for name, _ in answer.columns]:
        raise bad_request(f"The SQL table '{table.target}' has other columns.")
    found.rows += answer.rows
    uri = f"{target.host}/{target.database}/{table.target}"
    return [Written(uri, table.target, len(answer.rows))] if answer.rows else []


def _style(table: ExternalTable) -> Style:
    return Style(
        table.data_format.casefold(),
        table.compressed,
        table.include_headers.casefold(),
        table.name_prefix,
        table.file_extension,
        table.options.get("encoding", "UTF8NoBOM"),
    )


def _grouped(table: ExternalTable, answer: Result) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows by the subfolder they go to, without the columns that are in the paths."""
    names = [name for name, _ in answer.columns]
    virtual = {name for name, _ in virtual_columns(table)}
    groups: dict[str, list[tuple[Any, ...]]] = {}
    for row in answer.rows:
        record = dict(zip(names, row, strict=True))
        kept = tuple(value for name, value in record.items() if name not in virtual)
        groups.setdefault(partition_path(table, record), []).append(kept)
    return groups
