"""What an answer must look like to be understood: fields, and what they can hold.

Something else than the answer may come with a good status: the page of a gateway, an empty object,
half an answer, a table of other columns. Read leniently, all of these look like "there is nothing".
So each answer is held against a shape before anything is concluded from it, or from what it lacks.
Rows of tables and resources alike are objects with named fields; letter case and blanks of the
names do not matter, since documentation and service differ there, and fields that are newer pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.fixes import Explain, Retry
from adxmi_jupyter.model.identity import is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix

Check = Callable[[object], str]
"""Returns what is wrong with a value, as in ``is null``; empty if it is plausible."""


def text(value: object) -> str:
    """Expect a text; it may be empty."""
    return "" if isinstance(value, str) else f"is {kind_of(value)}"


def filled(value: object) -> str:
    """Expect a text that is not blank."""
    return text(value) or ("" if str(value).strip() else "is empty")


def guid(value: object) -> str:
    """Expect a GUID, such as an object ID."""
    return text(value) or ("" if is_guid(str(value)) else "isn't a GUID")


def principal(value: object) -> str:
    """Expect a fully qualified name of a principal: its kind, and its ID or address."""
    return text(value) or ("" if _PRINCIPAL.match(str(value)) else "names no principal")


_PRINCIPAL = re.compile(r"\w+=\S")


def flag(value: object) -> str:
    """Expect true or false; old answers write 0 and 1."""
    return "" if value in (0, 1) and isinstance(value, int) else f"is {kind_of(value)}"


def number(value: object) -> str:
    """Expect a whole number."""
    return "" if isinstance(value, int) and not isinstance(value, bool) else "is no number"


_BEFORE_A_NAME = 7


def resource_id(value: object) -> str:
    """Expect the resource ID of something in Azure: words, with slashes in between.

    The last one is a name, and what stands in it is not for this to judge.
    """
    if problem := text(value):
        return problem
    parts = str(value).strip("/").split("/")
    is_path = str(value).startswith("/") and all(parts[:_BEFORE_A_NAME]) and len(parts) > 1
    return "" if is_path else "isn't a resource ID"


def cluster_id(value: object) -> str:
    """Expect the resource ID of a cluster."""
    words = str(value).lower().split("/") if isinstance(value, str) else []
    fixed = words[1::2] == ["subscriptions", "resourcegroups", "providers", "clusters"]
    is_one = len(words) == _PARTS_OF_A_CLUSTER and not words[0] and all(words[1:])
    return "" if is_one and fixed else "isn't a resource ID of a cluster"


_PARTS_OF_A_CLUSTER = 9


def maybe(check: Check) -> Check:
    """Expect null or an empty text, or what `check` expects."""
    return lambda value: "" if value is None or value == "" else check(value)


def obj(value: object) -> str:
    """Expect an object, whatever it holds."""
    return "" if isinstance(value, Mapping) else f"is {kind_of(value)}"


def listed(value: object) -> str:
    """Expect a list, whatever it holds."""
    return "" if isinstance(value, list) else f"is {kind_of(value)}"


def json_object(value: object) -> str:
    """Expect an object, or the text of one; null, and nothing at all, mean an empty one."""
    return _json(value, obj)


def json_list(of: Check) -> Check:
    """Expect a list, or the text of one, of such items; null, and nothing, mean an empty one."""

    def check(items: object) -> str:
        if not isinstance(items, list):
            return f"is {kind_of(items)}"
        problem = next(filter(None, map(of, items)), "")
        return f"lists something that {problem}" if problem else ""

    return lambda value: _json(value, check)


def _json(value: object, check: Check) -> str:
    decoded = value
    if isinstance(value, str):
        try:
            decoded = json.loads(value.strip() or "null")
        except (ValueError, RecursionError):
            return "is a text that isn't JSON"
    return "" if decoded is None else check(decoded)


def kind_of(value: object) -> str:
    """Return what a value of JSON is, for people."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "an object" if isinstance(value, Mapping) else "a list"


@dataclass(frozen=True)
class Field:
    """A field that is read: its names, of which one is there, and what it holds."""

    names: tuple[str, ...]
    check: Check
    is_required: bool = True

    def problem(self, row: Mapping[str, object]) -> str:
        """Return what is wrong with it in a row, or an object."""
        found = value_of(row, *self.names)
        if found is _ABSENT:
            return f"there is no {self.names[0]}" if self.is_required else ""
        wrong = self.check(found)
        return f"{self.names[0]} {wrong}" if wrong else ""


_ABSENT: Any = object()


def value_of(row: Mapping[str, Any], *names: str, otherwise: Any = _ABSENT) -> Any:
    """Return the first of these fields that a row has, ignoring case and blanks."""
    for name in names:  # no generator: answers have many cells
        if name in row:
            return row[name]
    found = {_plain(str(name)): value for name, value in row.items()}
    return next((found[_plain(name)] for name in names if _plain(name) in found), otherwise)


def _plain(name: str) -> str:
    return "".join(name.split()).lower()


def required(*names: str, check: Check = filled) -> Field:
    """Return a field that every version of the service sends, by one of these names."""
    return Field(names, check)


def optional(*names: str, check: Check) -> Field:
    """Return a field that may be missing."""
    return Field(names, check, is_required=False)


def fields(*every: Field) -> Check:
    """Expect an object with these fields."""

    def check(value: object) -> str:
        if not isinstance(value, Mapping):
            return f"is {kind_of(value)}"
        problem = next(filter(None, (one.problem(value) for one in every)), "")
        return f"lacks something: {problem}" if problem else ""

    return check


_NEAR_BY = Explain.of("check for a proxy or gateway in between, then ", Retry())


@dataclass(frozen=True)
class Shape:
    """What an answer about something looks like: rows with these fields, `at_least` so many.

    `subject` says what it is about, in the plural: ``the databases``. `fix` is what helps where an
    answer has another shape.
    """

    subject: str
    fields: tuple[Field, ...] = ()
    at_least: int = 0
    fix: Fix = field(default=_NEAR_BY, compare=False)

    def of_table(
        self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the rows of a table, if they can be understood.

        Raises
        ------
        UnreadableAnswer
            A column is missing that every version of the service has, a cell holds what it cannot
            hold, or there are fewer rows than there can be.

        """
        present = dict.fromkeys(columns)
        for one in self.fields:
            if one.is_required and value_of(present, *one.names) is _ABSENT:
                raise self.unreadable(f"there is no column {' or '.join(one.names)}")
        return self.of_items(rows)

    def of_items(self, items: object) -> list[dict[str, Any]]:
        """Return the items of a list, if they can be understood; raises as `of_table`."""
        if not isinstance(items, list | tuple):
            raise self.unreadable(f"where a list belongs there is {kind_of(items)}")
        if len(items) < self.at_least:
            raise self.unreadable("it is empty, which it cannot be")
        return [self.of_object(item) for item in items]

    def of_object(self, value: object) -> dict[str, Any]:
        """Return an object, if it can be understood; raises as `of_table`."""
        if not isinstance(value, Mapping):
            raise self.unreadable(f"where an object belongs there is {kind_of(value)}")
        for problem in self._problems(value):
            raise self.unreadable(problem)
        return dict(value)

    def _problems(self, value: Mapping[str, object]) -> Iterable[str]:
        return filter(None, (one.problem(value) for one in self.fields))

    def unreadable(self, detail: str) -> UnreadableAnswer:
        """Return the error for an answer of another shape."""
        return UnreadableAnswer(
            f"the answer about {self.subject} could not be understood",
            why=detail,
            fix=self.fix,
        )


def cell(row: Mapping[str, Any], *names: str) -> Any:
    """Return the first of these columns that a row has, ignoring case and blanks.

    The documentation spells some columns in two ways, and the service may know a third.
    """
    return value_of(row, *names, otherwise=None)


def text_cell(row: Mapping[str, Any], *names: str) -> str:
    """Return a column as `cell` does, as text; empty for none."""
    value = cell(row, *names)
    return "" if value is None else str(value)


def json_cell(row: Mapping[str, Any], *names: str) -> Any:
    """Return a column that holds JSON, decoded or as text; None where it cannot be read."""
    value = cell(row, *names)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None
