"""The noun ``callout``: which addresses the cluster may call, a link of several workflows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import dry_run, refuse_both, yes
from adxmi_jupyter.magics.params import Name
from adxmi_jupyter.magics.verbs import Noun, verb

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
        from adxmi_jupyter.model.callout import TYPES

        return TYPES


_type = click.option(
    "--type",
    "callout_type",
    type=CalloutType(),
    metavar="TYPE",
    required=True,
    help="Such as sandbox_artifacts, azure_openai, cosmosdb, external_data or sql.",
)


@click.group(cls=Noun, no_args_is_help=True)
def callout() -> None:
    """Which addresses the cluster may call: the callout policy.

    Some workflows need a rule of their own before an identity is even asked for: the Python
    plugin's artifacts, Azure OpenAI and Cosmos DB.
    """


@verb("list", right=permissions.SHOW_CALLOUTS, of=callout, examples=("callout list",))
def list_(call: Call) -> pd.DataFrame:
    """List the rules, the predefined ones among them."""
    from adxmi_jupyter.actions.policy.callouts import read_rules, rules_frame

    return rules_frame(call.connection, read_rules(call.connection))


@verb(
    "allow",
    right=permissions.CHANGE_CALLOUTS,
    of=callout,
    examples=(
        "callout allow --type sandbox_artifacts --uri https://contosolake.blob.core.windows.net",
        r"callout allow --type cosmosdb --pattern \.documents\.azure\.com --dry-run",
    ),
)
@_type
@click.option(
    "--uri", type=Name(), metavar="URL", default="", help="Everything on the host of this address."
)
@click.option(
    "--pattern",
    type=Name(),
    metavar="REGEX",
    default="",
    help="Whatever matches this regular expression.",
)
@dry_run
def allow(call: Call, *, callout_type: str, uri: str, pattern: str, dry_run: bool) -> pd.DataFrame:
    """Allow calls to a host, besides what is allowed."""
    from adxmi_jupyter.actions.policy.callouts import plan_allow

    refuse_both(call, {"--uri": bool(uri), "--pattern": bool(pattern)})
    if not uri and not pattern:
        raise MissingOption(
            "what to allow was not said",
            why="a rule is about an address or an expression",
            fix=Retry((ChangeOption("--uri", "URL"),)),
        )
    change = plan_allow(call.connection, callout_type, uri=uri, pattern=pattern)
    return _write(call, change, dry_run=dry_run)


@verb(
    "revoke",
    right=permissions.CHANGE_CALLOUTS,
    of=callout,
    examples=(
        r"callout allow --type cosmosdb --pattern \.documents\.azure\.com",
        r"callout revoke --type cosmosdb --pattern \.documents\.azure\.com --dry-run",
        r"callout revoke --type cosmosdb --pattern \.documents\.azure\.com --yes",
    ),
)
@_type
@click.option(
    "--pattern",
    type=Name(),
    metavar="REGEX",
    required=True,
    help="The rule's regular expression, as callout list shows it.",
)
@dry_run
@yes
def revoke(
    call: Call, *, callout_type: str, pattern: str, dry_run: bool, yes: bool
) -> pd.DataFrame:
    """Take a rule of the cluster back; the others and the predefined ones stay."""
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
        call.say(f"undo: {call.front.program} {' '.join(map(call.as_word, words))} --yes")
    return rules_frame(call.connection, done.rules)
