"""The properties of commands: which there are, of which type and in which range."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.timespans import read_timespan
from adxmi_jupyter.embedded.storage.values import timespan_text

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.values import Properties, Value

MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True)
class Rule:
    """What a property may hold: a type, and for some a choice of words or a range.

    `bare` lets a name stand without quotes, `identity` a GUID.
    """

    kind: str = "string"
    choices: tuple[str, ...] = ()
    least: int | timedelta | None = None
    most: int | timedelta | None = None
    bare: bool = False
    identity: bool = False


Rules = Mapping[str, Rule]
TEXT = Rule()
TRUTH = Rule("bool")
COUNT = Rule("long", least=1)


def read_properties(given: Properties | None, rules: Rules, what: str) -> dict[str, Any]:
    """Return {canonical name: value} of what was given; a KustoError (400) for anything else.

    Names and choices are compared without letter case. A string whose text reads as the type
    is as good as a literal of it.
    """
    known = {name.casefold(): name for name in rules}
    read: dict[str, Any] = {}
    for each in given or ():
        name = known.get(each.name.casefold())
        if name is None:
            raise bad_request(f"'{each.name}' is no property of {what}. Known: {_listed(rules)}.")
        if name in read:
            raise bad_request(f"The property '{name}' is given twice.")
        read[name] = _read(name, each.value, rules[name])
    return read


def _read(name: str, given: Value, rule: Rule) -> Any:
    value = _converted(given, rule)
    if value is None:
        raise bad_request(f"The property '{name}' takes a value of type {rule.kind}.")
    if rule.choices:
        return _chosen(name, value, rule.choices)
    _check_range(name, value, rule)
    return value


def _converted(given: Value, rule: Rule) -> Any:
    """Return the value in the rule's type; None when it has none."""
    kind, value = given.kind, given.value
    if kind == "word":
        return value if rule.bare else None
    if kind == rule.kind or (kind == "int" and rule.kind == "long"):
        return value
    if kind == "guid" and rule.identity:
        return value
    return _from_text(value, rule.kind) if kind == "string" else None


def _from_text(text: str, kind: str) -> Any:
    match kind:
        case "bool":
            return _TRUTH.get(text.strip().casefold())
        case "long":
            return int(text) if _WHOLE.fullmatch(text.strip()) else None
        case "timespan":
            return read_timespan(text)
        case _:
            return None


def _chosen(name: str, value: str, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if choice.casefold() == value.casefold():
            return choice
    raise bad_request(f"'{value}' is no value of '{name}'. Known: {', '.join(choices)}.")


def _check_range(name: str, value: Any, rule: Rule) -> None:
    if rule.least is not None and value < rule.least:
        raise bad_request(f"The property '{name}' must be at least {_shown(rule.least)}.")
    if rule.most is not None and value > rule.most:
        raise bad_request(f"The property '{name}' must be at most {_shown(rule.most)}.")


def _shown(limit: float | timedelta) -> str:
    return timespan_text(limit) if isinstance(limit, timedelta) else str(limit)


def _listed(rules: Rules) -> str:
    return ", ".join(rules)
