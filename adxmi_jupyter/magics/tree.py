"""The command tree: nouns, their verbs, help and errors, declared once with click.

Notebook, console, completion and reference all read it. A noun's module is imported when the
noun is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

import click

from adxmi_jupyter.errors import AdxmiError, InvalidValue
from adxmi_jupyter.fixes import LeaveOut
from adxmi_jupyter.magics import usage_errors
from adxmi_jupyter.magics.call import NOTEBOOK_PROGRAM, Call
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.magics.options import console_options
from adxmi_jupyter.magics.sensitive import hidden_values
from adxmi_jupyter.magics.verbs import CONTEXT, Noun, Verb, help_width
from adxmi_jupyter.masking import as_written, hiding
from adxmi_jupyter.model.body.text import checked_text
from adxmi_jupyter.model.declaration.registry import module_of, nouns
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    from click.formatting import HelpFormatter
    from click.shell_completion import CompletionItem

_DECLARATION = (
    r"^(?:def|class) {name}\((?:[^()]|\(\))*\)(?: -> [^:\n]+)?:(?: +#[^\n]*)?\s+"
    r'"""(?P<summary>.+?)(?:"""|$)'
)


class Tree(Noun):
    """The root: knows its nouns by name and imports one when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the nouns in the order of the help."""
        del ctx
        first = [noun for noun in _NOUNS if noun not in _LAST]
        return [*first, *nouns(), *_LAST]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the noun's module."""
        del ctx
        if cmd_name in nouns():
            return _workflow(cmd_name)
        if cmd_name not in _NOUNS:
            return None
        module = import_module(_NOUNS[cmd_name])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the nouns in three groups: they are many."""
        workflows = nouns()
        for title, names in (
            ("Nouns", [noun for noun in _NOUNS if noun not in _LAST]),
            ("Workflows", workflows),
            ("Learn and test", _LAST),
        ):
            rows = [(f"{name:{_WIDEST}}", self._summary(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)

    def _summary(self, ctx: click.Context, name: str) -> str:
        found = summary_of(*source_of(name))
        command = None if found else self.get_command(ctx, name)
        return command.get_short_help_str() if command else found

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the nouns that begin so, without importing them, and the options."""
        from click.shell_completion import CompletionItem

        names = (name for name in self.list_commands(ctx) if name.startswith(incomplete))
        found = [CompletionItem(name, help=summary_of(*source_of(name))) for name in names]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


def source_of(noun: str) -> tuple[str, str]:
    """Return the module that declares a noun, and the name of its function or class there."""
    if noun in _NOUNS:
        return _NOUNS[noun], noun.replace("-", "_")
    return module_of(noun), noun.replace("-", "")


def summary_of(module: str, name: str) -> str:
    """Return the first line of the docstring of a function or class, ignoring its case.

    It is read from the source: to import all nouns would take longer than all else that
    ``adxmi --help`` does. It is empty where there is no source.
    """
    spec = find_spec(module)
    get_source = getattr(spec.loader, "get_source", None) if spec else None
    source = (get_source(module) if get_source else None) or ""
    pattern = _DECLARATION.format(name=re.escape(name))
    match = re.search(pattern, source, re.MULTILINE | re.IGNORECASE)
    return match["summary"].rstrip(".") if match else ""


_WIDEST = 20
"""Columns that the longest noun takes in the help."""

_NOUNS: Mapping[str, str] = {
    "connect": "adxmi_jupyter.magics.connect",
    "connections": "adxmi_jupyter.magics.connect",
    "status": "adxmi_jupyter.magics.connect",
    "overview": "adxmi_jupyter.magics.overview",
    "map": "adxmi_jupyter.magics.access_map",
    "whoami": "adxmi_jupyter.magics.connect",
    "check": "adxmi_jupyter.magics.check",
    "audit": "adxmi_jupyter.magics.audit",
    "query": "adxmi_jupyter.magics.query",
    "form": "adxmi_jupyter.magics.form",
    "identity": "adxmi_jupyter.magics.identity",
    "policy": "adxmi_jupyter.magics.policy",
    "role": "adxmi_jupyter.magics.role",
    "callout": "adxmi_jupyter.magics.callout",
    "snapshot": "adxmi_jupyter.magics.snapshot",
    "plan": "adxmi_jupyter.magics.plan",
    "apply": "adxmi_jupyter.magics.apply",
    "drift": "adxmi_jupyter.magics.drift",
    "convert": "adxmi_jupyter.magics.convert",
    "migrate": "adxmi_jupyter.magics.migrate",
    "verify": "adxmi_jupyter.magics.verify",
    "fleet": "adxmi_jupyter.magics.fleet",
    "history": "adxmi_jupyter.magics.history",
    "undo": "adxmi_jupyter.magics.undo",
    "connection-string": "adxmi_jupyter.magics.connection_string",
    "completion": "adxmi_jupyter.magics.shells",
    "help": "adxmi_jupyter.magics.help",
    "embedded": "adxmi_jupyter.magics.embedded",
    "lab": "adxmi_jupyter.magics.lab",
}


_LAST = ("embedded", "lab")


@cache
def _workflow(noun: str) -> click.Command:
    """Return the noun of a workflow, made from its declaration."""
    from adxmi_jupyter.magics.workflow import noun_of

    return noun_of(noun)


def _note_traceback(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    call = ctx.find_object(Call)
    if call is not None:
        call.show_stack = value


@click.group(cls=Tree, no_args_is_help=True, subcommand_metavar="NOUN VERB …")
@click.option(
    "--traceback",
    is_flag=True,
    expose_value=False,
    callback=_note_traceback,
    help="Show the stack trace of an error. Goes before the noun.",
)
@click.version_option(
    __version__,
    message="adxmi_jupyter %(version)s",
    help="Show the version and exit.",
)
def tree() -> None:
    """Manage the managed identities of Azure Data Explorer.

    A command is a noun and a verb. NOUN alone lists its verbs, --help after a verb its options.

    Get started with three steps: identity assign, policy grant, and create or run of a workflow.
    form shows the steps on one page. check shows which requirement isn't met, and the command that
    fixes it.

    A long command continues on the next line after a backslash. In a %%adxmi cell, options can
    also be on the lines below, up to a line --- above the body.
    """


tree.params += console_options()


def run(call: Call, arguments: Sequence[str]) -> object:
    """Run one line and return its result: a DataFrame, or None.

    Raises
    ------
    AdxmiError
        Any of the tree, finished with the user's own line.

    """
    try:
        with hiding(hidden_values(call.written, call.in_body)):
            return _run(call, arguments)
    except AdxmiError as error:
        call.finish(error)
        raise


def _run(call: Call, arguments: Sequence[str]) -> object:
    for word in arguments:
        checked_text(word, "a word of the command")
    try:
        width = help_width(is_console=call.is_console)
        with tree.make_context(
            call.front.program, list(arguments), obj=call, terminal_width=width
        ) as context:
            result = context.command.invoke(context)
    except click.exceptions.Exit:
        return None
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        return None
    except click.UsageError as error:
        raise usage_errors.translated(error, call) from error
    if result is not None:
        result = _finished(result, call)
    if call.out and result is not None:
        _keep(call, result)
        return None
    return result


def _keep(call: Call, result: object) -> None:
    is_variable = call.out.isidentifier() and not call.is_console
    if not (hasattr(result, "columns") or call.documents or is_variable):
        raise InvalidValue(
            "the result can't be saved as a file",
            why="it has no rows: it is a text or a form",
            fix=LeaveOut.of("--out"),
        )
    kept = cast("pd.DataFrame", result)  # a variable can be anything else, too
    call.front.keep(call.out, kept, call.documents)


def _finished(result: object, call: Call) -> object:
    """Return a result as it may be shown and kept."""
    if not hasattr(result, "attrs"):
        return result
    from adxmi_jupyter.rendering.shown_frame import shown

    about = result.attrs.get("adxmi", {})
    if "command" in about:
        result.attrs["adxmi"] = {**about, "command": as_written(str(about["command"]))}
    return shown(result, call.choice, call.front.live)


def help_text(program: str = NOTEBOOK_PROGRAM) -> str:
    """Return the help of the whole tree."""
    width = help_width(is_console=program != NOTEBOOK_PROGRAM)
    return tree.get_help(click.Context(tree, info_name=program, terminal_width=width, **CONTEXT))


def found(words: Sequence[str]) -> click.Context:
    """Return the noun or verb that a command begins with, as a context; the tree for neither."""
    width = help_width(is_console=False)
    context = click.Context(tree, info_name=NOTEBOOK_PROGRAM, terminal_width=width, **CONTEXT)
    for word in words:
        if word.startswith("-"):
            continue
        group = context.command
        inner = group.get_command(context, word) if isinstance(group, click.Group) else None
        if inner is None:
            break
        context = click.Context(inner, info_name=word, parent=context, **CONTEXT)
    return context


def knows_option(command: str, option: str) -> bool:
    """Tell whether the verb of a command has an option."""
    context = found([word.text for word in split(command)])
    return any(
        option in (*one.opts, *one.secondary_opts) for one in context.command.get_params(context)
    )


def leaves() -> tuple[tuple[str, Verb], ...]:
    """Return every verb with its full name, in the order of the help."""
    context = click.Context(tree, info_name=NOTEBOOK_PROGRAM)
    found: list[tuple[str, Verb]] = []
    for noun in tree.list_commands(context):
        command = tree.get_command(context, noun)
        if isinstance(command, Noun):
            found += [
                (f"{noun} {n}", v) for n, v in command.commands.items() if isinstance(v, Verb)
            ]
        elif isinstance(command, Verb):
            found.append((noun, command))
    return tuple(found)
