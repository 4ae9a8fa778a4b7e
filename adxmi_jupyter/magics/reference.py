"""The command reference, made from the declarations: a page for each noun, a table of them.

``python -m adxmi_jupyter.magics.reference .`` writes the pages into ``docs/reference`` and
refreshes the table between the markers of ``README.md``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.call import NOTEBOOK_PROGRAM
from adxmi_jupyter.magics.tree import leaves, tree
from adxmi_jupyter.magics.verbs import Noun
from adxmi_jupyter.model.declaration.registry import nouns

if TYPE_CHECKING:
    from adxmi_jupyter.magics.verbs import Verb

BEGIN, END = "<!-- reference:begin -->", "<!-- reference:end -->"
FOLDER = "docs/reference"
_COMMON = ("--connection", "--out", "--help")
_TABLE_HEAD = "| option | meaning |\n|---|---|"


def pages() -> Mapping[str, str]:
    """Return the pages as Markdown, by noun: its help, then a section for each verb."""
    found: dict[str, list[tuple[str, Verb]]] = {}
    for name, verb in leaves():
        found.setdefault(name.split(" ", 1)[0], []).append((name, verb))
    return {noun: _page(noun, verbs) for noun, verbs in found.items()}


def table() -> str:
    """Return the table of nouns with what each is about, linked to its page."""
    rows = []
    for noun, text in pages().items():
        verbs = ", ".join(
            re.findall(rf"^## `%?adxmi {re.escape(noun)} ([\w-]+)", text, re.MULTILINE)
        )
        about = text.split("\n")[2]
        rows.append(f"| [`{noun}`]({FOLDER}/{noun}.md) | {about} | {verbs} |")
    return "\n".join(["| noun | what it is about | verbs |", "|---|---|---|", *rows])


def refreshed(text: str) -> str:
    """Return a text with the table between its markers."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{BEGIN}\n{table()}\n{END}", text)


def _page(noun: str, verbs: list[tuple[str, Verb]]) -> str:
    common = "\n".join(_row(option) for option in _options(verbs[0][1], common=True))
    parts = [
        f"# {noun}",
        *_about(noun, verbs[0][1]),
        *(_needs(noun) if noun in nouns() else ()),
        *(_section(noun, name, verb) for name, verb in verbs),
        "## Every verb",
        f"{_TABLE_HEAD}\n{common}",
        "`--traceback`, before the noun, shows the full stack of an error.",
    ]
    return "\n\n".join(parts) + "\n"


def _about(noun: str, verb: Verb) -> list[str]:
    """Return the noun's help, a paragraph each; the first one on one line."""
    command = tree.get_command(click.Context(tree, info_name=NOTEBOOK_PROGRAM), noun)
    text = (command.help if isinstance(command, Noun) else verb.help) or ""
    kept_lines = "\b\n"
    return [
        "Documentation:\n\n"
        + "\n".join(f"* {line.strip()}" for line in part.removeprefix(kept_lines).split("\n")[1:])
        if part.startswith(kept_lines)
        else " ".join(part.split())
        for part in text.split("\n\n")
    ]


def _needs(noun: str) -> list[str]:
    """Return what must be in place for a workflow, as its sample has it."""
    from adxmi_jupyter.model.declaration.fields import FieldKind
    from adxmi_jupyter.model.declaration.reading import read
    from adxmi_jupyter.model.declaration.registry import declaration_of
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.rendering.requirements import needed

    declaration = declaration_of(noun)
    raw: dict[str, object] = dict(declaration.about.sample.fields)
    for spec in declaration.specs():
        if spec.kind is FieldKind.IDENTITY and spec.name in raw:
            raw[spec.name] = ManagedIdentity("00000000-0000-0000-0000-000000000000", "the identity")
    workflow = read(declaration, raw).required()
    lines = "\n".join(
        f"{place}. {needed(requirement)}"
        for place, requirement in enumerate(workflow.requirements(), 1)
    )
    return [
        "## What must be in place",
        f"In the order of the chain, for the example below:\n\n{lines}",
    ]


def _section(noun: str, name: str, verb: Verb) -> str:
    program = verb.program(NOTEBOOK_PROGRAM)
    arguments = "".join(f" {p.metavar}" for p in verb.params if isinstance(p, click.Argument))
    told = [] if name == noun else [" ".join((verb.help or "").split())]
    parts = [f"## `{program} {name}{arguments}`", *told]
    if verb.right:
        parts.append(f"Least right: {verb.right}.")
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


def main(root: str) -> None:
    """Write the pages, without those of nouns that are gone, and refresh the README."""
    folder = Path(root) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.stem not in made:
            old.unlink()
    for noun, text in made.items():
        (folder / f"{noun}.md").write_text(text, encoding="utf-8")
    readme = Path(root) / "README.md"
    readme.write_text(refreshed(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
