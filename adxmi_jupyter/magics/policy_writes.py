"""The verbs of ``policy`` that write, and what each shows.

A preview, one note for each changed usage, and how to undo it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import ConfirmationRequired, MissingOption
from adxmi_jupyter.fixes import Explain, Option, OwnCommand
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import (
    allow_unknown_usage,
    body_file,
    dry_run,
    identity_option,
    one_scope,
    refuse_both,
    usage_option,
    write_scope,
    yes,
)
from adxmi_jupyter.magics.policy_body import body
from adxmi_jupyter.magics.verbs import Example, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.policy.policies import PolicyChange
    from adxmi_jupyter.magics.call import Call


@verb(
    "grant",
    pages=(
        "Managed identity policy",
        ".alter-merge managed identity policy command",
    ),
    permission=permissions.CHANGE_POLICY,
    examples=(
        "policy grant mi-export --usage ExternalTable --database Telemetry",
        "policy grant --cluster --identity system,mi-ingest --usage NativeIngestion --dry-run",
    ),
)
@one_scope
@identity_option(
    required=True,
    help_text="Managed identities: name, object ID, client ID or system. Separated by commas.",
)
@usage_option(required=True)
@allow_unknown_usage
@dry_run
def grant(
    call: Call,
    *,
    database: str,
    cluster: bool,
    identities: tuple[str, ...],
    usages: tuple[str, ...],
    allow_unknown_usage: bool,
    dry_run: bool,
) -> pd.DataFrame:
    """Grant usages to identities.

    Existing usages stay.
    """
    from adxmi_jupyter.actions.identity.names import resolved
    from adxmi_jupyter.actions.policy.policies import plan_grant
    from adxmi_jupyter.model.usage import checked

    scope = write_scope(call, database, cluster=cluster)
    names = checked(usages, allow_unknown=allow_unknown_usage)
    change = plan_grant(call.connection, scope, resolved(call.connection, identities, scope), names)
    return _write(call, change, dry_run=dry_run)


@verb(
    "revoke",
    pages=(
        "Managed identity policy",
        ".alter managed identity policy command",
    ),
    permission=permissions.CHANGE_POLICY,
    examples=(
        "policy revoke mi-ingest --usage DataConnection --database Sales --dry-run",
        "policy revoke --database Sales --identity mi-ingest --usage DataConnection --yes",
        "policy revoke --database Sales --identity mi-export --every-usage --yes",
    ),
)
@one_scope
@identity_option(
    required=True,
    help_text="Managed identities: name, object ID, client ID or system. Separated by commas.",
)
@usage_option(required=False, alternatives=("--every-usage",))
@click.option(
    "--every-usage", is_flag=True, help="Revoke every usage that the policy allows the identities."
)
@dry_run
@yes
def revoke(
    call: Call,
    *,
    database: str,
    cluster: bool,
    identities: tuple[str, ...],
    usages: tuple[str, ...],
    every_usage: bool,
    dry_run: bool,
    yes: bool,
) -> pd.DataFrame:
    """Revoke usages from identities.

    Other usages stay. The service has no command for it: the policy is replaced.
    """
    from adxmi_jupyter.actions.identity.names import resolved
    from adxmi_jupyter.actions.policy.policies import plan_revoke
    from adxmi_jupyter.model.usage import checked

    scope = write_scope(call, database, cluster=cluster)
    refuse_both(call, {"--every-usage": every_usage, "--usage": bool(usages)})
    if not usages and not every_usage:
        raise MissingOption(
            "policy revoke needs --usage",
            why="it revokes only what it is told",
            fix=Explain.of(
                "add ",
                Option("--usage"),
                " USAGE[,…] or ",
                Option("--every-usage"),
                ": ",
                OwnCommand(call.again(more="--usage USAGE[,…]")),
            ),
        )
    names = None if every_usage else checked(usages, allow_unknown=True)
    found = resolved(call.connection, identities, scope)
    with call.alone(dry_run=dry_run):
        change = plan_revoke(call.connection, scope, found, names)
        return _write(call, change, dry_run=dry_run, confirmed=yes)


@verb(
    "alter",
    pages=(
        "Managed identity policy",
        ".alter managed identity policy command",
    ),
    permission=permissions.CHANGE_POLICY,
    examples=(
        Example(
            "policy alter --database Telemetry",
            '[{"ObjectId": "mi-ingest", "AllowedUsages": "NativeIngestion, DataConnection"}]',
        ),
        Example(
            "policy alter --cluster --dry-run",
            "- ObjectId: system\n  AllowedUsages: [AutomatedFlows]",
        ),
    ),
)
@one_scope
@body_file
@allow_unknown_usage
@dry_run
@yes
def alter(
    call: Call,
    *,
    database: str,
    cluster: bool,
    file: str,
    allow_unknown_usage: bool,
    dry_run: bool,
    yes: bool,
) -> pd.DataFrame:
    """Replace the managed identity policy.

    The cell body holds the policy as JSON or YAML.
    """
    from adxmi_jupyter.actions.policy.policies import plan_alter

    scope = write_scope(call, database, cluster=cluster)
    wanted, notes = body(call, file, allow_unknown_usage=allow_unknown_usage)
    with call.alone(dry_run=dry_run):
        change = plan_alter(call.connection, scope, wanted)
        noted = replace(change, notes=notes + change.notes)
        return _write(call, noted, dry_run=dry_run, confirmed=yes)


@verb(
    "alter-merge",
    pages=(
        "Managed identity policy",
        ".alter-merge managed identity policy command",
    ),
    permission=permissions.CHANGE_POLICY,
    examples=(
        Example(
            "policy alter-merge --database Telemetry",
            '[{"ObjectId": "system", "AllowedUsages": "ExternalTable, ExportRequest"}]',
        ),
    ),
)
@one_scope
@body_file
@allow_unknown_usage
@dry_run
def alter_merge(
    call: Call,
    *,
    database: str,
    cluster: bool,
    file: str,
    allow_unknown_usage: bool,
    dry_run: bool,
) -> pd.DataFrame:
    """Merge entries into the managed identity policy.

    The cell body holds the entries as JSON or YAML. Existing usages stay.
    """
    from adxmi_jupyter.actions.policy.policies import plan_alter_merge

    scope = write_scope(call, database, cluster=cluster)
    added, notes = body(call, file, allow_unknown_usage=allow_unknown_usage)
    change = plan_alter_merge(call.connection, scope, added)
    return _write(call, replace(change, notes=notes + change.notes), dry_run=dry_run)


@verb(
    "delete",
    pages=(
        "Managed identity policy",
        ".delete managed identity policy command",
    ),
    permission=permissions.CHANGE_POLICY,
    examples=(
        "policy delete --database Sales --dry-run",
        "policy delete --database Sales --yes",
    ),
)
@one_scope
@dry_run
@yes
def delete(call: Call, *, database: str, cluster: bool, dry_run: bool, yes: bool) -> pd.DataFrame:
    """Delete the managed identity policy of a database or the cluster."""
    from adxmi_jupyter.actions.policy.policies import plan_delete

    scope = write_scope(call, database, cluster=cluster)
    with call.alone(dry_run=dry_run):
        change = plan_delete(call.connection, scope)
        return _write(call, change, dry_run=dry_run, confirmed=yes)


@verb(
    "undo",
    pages=(
        "Managed identity policy",
        ".alter managed identity policy command",
    ),
    permission=permissions.CHANGE_POLICY,
    examples=(
        "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest",
        "policy undo --dry-run",
        "policy undo --yes",
    ),
)
@click.argument("entry", metavar="[ID]", type=click.IntRange(min=1), required=False)
@dry_run
@yes
def undo(call: Call, *, entry: int | None, dry_run: bool, yes: bool) -> pd.DataFrame:
    """Undo a change of the managed identity policy.

    ID is an entry of policy history. Default: the last change.
    """
    from adxmi_jupyter.actions.write.history import plan_undo

    with call.alone(dry_run=dry_run):
        change = plan_undo(call.connection, entry)
        return _write(call, change, dry_run=dry_run, confirmed=yes)


_SIGNS = {"added": "+", "removed": "-"}


def _write(
    call: Call, change: PolicyChange, *, dry_run: bool = False, confirmed: bool = True
) -> pd.DataFrame:
    """Carry out a planned change, or only show it, and return a frame.

    After a write that is the policy as it is now (see `policy_frame`), after a dry run the usages
    that would appear or disappear (see `diff_frame`).

    Raises
    ------
    ConfirmationRequired
        The change takes something away and is not confirmed; the preview is shown.
    AdxmiError
        As `policy_writes.apply`.

    """
    from adxmi_jupyter.actions.policy.frames import changed_frame, diff_frame
    from adxmi_jupyter.actions.policy.writes import apply

    if dry_run:
        call.has_found = bool(change.command)
        call.preview(change.notes, change.command, _changed_lines(change))
        return diff_frame(change.scope, change.diff)
    try:
        done = apply(call.connection, change, confirmed=confirmed)
    except ConfirmationRequired:
        call.preview(change.notes, change.command, _changed_lines(change))
        raise
    for line in (*done.notes, *_changed_lines(done)):
        call.say(line)
    if done.entry_id:
        call.say(f"Undo: {call.front.program} policy undo {done.entry_id}")
    return changed_frame(call.connection, done)


def _changed_lines(change: PolicyChange) -> list[str]:
    """Return one line for each changed usage: ``Sales: mi-ingest + ExportRequest``."""
    place = change.scope.database or "cluster"
    lines = [f"{place}: {c.identity.label} {_SIGNS[c.change]} {c.usage}" for c in change.diff]
    return lines or [f"{place}: nothing changed"]
