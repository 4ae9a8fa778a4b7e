"""The update policy of tables (pages: Update policy, Update policy with managed identity)."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request, entity_not_found
from adxmi_jupyter.embedded.kusto.lenient_json import load_objects, read_members
from adxmi_jupyter.embedded.kusto.policies.results import policy_rows
from adxmi_jupyter.embedded.kusto.policies.syntax import Change
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH
from adxmi_jupyter.embedded.kusto.query.background import (
    AUTOMATED_FLOWS,
    reads_other_databases,
    require_schema,
    run_in_background,
)
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.targets.authorization import acting_identity
from adxmi_jupyter.embedded.kusto.targets.folders import read_location
from adxmi_jupyter.embedded.state.entities import UpdatePolicy
from adxmi_jupyter.embedded.storage.locations import Method

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.policies.syntax import UpdatePolicyCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database, Table
    from adxmi_jupyter.embedded.state.world import World

_WHAT = "update policy"
_FOREVER = timedelta(days=36500)
_FIELDS = {
    "IsEnabled": "is_enabled",
    "Source": "source",
    "SourceIsWildCard": "source_is_wildcard",
    "Query": "query",
    "IsTransactional": "is_transactional",
    "PropagateIngestionProperties": "propagates_properties",
    "ManagedIdentity": "managed_identity",
}
_RULES = dict.fromkeys(_FIELDS, TRUTH) | dict.fromkeys(("Source", "Query", "ManagedIdentity"), TEXT)
_EXTERNAL_TABLE = re.compile(r"\bexternal_table\s*\(\s*@?(['\"])(?P<name>[^'\"]*)\1")


def run_update_policy_command(command: UpdatePolicyCommand, session: Session) -> Result:
    """Run one of the four commands and return the policy as it is afterwards."""
    database = session.database(command.database)
    if command.change is Change.SHOW:
        session.require(Permission.DATABASE_SHOW, f"{command.kind}Command", database)
        tables = chosen(database.tables, command.table, "Table", database)
        return _rows(tables, database, session.world)
    found = database.tables.get(command.table or "")
    admins = found.admins if found else frozenset[str]()
    session.require_admin(admins, f"{command.kind}Command", database)
    (table,) = chosen(database.tables, command.table, "Table", database)
    table.update_policy = _changed(command, table, database, session.world)
    return _rows([table], database, session.world)


def _changed(
    command: UpdatePolicyCommand, table: Table, database: Database, world: World
) -> list[UpdatePolicy] | None:
    if command.change is Change.DELETE:
        return None
    given = [_item(each) for each in load_objects(command.text, _WHAT)]
    for item in given:
        _check(item, table, database, world)
    merges = command.change is Change.ALTER_MERGE
    return [*(table.update_policy or []), *given] if merges else given


def _item(members: dict[str, Any]) -> UpdatePolicy:
    given = read_members(members, _RULES, _WHAT)
    missing = [name for name in ("Source", "Query") if not given.get(name)]
    if missing:
        raise bad_request(f"An item of the {_WHAT} needs {' and '.join(missing)}.")
    return UpdatePolicy(**{_FIELDS[name]: value for name, value in given.items()})


def _check(item: UpdatePolicy, table: Table, database: Database, world: World) -> None:
    if not item.source_is_wildcard and item.source not in database.tables:
        raise entity_not_found("Table", item.source, database.name)
    if not item.managed_identity and _needs_identity(item, database):
        raise bad_request(
            f"The query of the {_WHAT} needs a ManagedIdentity: it reads another database, or an "
            "external table that impersonates."
        )
    if item.managed_identity:
        acting_identity(world, item.managed_identity, usage=AUTOMATED_FLOWS, database=database)
    if not item.source_is_wildcard:
        answer = run_in_background(world, database, item.query, identity=None)
        require_schema(answer.columns, table.columns, table.name)


def _needs_identity(item: UpdatePolicy, database: Database) -> bool:
    external = [
        _accelerated(match["name"], database) for match in _EXTERNAL_TABLE.finditer(item.query)
    ]
    return reads_other_databases(item.query) or any(external)


def _accelerated(name: str, database: Database) -> bool:
    """Tell whether an external table impersonates; a KustoError (400) when it may not be read."""
    (table,) = chosen(database.external_tables, name, "ExternalTable", database)
    policy = table.acceleration
    if policy is None or not policy.is_enabled or policy.hot < _FOREVER:
        raise bad_request(
            f"An {_WHAT} reads the external table '{name}' only if its query acceleration is "
            "hot for 36500 days."
        )
    return read_location(table.connection_strings[0]).method is Method.IMPERSONATE


def _rows(tables: list[Table], database: Database, world: World) -> Result:
    names = ShownNames.of(world)
    return policy_rows(
        [
            "UpdatePolicy",
            f"[{database.name}].[{table.name}]",
            policy_text(table, names),
            "",
            "Table",
        ]
        for table in tables
    )


def policy_text(table: Table, names: ShownNames | None = None) -> str:
    """Return the JSON text of a table's update policy; `names` say what identities are called."""
    if table.update_policy is None:
        return "null"
    return json.dumps(
        [
            {
                **{name: getattr(item, field) for name, field in _FIELDS.items()},
                "ManagedIdentity": names.identity(item.managed_identity)
                if names and item.managed_identity
                else item.managed_identity,
            }
            for item in table.update_policy
        ]
    )
