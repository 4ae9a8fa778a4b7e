"""The noun ``fleet``: which clusters there are, and what only all of them together tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.params import NameList
from adxmi_jupyter.magics.policy_file import NamedFile
from adxmi_jupyter.magics.verbs import Noun, verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.policy_file import NamedText
    from adxmi_jupyter.model.fleet import Selection

    Function = Callable[..., Any]

_PAGES = ("Azure Resource Graph", "Managed identities overview")


class Words(NameList):
    """Words separated by commas."""

    name = kind = "word"


def selection_options(function: Function) -> Function:
    """Declare which clusters are meant: by subscription, management group, tag, name, or a file."""
    options = (
        _words(
            "--subscription",
            "subscriptions",
            "NAME[,…]",
            "Subscriptions: names or IDs.",
        ),
        _words(
            "--management-group",
            "management_groups",
            "NAME[,…]",
            "Names of management groups.",
        ),
        _words("--tag", "tags", "NAME=VALUE[,…]", "Tags of clusters; VALUE may contain * and ?."),
        _words(
            "--cluster-name",
            "names",
            "NAME[,…]",
            "Names of clusters, with * and ?, or their resource IDs.",
        ),
        _words("--exclude", "excluded", "NAME[,…]", "Clusters to leave out, with * and ?."),
        click.option(
            "-f",
            "--file",
            "file",
            type=NamedFile(),
            metavar="FILE",
            default="",
            help="Fleet file (YAML or JSON) with include and exclude. Options replace what it says "
            "of the same kind. In a console - reads standard input.",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _words(name: str, variable: str, metavar: str, help_text: str) -> Callable[[Any], Any]:
    return click.option(name, variable, type=Words(), metavar=metavar, default="", help=help_text)


def selection_of(
    *,
    subscriptions: tuple[str, ...],
    management_groups: tuple[str, ...],
    tags: tuple[str, ...],
    names: tuple[str, ...],
    excluded: tuple[str, ...],
    file: NamedText,
) -> Selection:
    """Return what the options of `selection_options` select.

    Raises
    ------
    InvalidValue
        A tag has no value.
    InvalidPolicyFile
        The file can't be used; the place is named.

    """
    from dataclasses import replace

    from adxmi_jupyter.model.fleet import Selection
    from adxmi_jupyter.model.fleet_file import read_fleet_file

    chosen = read_fleet_file(file.text, file.name) if file else Selection()
    given = {
        "subscriptions": subscriptions,
        "management_groups": management_groups,
        "clusters": names,
        "tags": _tags(tags),
    }
    kept: dict[str, Any] = {kind: value for kind, value in given.items() if value}
    include = replace(chosen.include, **kept)
    exclude = replace(chosen.exclude, clusters=excluded) if excluded else chosen.exclude
    return replace(chosen, include=include, exclude=exclude)


def _tags(words: tuple[str, ...]) -> dict[str, str]:
    tags = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.strip():
            raise InvalidValue(
                f"--tag {word} has no value",
                why="a tag is given as NAME=VALUE; NAME=* is any value",
                fix=ChangeOption("--tag", f"{name.strip() or 'NAME'}=*"),
            )
        tags[name.strip()] = value.strip()
    return tags


@click.group(cls=Noun, no_args_is_help=True, pages=_PAGES)
def fleet() -> None:
    """List the clusters of many subscriptions, and what they share.

    Azure Resource Graph lists the clusters that you can see. What can't be read is named above each
    result: a cluster that isn't listed may still exist.
    """


@verb(
    "list",
    of=fleet,
    permission=permissions.FLEET,
    pages=_PAGES,
    examples=(
        "embedded reset --world fleet",
        "fleet list",
        "fleet list --tag stage=prod --exclude *vault",
        'fleet list --subscription "Contoso Retail,Contoso Lab"',
        "fleet list --management-group contoso-data --ids",
    ),
)
@selection_options
def list_(call: Call, **options: Any) -> pd.DataFrame:
    """List the clusters that you can see, with state, identities and network access.

    A follower stands after its leader. An identity is deleted if it is assigned to a cluster and
    doesn't exist, although its subscription can be read; unknown if the subscription can't be read.
    """
    from adxmi_jupyter.actions.fleet.listing import fleet_frame, list_fleet
    from adxmi_jupyter.rendering.fleet_listing import FleetListTable, completeness_lines

    listing = list_fleet(call.connection, selection_of(**options))
    lines = completeness_lines(listing.selected)
    return FleetListTable.of(fleet_frame(listing), lines, call.choice)


@verb(
    "identities",
    of=fleet,
    permission=permissions.FLEET,
    pages=_PAGES,
    examples=(
        "embedded reset --world fleet",
        "fleet identities",
        'fleet identities --subscription "Contoso Retail"',
    ),
)
@selection_options
def identities(call: Call, **options: Any) -> pd.DataFrame:
    """List user-assigned identities and the clusters that share them.

    Those of most clusters come first. A deleted identity is still assigned to a cluster, but
    doesn't exist. An identity is unknown if you can't read its subscription.
    """
    from adxmi_jupyter.actions.fleet.listing import identities_frame, shared_identities
    from adxmi_jupyter.actions.fleet.selecting import select
    from adxmi_jupyter.rendering.fleet_listing import FleetListTable, completeness_lines

    selected = select(call.connection, selection_of(**options))
    shared = shared_identities(call.connection, selected)
    lines = completeness_lines(selected)
    return FleetListTable.of(identities_frame(shared), lines, call.choice)
