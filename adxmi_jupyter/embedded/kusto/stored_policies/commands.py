"""Policies of databases and tables that are kept and shown, and have no effect here.

Pages: Retention policy, Caching policy, Ingestion batching policy, Streaming ingestion policy, …
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto import effective_policies
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.lenient_json import load
from adxmi_jupyter.embedded.kusto.policies.results import policy_rows
from adxmi_jupyter.embedded.kusto.policies.syntax import Change
from adxmi_jupyter.embedded.kusto.stored_policies.syntax import CACHING, RETENTION
from adxmi_jupyter.embedded.kusto.timespans import read_timespan
from adxmi_jupyter.embedded.state.periods import period_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.stored_policies.syntax import StoredPolicyCommand
    from adxmi_jupyter.embedded.state.clusters import Database, Table

_NAMES = {
    "retention": "RetentionPolicy",
    "caching": "CachingPolicy",
    "ingestionbatching": "IngestionBatchingPolicy",
    "streamingingestion": "StreamingIngestionPolicy",
    "merge": "ExtentsMergePolicy",
    "sharding": "ShardingPolicy",
    "partitioning": "PartitioningPolicy",
    "auto_delete": "AutoDeletePolicy",
    "ingestiontime": "IngestionTimePolicy",
    "extent_tags_retention": "ExtentTagsRetentionPolicy",
}


def run_stored_policy_command(command: StoredPolicyCommand, session: Session) -> Result:
    """Run one of the four commands and return the policy as it is afterwards."""
    database, operation = session.database(command.database), f"{command.kind}Command"
    places: list[Table | None] = [*_tables(command, database, operation, session)]
    for table in places or [None]:
        if table is not None:
            table.stored_policies = _changed(command, table.stored_policies)
        elif command.change is not Change.SHOW:
            _change_database(command, database)
    return policy_rows(_row(command.policy, database, table) for table in places or [None])


def _tables(
    command: StoredPolicyCommand, database: Database, operation: str, session: Session
) -> list[Table]:
    """Return the tables that are meant, none for the database; a KustoError (403) otherwise."""
    if command.change is Change.SHOW:
        session.require(Permission.DATABASE_SHOW, operation, database)
    elif not command.tables:
        session.require(Permission.DATABASE_ADMIN, operation, database)
    else:
        for name in command.tables:
            found = database.tables.get(name)
            session.require_admin(found.admins if found else frozenset(), operation, database)
    return [
        table
        for name in command.tables
        for table in chosen(database.tables, name, "Table", database)
    ]


def _change_database(command: StoredPolicyCommand, database: Database) -> None:
    """Change a policy of a database; Resource Manager shows its retention and hot cache, too."""
    present = effective_policies.effective_policy(command.policy, database)
    kept = {command.policy: present} if present != effective_policies.NONE else {}
    changed = _changed(command, {**database.stored_policies, **kept})
    found = json.loads(changed.get(command.policy, "{}"))
    if command.policy == RETENTION:
        database.keep_data_for(_period(found, "SoftDeletePeriod"))
    if command.policy == CACHING:
        database.keep_data_hot_for(_period(found, "DataHotSpan"))
    database.stored_policies = changed


def _period(policy: Any, member: str) -> str | None:
    """Return a member of a policy as Resource Manager writes it."""
    if not isinstance(policy, dict) or member not in policy:
        return None
    try:
        length = read_timespan(str(policy[member]))
    except OverflowError:
        length = None
    if length is None or length < timedelta():
        raise bad_request(f"'{policy[member]}' is no length of time for {member}.")
    return period_text(length)


def _changed(command: StoredPolicyCommand, kept: dict[str, str]) -> dict[str, str]:
    match command.change:
        case Change.SHOW:
            return kept
        case Change.DELETE:
            return {name: text for name, text in kept.items() if name != command.policy}
        case Change.ALTER:
            return {**kept, command.policy: json.dumps(_given(command))}
        case Change.ALTER_MERGE:
            present, given = json.loads(kept.get(command.policy, "{}")), _given(command)
            if not isinstance(given, dict):
                raise bad_request("A policy is merged with a JSON object.")
            return {**kept, command.policy: json.dumps({**present, **given})}


def _given(command: StoredPolicyCommand) -> Any:
    given = load(command.text, f"{command.policy} policy")
    if not isinstance(given, dict | list):
        raise bad_request(f"The {command.policy} policy must be a JSON object.")
    return given


def _row(policy: str, database: Database, table: Table | None) -> list[str]:
    """Return the row of a policy: that of a table does not tell what it has of its database."""
    if table is None:
        text = effective_policies.effective_policy(policy, database)
        return [_NAMES[policy], f"[{database.name}]", text, "", "Database"]
    text = table.stored_policies.get(policy, effective_policies.NONE)
    return [_NAMES[policy], f"[{database.name}].[{table.name}]", text, "", "Table"]
