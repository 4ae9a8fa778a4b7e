"""The noun ``callout``: which addresses the cluster may call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import dry_run, refuse_both, yes
from adxmi_jupyter.magics.params import Name
from adxmi_jupyter.magics.subject import subject
from adxmi_jupyter.magics.verbs import Noun, verb
from adxmi_jupyter.model.callout import TYPES

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.policy.callouts import CalloutChange
    from adxmi_jupyter.magics.call import Call


class CalloutType(Name):
    """A type of callout; the action reads it."""

    name = kind = "callout type"

    def names(self, call: Call) -> Iterable[str]:
        """Return the types."""
        del call
        return TYPES


_type = click.option(
    "--type",
    "callout_type",
    type=CalloutType(),
    metavar="TYPE",
    required=True,
    help=f"Callout type. Allowed values: {', '.join(TYPES)}.",
)


@click.group(cls=Noun, no_args_is_help=True, pages=("Callout policy",))
def callout() -> None:
    """Manage the callout policy.

    The policy defines which addresses the cluster may call. Artifacts of the Python plugin, Azure
    OpenAI and Azure Cosmos DB require a rule of their own.
    """


@verb(
    "list",
    permission=permissions.SHOW_CALLOUTS,
    pages=("Callout policy",),
    of=callout,
    examples=("callout list",),
)
def list_(call: Call) -> pd.DataFrame:
    """List the rules of the callout policy.

    Predefined rules are included.
    """
    from adxmi_jupyter.actions.policy.callouts import read_rules, rules_frame

    return rules_frame(call.connection, read_rules(call.connection))


@verb(
    "allow",
    pages=("Callout policy",),
    permission=permissions.CHANGE_CALLOUTS,
    of=callout,
    examples=(
        "callout allow https://contosolake.blob.core.windows.net --type sandbox_artifacts",
        r"callout allow --type cosmosdb --pattern \.documents\.azure\.com --dry-run",
    ),
)
@_type
@subject(
    "--uri",
    type=Name(),
    metavar="URL",
    default="",
    help="URL whose host to allow.",
    alternatives=("--pattern",),
)
@click.option(
    "--pattern",
    type=Name(),
    metavar="REGEX",
    default="",
    help="Regular expression of the addresses to allow.",
)
@dry_run
def allow(call: Call, *, callout_type: str, uri: str, pattern: str, dry_run: bool) -> pd.DataFrame:
    """Allow calls to a host.

    Existing rules stay.
    """
    from adxmi_jupyter.actions.policy.callouts import plan_allow

    refuse_both(call, {"--uri": bool(uri), "--pattern": bool(pattern)})
    if not uri and not pattern:
        raise MissingOption(
            "callout allow needs --uri or --pattern",
            why="a rule is about an address or an expression",
            fix=Retry((ChangeOption("--uri", "URL"),)),
        )
    change = plan_allow(call.connection, callout_type, uri=uri, pattern=pattern)
    return _write(call, change, dry_run=dry_run)


@verb(
    "revoke",
    pages=("Callout policy",),
    permission=permissions.CHANGE_CALLOUTS,
    of=callout,
    examples=(
        r"callout allow --type cosmosdb --pattern \.documents\.azure\.com",
        r"callout revoke --type cosmosdb --pattern \.documents\.azure\.com --dry-run",
        r"callout revoke --type cosmosdb --pattern \.documents\.azure\.com --yes",
    ),
)
@_type
@subject(
    "--pattern",
    type=Name(),
    metavar="REGEX",
    required=True,
    help="Regular expression of the rule, as callout list shows it.",
)
@dry_run
@yes
def revoke(
    call: Call, *, callout_type: str, pattern: str, dry_run: bool, yes: bool
) -> pd.DataFrame:
    """Revoke a rule of the callout policy.

    Other rules and predefined rules stay.
    """
    from adxmi_jupyter.actions.policy.callouts import plan_revoke

    with call.alone(dry_run=dry_run):
        change = plan_revoke(call.connection, callout_type, pattern)
        return _write(call, change, dry_run=dry_run, confirmed=yes)


def _write(
    call: Call, change: CalloutChange, *, dry_run: bool, confirmed: bool = True
) -> pd.DataFrame:
    from adxmi_jupyter.actions.policy.callouts import apply, rules_frame

    if dry_run:
        call.has_found = bool(change.command)
        call.preview(change.notes, change.command, change.lines)
        return rules_frame(call.connection, change.rules)
    done = apply(call.connection, change, confirmed=confirmed)
    for line in (*done.notes, *done.lines):
        call.say(line)
    for rule in done.added:
        words = ("callout", "revoke", "--type", rule.callout_type, "--pattern", rule.pattern)
        call.say(f"Undo: {call.front.program} {' '.join(map(call.as_word, words))} --yes")
    return rules_frame(call.connection, done.rules)
