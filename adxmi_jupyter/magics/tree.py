"""The command tree: nouns, their verbs, help and errors, declared once with click.

Notebook, console, completion and reference all read it. A noun's module is imported when the
noun is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter import __version__
from adxmi_jupyter.errors import AdxmiError, NotAuthorized, PartialRead
from adxmi_jupyter.magics import usage_errors
from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, NOTEBOOK_PROGRAM, Call, Form
from adxmi_jupyter.magics.options import common_options
from adxmi_jupyter.magics.sensitive import hidden_values
from adxmi_jupyter.masking import as_written, hiding
from adxmi_jupyter.model.body.text import checked_text
from adxmi_jupyter.model.declaration.registry import nouns

if TYPE_CHECKING:
    from click.formatting import HelpFormatter

_CONTEXT: Mapping[str, Any] = {
    "help_option_names": ["-h", "--help"],
    # A fixed width: help printed in a notebook must not depend on somebody's terminal.
    "terminal_width": 96,
}


@dataclass(frozen=True)
class Example:
    """A line that runs on the embedded Azure, with the cell body it needs."""

    line: str
    body: str = ""

    def as_typed(self, program: str) -> str:
        """Return the example as it is typed in a notebook or in a shell."""
        if not self.body:
            return f"{program} {self.line}"
        if program == NOTEBOOK_PROGRAM:
            return f"%{program} {self.line}\n{self.body}"
        return f"{program} {self.line} --file - <<'END'\n{self.body}\nEND"


class Verb(click.Command):
    """A leaf of the tree: a click command with examples, which refuses an option given twice.

    `console_only` verbs start something that would keep a kernel busy; `right` is the least that
    lets somebody do it.
    """

    def __init__(
        self,
        *args: Any,
        examples: Iterable[Example | str] = (),
        console_only: bool = False,
        right: str = "",
        **options: Any,
    ) -> None:
        options["context_settings"] = dict(_CONTEXT)
        super().__init__(*args, **options)
        self.console_only = console_only
        self.right = right
        self.examples = tuple(
            Example(example) if isinstance(example, str) else example for example in examples
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, after a look for repeated options (there the last one wins)."""
        if not ctx.resilient_parsing:
            self._tell_forms(ctx)
            _, left, order = self._parsed(ctx, args)
            usage_errors.refuse_repeated(ctx, order)
            usage_errors.refuse_extra(ctx, left)
        return super().parse_args(ctx, args)

    def _tell_forms(self, ctx: click.Context) -> None:
        call = ctx.find_object(Call)
        if call is not None:
            options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
            forms = {option: Form(tuple(option.opts), not option.is_flag) for option in options}
            call.forms = {name: forms[option] for option in options for name in option.opts}

    def _parsed(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[Mapping[str, Any], list[str], list[click.Parameter]]:
        try:
            return self.make_parser(ctx).parse_args(args=list(args))
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click's parser leaves it out of some errors
            raise

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb, unless it cannot run here."""
        call = ctx.find_object(Call)
        if call is not None:
            usage_errors.refuse_elsewhere(ctx, call, console_only=self.console_only)
        try:
            return super().invoke(ctx)
        except (NotAuthorized, PartialRead) as refusal:
            usage_errors.name_right(ctx, refusal, self.right)
            raise

    def program(self, here: str) -> str:
        """Return what a line of it starts with: some are for a console, wherever one reads it."""
        return CONSOLE_PROGRAM if self.console_only else here

    def format_epilog(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the least right, and the examples."""
        if self.right:
            formatter.write_paragraph()
            formatter.write_text(f"Least right: {self.right}.")
        if not self.examples:
            return
        program = self.program(ctx.find_root().info_name or NOTEBOOK_PROGRAM)
        with formatter.section("Examples"):
            for example in self.examples:
                for line in example.as_typed(program).splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


class Noun(click.Group):
    """A group of verbs in the order of their declaration; without a verb it shows its help."""

    command_class = Verb

    def __init__(self, *args: Any, subcommand_metavar: str = "VERB …", **options: Any) -> None:
        options |= {"context_settings": dict(_CONTEXT), "subcommand_metavar": subcommand_metavar}
        super().__init__(*args, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as declared, not by the alphabet: reading comes before writing."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or name the closest one."""
        found = self.get_command(ctx, args[0])
        if found is None and not ctx.resilient_parsing:
            raise usage_errors.unknown_command(ctx, args[0], self.list_commands(ctx))
        return (found.name if found else None), found, args[1:]


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
            ("To try it", _LAST),
        ):
            rows = [(f"{name:{_WIDEST}}", self._summary(ctx, name, formatter)) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)

    def _summary(self, ctx: click.Context, name: str, formatter: HelpFormatter) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(formatter.width - _WIDEST - _BLANKS) if command else ""


_WIDEST = 20
"""Columns that the longest noun takes in the help."""
_BLANKS = 4

_NOUNS: Mapping[str, str] = {
    "connect": "adxmi_jupyter.magics.connect",
    "connections": "adxmi_jupyter.magics.connect",
    "status": "adxmi_jupyter.magics.connect",
    "check": "adxmi_jupyter.magics.check",
    "query": "adxmi_jupyter.magics.query",
    "form": "adxmi_jupyter.magics.form",
    "identity": "adxmi_jupyter.magics.identity",
    "policy": "adxmi_jupyter.magics.policy",
    "role": "adxmi_jupyter.magics.role",
    "callout": "adxmi_jupyter.magics.callout",
    "history": "adxmi_jupyter.magics.history",
    "connection-string": "adxmi_jupyter.magics.connection_string",
    "embedded": "adxmi_jupyter.magics.embedded",
    "lab": "adxmi_jupyter.magics.lab",
}


_LAST = ("embedded", "lab")


@cache
def _workflow(noun: str) -> click.Command:
    """Return the noun of a workflow, made from its declaration."""
    from adxmi_jupyter.magics.workflow import noun_of

    return noun_of(noun)


def verb(
    name: str, *, of: Noun | None = None, examples: Iterable[Example | str], **options: Any
) -> Callable[[Callable[..., Any]], Verb]:
    """Declare a verb: its function gets the `Call` first, then the options by name."""

    def declare(function: Callable[..., Any]) -> Verb:
        make = click.command(name, cls=Verb, examples=examples, **options)
        command = make(click.pass_obj(function))
        command.params += common_options()
        if of is not None:
            of.add_command(command)
        return command

    return declare


def _note_traceback(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    call = ctx.find_object(Call)
    if call is not None:
        call.show_stack = value


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    click.echo(f"adxmi_jupyter {__version__}")
    ctx.exit()


@click.group(cls=Tree, no_args_is_help=True, subcommand_metavar="NOUN VERB …")
@click.option(
    "--traceback",
    is_flag=True,
    expose_value=False,
    callback=_note_traceback,
    help="Show the full stack when the line fails. Stands before the noun.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version of this tool and exit.",
)
def tree() -> None:
    """Manage who may use which managed identity of Azure Data Explorer.

    A line is a noun and a verb. NOUN without a verb, and --help after a verb, explain them.

    New here: identity assign, policy grant, and a workflow's create or run are the three steps;
    form shows them on one page, and check tells which one is missing and the line that mends it.
    """


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
        checked_text(word, "a word of the line")
    try:
        with tree.make_context(call.front.program, list(arguments), obj=call) as context:
            result = context.command.invoke(context)
    except click.exceptions.Exit:
        return None
    except click.exceptions.NoArgsIsHelpError as help_wanted:
        click.echo(help_wanted.format_message())
        return None
    except click.UsageError as error:
        raise usage_errors.translated(error, call) from error
    if result is not None:
        result = _finished(result)
    if call.out and result is not None:
        call.front.keep(call.out, result)
        return None
    return result


def _finished(result: object) -> object:
    """Return a result as it may be shown and kept."""
    if not hasattr(result, "attrs"):
        return result
    from adxmi_jupyter.rendering.shown_frame import safe

    about = result.attrs.get("adxmi", {})
    if "command" in about:
        result.attrs["adxmi"] = {**about, "command": as_written(str(about["command"]))}
    return safe(result)


def help_text(program: str = NOTEBOOK_PROGRAM) -> str:
    """Return the help of the whole tree."""
    return tree.get_help(click.Context(tree, info_name=program, **_CONTEXT))


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
