"""Literal secrets in foreign files: they are never copied, and never shown.

Files hold code, too, in which words such as token and password are names of columns: so a value is
a secret by the name before it, or because it is a connection string, a signature or a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import LiteralSecret
from adxmi_jupyter.masking import is_secret_name, masked
from adxmi_jupyter.model.command_reading import tokens_of
from adxmi_jupyter.model.foreign_files.values import placed
from adxmi_jupyter.model.kql_reading import literals_in

if TYPE_CHECKING:
    from adxmi_jupyter.model.command_reading import Token
    from adxmi_jupyter.model.foreign_files.values import Where

_NOTHING = frozenset("* ")
_TYPES = frozenset(
    ("string", "long", "int", "real", "decimal", "bool", "datetime", "timespan", "dynamic", "guid")
)
"""Types of columns: what stands behind the name of one."""
_CONNECTION = re.compile(
    r"\s*[a-z][a-z0-9+.-]*://|(?:.*;)?\s*(?:password|pwd|(?:account|shared ?access) ?key"
    r"|shared ?access ?signature)\s*=",
    re.IGNORECASE | re.DOTALL,
)
_SIGNATURE = re.compile(
    r"[?&]?\bsig=[A-Za-z0-9%+/=]{20,}|\b[A-Za-z0-9+/]{86}==|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
)
_EXPRESSION = "regex"


def check_value(name: str, value: object, where: Where) -> None:
    """Check a value that stands under a name.

    Raises
    ------
    LiteralSecret
        The name says that the value is a secret, or the value holds one.

    """
    if not isinstance(value, str) or set(value) <= _NOTHING or _EXPRESSION in name.lower():
        return
    is_named = is_secret_name(name) and value.lower() not in _TYPES
    if is_named or any(map(_is_secret, (value, *literals_in(value)))):
        raise found(name if is_secret_name(name) else "", where)


def _is_secret(text: str) -> bool:
    if _SIGNATURE.search(text):
        return True
    is_whole = not text.rstrip().endswith("=")  # else a query puts the value behind it
    return is_whole and _CONNECTION.match(text) is not None and masked(text) != text


def properties_of(text: str) -> Iterator[tuple[str, Token]]:
    """Yield the literals of commands, each with the name of the property that has it."""
    before: tuple[str, str] = ("", "")
    depth = 0
    for token in tokens_of(text):
        if token.said is not None:
            yield (before[0] if depth and before[1] == "=" else ""), token
        elif token.text == "(":
            depth = depth + 1 if depth or before[1] == "with" else 0
        elif token.text == ")" and depth:
            depth -= 1
        before = (before[1], token.folded)


def found(name: str, where: Where) -> LiteralSecret:
    """Return the error for a secret, of which nothing is said but the name before it."""
    what = f"{name} is a literal secret" if name else "there is a literal secret"
    error = LiteralSecret(
        f"{where}: {what}",
        why="keys, signatures and passwords are not converted, and do not belong in a file",
        fix="replace it by a managed identity, or by a reference to a secret store",
    )
    placed(error, where)
    return error
