"""Reads Delta Lake tables: the commits of their log, and the Parquet files that these name.

What only newer protocols have (checkpoints without the commits before them, deletion vectors,
column mapping) is rejected. Page: Delta transaction log protocol.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from adxmi_jupyter.embedded.storage import parquet
from adxmi_jupyter.embedded.storage.errors import BlobFormatError
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_COMMIT = re.compile(r"_delta_log/(\d{20})\.json")
_TYPES = {
    "string": "string",
    "long": "long",
    "integer": "int",
    "short": "int",
    "byte": "int",
    "float": "real",
    "double": "real",
    "boolean": "bool",
    "date": "datetime",
    "timestamp": "datetime",
    "timestamp_ntz": "datetime",
}


@dataclass(frozen=True)
class DeltaTable:
    """The latest version: its columns, and path and partition values of each of its files."""

    columns: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, Mapping[str, Any]], ...]

    def rows(self, read: Callable[[str], bytes]) -> list[tuple[Any, ...]]:
        """Return all rows; `read` gives the content of a file in the folder of the table."""
        return [
            tuple(convert({**record, **partition}.get(name), kind) for name, kind in self.columns)
            for path, partition in self.files
            for record in parquet.read(read(path))
        ]


def read_delta(paths: list[str], read: Callable[[str], bytes]) -> DeltaTable:
    """Return a table by the paths in its folder; BlobFormatError when it is none that is known.

    `read` gives the content of a path.
    """
    commits = sorted(path for path in paths if _COMMIT.fullmatch(path))
    if not commits:
        raise BlobFormatError("The folder holds no Delta Lake table: it has no _delta_log.")
    if int(commits[0][-25:-5]) != 0:
        raise BlobFormatError("The log of the Delta Lake table starts with a checkpoint.")
    try:
        return _replayed(action for commit in commits for action in _actions(read(commit)))
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise BlobFormatError("The log of the Delta Lake table is not of its format.") from error


def _replayed(actions: Iterable[Mapping[str, Any]]) -> DeltaTable:
    columns: tuple[tuple[str, str], ...] = ()
    files: dict[str, Mapping[str, Any]] = {}
    for action in actions:
        if "metaData" in action:
            columns = _columns(action["metaData"])
        elif "add" in action:
            _require_no_deletion_vector(action["add"])
            files[unquote(action["add"]["path"])] = action["add"].get("partitionValues") or {}
        elif "remove" in action:
            files.pop(unquote(action["remove"]["path"]), None)
    return DeltaTable(columns, tuple(files.items()))


def _actions(data: bytes) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in data.decode("utf-8", "replace").splitlines() if line]


def _columns(metadata: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    fields = json.loads(metadata["schemaString"])["fields"]
    return tuple((field["name"], _kusto_type(field["type"])) for field in fields)


def _kusto_type(kind: Any) -> str:
    if not isinstance(kind, str):
        return "dynamic"
    return "decimal" if kind.startswith("decimal") else _TYPES.get(kind, "string")


def _require_no_deletion_vector(action: Mapping[str, Any]) -> None:
    if action.get("deletionVector"):
        raise BlobFormatError("Deletion vectors of Delta Lake are not known here.")
