"""Which clusters a command of many is about: the options that say so, declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidInput, InvalidValue
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.magics.body_file import file_text
from adxmi_jupyter.magics.params import NameList
from adxmi_jupyter.magics.policy_file import NamedFile

if TYPE_CHECKING:
    from adxmi_jupyter.magics.policy_file import NamedText
    from adxmi_jupyter.model.fleet import Selection

    Function = Callable[..., Any]


EVERY = "*"
_FILES = (".yaml", ".yml", ".json")


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


def named_selection(text: str) -> Selection:
    """Return the selection that the value of ``--fleet`` means.

    Raises
    ------
    InvalidPolicyFile
        The file can't be used; the place is named.
    InvalidValue
        It names no cluster: commas alone don't mean all.

    """
    from adxmi_jupyter.model.fleet import Filter, Selection
    from adxmi_jupyter.model.fleet_file import read_fleet_file

    if text.lower().endswith(_FILES) or Path(text).is_file():
        return read_fleet_file(file_text(text, "--fleet"), text)
    names = tuple(filter(None, (part.strip() for part in text.split(","))))
    if not names:
        raise InvalidValue(
            f"--fleet {text} names no cluster",
            why="there is nothing between its commas",
            fix=ChangeOption("--fleet", EVERY),
        )
    return Selection(Filter(clusters=() if EVERY in names else names))


def seconds_of(text: str) -> float | None:
    """Return the seconds that ``--deadline`` gives; None without it.

    Raises
    ------
    InvalidValue
        It is no time.

    """
    from adxmi_jupyter.model.timespan import parse_timespan

    if not text:
        return None
    try:
        return parse_timespan(text).total_seconds()
    except InvalidInput as error:
        raise InvalidValue(
            f"--deadline {text} can't be used", why=error.why, fix=ChangeOption("--deadline", "10m")
        ) from error
