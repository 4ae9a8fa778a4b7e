"""The command reference, made from the declarations: a page for each noun, tables of all.

``python -m adxmi_jupyter.magics.reference .`` writes the pages into ``docs/reference``, the error
catalogue beside it, and refreshes the tables between the markers of ``docs/commands.md``, nouns,
and ``docs/permissions.md``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, NOTEBOOK_PROGRAM
from adxmi_jupyter.magics.options import ConsoleOption, console_options
from adxmi_jupyter.magics.tree import leaves, tree
from adxmi_jupyter.magics.verbs import Noun, described
from adxmi_jupyter.model.declaration.registry import nouns
from adxmi_jupyter.rendering import audit_rules, error_catalogue

if TYPE_CHECKING:
    from adxmi_jupyter.documentation import Page
    from adxmi_jupyter.magics.verbs import Verb

BEGIN, END = "<!-- reference:begin -->", "<!-- reference:end -->"
PERMISSIONS_BEGIN, PERMISSIONS_END = "<!-- permissions:begin -->", "<!-- permissions:end -->"
FOLDER = "docs/reference"
WITH_TABLES = ("docs/commands.md", "docs/permissions.md")
"""Pages with a table between markers."""
_COMMON = ("--connection", "--out", "--ids", "--wide", "--help")
_TABLE_HEAD = "| option | description |\n|---|---|"


def pages() -> Mapping[str, str]:
    """Return the pages as Markdown, by noun: its help, then a section for each verb."""
    found: dict[str, list[tuple[str, Verb]]] = {}
    for name, verb in leaves():
        found.setdefault(name.split(" ", 1)[0], []).append((name, verb))
    return {noun: _page(noun, verbs) for noun, verbs in found.items()}


def table() -> str:
    """Return the table of nouns with their summaries, linked to their pages."""
    rows = []
    for noun, text in pages().items():
        verbs = ", ".join(
            re.findall(rf"^## `%?adxmi {re.escape(noun)} ([\w-]+)", text, re.MULTILINE)
        )
        about = text.split("\n")[2].rstrip(".")
        rows.append(f"| [`{noun}`](reference/{noun}.md) | {about} | {verbs} |")
    return "\n".join(["| noun | summary | verbs |", "|---|---|---|", *rows])


def permissions_table() -> str:
    """Return the table of required permissions, with the verbs that require them."""
    required: dict[tuple[str, str, str], list[str]] = {}
    for name, verb in leaves():
        needs = verb.permission
        required.setdefault((needs.kusto, needs.azure, needs.more), []).append(name)
    rows = [
        f"| {_listed(names)} | {kusto} | {azure} | {more} |"
        for (kusto, azure, more), names in required.items()
        if kusto or azure
    ]
    head = "| commands | in Azure Data Explorer | in Azure | also |\n|---|---|---|---|"
    return "\n".join([head, *rows])


def _listed(names: Iterable[str]) -> str:
    """Return commands by verb: workflows have many in common."""
    nouns_of: dict[str, list[str]] = {}
    for name in names:
        noun, _, verb = name.partition(" ")
        nouns_of.setdefault(verb, []).append(noun)
    return "; ".join(
        _commands(found, verb) if len(found) == 1 or not verb else f"`{verb}` of {_nouns(found)}"
        for verb, found in nouns_of.items()
    )


def _nouns(found: Sequence[str]) -> str:
    return "every workflow" if set(found) == set(nouns()) else ", ".join(found)


def _commands(found: Sequence[str], verb: str) -> str:
    return ", ".join(f"`{' '.join(filter(None, (noun, verb)))}`" for noun in found)


def refreshed(text: str) -> str:
    """Return a text with the tables between their markers."""
    made = _between(text, BEGIN, table, END)
    return _between(made, PERMISSIONS_BEGIN, permissions_table, PERMISSIONS_END)


def _between(text: str, begin: str, make: Callable[[], str], end: str) -> str:
    pattern = re.compile(f"{re.escape(begin)}.*{re.escape(end)}", re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n{make()}\n{end}", text)


def _page(noun: str, verbs: list[tuple[str, Verb]]) -> str:
    common = "\n".join(_row(option) for option in _options(verbs[0][1], common=True))
    parts = [
        f"# {noun}",
        *_about(noun, verbs[0][1]),
        *(_needs(noun) if noun in nouns() else ()),
        *(_section(noun, name, verb) for name, verb in verbs),
        "## Options of every verb",
        f"{_TABLE_HEAD}\n{common}",
        "`--traceback`, before the noun, shows the stack trace of an error.",
        "Learn more: [What a result displays](../results.md).",
    ]
    return "\n\n".join(parts) + "\n"


def _about(noun: str, verb: Verb) -> list[str]:
    """Return the noun's help, a paragraph each; the first one on one line."""
    command = tree.get_command(click.Context(tree, info_name=NOTEBOOK_PROGRAM), noun)
    about = command if isinstance(command, Noun) else verb
    paragraphs = [" ".join(part.split()) for part in (about.help or "").split("\n\n")]
    return [*paragraphs, *_learn_more(about.pages)]


def _learn_more(pages: Iterable[Page]) -> list[str]:
    links = [page.markdown for page in pages]
    return [f"Learn more: {', '.join(links)}."] if links else []


def _needs(noun: str) -> list[str]:
    """Return the requirements of a workflow, as its sample has it."""
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
        "## Requirements",
        f"`check` verifies these requirements, here for the example below:\n\n{lines}",
    ]


def _section(noun: str, name: str, verb: Verb) -> str:
    program = verb.program(NOTEBOOK_PROGRAM)
    arguments = "".join(f" {p.metavar}" for p in verb.params if isinstance(p, click.Argument))
    told = [] if name == noun else [" ".join((verb.help or "").split())]
    parts = [f"## `{program} {name}{arguments}`", *told]
    if verb.permission:
        parts.append(f"Required permissions: {verb.permission}.")
    options = _options(verb, common=False)
    if options:
        parts.append("\n".join([_TABLE_HEAD, *map(_row, options)]))
    if verb.exit_codes:
        codes = "\n".join(f"| {code} | {text} |" for code, text in verb.exit_codes.items())
        parts.append(f"| exit code in a console | meaning |\n|---|---|\n{codes}")
    examples = "\n".join(example.as_typed(program) for example in verb.examples)
    parts.append(f"```\n{examples}\n```")
    if name != noun and noun not in nouns():
        parts += _learn_more(verb.pages)
    return "\n\n".join(parts)


def _options(verb: Verb, *, common: bool) -> list[click.Option]:
    context = click.Context(verb, info_name=CONSOLE_PROGRAM, **verb.context_settings)
    everywhere = {name for option in console_options() for name in option.opts}
    options = [
        option
        for option in verb.get_params(context)
        if isinstance(option, click.Option) and everywhere.isdisjoint(option.opts)
    ]
    return [option for option in options if (_names(option)[-1] in _COMMON) == common]


def _names(option: click.Option) -> list[str]:
    """Return the spellings, short before long: some releases of click keep them in a set."""
    return sorted(option.opts, key=len)


def _row(option: click.Option) -> str:
    metavar = f" {option.metavar}" if option.metavar else ""
    names = " / ".join((", ".join(_names(option)), *option.secondary_opts))
    in_console = " In a console only." if isinstance(option, ConsoleOption) else ""
    meaning = (described(option) + in_console).replace("|", "\\|")
    return f"| `{names}{metavar}` | {meaning} |"


def main(root: str) -> None:
    """Write the pages, remove those of nouns that no longer exist, and refresh the tables."""
    folder = Path(root) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.stem not in made:
            old.unlink()
    for noun, text in made.items():
        (folder / f"{noun}.md").write_text(text, encoding="utf-8")
    (Path(root) / error_catalogue.FILE).write_text(error_catalogue.page(), encoding="utf-8")
    (Path(root) / audit_rules.FILE).write_text(audit_rules.page(), encoding="utf-8")
    for page in (Path(root) / name for name in WITH_TABLES):
        page.write_text(refreshed(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
