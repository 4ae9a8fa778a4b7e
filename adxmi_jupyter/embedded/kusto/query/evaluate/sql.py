"""`sql_request`, `cosmosdb_sql_request` and their siblings (pages of these plugins)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.errors import EngineError, LimitError
from adxmi_jupyter.embedded.engine.sql import run_sql
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.query.blob_rows import picked
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.kusto.targets.ado import cosmos_target, sql_target
from adxmi_jupyter.embedded.kusto.targets.databases import open_cosmos, open_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adxmi_jupyter.embedded.engine.sql import Table, TableOf
    from adxmi_jupyter.embedded.kusto.query.evaluate.call import PluginCall

    Columns = tuple[tuple[str, str], ...]

SQL_REQUEST = "SqlRequest"
_PARAMETERS = ("ConnectionString", "SqlQuery", "SqlParameters", "Options")
_SIGN_IN = ("authentication", "managed_identity", ";impersonate")
_KINDS = ((bool, "bool"), (int, "long"), (float, "real"), (str, "string"))


def sql_request(call: PluginCall) -> Result:
    """Return what a statement selects from a SQL database.

    A KustoError (400) when the columns are not those the call announces.
    """
    text, statement, parameters, options = _arguments(call, {"token"})
    target = sql_target(text, str(options.get("token", "")))
    source = open_sql(
        call.session.world,
        target,
        usage=SQL_REQUEST,
        database=call.database,
        caller=call.session.caller,
    )

    def table_of(name: str) -> Table | None:
        table = source.table(name)
        return None if table is None else (table.columns, table.rows)

    found = _selected(statement, table_of, parameters)
    if call.output is not None and call.output != found.columns:
        raise bad_request("The columns of the result are not those of the output schema.")
    return found


def cosmosdb_sql_request(call: PluginCall) -> Result:
    """Return what a statement selects from a container of Cosmos DB, by whatever name."""
    known = {"token", "armResourceId", "preferredLocations"}
    text, statement, parameters, options = _arguments(call, known)
    target = cosmos_target(text, str(options.get("token", "")))
    items = open_cosmos(
        call.session.world,
        target,
        usage=SQL_REQUEST,
        database=call.database,
        caller=call.session.caller,
    )
    columns = _columns(items)
    rows = picked(columns, items).rows
    found = _selected(statement, lambda _: (columns, rows), parameters, is_cosmos=True)
    if call.output is None:
        return found
    names = [name for name, _ in found.columns]
    return picked(call.output, (dict(zip(names, row, strict=True)) for row in found.rows))


def _selected(
    statement: str, table_of: TableOf, parameters: Mapping[str, Any], *, is_cosmos: bool = False
) -> Result:
    """Return what a statement selects; a KustoError (400) for one that cannot be run."""
    try:
        found = run_sql(statement, table_of, parameters, double_quotes_are_texts=is_cosmos)
    except LimitError:
        raise
    except EngineError as error:
        raise bad_request(str(error)) from error
    return Result(found.columns, found.rows)


def password_request(call: PluginCall) -> Result:
    """Refuse: there is no server here that a user name and a password would open."""
    call.require_no_input()
    raise bad_request(f"The embedded Azure has no server for {call.name}().")


def require_password(call: PluginCall) -> None:
    """Raise a KustoError (400) for a connection string that signs in by anything but a password."""
    text = call.text(call.bound(*_PARAMETERS, least=2), _PARAMETERS[0]).casefold()
    if any(word in text for word in _SIGN_IN):
        raise bad_request(
            f"{call.name}() takes a user name and a password only, and no managed identity."
        )


def _arguments(
    call: PluginCall, known: set[str]
) -> tuple[str, str, Mapping[str, Any], Mapping[str, Any]]:
    """Return connection string, statement, its parameters and the options of the call."""
    call.require_no_input()
    given = call.bound(*_PARAMETERS, least=2)
    options = call.bag(given, "Options")
    unknown = sorted(set(options) - known)
    if unknown:
        raise call.error(f"has no option '{unknown[0]}'.")
    connection, statement = (call.text(given, name) for name in _PARAMETERS[:2])
    return connection, statement, call.bag(given, "SqlParameters"), options


def _columns(items: Iterable[Mapping[str, Any]]) -> Columns:
    kinds: dict[str, str] = {}
    for item in items:
        for name, value in item.items():
            kinds.setdefault(name, _kind(value))
    return tuple(kinds.items())


def _kind(value: Any) -> str:
    return next((kind for type_, kind in _KINDS if isinstance(value, type_)), "dynamic")
