"""Answers of the two versions of the protocol, as short as the client can read."""


def v1(columns, rows, key="ColumnType"):
    named = [{"ColumnName": name, key: kind} for name, kind in columns.items()]
    return {"Tables": [{"TableName": "Table_0", "Columns": named, "Rows": rows}]}


def v2(columns, rows, *, completion=None):
    named = [{"ColumnName": name, "ColumnType": kind} for name, kind in columns.items()]
    return [
        {"FrameType": "DataSetHeader", "IsProgressive": False, "Version": "v2.0"},
        {
            "FrameType": "DataTable",
            "TableId": 1,
            "TableKind": "PrimaryResult",
            "TableName": "PrimaryResult",
            "Columns": named,
            "Rows": rows,
        },
        completion or {"FrameType": "DataSetCompletion", "HasErrors": False, "Cancelled": False},
    ]


ONE_API = {
    "error": {
        "code": "LimitsExceeded",
        "message": "Request is invalid",
        "@type": "Kusto.Data.Exceptions.PartialQueryFailure",
        "@message": "too many rows",
        "@permanent": False,
    }
}
