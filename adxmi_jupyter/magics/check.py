"""The noun ``check``: the requirements of every workflow, or what an error message means."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import Below, Command, Explain, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.fixing import Fixing, answer, fix_options
from adxmi_jupyter.magics.options import database_option, file_option, identity_option, refuse_both
from adxmi_jupyter.magics.over_fleet import over_fleet
from adxmi_jupyter.magics.verbs import Example, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.check.findings import Checks
    from adxmi_jupyter.magics.call import Call

_FAILURE = """\
BadRequest_InvalidManagedIdentity
https://contosobackup.blob.core.windows.net/backups;managed_identity=\
9c06e2b5-47d8-4f13-82ac-b5e97d10f348"""


@verb(
    "check",
    permission=permissions.CHECK,
    pages=("Managed identities overview", "Managed identity policy"),
    examples=(
        "check",
        "check --database Sales",
        "check --identity mi-export --only not-met,unknown",
        "check --fix --dry-run",
        "check --fleet",
        Example("check --error", _FAILURE),
    ),
)
@database_option("Database to check. With --error: database of the error. Default: all databases.")
@click.option(
    "--error",
    is_flag=True,
    help="Explain an error message: the cell body. Default: the last exception of the notebook.",
)
@identity_option(
    required=False, help_text="Managed identities whose workflows to check. Default: all."
)
@file_option("File with the error message, instead of the cell body")
@fix_options
@over_fleet(
    without={"error": "--error", "fix": "--fix", "file": "--file"}, left_out={"state": "met"}
)
def check(
    call: Call,
    *,
    database: str,
    identities: tuple[str, ...],
    error: bool,
    file: str,
    only: tuple[str, ...],
    fix: bool,
    dry_run: bool,
    yes: bool,
) -> pd.DataFrame:
    """Check the requirements of all workflows on the cluster.

    The check covers everything that names a managed identity: external tables, continuous exports,
    update policies, query acceleration, data connections, stored functions and policy entries.

    With --error it explains an error message: a response body, a stack trace, a row of
    .show ingestion failures or a log entry. It reads error codes, not sentences.

    Of more than four workflows, the result shows how many there are, each cause once, and the
    command that fixes it. --identity and --only narrow it down.

    In a console the exit code is 3 if a requirement isn't met.
    """
    fixing = Fixing(fix, dry_run, yes, only)
    refuse_both(call, {"--error": error, "--identity": bool(identities)})
    if error:
        return answer(call, fixing, lambda: _explained(call, database=database, file=file))
    if file or (call.body or "").strip():
        raise MissingOption(
            "the text has no purpose without --error",
            why="check reads the cluster, and with --error an error message",
            fix=Retry.having("--error"),
        )
    return answer(call, fixing, lambda: _checks(call, database, identities), with_database=True)


def _explained(call: Call, *, database: str, file: str) -> Checks:
    """Tell which link a refusal concerns.

    Raises
    ------
    MissingOption
        There is neither a text nor an exception.
    UnknownRefusal
        No refusal is recognised.

    """
    from adxmi_jupyter.actions.diagnosis.diagnosis import explained, explained_exception

    text = file or call.body or ""
    if text.strip():
        return explained(call.connection, text, database)
    return explained_exception(call.connection, _last(call), database)


def _last(call: Call) -> BaseException:
    """Return the last exception that the notebook showed; a console has none."""
    # IPython keeps it where Python's own console does.
    last = None if call.is_console else getattr(sys, "last_value", None)
    if isinstance(last, BaseException):
        return last
    raise MissingOption(
        "there is no error message to check",
        why="a file has its text, or the standard input"
        if call.is_console
        else "give its text below %%adxmi check --error or in a file; default: the last exception",
        fix=Explain.of(Command(("check", "--error"), takes_body=True), Below("the text")),
    )


def _checks(call: Call, database: str, identities: tuple[str, ...]) -> Checks:
    from adxmi_jupyter.actions.check.checks import check_all
    from adxmi_jupyter.actions.check.selection import of_identities
    from adxmi_jupyter.actions.policy.policies import scopes_of

    connection = call.connection
    scopes = scopes_of(connection, database=database, all_databases=not database)
    checks = check_all(connection, [scope.database for scope in scopes])
    if checks.unnamed:
        call.say(f"workflows without a managed identity, not checked: {checks.unnamed}")
    return of_identities(connection, checks, identities) if identities else checks
