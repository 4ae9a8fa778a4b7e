"""Connection strings as the service shows them: without their secrets.

Page: Storage connection strings.
"""

from __future__ import annotations

import re

MASK = "*******"
"""What stands for a secret."""
_IDENTITY = "managed_identity="
_IMPERSONATE = "impersonate"
_QUOTED = r"'(?:[^'\\\r\n]|\\.)*'|\"(?:[^\"\\\r\n]|\\.)*\""
_VERBATIM = r"@'(?:[^'\r\n]|'')*'|@\"(?:[^\"\r\n]|\"\")*\""
_MULTI_LINE = r"@?```[\s\S]*?```|@?~~~[\s\S]*?~~~"
_LITERAL = f"(?:{_MULTI_LINE}|{_VERBATIM}|{_QUOTED})"
# What begins like a hidden literal and has no end: its secret goes to the end of line or text.
_UNCLOSED = r"[hH]@?(?:```|~~~)[\s\S]*|[hH]@?['\"][^\r\n]*"
# What comes first is taken whole: no literal begins inside of a comment, a literal or a word.
_PIECE = re.compile(
    rf"//[^\r\n]*|(?P<hidden>[hH]{_LITERAL})|(?P<unclosed>{_UNCLOSED})|{_LITERAL}|\w+"
)
_DELIMITERS = re.compile(r"([hH]@?(```|~~~|'|\")).*", re.DOTALL)
_SQL_SECRET = re.compile(
    r"((?:^|;)\s*(?:password|pwd|accountkey|access\s?token)\s*=\s*)"
    r"(?:\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[^;]*)",
    re.IGNORECASE,
)


def masked_literals(text: str) -> str:
    """Return a command or query with asterisks in its obfuscated literals: `h'…'`, `h@"…"`."""
    return _PIECE.sub(_masked_piece, text)


def masked_storage(connection_string: str) -> str:
    """Return a storage connection string with asterisks for keys, tokens and the URI query.

    A query is a secret as a whole: there it is a shared access signature. The identity suffix and
    `impersonate` hold no secret and stay, the keyword in lower case.
    """
    address, *suffixes = connection_string.split(";")
    location, mark, query = address.partition("?")
    shown = location + mark + (MASK if query else "")
    return ";".join([shown, *(_masked_suffix(suffix) for suffix in suffixes)])


def masked_sql(connection_string: str) -> str:
    """Return a SQL connection string with asterisks for passwords, account keys and tokens."""
    return _SQL_SECRET.sub(rf"\1{MASK}", connection_string)


def _masked_suffix(suffix: str) -> str:
    word = suffix.strip()
    folded = word.casefold()
    if folded.startswith(_IDENTITY):
        return _IDENTITY + word[len(_IDENTITY) :]
    if folded == _IMPERSONATE:
        return _IMPERSONATE
    return MASK if word else suffix


def _masked_piece(piece: re.Match[str]) -> str:
    if piece["unclosed"]:
        return _DELIMITERS.sub(rf"\g<1>{MASK}", piece["unclosed"])
    hidden = piece["hidden"]
    return _DELIMITERS.sub(rf"\g<1>{MASK}\g<2>", hidden) if hidden else piece[0]
