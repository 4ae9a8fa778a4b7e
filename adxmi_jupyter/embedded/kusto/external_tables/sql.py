"""External tables of SQL Server, Cosmos DB, MySQL and PostgreSQL (page: SQL external tables)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, Rule, read_properties
from adxmi_jupyter.embedded.kusto.targets.ado import cosmos_target, is_cosmos, sql_target
from adxmi_jupyter.embedded.state.entities import ExternalTable
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.external_tables.syntax import SqlDefinition
    from adxmi_jupyter.embedded.kusto.targets.ado import Target

_COSMOS = "CosmosDbSql"
_RULES = {
    "folder": TEXT,
    "docString": TEXT,
    "sqlDialect": Rule(choices=("SqlServer", "MySQL", "PostgreSQL", _COSMOS)),
    "firetriggers": TRUTH,
    "createifnotexists": TRUTH,
    "primarykey": Rule(bare=True),
}
_ABOUT = {"folder", "docString"}
_SERVER = re.compile(r"=\s*tcp:", re.IGNORECASE)


def sql_table(definition: SqlDefinition, present: ExternalTable | None) -> ExternalTable:
    """Return the table that a definition makes; a KustoError (400) when it makes none.

    The columns of a table that is present cannot be changed.
    """
    given = read_properties(definition.properties, _RULES, "an external table of kind sql")
    is_cosmos = given.get("sqlDialect") == _COSMOS
    if definition.target is None and not is_cosmos:
        raise bad_request("An external table of kind sql needs 'table=', but for Cosmos DB.")
    if given.get("createifnotexists") and not given.get("primarykey"):
        raise bad_request("'createifnotexists' needs a 'primarykey'.")
    if present is not None and present.columns != definition.columns:
        raise bad_request("The columns of an external table of kind sql cannot be altered.")
    _check_connection(definition.connection_string, given.get("sqlDialect", "SqlServer"))
    return ExternalTable(
        definition.name,
        (definition.connection_string,),
        "Sql",
        target=definition.target or "",
        folder=given.get("folder", ""),
        doc_string=given.get("docString", ""),
        columns=definition.columns,
        options={name: value for name, value in given.items() if name not in _ABOUT},
    )


def managed_identity(connection_string: str) -> str | None:
    """Return the object ID that the string signs in with, or `system`; None for no identity."""
    target = _target(connection_string)
    return target.credential if target and target.method is Method.MANAGED_IDENTITY else None


def impersonates(connection_string: str) -> bool:
    """Tell whether the string signs in as the caller."""
    target = _target(connection_string)
    return target is not None and target.method is Method.IMPERSONATE


def _target(connection_string: str) -> Target | None:
    """Return where the string points; None for MySQL and PostgreSQL, which know no identities."""
    if is_cosmos(connection_string):
        return cosmos_target(connection_string)
    return sql_target(connection_string) if _SERVER.search(connection_string) else None


def _check_connection(connection_string: str, dialect: str) -> None:
    match dialect:
        case "SqlServer":
            sql_target(connection_string)
        case "CosmosDbSql":
            cosmos_target(connection_string)
        case _ if "authentication" in connection_string.casefold():
            raise bad_request(f"{dialect} takes a user and a password only.")
