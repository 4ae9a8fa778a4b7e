"""The management commands that Kusto knows, the many among them that do nothing here.

`known_commands.tsv` lists them as Microsoft's open-source grammar does: a name, and a pattern of
words and of the parser's rules in angle brackets. `tests/kusto_parser` writes that file.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.grammar import RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FILE = "known_commands.tsv"
# The grammar is that of the cluster: what its documentation says of the other endpoint.
_ENDPOINT_FILE = "ingestion/known_commands.tsv"
# Possessive: blanks are never given back, however many of them a text has.
_GAP = r"(?:\s|//[^\r\n]*)*+"
_END = r"(?![\w-])"
_PART = re.compile(
    r"<(?P<rule>\w+)>|(?P<word>\w[\w-]*)|(?P<gap> )|(?P<repeated>\)[?*])|(?P<other>\\.|.)"
)
_WORD = re.compile(r"\w[\w-]*")
_SIGN_OR_RULE = re.compile(r"\\.|<\w+>")
_GROUP = re.compile(r"\(\?[:!][^()]*\)")
_QUALIFIED = re.compile(r"Qualified|Database\w+(?:Table|View|Column)|TableColumn")
_SCALARS = (
    *("TYPED", "DYNAMIC", "GUID", "LENGTH_OF_TIME", "NUMBER", "WHOLE_NUMBER", "TRUE", "FALSE"),
)
# The embedded Azure has all commands with bodies of functions, and no pattern reads a body.
_NEVER = r"(?!)"
_REST = r"[\s\S]+"


def known_command(text: str, terminals: Mapping[str, str]) -> str:
    """Return the grammar's name of the command in `text`; empty when Kusto knows no such command.

    `terminals` are regular expressions of literals and names, by their names in the grammar files.
    """
    words, rules = set(_WORD.findall(text)), _rules(terminals)
    return next(
        (
            name
            for name, needed, syntax in _commands()
            if needed <= words and _matches(syntax, text, rules)
        ),
        "",
    )


def is_for_ingestion(name: str) -> bool:
    """Tell whether a known command is one of the ingestion endpoint."""
    return name in {each for each, _, _ in _listed(_ENDPOINT_FILE)}


@functools.cache
def _commands() -> tuple[tuple[str, frozenset[str], str], ...]:
    """Return name, words that cannot be left out and syntax of each command."""
    return (*_listed(_FILE), *_listed(_ENDPOINT_FILE))


def _listed(file: str) -> Iterator[tuple[str, frozenset[str], str]]:
    text = (resources.files(__package__) / file).read_text("utf-8")
    for line in text.splitlines():
        name, _, syntax = line.partition("\t")
        yield name, frozenset(_WORD.findall(_needed(syntax))), syntax


def _needed(syntax: str) -> str:
    """Return a pattern without its rules and without all that is in a group."""
    text, left = _SIGN_OR_RULE.sub(" ", syntax), 1
    while left:
        text, left = _GROUP.subn(" ", text)
    return text


def _matches(syntax: str, text: str, rules: Mapping[str, str]) -> bool:
    pattern = "".join(_translated(part, rules) for part in _PART.finditer(syntax))
    whole = rf"{_GAP}\.{_GAP}{pattern}{_GAP}(?:\|{_REST})?;?{_GAP}"
    return re.fullmatch(whole, text) is not None


def _translated(part: re.Match[str], rules: Mapping[str, str]) -> str:
    rule = part["rule"]
    if rule:
        kind = "Qualified" if _QUALIFIED.match(rule) else "Name"
        return f"(?:{rules.get(rule, rules[kind])})"
    if part["word"]:
        return re.escape(part["word"]) + _END
    if part["repeated"]:
        return part["repeated"] + "+"  # the parser takes what it can and never gives it back
    return _GAP if part["gap"] else part["other"]


def _rules(terminals: Mapping[str, str]) -> dict[str, str]:
    """Return the regular expression of each rule; those of names are `Name` and `Qualified`."""
    text = _any_of(terminals, "QUOTED", "VERBATIM", "MULTI_LINE")
    guid, value = terminals["GUID"], rf"{_any_of(terminals, *_SCALARS)}|typeof\(\w+\)|{text}"
    bare = rf"(?!(?:{'|'.join(sorted(RESERVED_WORDS))})(?!\w)){terminals['NAME']}(?!\w)"
    name = rf"(?:{bare}|\[{_GAP}{text}{_GAP}\]|{terminals['BRACKETED_TEXT']}|{text})"
    wildcarded = r"\w*\*[\w*]*"
    one = rf"{name}{_GAP}={_GAP}(?:{value})"
    return {
        "AnyGuidLiteralOrString": rf"{guid}|guid\({_GAP}{guid}{_GAP}\)|{text}",
        "BracketedInputText": _REST,
        "BracketedStringLiteral": r"\[[^\]]*\]",
        "FunctionBody": _NEVER,
        "FunctionDeclaration": _NEVER,
        "InputText": _REST,
        "Name": name,
        "Properties": rf"with{_GAP}\({_GAP}{one}(?:{_GAP},{_GAP}{one})*{_GAP}\)",
        "Qualified": rf"{name}(?:{_GAP}\.{_GAP}{name})*",
        "QualifiedWildcardedNameDeclaration": rf"(?:{name}{_GAP}\.{_GAP})?{wildcarded}",
        "QueryInput": _REST,
        "ScriptInput": _REST,
        "StringLiteral": text,
        "Type": terminals["COLUMN_TYPE"],
        "Value": value,
        "WildcardedNameDeclaration": wildcarded,
    }


def _any_of(terminals: Mapping[str, str], *names: str) -> str:
    return f"(?:{'|'.join(terminals[name] for name in names)})"
