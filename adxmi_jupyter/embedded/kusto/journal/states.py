"""What the journal tells of an entity before and after a change (page: Journal management)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.policies.callout import callout_policy_text
from adxmi_jupyter.embedded.kusto.policies.managed_identity import policy_text
from adxmi_jupyter.embedded.kusto.policies.syntax import (
    AccelerationPolicyCommand,
    CalloutPolicyCommand,
    UpdatePolicyCommand,
)
from adxmi_jupyter.embedded.kusto.schema.syntax import TableCommand
from adxmi_jupyter.embedded.kusto.statements import AlterPolicy, DeletePolicy
from adxmi_jupyter.embedded.kusto.stored_policies.syntax import StoredPolicyCommand

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command
    from adxmi_jupyter.embedded.state.clusters import Table

# Types of columns as the page's example has them: by what they are stored as.
_STORED_AS = {
    "bool": "I8",
    "datetime": "DateTime",
    "decimal": "Decimal",
    "dynamic": "Dynamic",
    "guid": "UniqueId",
    "int": "I32",
    "long": "I64",
    "real": "R64",
    "string": "StringBuffer",
    "timespan": "TimeSpan",
}


def state_of(command: Command, session: Session, *, after: bool = False) -> str:
    """Return the policy or table that a command is about; empty for others, and for none.

    It matters for tables that take each other's names whether the command has run.
    """
    match command:
        case AlterPolicy(scope=scope) | DeletePolicy(scope=scope):
            return policy_text((session.in_scope(scope) or session.world.cluster).policy)
        case CalloutPolicyCommand():
            return callout_policy_text(session.world.cluster.callout_policy)
        case UpdatePolicyCommand() | AccelerationPolicyCommand():
            return _policy_of_a_table(command, session)
        case StoredPolicyCommand(policy=policy):
            database = session.database(command.database)
            table = database.tables.get(command.tables[0]) if command.tables else None
            return (table or database).stored_policies.get(policy, "")
        case TableCommand():
            tables = session.database(None).tables
            name = (command.renamed or command.names)[-1 if after and command.renamed else 0]
            return _table_text(tables[name]) if name in tables else ""
        case _:
            return ""


def _policy_of_a_table(
    command: UpdatePolicyCommand | AccelerationPolicyCommand, session: Session
) -> str:
    # The runners of these commands need the query engine: whoever sends one has loaded it.
    if isinstance(command, UpdatePolicyCommand):
        from adxmi_jupyter.embedded.kusto.policies import update

        table = session.database(command.database).tables.get(command.table or "")
        return update.policy_text(table) if table else ""
    from adxmi_jupyter.embedded.kusto.policies import acceleration

    found = session.database(None).external_tables.get(command.name or "")
    return acceleration.policy_text(found, absent="null") if found else ""


def _table_text(table: Table) -> str:
    columns = (
        f"Name='[{table.name}].[{name}]', Type='{_STORED_AS[kind]}'" for name, kind in table.columns
    )
    return f"Name: {table.name}, Attributes: {', '.join(columns)}"
