"""Options of commands that only show something: names in any letter case, unknown ones ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.values import Properties

_TRUTH = {"true": True, "false": False}


def switched_on(options: Properties, name: str, *, otherwise: bool = False) -> bool:
    """Return a switch among options; a KustoError (400) when its value is neither true nor false.

    A text `true` is as good as the literal; the last one of a name counts.
    """
    value: object = otherwise
    for each in options:
        if each.name.casefold() == name.casefold():
            value = each.value.value
    if isinstance(value, str):
        value = _TRUTH.get(value.strip().casefold(), value)
    if not isinstance(value, bool):
        raise bad_request(f"The option '{name}' is true or false.")
    return value
