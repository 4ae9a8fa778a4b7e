"""What was meant by a word that the command does not take: an option's value, another verb.

Source: the allowed values that options declare, and the verbs of Azure CLI, kubectl and KQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import OwnCommand
from adxmi_jupyter.magics.line import quoted
from adxmi_jupyter.magics.params import Name
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from collections.abc import Collection

    from adxmi_jupyter.magics.call import Call

_SAME_VERBS = (
    frozenset({"list", "show", "ls", "get", "view", "describe"}),
    frozenset({"grant", "allow", "add", "assign", "create", "set", "new"}),
    frozenset({"revoke", "remove", "delete", "drop", "deny", "unassign", "rm"}),
)


def verb_like(word: str, known: Collection[str]) -> str:
    """Return the verb that was meant: what other tools call so, or else the most alike one.

    Empty where there is none.
    """
    meant = [verb for same in _SAME_VERBS if word.lower() in same for verb in known if verb in same]
    return meant[0] if len(meant) == 1 else closest(word, known)


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
