"""Columns of tables as texts: Kusto schemas, JSON and the .NET names of types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.columns import NET_TYPES
from adxmi_jupyter.embedded.kusto.grammar import RESERVED_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable


def schema_text(columns: Iterable[tuple[str, str]]) -> str:
    """Return columns as `Name:type,…`, names quoted where they have to be."""
    return ",".join(f"{quoted_name(name)}:{kind}" for name, kind in columns)


def ordered_columns(columns: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return columns as the `OrderedColumns` of `schema as json`."""
    return [{"Name": name, "Type": NET_TYPES[kind], "CslType": kind} for name, kind in columns]


def schema_json(name: str, columns: Iterable[tuple[str, str]], **more: str) -> str:
    """Return the JSON text of `schema as json`; `more` are members beside the columns."""
    members: dict[str, Any] = {"Name": name, **more, "OrderedColumns": ordered_columns(columns)}
    return json.dumps(members)


def quoted_name(name: str) -> str:
    """Return a name as commands take it, in brackets where it has to be."""
    bare = name.isascii() and name.isidentifier() and name not in RESERVED_WORDS
    return name if bare else f"[{json.dumps(name)}]"
