"""Mask a text, or all the texts of what a service answered, and keep quoted texts short."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote

from adxmi_jupyter.masking.locations import without_locations
from adxmi_jupyter.masking.mask import MASK
from adxmi_jupyter.masking.pairs import without_named
from adxmi_jupyter.masking.shapes import without_shapes
from adxmi_jupyter.masking.values import hidden_now

_LONGEST_WORD = 300
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD},}}")
_HEAD, _TAIL = 60, 16

_LONGEST = 50_000
"""Characters that are looked through; nothing behind them is shown."""
_LEVELS = 20
"""Levels of an answer that are kept."""
_MAY_HOLD_ONE = re.compile(
    r"[=:@~<\"'`%&\\]|--|\S{16}|bearer|basic|ntlm|negotiate|key\s|pass|pwd", re.IGNORECASE
)
"""Most texts are short and plain, and need no closer look."""
_ROUNDS = 4
"""An address in JSON in HTML takes three."""
_ESCAPE = re.compile(r"(?<!\\)\\++(?:u(?P<code>[0-9a-fA-F]{4})|(?P<letter>[rnt])|(?P<mark>[\"'/]))")
_ENCODED = re.compile(r"%[0-9a-fA-F]{2}|&(?:[A-Za-z]{2,8}|#\w{1,6});")
_BLANKS = {"r": "\r", "n": "\n", "t": "\t"}


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(
        lambda found: (
            chr(int(found["code"], 16))
            if found["code"]
            else _BLANKS.get(found["letter"]) or found["mark"]
        ),
        text,
    )


def masked(text: str, longest: int = _LONGEST) -> str:
    """Return a text with asterisks for what looks like a secret, and names for hidden values.

    >>> masked("https://a.blob.core.windows.net/b;managed_identity=system;c2VjcmV0")
    'https://a.blob.core.windows.net/b;managed_identity=system;*******'
    """
    shown = hidden_now().named(text[:longest])
    if _MAY_HOLD_ONE.search(shown):
        shown = _masked(_plainly(shown))
        for _ in range(_ROUNDS):
            unescaped = _unescaped(shown)
            again = shown if unescaped == shown else _masked(unescaped)
            if again in (shown, unescaped):
                break
            shown = again
    return shown if len(text) <= longest else f"{shown}…"


def as_written(statement: str) -> str:
    """Return a statement for the history or an attribute: masked, with names for variables."""
    return masked(hidden_now().as_written(statement[:_LONGEST]))


def _masked(text: str) -> str:
    return without_named(without_shapes(without_locations(text)))


def _plainly(text: str, rounds: int = _ROUNDS) -> str:
    """Return a text that HTML or an address encodes as it is, if that shows a secret."""
    if not rounds or not _ENCODED.search(text):
        return text
    plain = unquote(html.unescape(text))
    deeper = _plainly(plain, rounds - 1)
    return deeper if deeper != plain or _masked(plain) != plain else text


def masked_payload(value: Any, levels: int = _LEVELS) -> Any:
    """Return what a service answered with every text in it masked; its shape stays."""
    if isinstance(value, str):
        return masked(value)
    if not isinstance(value, list | dict):
        return value
    if not levels:
        return "…"
    if isinstance(value, list):
        return [masked_payload(item, levels - 1) for item in value]
    return {name: _masked_field(name, item, levels - 1) for name, item in value.items()}


def _masked_field(name: object, value: Any, levels: int) -> Any:
    if not isinstance(value, str):
        return masked_payload(value, levels)
    before = f'"{name}": "'
    shown = masked(before + value.replace('"', "'") + '"')
    return MASK if shown == f'"{name}": {MASK}' else masked(value)


def shortened(text: str, longest: int) -> str:
    """Return a text with its long words, and itself, cut in the middle.

    >>> shortened("there is no " + "q" * 16_000, 1000)
    'there is no qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq…qqqqqqqqqqqqqqqq'
    """
    words = _LONG_WORD.sub(lambda found: _cut(found.group(), _HEAD, _TAIL), text)
    return words if len(words) <= longest else _cut(words, longest * 3 // 4, longest // 4 - 1)


def _cut(text: str, head: int, tail: int) -> str:
    return f"{text[:head]}…{text[-tail:]}"
