"""The command reference of the README, made from the declarations.

``python -m adxmi_jupyter.magics.reference README.md`` refreshes what stands between the markers.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, NOTEBOOK_PROGRAM
from adxmi_jupyter.magics.tree import leaves

if TYPE_CHECKING:
    from adxmi_jupyter.magics.tree import Verb

BEGIN, END = "<!-- reference:begin -->", "<!-- reference:end -->"
_COMMON = ("--connection", "--out", "--help")


def reference() -> str:
    """Return the reference as Markdown: a section for each verb, its options and examples."""
    common = "\n".join(_row(option) for option in _options(leaves()[0][1], common=True))
    head = (
        "Every verb also takes\n\n"
        f"{_TABLE_HEAD}\n{common}\n\n"
        "and `--traceback`, before the noun, shows the full stack of an error."
    )
    return "\n\n".join([head, *(_section(name, verb) for name, verb in leaves())])


def refreshed(text: str) -> str:
    """Return a text with the reference between its markers."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n{reference()}\n{END}", text)


_TABLE_HEAD = "| option | meaning |\n|---|---|"


def _section(name: str, verb: Verb) -> str:
    program = CONSOLE_PROGRAM if verb.console_only else NOTEBOOK_PROGRAM
    arguments = "".join(f" {p.metavar}" for p in verb.params if isinstance(p, click.Argument))
    parts = [f"#### `{program} {name}{arguments}`", " ".join((verb.help or "").split())]
    options = _options(verb, common=False)
    if options:
        parts.append("\n".join([_TABLE_HEAD, *map(_row, options)]))
    examples = "\n".join(example.as_typed(program) for example in verb.examples)
    parts.append(f"```\n{examples}\n```")
    return "\n\n".join(parts)


def _options(verb: Verb, *, common: bool) -> list[click.Option]:
    every = verb.get_params(click.Context(verb, **verb.context_settings))
    options = [option for option in every if isinstance(option, click.Option)]
    return [option for option in options if (_names(option)[-1] in _COMMON) == common]


def _names(option: click.Option) -> list[str]:
    """Return the spellings, short before long: some releases of click keep them in a set."""
    return sorted(option.opts, key=len)


def _row(option: click.Option) -> str:
    metavar = f" {option.metavar}" if option.metavar else ""
    names = ", ".join(_names(option))
    meaning = (option.help or "").replace("|", "\\|")
    shown = f" Default: {option.default}." if option.show_default else ""
    return f"| `{names}{metavar}` | {meaning}{shown} |"


def main(path: str) -> None:
    """Refresh the reference in a file."""
    file = Path(path)
    file.write_text(refreshed(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
