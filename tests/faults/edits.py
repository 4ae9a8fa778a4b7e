"""Answers that are JSON but not the answer: what mutates a decoded body.

Each takes a body and returns another; what does not apply to a body leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

HOSTILE = "\x1b]0;title\x07<b>x</b>"


def tables(body):
    """Return the tables of an answer of Kusto, of either version of the protocol."""
    if isinstance(body, dict) and isinstance(body.get("Tables"), list):
        return [table for table in body["Tables"] if isinstance(table, dict)]
    if isinstance(body, list):
        return [f for f in body if isinstance(f, dict) and f.get("FrameType") == "DataTable"]
    return []


def of_tables(change):
    """Return the edit that changes every table; `change` gets its columns and rows."""

    def edit(body):
        for table in tables(body):
            table["Columns"], table["Rows"] = change(table["Columns"], table["Rows"])
        return body

    return edit


def of_column(index, **changes):
    """Return the edit that changes one column's own description."""

    def edit(columns, rows):
        if -len(columns) <= index < len(columns):
            columns[index] |= changes
        return columns, rows

    return of_tables(edit)


def without_column(index):
    """Return the edit that drops a column, its cells included."""

    def edit(columns, rows):
        place = index % len(columns) if columns else 0
        keep = [i for i in range(len(columns)) if i != place]
        return [columns[i] for i in keep], [[row[i] for i in keep] for row in rows]

    return of_tables(edit)


def cells(value):
    """Return the edit that puts this into every cell."""
    return of_tables(lambda columns, rows: (columns, [[value] * len(row) for row in rows]))


def rows(change):
    """Return the edit that maps all rows of a table at once."""
    return of_tables(lambda columns, found: (columns, change(found)))


def _columns(change):
    return of_tables(lambda columns, found: (change(columns), found))


def _renamed(columns):
    return [column | {"ColumnName": f"Column{i}"} for i, column in enumerate(columns)]


def _all_named_as_first(columns):
    return [column | {"ColumnName": columns[0]["ColumnName"]} for column in columns]


def _typed(kind):
    return lambda columns: [c | {"ColumnType": kind, "DataType": kind} for c in columns]


def _without_types(columns):
    return [{"ColumnName": column["ColumnName"]} for column in columns]


def with_tables(value):
    """Return the edit that replaces the tables themselves."""
    return lambda body: (
        body | {"Tables": value} if isinstance(body, dict) and tables(body) else body
    )


def _without_last_frame(body):
    return body[:-1] if isinstance(body, list) else body


def _nested(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


TABLE_EDITS: Mapping[str, Callable] = {
    "columns: one dropped": without_column(0),
    "columns: last dropped": without_column(-1),
    "columns: renamed": _columns(_renamed),
    "columns: one name for all": _columns(_all_named_as_first),
    "columns: none": _columns(lambda _: []),
    "columns: null": _columns(lambda _: None),
    "columns: one more": _columns(lambda c: [*c, {"ColumnName": "Extra", "ColumnType": "string"}]),
    "columns: first one twice": of_tables(
        lambda columns, found: (columns + columns[:1], [row + row[:1] for row in found])
    ),
    "columns: without types": _columns(_without_types),
    "columns: unknown types": _columns(_typed("quantum")),
    "columns: all datetime": _columns(_typed("datetime")),
    "columns: null in the list": _columns(lambda columns: [*columns, None]),
    "rows: none": rows(lambda _: []),
    "rows: null": rows(lambda _: None),
    "rows: number": rows(lambda _: 5),
    "rows: too short": rows(lambda found: [row[:1] for row in found]),
    "rows: empty": rows(lambda found: [[] for _ in found]),
    "rows: too long": rows(lambda found: [[*row, "extra"] for row in found]),
    "rows: texts": rows(lambda found: ["text" for _ in found]),
    "rows: objects": rows(lambda found: [{"OneApiErrors": []} for _ in found]),
    "rows: nulls": rows(lambda found: [None for _ in found]),
    "cells: null": cells(None),
    "cells: number": cells(5),
    "cells: huge number": cells(10**400),
    "cells: text": cells(HOSTILE),
    "cells: empty text": cells(""),
    "cells: list": cells([1, {"a": 2}]),
    "cells: object": cells({"a": [None]}),
    "cells: deep list": cells(_nested(450)),
    "cells: deep text": cells("[" * 100_000 + "]" * 100_000),
    "cells: deep text, less": cells("[" * 450 + "]" * 450),
    "cells: true": cells(True),
    "cells: NaN": cells(float("nan")),
    "tables: none": with_tables([]),
    "tables: null": with_tables(None),
    "tables: number": with_tables(5),
    "tables: of nulls": with_tables([None]),
    "tables: missing": lambda body: {} if tables(body) else body,
    "frames: last one missing": _without_last_frame,
}


def _is_object(body):
    return isinstance(body, dict) and not tables(body)


def of_object(change):
    """Return the edit that changes an answer of Azure Resource Manager."""
    return lambda body: change(body) if _is_object(body) else body


def of_items(change):
    """Return the edit that maps the resources in an answer: the items of a list, or the answer."""

    def edit(body):
        for key in ("value", "data"):
            if isinstance(body.get(key), list):
                return body | {key: [change(item) for item in body[key]]}
        return change(body)

    return of_object(edit)


def of_lists(change):
    """Return the edit that replaces the list in an answer, and leaves what is no list."""

    def edit(body):
        keys = [key for key in ("value", "data") if key in body]
        return body | {key: change(body[key]) for key in keys}

    return of_object(edit)


def _without(*keys):
    return lambda item: {k: v for k, v in item.items() if k not in keys}


def _with(**values):
    return lambda item: item | values


def _leaves(change):
    def changed(value):
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [changed(item) for item in value]
        return change(value)

    return changed


def _property_values(value):
    def change(item):
        properties = item.get("properties")
        if not isinstance(properties, dict):
            return item
        return item | {"properties": dict.fromkeys(properties, value)}

    return change


def _capitals(value):
    if isinstance(value, list):
        return [_capitals(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {f"{key[:1].upper()}{key[1:]}": _capitals(item) for key, item in value.items()}


OBJECT_EDITS: Mapping[str, Callable] = {
    "list: missing": of_object(_without("value", "data")),
    "list: null": of_lists(lambda _: None),
    "list: text": of_lists(lambda _: "text"),
    "list: number": of_lists(lambda _: 5),
    "list: object": of_lists(lambda _: {}),
    "list: empty": of_lists(lambda _: []),
    "list: of texts": of_lists(lambda items: ["text" for _ in items]),
    "list: of nulls": of_lists(lambda items: [None for _ in items]),
    "list: of lists": of_lists(lambda items: [[] for _ in items]),
    "list: of empty objects": of_lists(lambda items: [{} for _ in items]),
    "item: without id": of_items(_without("id")),
    "item: id null": of_items(_with(id=None)),
    "item: id number": of_items(_with(id=5)),
    "item: id is no path": of_items(_with(id="text")),
    "item: id of two parts": of_items(_with(id="/subscriptions/")),
    "item: without name": of_items(_without("name")),
    "item: without properties": of_items(_without("properties")),
    "item: properties null": of_items(_with(properties=None)),
    "item: properties text": of_items(_with(properties="text")),
    "item: properties list": of_items(_with(properties=[])),
    "item: properties empty": of_items(_with(properties={})),
    "item: properties of nulls": of_items(_property_values(None)),
    "item: properties of numbers": of_items(_property_values(5)),
    "item: properties of lists": of_items(_property_values([1, {"a": 2}])),
    "item: without identity": of_items(_without("identity")),
    "item: identity null": of_items(_with(identity=None)),
    "item: identity text": of_items(_with(identity="text")),
    "item: identity empty": of_items(_with(identity={})),
    "item: identity of unknown type": of_items(_with(identity={"type": "Quantum"})),
    "item: identities a list": of_items(
        _with(identity={"type": "UserAssigned", "userAssignedIdentities": []})
    ),
    "item: identities of nulls": of_items(
        _with(identity={"type": "UserAssigned", "userAssignedIdentities": {"text": None}})
    ),
    "object: keys with capitals": of_object(_capitals),
    "object: keys renamed": of_object(lambda body: {f"X{key}": v for key, v in body.items()}),
    "object: all null": of_object(_leaves(lambda _: None)),
    "object: all numbers": of_object(_leaves(lambda _: 5)),
    "object: all texts": of_object(_leaves(lambda _: HOSTILE)),
    "object: all lists": of_object(_leaves(lambda _: [1, {"a": 2}])),
    "object: all deep": of_object(_leaves(lambda _: _nested(400))),
    "object: an error beside": of_object(_with(error={"code": "X", "message": "text"})),
}

EDITS: Mapping[str, Callable] = {**TABLE_EDITS, **OBJECT_EDITS}
