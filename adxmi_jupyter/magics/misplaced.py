"""Which option a word belongs to that stands where the command takes none.

Source: the allowed values that options declare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import OwnCommand
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.params import Name

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call


def refuse_misplaced(context: click.Context, call: Call, word: str, place: int) -> None:
    """Refuse the word at a place of the line if it is an allowed value of one option.

    Raises
    ------
    InvalidValue
        It is one; the fix names the option.

    """
    option = _option_for(context, call, word)
    if place < 0 or not option:
        return
    raise InvalidValue(
        f"{context.command_path.partition(' ')[2]} cannot use {quoted(word)}",
        why=f"it is a value of {option}",
        fix=OwnCommand(call.again(instead={place: f"{option} {call.words[place].raw}"})),
    )


def _option_for(context: click.Context, call: Call, word: str) -> str:
    """Return the option, of those that are not given; empty for none, or for several."""
    parts = {part.strip().lower() for part in word.split(",")}
    names = [
        max(option.opts, key=len)
        for option in context.command.params
        if isinstance(option, click.Option)
        and not call.places_of(option.opts[0])
        and parts <= _allowed(option.type, call)
    ]
    return names[0] if len(names) == 1 else ""


def _allowed(kind: click.ParamType[Any], call: Call) -> set[str]:
    if isinstance(kind, click.Choice):
        return {str(one).lower() for one in kind.choices}
    if isinstance(kind, Name) and kind.is_closed:
        return {one.lower() for one in kind.names(call)}
    return set()
