"""Names of entities as people write them and as the service lists them.

Source: *Entity names*, *The string data type* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re

QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
"""Matches a plain string literal; `unquoted` reads it."""

NAME = rf"(?:\[\s*{QUOTED}\s*\]|\w[\w .-]*)"
"""Matches a name in ``['…']`` or bare; `name_of` reads it."""

_ESCAPE = re.compile(r"\\(?:u(?P<four>[0-9a-fA-F]{4})|(?P<one>.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_PARTS = re.compile(
    rf"\[\s*(?P<quoted>{QUOTED})\s*\]|\[(?P<inside>[^\]]*)\]|(?P<plain>[^.\[\]]+)", re.DOTALL
)


def unquoted(literal: str) -> str:
    r"""Read a plain string literal.

    >>> unquoted(r"'Tom\'s Lab'")
    "Tom's Lab"
    """
    return _ESCAPE.sub(_unescaped, literal[1:-1])


def _unescaped(escape: re.Match[str]) -> str:
    if escape["four"]:
        return chr(int(escape["four"], 16))
    return _LETTERS.get(escape["one"], escape["one"])


def name_of(text: str) -> str:
    """Read a name that matches `NAME`.

    >>> name_of("['my column']"), name_of(" Orders ")
    ('my column', 'Orders')
    """
    trimmed = text.strip()
    if trimmed.startswith("["):
        return unquoted(trimmed[1:-1].strip())
    return trimmed


def last_of_entity(name: str) -> str:
    """Return the last name of an entity as the service lists it, ``[Sales].[Orders]``.

    >>> last_of_entity("[Sales].[Orders]"), last_of_entity("['Sales'].['Orders']")
    ('Orders', 'Orders')
    """
    found = list(_PARTS.finditer(name))
    if not found:
        return name
    quoted, inside, plain = found[-1].groups()
    return unquoted(quoted) if quoted else inside or plain or name
