"""The noun ``help``: what ``--help`` shows, as people ask for it elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from adxmi_jupyter.errors import UnknownCommand
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call


@verb("help", examples=("help", "help policy", "help policy grant"))
@click.argument("words", metavar="[NOUN [VERB]]", nargs=-1)
def help(call: Call, *, words: tuple[str, ...]) -> None:  # noqa: A001 - what users type
    """Show the help of a noun or verb.

    --help after them shows the same.
    """
    del call
    context = click.get_current_context().find_root()
    command = context.command
    for place, word in enumerate(words):
        if not isinstance(command, click.Group):
            raise UnknownCommand(
                f"{' '.join(words[:place])} has no verbs",
                why="a command is a noun and a verb",
                fix=Command.of("help", *words[:place]),
            )
        _, found, _ = command.resolve_command(context, [word])
        if found is None:
            return
        context = click.Context(found, context, word, **found.context_settings)
        command = found
    click.echo(command.get_help(context))
