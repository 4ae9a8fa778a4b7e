"""What targets and Microsoft Entra saw of identities: logs that somebody has exported.

Source: *StorageBlobLogs*, *AADManagedIdentitySignInLogs* (Azure Monitor docs).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adxmi_jupyter.errors import InvalidInput
from adxmi_jupyter.model.audit.cluster import Touch
from adxmi_jupyter.model.audit.evidence import Source
from adxmi_jupyter.model.audit.targets_seen import signed_in_to, writes
from adxmi_jupyter.model.azure_role import STORAGE_ACCOUNT
from adxmi_jupyter.model.moment import parse_moment
from adxmi_jupyter.model.shape import text_cell, value_of

_REQUESTER = "RequesterObjectId"
_SIGNED_IN = "ServicePrincipalId"
_RESOURCE = ("ResourceDisplayName", "ResourceIdentity")
_TIME = ("TimeGenerated", "TimeGenerated [UTC]", "createdDateTime")
_OK = range(200, 300)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outside:
    """What logs outside of the cluster show, and the periods that they cover.

    `workspace` is the ID of a Log Analytics workspace that is read with the cluster.
    """

    touches: tuple[Touch, ...] = ()
    covers: Mapping[Source, tuple[datetime, datetime]] = field(default_factory=dict)
    workspace: str = ""


@dataclass(frozen=True)
class Exported:
    """A file with an exported log, and what errors call it."""

    name: str
    text: str


def read_exported(files: Sequence[Exported]) -> Outside:
    """Read exported logs: CSV, or JSON as Log Analytics and Azure Storage write it.

    Raises
    ------
    InvalidInput
        A file is none, or has not the columns of a log that is known.

    """
    touches: list[Touch] = []
    covers: dict[Source, tuple[datetime, datetime]] = {}
    for file in files:
        rows = list(_rows(file))
        source = _source(file, rows)
        seen = list(_seen(file, rows, source))
        moments = [moment for _, moment in seen]
        if moments:
            before = covers.get(source, (min(moments), max(moments)))
            covers[source] = (min(before[0], *moments), max(before[1], *moments))
        touches += _counted(seen, source)
    return Outside(tuple(touches), covers)


def _rows(file: Exported) -> Iterable[Row]:
    text = file.text.lstrip("\ufeff").strip()
    if not text.startswith(("{", "[")):
        return list(csv.DictReader(io.StringIO(text)))
    try:
        return _of_json(_value(text))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(file, "it is neither CSV nor JSON of a table") from error


def _value(text: str) -> Any:
    """Return what a JSON text holds, or the lines of one that has an object on each."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.strip()]


def _of_json(value: Any) -> list[Row]:
    """Return the rows of a list, of an answer of Log Analytics, or of one object."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, dict)]
    tables = value.get("tables")
    if isinstance(tables, list):
        return [
            dict(zip((column["name"] for column in table["columns"]), row, strict=False))
            for table in tables
            for row in table["rows"]
        ]
    listed = value.get("value", value.get("records"))
    return _of_json(listed) if isinstance(listed, list) else [value]


def _source(file: Exported, rows: Sequence[Row]) -> Source:
    first = rows[0] if rows else {}
    if value_of(first, _REQUESTER, otherwise=None) is not None:
        return Source.STORAGE
    if value_of(first, _SIGNED_IN, otherwise=None) is not None:
        return Source.SIGN_INS
    known = f"{Source.STORAGE} has {_REQUESTER}, {Source.SIGN_INS} has {_SIGNED_IN}"
    raise _unreadable(file, f"no column tells whose requests these are: {known}")


def _seen(file: Exported, rows: Iterable[Row], source: Source) -> Iterator[tuple[Row, datetime]]:
    for row in rows:
        try:
            yield row, parse_moment(text_cell(row, *_TIME))
        except InvalidInput as error:
            columns = " or ".join(_TIME[:1])
            raise _unreadable(file, f"a row of {source} has no {columns}") from error


def _counted(seen: Iterable[tuple[Row, datetime]], source: Source) -> Iterator[Touch]:
    groups: dict[tuple[str, str, bool], list[datetime]] = {}
    for row, moment in seen:
        key = _of_storage(row) if source is Source.STORAGE else _of_sign_in(row)
        if key is not None:
            groups.setdefault(key, []).append(moment)
    for (object_id, target, is_write), moments in groups.items():
        first, last = min(moments), max(moments)
        yield Touch(source, object_id, target, is_write, len(moments), first, last)


def _of_storage(row: Row) -> tuple[str, str, bool] | None:
    status = text_cell(row, "StatusCode")
    object_id = text_cell(row, _REQUESTER).lower()
    if not object_id or (status.isdigit() and int(status) not in _OK):
        return None
    is_write = writes(text_cell(row, "OperationName"))
    return object_id, text_cell(row, "AccountName") or STORAGE_ACCOUNT, is_write


def _of_sign_in(row: Row) -> tuple[str, str, bool] | None:
    if text_cell(row, "ResultType", "resultType") not in {"0", ""}:
        return None
    target = signed_in_to(text_cell(row, *_RESOURCE))
    return text_cell(row, _SIGNED_IN).lower(), target, False


def _unreadable(file: Exported, why: str) -> InvalidInput:
    return InvalidInput(
        f"{file.name} is no exported log",
        why=why,
        fix="export the table in Log Analytics as CSV, or as JSON with all its columns",
    )
