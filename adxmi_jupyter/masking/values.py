"""Values of variables: while a line runs, their names stand for them in all that is kept.

A value may come back from a service encoded, quoted or in pieces, so its other spellings and the
secret pieces of it are looked for as well.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote

_SHORTEST = 4
"""Characters; a shorter value stands in too many words that it is no part of."""
_SHORTEST_PIECE = 8
_LONGEST = 10_000
"""Characters of a value; a longer one is a whole body."""
_SEPARATORS = re.compile(r"[&;,?\s]")


@dataclass(frozen=True)
class Hidden:
    """Values, each with what is shown in its place.

    `secrets` are hidden everywhere; `parts` came into a statement through ``{{name}}``, and are
    hidden where statements are kept or repeated: attributes of frames, the history, errors.
    """

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    parts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def named(self, text: str) -> str:
        """Return a text with names for the secrets."""
        return _replaced(text, self.secrets) if self.secrets else text

    def as_written(self, text: str) -> str:
        """Return a statement with names for all that came from variables."""
        return self.named(_replaced(text, self.parts) if self.parts else text)


NOTHING_HIDDEN = Hidden()
_HIDDEN: ContextVar[Hidden] = ContextVar("values of variables", default=NOTHING_HIDDEN)


@contextmanager
def hiding(hidden: Hidden) -> Iterator[None]:
    """Hide values in all texts that are masked meanwhile."""
    before = _HIDDEN.set(hidden)
    try:
        yield
    finally:
        _HIDDEN.reset(before)


def hidden_now() -> Hidden:
    """Return what is hidden while this line runs."""
    return _HIDDEN.get()


def pieces_of(secret: str, masked: str) -> tuple[str, ...]:
    """Return the parts of a value that its masked form does not show, where they are long."""
    shown = [piece for piece in masked.split("*******") if piece]
    rest = secret
    for piece in shown:
        rest = rest.replace(piece, "\0")
    found = [rest, *(_SEPARATORS.split(rest))]
    found += [one.partition("=")[2] for one in found]
    clean = (one.strip("\0 \"'") for one in found if "\0" not in one.strip("\0"))
    return tuple(dict.fromkeys(one for one in clean if len(one) >= _SHORTEST_PIECE))


def _replaced(text: str, values: Mapping[str, str]) -> str:
    spellings = {
        spelling: name
        for value, name in values.items()
        if len(value) >= _SHORTEST
        for spelling in _spellings(value)
    }
    for spelling in sorted(spellings, key=len, reverse=True):
        if spelling in text:
            text = _whole_words(text, spelling, spellings[spelling])
    return text


def _whole_words(text: str, value: str, name: str) -> str:
    if len(value) >= _SHORTEST_PIECE:
        return text.replace(value, name)
    return re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", lambda _: name, text)


def _spellings(value: str) -> set[str]:
    """Return a value as JSON, KQL, HTML, addresses and base64 write it."""
    if len(value) > _LONGEST:
        return {value, json.dumps(value)[1:-1]}
    found = {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        value.replace("'", "''"),
        value.replace('"', '""'),
        value.replace("\\", "\\\\").replace("'", "\\'"),
        html.escape(value),
        unquote(value),
    }
    found |= {encode(one) for one in (value, unquote(value)) for encode in _QUOTINGS}
    found |= {json.dumps(one)[1:-1] for one in set(found)}
    return {one for one in found | set(_in_base64(value)) if one.strip()}


_QUOTINGS = (
    quote,
    quote_plus,
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe=""), safe=""),
    lambda text: quote(text, safe="").replace("%2A", "*"),
)


def _in_base64(value: str) -> Iterator[str]:
    """Yield what of the value's base64 is the same whatever stands before and behind it."""
    content = value.encode("utf-8", "replace")
    if len(content) < _SHORTEST_PIECE:
        return
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + content)
        first = -(-before * 8 // 6)
        last = (before + len(content)) * 8 // 6
        inner = encoded[first:last].decode()
        yield from (inner, inner.replace("+", "-").replace("/", "_"))
