"""Result tables and their two wire shapes, v1 (tables) and v2 (frames)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from adxmi_jupyter.embedded.engine.columnar import ColumnarRows

_NET_TYPES = {
    "string": "String",
    "datetime": "DateTime",
    "int": "Int32",
    "long": "Int64",
    "guid": "Guid",
    "real": "Double",
    "dynamic": "Object",
    "bool": "Boolean",
    "timespan": "TimeSpan",
    "decimal": "SqlDecimal",
}
_NO_ID = "00000000-0000-0000-0000-000000000000"
_DONE = "Query completed successfully"
_STATS = {"ExecutionTime": 0.0, "resource_usage": {}, "dataset_statistics": []}


@dataclass(frozen=True)
class Result:
    """A table of results: `columns` are (name, Kusto type), rows hold JSON-ready values.

    `visualization` is what the query's `render` asks for, as the text of its property. `older` are
    rows that come before, for the query engine only: they are too many to be sent.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    visualization: str = ""
    older: ColumnarRows | None = None


@dataclass(frozen=True)
class RequestIds:
    """What identifies one request in headers, status tables and error bodies."""

    client_request_id: str
    activity_id: str

    @property
    def headers(self) -> dict[str, str]:
        """Return them as response headers."""
        return {
            "x-ms-client-request-id": self.client_request_id,
            "x-ms-activity-id": self.activity_id,
        }


def result(columns: str, rows: Iterable[Sequence[Any]] = ()) -> Result:
    """Build a result from a schema text such as `"Name:string, Count:long"`."""
    pairs = (column.strip().split(":") for column in columns.split(","))
    return Result(tuple((name, kind) for name, kind in pairs), tuple(tuple(r) for r in rows))


def timestamp() -> str:
    """Return now in the service's format: UTC, seven fraction digits."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def command_body(table: Result) -> dict[str, Any]:
    """Return the v1 body of a plain management command: one table."""
    return {"Tables": [_v1_table(0, table)]}


def query_body_v1(table: Result, ids: RequestIds) -> dict[str, Any]:
    """Return the v1 body of a query: result, properties, status, table of contents."""
    properties = result("Value:string", [[table.visualization]])
    contents = result(
        "Ordinal:long, Kind:string, Name:string, Id:string, PrettyName:string",
        [
            [0, "QueryResult", "PrimaryResult", ids.activity_id, ""],
            [1, "QueryProperties", "@ExtendedProperties", ids.activity_id, ""],
            [2, "QueryStatus", "QueryStatus", _NO_ID, ""],
        ],
    )
    tables = [table, properties, _query_status(ids), contents]
    return {"Tables": [_v1_table(number, each) for number, each in enumerate(tables)]}


def query_body_v2(table: Result, ids: RequestIds) -> list[dict[str, Any]]:
    """Return the v2 body of a query: frames in the usual order, not progressive."""
    properties = result(
        "TableId:int, Key:string, Value:dynamic", [[1, "Visualization", table.visualization]]
    )
    return [
        {"FrameType": "DataSetHeader", "IsProgressive": False, "Version": "v2.0"},
        _frame(0, "QueryProperties", "@ExtendedProperties", properties),
        _frame(1, "PrimaryResult", "PrimaryResult", table),
        _frame(2, "QueryCompletionInformation", "QueryCompletionInformation", _completion(ids)),
        {"FrameType": "DataSetCompletion", "HasErrors": False, "Cancelled": False},
    ]


def failed_body_v2(error: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the v2 body of a query that failed under way; `error` is the body of an error.

    An object stands in the rows, where an array is expected (page: Partial query failures).
    """
    failure = {"OneApiErrors": [error]}
    return [
        {"FrameType": "DataSetHeader", "IsProgressive": False, "Version": "v2.0"},
        _frame(1, "PrimaryResult", "PrimaryResult", Result((), ())) | {"Rows": [failure]},
        {"FrameType": "DataSetCompletion", "HasErrors": True, "Cancelled": False, **failure},
    ]


def _v1_table(number: int, table: Result) -> dict[str, Any]:
    return {
        "TableName": f"Table_{number}",
        "Columns": [
            {"ColumnName": name, "DataType": _NET_TYPES[kind], "ColumnType": kind}
            for name, kind in table.columns
        ],
        "Rows": table.rows,
    }


def _frame(number: int, kind: str, name: str, table: Result) -> dict[str, Any]:
    return {
        "FrameType": "DataTable",
        "TableId": number,
        "TableKind": kind,
        "TableName": name,
        "Columns": [
            {"ColumnName": name, "ColumnType": column_type} for name, column_type in table.columns
        ],
        "Rows": table.rows,
    }


def _query_status(ids: RequestIds) -> Result:
    now, activity = timestamp(), ids.activity_id
    tail = [1, activity, activity, activity, ids.client_request_id]
    return result(
        "Timestamp:datetime, Severity:int, SeverityName:string, StatusCode:int, "
        "StatusDescription:string, Count:int, RequestId:guid, ActivityId:guid, "
        "SubActivityId:guid, ClientActivityId:string",
        [
            [now, 4, "Info", 0, _DONE, *tail],
            [now, 6, "Stats", 0, json.dumps(_STATS), *tail],
        ],
    )


def _completion(ids: RequestIds) -> Result:
    activity = ids.activity_id
    head = [timestamp(), ids.client_request_id, activity, activity, activity]
    done = json.dumps({"Count": 1, "Text": _DONE})
    return result(
        "Timestamp:datetime, ClientRequestId:string, ActivityId:guid, SubActivityId:guid, "
        "ParentActivityId:guid, Level:int, LevelName:string, StatusCode:int, "
        "StatusCodeName:string, EventType:int, EventTypeName:string, Payload:string",
        [
            [*head, 4, "Info", 0, "S_OK (0)", 4, "QueryInfo", done],
            [*head, 6, "Stats", 0, "S_OK (0)", 0, "QueryResourceConsumption", json.dumps(_STATS)],
        ],
    )
