"""Secrets that are recognised by the name before them: ``Password=…``, ``"accountKey": "…"``.

Names are compared without blanks, hyphens, underscores and letter case; fields of JSON, forms,
headers, connection strings and addresses, also where they are encoded.
"""

from __future__ import annotations

import re

from adxmi_jupyter.masking.mask import MASK, QUOTE
from adxmi_jupyter.masking.names import IN_ADDRESS, is_secret, is_secret_name, plain_name
from adxmi_jupyter.masking.shapes import is_ordinary

_NOTHING = re.compile(
    r"(?:true|false|null|none|yes|no|undefined|ACCESS_KEY_ID,SECRET_ACCESS_KEY|\*+"
    r"|\{\{\w+\}\}|\$\w+|<[\w -]+>|…|\.{3})?",
    re.IGNORECASE,
)
"""Values that are none: nothing, a mask, a variable, a placeholder."""

_PAIR = re.compile(
    r"(?<![A-Za-z0-9_-])(?P<name>[\w-]++)"
    rf"(?P<between>(?P<closing>{QUOTE}|[\])]++)?+\s*+(?P<sign>=>|[=:])\s*+)"
)
_ELEMENT = re.compile(r"<(?P<name>[\w:.-]++)[^<>]*+>(?P<value>[^<]++)(?=</)")
_OPTION = re.compile(r"(?<![\w-])(?P<name>--[A-Za-z-]++)(?P<blank>\s++)(?P<value>[^\s-]\S*+)")
_SAID = re.compile(
    rf"\b(?P<name>(?:password|passwd|pwd|passphrase)\s++(?:(?:is|was|of)\s++)?(?P<quote>{QUOTE}))"
    r"(?:(?!(?<!\\)(?P=quote)).)++",
    re.IGNORECASE,
)
_OPTIONS_OF_OURS = {"--primary-key"}
"""Options that are called like secrets, and are none: this one takes a column of a table."""
_COLUMN = re.compile(r"(?P<quote>['\"]?)\w{1,128}+(?P=quote)\s*+[,)]")
"""What follows the same in a command."""
_BEFORE = 40
"""Characters in which the other words of a name stand: Shared Access Key."""
_QUERY = re.compile(r"(?:[?;&]|&amp;)\Z")

_QUOTED = re.compile(
    rf"\"(?:[^\"\\]|\\.|\"\")*+\"?|'(?:[^'\\]|\\.|'')*+'?"
    rf"|(?P<quote>{QUOTE})(?:(?!(?<!\\)(?P=quote)).)*+(?:(?P=quote))?",
    re.DOTALL,
)
_GROUPED = re.compile(r"\[[^\]]*+\]?|\{[^}]*+\}?")
_TO_SEMICOLON = re.compile(
    # Without quotes a value goes on to the semicolon; a key may be broken into lines.
    r"[^;\n]*+(?:(?<==)\s*+[^;\n]*+)?"
    r"(?:\n[ \t]*+[A-Za-z0-9+/_=%.-]{12,}+(?=\s*+(?:\Z|[;'\"<&]|(?<=\n))))*+"
)
_WORD = re.compile(r"[^\s;,<>)}\]&\"'\\]++")


def without_named(text: str) -> str:
    """Return a text with asterisks for what the names before it say is secret."""
    shown: list[str] = []
    start = 0
    text = _ELEMENT.sub(_element, _OPTION.sub(_option, text))
    text = _SAID.sub(rf"\g<name>{MASK}", text)
    for found in _PAIR.finditer(text):
        if found.start() < start:
            continue
        end = _end_of_secret(text, found)
        if end > found.end():
            shown += [text[start : found.end()], MASK]
            start = end
    return "".join([*shown, text[start:]])


def _end_of_secret(text: str, found: re.Match[str]) -> int:
    """Return where the value behind a name ends; its beginning if it is none to hide."""
    begin, start = found.end(), found.start("name")
    if found["name"] == "primarykey" and _is_property(text, start) and _COLUMN.match(text, begin):
        return begin
    name = plain_name(text[max(start - _BEFORE, 0) : found.end("name")])
    is_prose = found["sign"] == ":" and not found["closing"]
    is_query = _QUERY.search(text, max(start - 5, 0), start) is not None
    if not is_secret(name, plain_name(found["name"]), is_prose=is_prose, is_query=is_query):
        return begin
    value = _value(text, found)
    return begin if _NOTHING.fullmatch(value.strip().strip("\"'")) else begin + len(value)


def _is_property(text: str, start: int) -> bool:
    """Tell whether a name stands in the list of a command's properties."""
    return text[max(start - _BEFORE, 0) : start].rstrip().endswith(("(", ","))


def _value(text: str, found: re.Match[str]) -> str:
    begin, is_pair = found.end(), found["sign"] == "="
    quoted = _QUOTED.match(text, begin) or (not is_pair and _GROUPED.match(text, begin)) or None
    if quoted:
        more = _matched(_TO_SEMICOLON if is_pair else _WORD, text, quoted.end())
        return quoted.group() + more
    word = _matched(_WORD, text, begin)
    if plain_name(found["name"]) in IN_ADDRESS:
        return word
    is_apart = text[begin - 1].isspace()
    if is_pair and not (is_apart and plain_name(found["name"]) == "token" and is_ordinary(word)):
        return _matched(_TO_SEMICOLON, text, begin)
    return word if found["closing"] or not is_ordinary(word) else ""


def _matched(pattern: re.Pattern[str], text: str, start: int) -> str:
    found = pattern.match(text, start)
    return found.group() if found else ""


def _element(found: re.Match[str]) -> str:
    name = plain_name(found["name"].rpartition(":")[2])
    if not is_secret(name, name, is_prose=True, is_query=False):
        return found.group()
    return found.group().removesuffix(found["value"]) + MASK


def _option(found: re.Match[str]) -> str:
    if found["name"] in _OPTIONS_OF_OURS or not is_secret_name(found["name"]):
        return found.group()
    return f"{found['name']}{found['blank']}{MASK}"
