"""The options that several verbs share: same option, same meaning everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import ConflictingOptions, MissingOption
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, OwnCommand, Several
from adxmi_jupyter.magics.call import CONSOLE_PROGRAM, Call
from adxmi_jupyter.magics.params import (
    BodyFile,
    ConnectionName,
    DatabaseName,
    IdentityList,
    ResultTarget,
    UsageList,
)
from adxmi_jupyter.magics.subject import OneOf, subject
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.magics.subject import Decorator, Function
    from adxmi_jupyter.model.policy import Scope


def _note_connection(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    call = ctx.find_object(Call)
    if call is not None:
        call.connection_name = value or ""


def _note_exit_code(context: click.Context, *, is_given: bool) -> None:
    call = context.find_object(Call)
    if call is not None and is_given:
        call.tells_by_code = True


def _note_out(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    call = ctx.find_object(Call)
    if call is not None and value is not None:
        call.documents = getattr(ctx.command, "documents", ())
        if not _is_form_in_console(ctx, call):  # which is refused, whatever its options are
            call.front.check_target(value, call.documents)
        call.out = value


def _is_form_in_console(ctx: click.Context, call: Call) -> bool:
    """Tell whether a verb, or the word that says what it is to do, asks for a form in a console."""
    says_what = any(one.name == "what" for one in ctx.command.params)
    words = [call.words[place].text for place in call.arguments] if says_what else []
    return call.is_console and "form" in (ctx.command.name, *words)


def _note_ids(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    call = ctx.find_object(Call)
    if call is not None and value:
        call.choice = replace(call.choice, ids=True)


def _note_wide(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    call = ctx.find_object(Call)
    if call is not None and value:
        call.choice = replace(call.choice, wide=True)


OUT = ("-o", "--out")
_OUT = (
    "Variable (notebook) or file for the result: .csv, .json, .md, .html, .xlsx or .parquet. In a "
    "console json, csv or md writes to standard output."
)


def _out_help(documents: Sequence[str]) -> str:
    listed = ", ".join(f".{one}" for one in documents)
    return (
        f"Variable (notebook) or file for the result: {listed}, .csv, .html, .xlsx or .parquet. "
        f"Several files are separated by commas. In a console "
        f"{', '.join(documents)} or csv writes to standard output."
    )


def common_options(
    documents: Sequence[str] = (), *, has_result: bool = True
) -> list[click.Parameter]:
    """Return what every verb has: ``--connection``, and options of its result if it has one.

    `documents` are the formats besides a table that the result of the verb has.
    """
    connection = click.Option(
        ["-c", "--connection"],
        type=ConnectionName(),
        metavar="NAME",
        expose_value=False,
        is_eager=True,
        callback=_note_connection,
        help="Open connection. Default: the current one.",
    )
    return [connection, *(_result_options(documents) if has_result else ())]


def _result_options(documents: Sequence[str]) -> list[click.Parameter]:
    """Return ``--out``, ``--ids`` and ``--wide``."""
    return [
        click.Option(
            list(OUT),
            type=ResultTarget(),
            metavar="NAME",
            expose_value=False,
            callback=_note_out,
            help=_OUT if not documents else _out_help(documents),
        ),
        click.Option(
            ["--ids"],
            is_flag=True,
            expose_value=False,
            callback=_note_ids,
            help="Display all IDs in full.",
        ),
        click.Option(
            ["--wide"],
            is_flag=True,
            expose_value=False,
            callback=_note_wide,
            help="Display all columns in full.",
        ),
    ]


class ConsoleOption(click.Option):
    """An option of a console: a notebook has neither pages nor a terminal's colours."""


def console_options() -> list[click.Parameter]:
    """Return what a console has for each command, before the noun or after the verb.

    `output.Output` looks for them among the words: they count for errors of the command line, too.
    """
    helps = {
        "--quiet": "Omit notes. Results and errors are shown.",
        "--no-color": "Omit colors. NO_COLOR=1 does the same.",
        "--no-pager": "Don't show long results by pages. PAGER= does the same.",
    }
    return [
        ConsoleOption([name], is_flag=True, expose_value=False, help=text)
        for name, text in helps.items()
    ]


def here(params: list[click.Parameter], ctx: click.Context) -> list[click.Parameter]:
    """Return the parameters that the front end of a command has."""
    if ctx.find_root().info_name == CONSOLE_PROGRAM:
        return params
    return [one for one in params if not isinstance(one, ConsoleOption)]


def database_option(help_text: str) -> Decorator:
    """Declare ``--database``."""
    return _database(help_text)


def _database(help_text: str, **more: Any) -> Decorator:
    return click.option(
        "-d", "--database", type=DatabaseName(), metavar="NAME", default="", help=help_text, **more
    )


def cluster_option(help_text: str) -> Decorator:
    """Declare ``--cluster``."""
    return click.option("--cluster", is_flag=True, help=help_text)


def all_databases_option(help_text: str) -> Decorator:
    """Declare ``--all-databases``."""
    return click.option("--all-databases", is_flag=True, help=help_text)


def file_option(help_text: str) -> Decorator:
    """Declare ``--file``, which stands for a cell body."""
    return click.option(
        "-f",
        "--file",
        "file",
        type=BodyFile(),
        metavar="FILE",
        default="",
        help=f"{help_text}. In a console - reads standard input.",
    )


def one_scope(function: Function) -> Function:
    """Add ``--database`` and ``--cluster`` of a verb that writes: exactly one of them."""
    return scope_to_write("Database whose policy to change.", "Change the policy of the cluster.")(
        function
    )


def scope_to_write(of_database: str, of_cluster: str) -> Decorator:
    """Declare ``--database`` and ``--cluster``, one of which a write requires."""
    database = _database(of_database, cls=OneOf, alternatives=("--cluster",))
    cluster = cluster_option(of_cluster)
    return lambda function: database(cluster(function))


def read_scopes(function: Function) -> Function:
    """Add the scopes of a verb that reads; without any, the current database."""
    database = database_option("Database name. Default: the current database.")
    cluster = cluster_option("Read the policy of the cluster.")
    every = all_databases_option("Read all databases, in parallel. Combines with --cluster.")
    return database(cluster(every(function)))


def identity_option(*, required: bool, help_text: str) -> Decorator:
    """Declare ``--identity``; where it is required, it is what the verb is about."""
    declare = subject if required else click.option
    return declare(
        "--identity",
        "identities",
        type=IdentityList(),
        metavar="IDENTITY[,…]",
        help=help_text,
        **_required_or_empty(required=required),
    )


def usage_option(*, required: bool, alternatives: tuple[str, ...] = ()) -> Decorator:
    """Declare ``--usage``; `alternatives` are options that can be given instead."""
    return click.option(
        "--usage",
        "usages",
        type=UsageList(),
        metavar="USAGE[,…]",
        **_required_or_empty(required=required),
        cls=OneOf,
        alternatives=alternatives,
        help=f"Usages, separated by commas. Allowed values: {', '.join(Usage)}.",
    )


def _required_or_empty(*, required: bool) -> dict[str, Any]:
    # A default, even None, would satisfy click in place of the user.
    return {"required": True} if required else {"default": ""}


allow_unknown_usage = click.option(
    "--allow-unknown-usage",
    is_flag=True,
    help="Send usages that this release doesn't know.",
)

skip_unreadable = click.option(
    "--skip-unreadable",
    is_flag=True,
    help="Skip what you aren't permitted to read, with a note.",
)

exit_code = click.option(
    "--exit-code",
    is_flag=True,
    expose_value=False,
    callback=lambda context, _, is_given: _note_exit_code(context, is_given=is_given),
    help="Exit with code 3 in a console if something was found.",
)


def dry_run(function: Callable[..., Any]) -> Callable[..., Any]:
    """Declare ``--dry-run``, and ``--exit-code`` for what it would change."""
    declare = click.option(
        "-n",
        "--dry-run",
        is_flag=True,
        help="Show the command and its changes without sending it.",
    )
    return declare(exit_code(function))


yes = click.option(
    "-y",
    "--yes",
    is_flag=True,
    help="Confirm the removal of access or objects.",
)

no_wait = click.option(
    "--no-wait",
    is_flag=True,
    help="Return once Azure has accepted the change, which takes minutes.",
)

body_file = file_option("File with the policy (JSON or YAML), instead of the cell body")


def write_scope(call: Call, database: str, *, cluster: bool) -> Scope:
    """Return the one scope a write is about.

    Raises
    ------
    ConflictingOptions
        Both were given.
    MissingOption
        None was: a write never guesses where.

    """
    from adxmi_jupyter.model.policy import Scope

    refuse_both(call, {"--cluster": cluster, "--database": bool(database)})
    if not cluster and not database:
        current = call.connection.database or "NAME"
        raise MissingOption(
            "the policy to change isn't given",
            why="a write has no default scope: a database and the cluster differ too much",
            fix=Explain.of(
                "add ",
                ChangeOption("--database", current),
                " or ",
                Option("--cluster"),
                ": ",
                OwnCommand(call.again(more=f"--database {call.as_word(current)}")),
            ),
        )
    return Scope(database)


def refuse_both(call: Call, given: dict[str, bool]) -> None:
    """Refuse options that exclude each other.

    Raises
    ------
    ConflictingOptions
        More than one was given.

    """
    names = [name for name, is_given in given.items() if is_given]
    if len(names) > 1:
        left_out = {place for at in call.places_of(*names[:-1]) for place in at}
        if not all(name.startswith("-") for name in names[:-1]):
            left_out.update(call.arguments)
        raise ConflictingOptions(
            f"{' and '.join(names)} exclude each other",
            why=Explain.of("the verb takes one of ", Several.of(given)),
            fix=OwnCommand(call.again(without=tuple(left_out))),
        )
