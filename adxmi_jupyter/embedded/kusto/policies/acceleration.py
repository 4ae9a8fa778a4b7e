"""The query acceleration policy of external tables (page: Query acceleration policy).

The health of an accelerated table is found out whenever it is shown.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.access import Permission
from adxmi_jupyter.embedded.kusto.entities import chosen
from adxmi_jupyter.embedded.kusto.errors import KustoError, bad_request
from adxmi_jupyter.embedded.kusto.lenient_json import load_object, read_members
from adxmi_jupyter.embedded.kusto.policies.results import policy_rows
from adxmi_jupyter.embedded.kusto.policies.syntax import Change, ShowAccelerationStatistics
from adxmi_jupyter.embedded.kusto.properties import TEXT, TRUTH, Rule
from adxmi_jupyter.embedded.kusto.query.background import AUTOMATED_FLOWS
from adxmi_jupyter.embedded.kusto.results import result
from adxmi_jupyter.embedded.kusto.shown_names import ShownNames
from adxmi_jupyter.embedded.kusto.targets.authorization import acting_identity
from adxmi_jupyter.embedded.kusto.targets.delta import delta_size
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder, read_location
from adxmi_jupyter.embedded.state.entities import AccelerationPolicy
from adxmi_jupyter.embedded.state.timestamps import moment_of
from adxmi_jupyter.embedded.state.world import as_principal
from adxmi_jupyter.embedded.storage.locations import Method
from adxmi_jupyter.embedded.storage.values import convert, timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.policies.syntax import AccelerationPolicyCommand
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import ExternalTable
    from adxmi_jupyter.embedded.state.world import World

_WHAT = "query acceleration policy"
_NO_IDENTITY = "Managed identity must be specified for external tables that impersonate the caller."
_RULES = {
    "IsEnabled": TRUTH,
    "Hot": Rule("timespan", least=timedelta(days=1)),
    "MaxAge": Rule("timespan", least=timedelta(minutes=1)),
    "ManagedIdentity": TEXT,
    "HotDateTimeColumn": TEXT,
}
_FIELDS = {
    "IsEnabled": "is_enabled",
    "Hot": "hot",
    "MaxAge": "max_age",
    "ManagedIdentity": "managed_identity",
    "HotDateTimeColumn": "hot_datetime_column",
}


def run_acceleration_command(command: AccelerationPolicyCommand, session: Session) -> Result:
    """Run one of the four commands and return the policy as it is afterwards."""
    database = session.database(None)
    shows = command.change is Change.SHOW
    permission = Permission.DATABASE_SHOW if shows else Permission.DATABASE_ADMIN
    session.require(permission, f"{command.kind}Command", database)
    tables = chosen(database.external_tables, command.name, "ExternalTable", database)
    names = ShownNames.of(session.world)
    if isinstance(command, ShowAccelerationStatistics):
        return _statistics(tables, database, session.world)
    if shows:
        return _rows(tables, database, names)
    changed = replace(tables[0], acceleration=_changed(command, tables[0], database, session.world))
    _check_schema_updates(changed)
    database.external_tables[changed.name] = changed
    return _rows([changed], database, names)


def policy_text(table: ExternalTable, names: ShownNames | None = None, *, absent: str = "") -> str:
    """Return the JSON text of a table's policy; `names` say what identities are called."""
    policy = table.acceleration
    if policy is None:
        return absent
    return json.dumps(
        {
            "IsEnabled": policy.is_enabled,
            "Hot": timespan_text(policy.hot),
            "HotWindows": [{"MinValue": a, "MaxValue": b} for a, b in policy.hot_windows],
            "MaxAge": timespan_text(policy.max_age),
            "ManagedIdentity": _shown(policy.managed_identity, names),
            "HotDateTimeColumn": policy.hot_datetime_column,
        }
    )


def _shown(identity: str | None, names: ShownNames | None) -> str | None:
    return names.identity(identity) if names and identity else identity


def state_text(table: ExternalTable, database: Database, world: World) -> str:
    """Return the JSON text of a table's acceleration as it stands; empty without a policy."""
    if table.acceleration is None:
        return ""
    reason, size = _health(table, table.acceleration, database, world)
    return json.dumps(
        {
            "HotSize": size,
            "CompletePercentage": 0.0 if reason else 100.0,
            "PendingDataFilesSize": 0,
            "PendingDataFilesCount": 0,
            "IsHealthy": not reason,
            "NotHealthyReason": reason,
            "LastUpdatedDateTime": table.acceleration.updated_on,
            "Latency": "00:00:00",
        }
    )


def _rows(tables: list[ExternalTable], database: Database, names: ShownNames) -> Result:
    return policy_rows(
        [
            "QueryAccelerationPolicy",
            f"[{database.name}].[{table.name}]",
            policy_text(table, names, absent="null"),
            "",
            "ExternalTable",
        ]
        for table in tables
    )


def _statistics(tables: list[ExternalTable], database: Database, world: World) -> Result:
    """Return a row for each table that has a policy."""
    return result(
        "ExternalTableName:string, IsEnabled:bool, Hot:timespan, HotSize:long, "
        "LastUpdatedDateTime:datetime, AccelerationPendingDataFilesCount:long, "
        "AccelerationPendingDataFilesSize:long, AccelerationCompletePercentage:real, "
        "NotHealthyReason:string",
        [
            [
                table.name,
                policy.is_enabled,
                timespan_text(policy.hot),
                size,
                policy.updated_on,
                0,
                0,
                0.0 if reason else 100.0,
                reason,
            ]
            for table in tables
            if (policy := table.acceleration)
            for reason, size in [_health(table, policy, database, world)]
        ],
    )


def _changed(
    command: AccelerationPolicyCommand, table: ExternalTable, database: Database, world: World
) -> AccelerationPolicy | None:
    if command.change is Change.DELETE:
        return None
    if table.table_type != "Delta":
        raise bad_request(f"'{table.name}' is no delta table: only those are accelerated.")
    members = load_object(command.text, _WHAT)
    given = {_FIELDS[name]: value for name, value in read_members(members, _RULES, _WHAT).items()}
    given["hot_windows"] = _windows(members.get("hotwindows"))
    given["updated_on"] = moment_of(world.clock())
    merges = command.change is Change.ALTER_MERGE and table.acceleration is not None
    policy = _merged(table.acceleration, given) if merges else _made(given)
    _check(policy, table, database, world)
    return policy


def _made(given: dict[str, Any]) -> AccelerationPolicy:
    missing = [name for name in ("IsEnabled", "Hot") if _FIELDS[name] not in given]
    if missing:
        raise bad_request(f"The {_WHAT} needs {' and '.join(missing)}.")
    return AccelerationPolicy(**given)


def _merged(policy: AccelerationPolicy | None, given: dict[str, Any]) -> AccelerationPolicy:
    if policy is None:
        return _made(given)
    windows = dict.fromkeys((*policy.hot_windows, *given["hot_windows"]))
    return replace(policy, **{**given, "hot_windows": tuple(windows)})


def _windows(value: Any) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    invalid = bad_request("'HotWindows' is an array of {MinValue, MaxValue}, two datetimes each.")
    try:
        windows = tuple((str(each["MinValue"]), str(each["MaxValue"])) for each in value)
    except (TypeError, KeyError) as error:
        raise invalid from error
    if not all(convert(moment, "datetime") for window in windows for moment in window):
        raise invalid
    return windows


def _check(
    policy: AccelerationPolicy, table: ExternalTable, database: Database, world: World
) -> None:
    column = policy.hot_datetime_column
    if column is not None and dict(table.columns).get(column) != "datetime":
        raise bad_request(f"'{column}' is no column of type datetime.")
    if policy.managed_identity:
        acting_identity(world, policy.managed_identity, usage=AUTOMATED_FLOWS, database=database)


def _check_schema_updates(table: ExternalTable) -> None:
    """Raise a KustoError (400) when acceleration would end while the schema follows the log."""
    ends = table.acceleration is None or not table.acceleration.is_enabled
    if ends and table.options.get("AutoUpdateSchema"):
        raise bad_request("Switch 'AutoUpdateSchema' off before query acceleration.")


def _health(
    table: ExternalTable, policy: AccelerationPolicy, database: Database, world: World
) -> tuple[str, int]:
    """Return why acceleration cannot go on, empty when it can, and how many bytes are hot."""
    (text,) = table.connection_strings
    given = policy.managed_identity
    if not given and read_location(text).method is Method.IMPERSONATE:
        return _NO_IDENTITY, 0
    try:
        identity = given and acting_identity(world, given, usage=AUTOMATED_FLOWS, database=database)
        caller = as_principal(identity) if identity else None
        folder = open_folder(world, text, usage="ExternalTable", database=database, caller=caller)
    except KustoError as error:
        return f"InaccessibleDeltaTable: {error.message}", 0
    try:
        return "", delta_size(folder)
    except KustoError as error:
        return f"DeltaTableNotFound: {error.message}", 0
