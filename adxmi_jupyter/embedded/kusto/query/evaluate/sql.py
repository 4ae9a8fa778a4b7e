"""`sql_request`, `cosmosdb_sql_request` and their siblings (pages of these plugins)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.query.blob_rows import picked
from adxmi_jupyter.embedded.kusto.query.sql_text import read_select
from adxmi_jupyter.embedded.kusto.targets.ado import cosmos_target, sql_target
from adxmi_jupyter.embedded.kusto.targets.databases import open_cosmos, open_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adxmi_jupyter.embedded.kusto.query.evaluate.call import PluginCall
    from adxmi_jupyter.embedded.kusto.results import Result

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
    target, select = sql_target(text, str(options.get("token", ""))), read_select(statement)
    source = open_sql(
        call.session.world,
        target,
        usage=SQL_REQUEST,
        database=call.database,
        caller=call.session.caller,
    )
    table = source.table(select.table)
    if table is None:
        raise bad_request(f"There is no table '{select.table}' in '{target.database}'.")
    kinds = dict(table.columns)
    names = tuple(kinds) if select.columns is None else select.columns
    unknown = next((n for n in (*names, *dict(select.conditions)) if n not in kinds), None)
    if unknown is not None:
        raise bad_request(f"The table '{select.table}' has no column '{unknown}'.")
    columns = tuple((name, kinds[name]) for name in names)
    if call.output is not None and call.output != columns:
        raise bad_request("The columns of the result are not those of the output schema.")
    records = (dict(zip(kinds, row, strict=True)) for row in table.rows)
    return picked(columns, select.run(records, parameters))


def cosmosdb_sql_request(call: PluginCall) -> Result:
    """Return what a statement selects from a container of Cosmos DB."""
    known = {"token", "armResourceId", "preferredLocations"}
    text, statement, parameters, options = _arguments(call, known)
    target, select = cosmos_target(text, str(options.get("token", ""))), read_select(statement)
    items = open_cosmos(
        call.session.world,
        target,
        usage=SQL_REQUEST,
        database=call.database,
        caller=call.session.caller,
    )
    found = select.run(items, parameters)
    columns = call.output if call.output is not None else _columns(found)
    if select.columns is not None and call.output is None:
        columns = tuple((name, dict(columns).get(name, "string")) for name in select.columns)
    return picked(columns, found)


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
