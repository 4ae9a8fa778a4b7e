"""Values that an option or argument cannot take: what it takes, and the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import Explain, OwnCommand, Several
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.magics.call import Call

_NUMBERS = {"integer": "a whole number", "float": "a number"}


def unusable(error: click.BadParameter, call: Call, path: str) -> InvalidValue:
    """Return our error for a value that click rejects; `path` is noun and verb."""
    parameter = error.param
    shown_help = OwnCommand(call.pasteable(f"{path} --help"))
    if parameter is None:
        what = "the value of the argument cannot be used"
        return InvalidValue(what, why=error.message, fix=shown_help)
    name = parameter.metavar or parameter.human_readable_name
    if isinstance(parameter, click.Option):
        name = max(parameter.opts, key=len)
    elif name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return InvalidValue(
        f"the value of {name} cannot be used",
        why=_needed(parameter.type) or error.message,
        fix=_with_closest(call, parameter) or shown_help,
    )


def _needed(kind: click.ParamType[Any]) -> Note:
    """Return what a value has to be, where click's message names a type of its own."""
    if isinstance(kind, click.Choice):
        return Explain.of("allowed values: ", Several.of(kind.choices))
    number = _NUMBERS.get(kind.name.split()[0], "")
    least, most = getattr(kind, "min", None), getattr(kind, "max", None)
    if not number or least is None:
        return number and f"it is {number}"
    return (
        f"it is {number}, {least} or more" if most is None else f"it is {number}, {least} to {most}"
    )


def _with_closest(call: Call, parameter: click.Parameter) -> OwnCommand | None:
    """Return the command with the allowed value that was meant, if one is alike."""
    if not isinstance(parameter.type, click.Choice):
        return None
    if isinstance(parameter, click.Option):
        prefix = f"{max(parameter.opts, key=len)} "
        places = next(iter(call.places_of(*parameter.opts)), ())
    else:
        prefix, places = "", call.arguments[:1]
    if not places:
        return None
    first, *rest = places
    written = call.words[rest[0]].text if rest else call.words[first].text.rpartition("=")[2]
    match = closest(written, map(str, parameter.type.choices))
    if not match:
        return None
    return OwnCommand(call.again(without=tuple(rest), instead={first: prefix + match}))
