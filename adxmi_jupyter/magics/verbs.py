"""The building blocks of the command tree: nouns and verbs with examples, declared with click."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import unwrap
from shutil import get_terminal_size
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter import documentation
from adxmi_jupyter.errors import NotAuthorized, PartialRead
from adxmi_jupyter.magics import usage_errors
from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, NOTEBOOK_PROGRAM, Call, Form
from adxmi_jupyter.magics.elevation import elevate_option, elevating
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.magics.options import common_options, console_options, here
from adxmi_jupyter.magics.subject import option_of as subject_of
from adxmi_jupyter.model.permission import Permission

if TYPE_CHECKING:
    from click.formatting import HelpFormatter

    from adxmi_jupyter.documentation import Page

CONTEXT: Mapping[str, Any] = {"help_option_names": ["-h", "--help"]}
_NARROW, _WIDE = 72, 96
_WHOLE = 1000


def help_width(*, is_console: bool) -> int:
    """Return the columns of help: a terminal's; in a notebook always those that fit a small one."""
    return min(get_terminal_size().columns, _WIDE) if is_console else _NARROW


def exit_codes(found: str) -> Mapping[int, str]:
    """Return what the exit codes of a verb mean; `found` is what 3 tells."""
    return {0: "Success.", 1: "An error.", 2: "Invalid command.", 3: found, 130: "Interrupted."}


_LONGEST = 70


def folded(command: str) -> str:
    """Return a long command on several lines, each but the last with a backslash at its end."""
    if len(command) <= _LONGEST:
        return command
    groups: list[str] = []
    for word in split(command):
        if word.option or not groups:
            groups.append(word.raw)
        else:
            groups[-1] += f" {word.raw}"
    lines = groups[:1]
    for group in groups[1:]:
        if len(lines[-1]) + len(group) < _LONGEST - 2:
            lines[-1] += f" {group}"
        else:
            lines.append(f"    {group}")
    return " \\\n".join(lines)


@dataclass(frozen=True)
class Example:
    """A line that runs on the embedded Azure, with the cell body it needs."""

    line: str
    body: str = ""

    def as_typed(self, program: str) -> str:
        """Return the example as it is typed in a notebook or in a shell."""
        if not self.body:
            return folded(f"{program} {self.line}")
        if program == NOTEBOOK_PROGRAM:
            return f"{folded(f'%{program} {self.line}')}\n{self.body}"
        return f"{folded(f'{program} {self.line}')} --file - <<'END'\n{self.body}\nEND"


class Verb(click.Command):
    """A leaf of the tree: a click command with examples, which rejects an option given twice.

    `console_only` verbs start something that would keep a kernel busy; `permission` is what the
    caller requires; `pages` are titles of pages of the documentation; `documents` are formats
    besides a table that the result has, by suffix; `exit_codes` are what the exit codes of a
    console mean, where they tell more than success.
    """

    def __init__(
        self,
        *args: Any,
        examples: Iterable[Example | str] = (),
        console_only: bool = False,
        permission: Permission | None = None,
        pages: Iterable[str] = (),
        documents: Iterable[str] = (),
        exit_codes: Mapping[int, str] = MappingProxyType({}),
        **options: Any,
    ) -> None:
        options["context_settings"] = dict(CONTEXT)
        super().__init__(*args, **options)
        self.console_only = console_only
        self.permission = permission or Permission()
        self.pages = documentation.pages(pages)
        self.documents = tuple(documents)
        self.exit_codes = exit_codes
        self.examples = tuple(
            Example(example) if isinstance(example, str) else example for example in examples
        )

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters that the verb has in this front end."""
        return here(super().get_params(ctx), ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse as click does, after a look for repeated options (there the last one wins)."""
        if not ctx.resilient_parsing:
            self._tell_forms(ctx)
            parsed, left, order = self._parsed(ctx, args)
            usage_errors.refuse_repeated(ctx, order)
            usage_errors.refuse_named_twice(ctx, parsed)
            usage_errors.refuse_extra(ctx, left)
            if not parsed.get(self._help_name(ctx)):
                usage_errors.refuse_lacking(ctx, parsed)
        return super().parse_args(ctx, self._complete_words(ctx, args))

    def _complete_words(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return the words without an option whose value is being completed.

        Click would leave out all words that belong to no option.
        """
        awaiting = [
            name
            for option in self.get_params(ctx)
            if isinstance(option, click.Option) and not option.is_flag and not option.count
            for name in option.opts
        ]
        is_pending = ctx.resilient_parsing and args[-1:] and args[-1] in awaiting
        return args[:-1] if is_pending else args

    def _help_name(self, ctx: click.Context) -> str:
        option = self.get_help_option(ctx)
        return str(option.name) if option else ""

    def _tell_forms(self, ctx: click.Context) -> None:
        call = ctx.find_object(Call)
        if call is not None:
            options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
            forms = {
                option: Form(
                    tuple(option.opts),
                    not option.is_flag,
                    isinstance(option.flag_value, str),  # where there is none, click has its own
                )
                for option in options
            }
            call.forms = {name: forms[option] for option in options for name in option.opts}
            call.arguments_from = len(ctx.command_path.split()) - 1
            subject = subject_of(self)
            call.subject = tuple(subject.opts) if subject else ()

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
            call.requires = str(replace(self.permission, more=""))
        try:
            return self._carried_out(ctx, call)
        except (NotAuthorized, PartialRead) as refusal:
            usage_errors.name_permission(ctx, refusal, self.permission)
            raise

    def _carried_out(self, ctx: click.Context, call: Call | None) -> Any:
        if call is None:
            return super().invoke(ctx)
        with elevating(call, ctx.params):
            return super().invoke(ctx)

    def program(self, here: str) -> str:
        """Return what a line of it starts with: some are for a console, wherever one reads it."""
        return CONSOLE_PROGRAM if self.console_only else here

    def format_options(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the options, each as `described`."""
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        records = [(option.get_help_record(ctx), described(option)) for option in options]
        with formatter.section("Options"):
            formatter.write_dl([(record[0], text) for record, text in records if record])

    def format_epilog(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write permissions, exit codes, the examples and the pages to learn more from."""
        if self.permission:
            formatter.write_paragraph()
            formatter.write_text(f"Required permissions: {self.permission}.")
        if self.exit_codes and ctx.find_root().info_name == CONSOLE_PROGRAM:
            with formatter.section("Exit codes"):
                formatter.write_dl([(str(code), text) for code, text in self.exit_codes.items()])
        self._format_examples(ctx, formatter)
        learn_more(formatter, self.pages)

    def get_short_help_str(self, limit: int = 100) -> str:
        """Return the whole summary, without a full stop: help goes on in the next line."""
        return super().get_short_help_str(max(limit, _WHOLE)).rstrip(".")

    def _format_examples(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        if not self.examples:
            return
        program = self.program(ctx.find_root().info_name or NOTEBOOK_PROGRAM)
        with formatter.section("Examples"):
            for example in self.examples:
                for line in example.as_typed(program).splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{line}\n")


def described(option: click.Option) -> str:
    """Return the help of an option as one text: what it is, and whether it is required."""
    return " ".join(filter(None, (option.help, "Required." if option.required else "")))


def learn_more(formatter: HelpFormatter, pages: Iterable[Page]) -> None:
    """Write the pages to learn more from, one on a line."""
    listed = tuple(pages)
    if not listed:
        return
    with formatter.section("Learn more"):
        for page in listed:
            formatter.write(f"{'':>{formatter.current_indent}}{page}\n")


class Noun(click.Group):
    """A group of verbs in the order of their declaration; without a verb it shows its help."""

    command_class = Verb

    def __init__(
        self,
        *args: Any,
        subcommand_metavar: str = "VERB …",
        pages: Iterable[str] = (),
        **options: Any,
    ) -> None:
        options |= {"context_settings": dict(CONTEXT), "subcommand_metavar": subcommand_metavar}
        super().__init__(*args, **options)
        self.pages = documentation.pages(pages)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the options that it has in this front end."""
        return here(super().get_params(ctx), ctx)

    def get_short_help_str(self, limit: int = 100) -> str:
        """Return the whole summary, without a full stop: help goes on in the next line."""
        return super().get_short_help_str(max(limit, _WHOLE)).rstrip(".")

    def format_epilog(self, ctx: click.Context, formatter: HelpFormatter) -> None:
        """Write the pages to learn more from."""
        del ctx
        learn_more(formatter, self.pages)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as declared, not by the alphabet: reading comes before writing."""
        del ctx
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest the closest one."""
        found = self.get_command(ctx, args[0])
        if found is None and not ctx.resilient_parsing:
            raise usage_errors.unknown_command(ctx, args[0], self.list_commands(ctx))
        return (found.name if found else None), found, args[1:]


def verb(
    name: str, *, of: Noun | None = None, examples: Iterable[Example | str], **options: Any
) -> Callable[[Callable[..., Any]], Verb]:
    """Declare a verb: its function gets the `Call` first, then the options by name."""

    def declare(function: Callable[..., Any]) -> Verb:
        make = click.command(name, cls=Verb, examples=examples, **options)
        command = make(click.pass_obj(function))
        own = {name for one in command.params for name in one.opts}
        has_result = unwrap(function).__annotations__.get("return") != "None"
        shared = common_options(command.documents, has_result=has_result)
        if command.permission.may_require_admin:
            shared.append(elevate_option())
        command.params += [one for one in (*shared, *console_options()) if own.isdisjoint(one.opts)]
        if of is not None:
            of.add_command(command)
        return command

    return declare
