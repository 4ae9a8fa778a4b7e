"""The verbs of ``policy`` that read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import (
    body_file,
    cluster_option,
    database_option,
    exit_code,
    identity_option,
    read_scopes,
    refuse_both,
    skip_unreadable,
)
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.params import DatabaseName
from adxmi_jupyter.magics.policy_body import body
from adxmi_jupyter.magics.verbs import Example, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.policy.policies import PolicyReading
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.rendering.fleet_table import FleetTable


_SCOPES = ("database", "cluster", "all_databases")


def _fleet_matrix() -> type[FleetTable]:
    from adxmi_jupyter.rendering.policy_matrix import FleetMatrix

    return FleetMatrix


@verb(
    "show",
    pages=(
        "Managed identity policy",
        ".show managed identity policy command",
    ),
    permission=permissions.SHOW_POLICY,
    examples=(
        "policy show",
        "policy show --cluster --all-databases",
        "policy show --all-databases --identity mi-export --by-usage",
        'policy show --database "Tom\'s Lab" --raw',
        "policy show --fleet",
    ),
)
@read_scopes
@identity_option(
    required=False, help_text="Managed identities to show, separated by commas. Default: all."
)
@click.option("--by-usage", is_flag=True, help="Show one row per usage.")
@click.option("--raw", is_flag=True, help="Show the table of the service.")
@skip_unreadable
@over_fleet(everywhere={"cluster": True, "all_databases": True}, unless=_SCOPES)
def show(
    call: Call,
    *,
    database: str,
    cluster: bool,
    all_databases: bool,
    identities: tuple[str, ...],
    by_usage: bool,
    raw: bool,
    skip_unreadable: bool,
) -> pd.DataFrame:
    """Show the managed identity policy.

    The result has one row per identity and scope.
    """
    from adxmi_jupyter.actions.policy.frames import by_usage_frame, policy_frame, raw_frame

    refuse_both(call, {"--by-usage": by_usage, "--raw": raw})
    refuse_both(call, {"--raw": raw, "--identity": bool(identities)})
    reading = _read(call, database, cluster, all_databases, skip_unreadable=skip_unreadable)
    if identities:
        reading = _only(call, reading, identities)
    if raw:
        return _as_sent(raw_frame(reading))
    return by_usage_frame(reading) if by_usage else policy_frame(reading)


@verb(
    "matrix",
    pages=(
        "Managed identity policy",
        ".show managed identity policy command",
    ),
    permission=permissions.SHOW_POLICY,
    examples=("policy matrix", "policy matrix --all-databases", "policy matrix --fleet"),
)
@read_scopes
@skip_unreadable
@over_fleet(everywhere={"all_databases": True}, unless=_SCOPES, table=_fleet_matrix)
def matrix(
    call: Call, *, database: str, cluster: bool, all_databases: bool, skip_unreadable: bool
) -> pd.DataFrame:
    """Show which identities are allowed for which usages, and where.

    A database is shown with the policy of the cluster: a usage is allowed if either allows it.
    """
    from adxmi_jupyter.actions.policy.frames import matrix_frame
    from adxmi_jupyter.rendering.policy_matrix import Matrix

    only_cluster = cluster and not database and not all_databases
    if not only_cluster and not all_databases:
        database = database or call.connection.required_database()
    reading = _read(call, database, True, all_databases, skip_unreadable=skip_unreadable)
    return Matrix.of(matrix_frame(reading))


@verb(
    "diff",
    pages=(
        "Managed identity policy",
        ".show managed identity policy command",
    ),
    permission=permissions.SHOW_POLICY,
    examples=(
        "policy diff --database Telemetry --against-database Sales",
        "policy diff --against-cluster",
        Example(
            "policy diff --database Sales",
            '[{"ObjectId": "mi-ingest", "AllowedUsages": "NativeIngestion"}]',
        ),
    ),
)
@database_option("Database to compare. Default: the current database.")
@cluster_option("Compare the policy of the cluster.")
@body_file
@click.option(
    "--against-database",
    type=DatabaseName(),
    metavar="NAME",
    default="",
    help="Database to compare with.",
)
@click.option("--against-cluster", is_flag=True, help="Compare with the policy of the cluster.")
@click.option(
    "--since",
    type=click.IntRange(min=1),
    metavar="ID",
    help="Entry of policy history. Compares the policy before it with the policy now.",
)
@exit_code
def diff(
    call: Call,
    *,
    database: str,
    cluster: bool,
    file: str,
    against_database: str,
    against_cluster: bool,
    since: int | None,
) -> pd.DataFrame:
    """Compare two managed identity policies."""
    from adxmi_jupyter.actions.policy.frames import diff_frame

    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    targets = {
        "--against-cluster": against_cluster,
        "--against-database": bool(against_database),
        "--since": since is not None,
        "--file": bool(file),
        "the cell body": bool(call.body and call.body.strip()),
    }
    refuse_both(call, targets)
    if since is not None:
        refuse_both(call, {"--cluster": cluster, "--database": bool(database), "--since": True})
        scope, before, after = _since(call, since)
    else:
        scope, before = _present(call, database, cluster=cluster)
        if against_cluster or against_database:
            after = _present(call, against_database, cluster=against_cluster)[1]
        else:
            after = body(call, file, otherwise="--against-cluster")[0]
    changes = before.diff(after)
    call.has_found = bool(changes)
    if not changes:
        call.say("no difference")
    return diff_frame(scope, changes)


@verb(
    "history",
    examples=(
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "policy history",
    ),
)
@click.option(
    "--times",
    is_flag=True,
    help="Show the times. Omitted by default, so that outputs of notebooks stay comparable.",
)
def history(call: Call, *, times: bool) -> pd.DataFrame:
    """List the policy changes made from this machine."""
    from adxmi_jupyter.actions.write.history import history_frame

    return history_frame(call.connection, times=times)


def _as_sent(frame: pd.DataFrame) -> pd.DataFrame:
    from adxmi_jupyter.rendering.shown_frame import Whole

    return Whole(frame)


def _read(
    call: Call,
    database: str,
    cluster: bool,
    all_databases: bool,
    *,
    skip_unreadable: bool,
) -> PolicyReading:
    from adxmi_jupyter.actions.identity.identities import not_assigned
    from adxmi_jupyter.actions.policy.policies import read, scopes_of

    call.connection.require_identities()
    reading = read(
        call.connection,
        scopes_of(call.connection, database=database, cluster=cluster, all_databases=all_databases),
        skip_unreadable=skip_unreadable,
    )
    for scope, failure in reading.unreadable:
        call.say(f"not read: {scope} ({failure.why})")
    for usage in reading.unknown_usages:
        call.say(f"{usage} is a usage newer than this release")
    entries = (entry for scoped in reading.policies for entry in scoped.policy)
    for orphan in not_assigned(call.connection, entries):
        call.say(f"{orphan.label} is named but not assigned to the cluster: no effect")
    return reading


def _present(call: Call, database: str, *, cluster: bool) -> tuple[Scope, Policy]:
    from adxmi_jupyter.actions.policy.policies import read_one, scopes_of

    scope = scopes_of(call.connection, database=database, cluster=cluster)[0]
    return scope, read_one(call.connection, scope).policy


def _since(call: Call, number: int) -> tuple[Scope, Policy, Policy]:
    """Return the scope of an entry of the history, its policy before that, and now."""
    from adxmi_jupyter.actions.policy.policies import read_one
    from adxmi_jupyter.actions.write.history import entry
    from adxmi_jupyter.model.policy import Scope, parse_policy

    noted = entry(call.connection, number)
    scope = Scope(noted.database)
    return scope, parse_policy(noted.before), read_one(call.connection, scope).policy


def _only(call: Call, reading: PolicyReading, references: tuple[str, ...]) -> PolicyReading:
    from adxmi_jupyter.actions.identity.names import resolved
    from adxmi_jupyter.model.policy import Policy, PolicyEntry

    found = resolved(call.connection, references)
    for identity in found:
        if identity.note:
            call.say(identity.note)
    keys = {PolicyEntry(identity.identity, ()).key for identity in found}
    return replace(
        reading,
        policies=tuple(
            replace(scoped, policy=Policy(tuple(e for e in scoped.policy if e.key in keys)))
            for scoped in reading.policies
        ),
    )
