"""Completion in cell bodies: identities and usages of a policy, tables and columns of a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from IPython.core.completer import SimpleCompletion

from adxmi_jupyter.magics.line import split_pending

if TYPE_CHECKING:
    from adxmi_jupyter.actions.choices.offered import Entity
    from adxmi_jupyter.magics.call import Call, FrontEnd
    from adxmi_jupyter.magics.line import Word

_POLICIES = ("alter", "alter-merge", "diff")
_CARRYING_OUT = ("build", "create", "run", "check")
_BODY_WORD = re.compile(r"[^\s\"',:\[\]{}]*\Z")
_OBJECT_ID_KEY = re.compile(r"object_?id[\"']?\s*:\s*[\"']?[^\"',:]*\Z", re.IGNORECASE)
_USAGES_KEY = re.compile(r"allowed_?usages", re.IGNORECASE)
_OBJECT_ID_WORD = re.compile(r"[^\"',:\[\]{}]*\Z")
_KQL_WORD = re.compile(r"\w*\Z")
_IN_EXTERNAL_TABLE = re.compile(r"external_table\(\s*[\"'][^\"']*\Z")


@dataclass(frozen=True)
class Found:
    """Completions, and the text before the cursor that they replace."""

    replaces: str = ""
    completions: tuple[SimpleCompletion, ...] = ()


def in_body(front: FrontEnd, command: str, before: str) -> Found:
    """Return what completes a body up to the cursor, by the command above it."""
    words, _ = split_pending(command + " ")
    texts = [word.text for word in words if not word.text.startswith("-")]
    if texts[:1] == ["policy"] and set(texts[1:2]) & set(_POLICIES):
        return _in_policy(front, words, before)
    if _is_query(texts):
        return _in_query(front, words, before)
    return Found(_matched(_KQL_WORD, before))


def _is_query(texts: list[str]) -> bool:
    from adxmi_jupyter.model.declaration.registry import declaration_of, nouns

    if texts[:1] == ["query"]:
        return True
    if not texts or texts[0] not in nouns() or not set(texts[1:2]) & set(_CARRYING_OUT):
        return False
    return declaration_of(texts[0]).about.body == "query"


def _in_policy(front: FrontEnd, words: tuple[Word, ...], before: str) -> Found:
    """Complete the values of ``ObjectId`` and ``AllowedUsages``, in JSON or YAML."""
    from adxmi_jupyter.model.usage import Usage

    if _OBJECT_ID_KEY.search(before):
        typed = _matched(_OBJECT_ID_WORD, before).lstrip()
        names = _identities(_call(front, words))
        return Found(typed, _starting(dict.fromkeys(names, "identity"), typed))
    typed = _matched(_BODY_WORD, before)
    if typed or _USAGES_KEY.search(before):
        usages = {usage.value: f"usage: {usage.permits}" for usage in Usage}
        return Found(typed, _starting(usages, typed))
    return Found()


def _in_query(front: FrontEnd, words: tuple[Word, ...], before: str) -> Found:
    """Complete tables, and the columns of those that the query names."""
    from adxmi_jupyter.actions.choices.offered import offered_entities
    from adxmi_jupyter.errors import AdxmiError

    typed = _matched(_KQL_WORD, before)
    try:
        connection = _call(front, words).opened
    except AdxmiError:  # a <Tab> has nothing to report
        connection = None
    if connection is None:
        return Found(typed)
    database = _value_of(words, _DATABASE) or connection.database
    entities = offered_entities(connection, database)
    if _IN_EXTERNAL_TABLE.search(before):
        names = {one.name: "external table" for one in entities if one.is_external}
        return Found(typed, _starting(names, typed))
    named = set(re.findall(r"\w+", before[: len(before) - len(typed)]))
    return Found(typed, _starting(_names_in_query(entities, named), typed))


def _names_in_query(entities: Iterable[Entity], named: set[str]) -> Mapping[str, str]:
    """Return what a query can name after these words, and what each is."""
    kinds = {"Table": "table", "Function": "function", "MaterializedViewTable": "materialized view"}
    columns = {
        column.name: f"column: {column.type}"
        for one in entities
        if one.name in named
        for column in one.columns
    }
    return columns | {one.name: kinds[one.kind] for one in entities if one.kind in kinds}


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group() if found else ""


def _call(front: FrontEnd, words: tuple[Word, ...]) -> Call:
    from adxmi_jupyter.magics.call import Call

    return Call(front, words, connection_name=_value_of(words, _CONNECTION))


def _value_of(words: tuple[Word, ...], options: tuple[str, ...]) -> str:
    for word, after in pairwise((*words, None)):
        if word and word.option in options:
            return word.text.partition("=")[2] or (after.text if after else "")
    return ""


_CONNECTION = ("-c", "--connection")
_DATABASE = ("-d", "--database")


def _identities(call: Call) -> Iterable[str]:
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.magics.params import IdentityList

    try:
        return IdentityList().names(call)
    except AdxmiError:  # a <Tab> has nothing to report
        return ["system"]


def _starting(names: Mapping[str, str], typed: str) -> tuple[SimpleCompletion, ...]:
    start = typed.lower()
    return tuple(
        SimpleCompletion(name, type=kind)
        for name, kind in names.items()
        if name.lower().startswith(start)
    )
