"""Write a policy file: the same bytes for the same state, a thing on a line, no clock.

Texts that any reader of YAML could take for something else stand in quotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adxmi_jupyter.model.policy_file.variables import escaped

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(?: [A-Za-z0-9_./-]+)*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_INDENT = "  "
_FIRST_UNPRINTED, _TWO, _FOUR = 0x20, 0xFF, 0xFFFF


@dataclass(frozen=True)
class Noted:
    """A value with a comment behind it."""

    value: Any
    comment: str


@dataclass(frozen=True)
class Written:
    """A file to write: comments above it, and its sections.

    `escapes` tells whether ``${`` and ``{{`` begin a variable, as in policy files.
    """

    head: Sequence[str] = ()
    sections: Mapping[str, Any] = field(default_factory=dict)
    escapes: bool = True

    @property
    def text(self) -> str:
        """The file."""
        comments = [f"# {_comment(line)}" for line in self.head]
        write = scalar if self.escapes else plain_scalar
        return "\n".join([*comments, *_mapping(self.sections, "", write)]) + "\n"


_Write = Callable[[str], str]


def _mapping(value: Mapping[str, Any], indent: str, write: _Write) -> Iterator[str]:
    for key, one in value.items():
        inner, comment = (one.value, one.comment) if isinstance(one, Noted) else (one, "")
        behind = f"  # {_comment(comment)}" if comment else ""
        head = f"{indent}{write(key)}:"
        if isinstance(inner, Mapping) and inner and not _is_flat(inner):
            yield f"{head}{behind}"
            yield from _mapping(inner, indent + _INDENT, write)
        elif isinstance(inner, list) and inner and not all(isinstance(i, str) for i in inner):
            yield f"{head}{behind}"
            yield from (_item(i, indent + _INDENT, write) for i in inner)
        else:
            yield f"{head} {_flow(inner, write)}{behind}"


def _item(value: Any, indent: str, write: _Write) -> str:
    inner, comment = (value.value, value.comment) if isinstance(value, Noted) else (value, "")
    return f"{indent}- {_flow(inner, write)}" + (f"  # {_comment(comment)}" if comment else "")


def _is_flat(value: Mapping[str, Any]) -> bool:
    return all(isinstance(one, str) for one in value.values())


def _flow(value: Any, write: _Write) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{write(k)}: {_flow(v, write)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(one, write) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return write(value)


def _comment(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def scalar(text: str) -> str:
    r"""Return a text as YAML: plain where it means the same to every reader, else in quotes.

    >>> scalar("mi-export"), scalar("no"), scalar("2024"), scalar('a"b')
    ('mi-export', '"no"', '"2024"', '"a\\"b"')
    """
    return plain_scalar(escaped(text))


def plain_scalar(said: str) -> str:
    """Return a text as YAML, for readers who know no variables."""
    if _PLAIN.fullmatch(said) and said.lower() not in _WORDS:
        return said
    return '"' + "".join(map(_quoted, said)) + '"'


def _quoted(sign: str) -> str:
    if sign in '"\\':
        return "\\" + sign
    code = ord(sign)
    if sign.isprintable() and code >= _FIRST_UNPRINTED:
        return sign
    if code <= _TWO:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _FOUR else f"\\U{code:08x}"
