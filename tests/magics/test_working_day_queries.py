"""Queries of a working day by `%%adxmi query`, with results that were computed by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from adxmi_jupyter import errors

DAY = pd.Timedelta(days=1)
NOTHING = "https://contosolake.blob.core.windows.net/landing/nothing.csv"


def moment(text):
    return pd.Timestamp(text, tz="UTC")


SALES = {
    "top regions": (
        "Orders | summarize Total = round(sum(Amount), 2), n = count() by Region | top 2 by Total desc",
        [
            {"Region": "west", "Total": 310.0, "n": 1},
            {"Region": "north", "Total": 262.65, "n": 3},
        ],
    ),
    "latest of each": (
        "Orders | summarize arg_max(Placed, OrderId, Amount) by Region | order by Region asc",
        [
            {
                "Region": "north",
                "Placed": moment("2026-01-09T10:00"),
                "OrderId": 6,
                "Amount": 99.9,
            },
            {
                "Region": "south",
                "Placed": moment("2026-01-08T16:05"),
                "OrderId": 5,
                "Amount": 15.75,
            },
            {"Region": "west", "Placed": moment("2026-01-07T11:20"), "OrderId": 4, "Amount": 310.0},
        ],
    ),
    "a chart by day": (
        "Orders | where OrderId < 4 | summarize sum(Amount) by bin(Placed, 1d) | render timechart",
        [
            {"Placed": moment("2026-01-05"), "sum_Amount": 200.5},
            {"Placed": moment("2026-01-06"), "sum_Amount": 42.25},
        ],
    ),
    "a range of time": (
        "Orders | where Placed between (datetime(2026-01-06) .. 2d) | project OrderId",
        [{"OrderId": 3}, {"OrderId": 4}],
    ),
    "without a partner": (
        "Orders | join kind=leftanti Customers on $left.OrderId == $right.CustomerId | count",
        [{"Count": 3}],
    ),
    "looked up, or empty": (
        (
            "Orders | lookup (Customers | project OrderId = CustomerId, Name) on OrderId "
            "| where isempty(Name) | project OrderId, Name"
        ),
        [{"OrderId": n, "Name": ""} for n in (4, 5, 6)],
    ),
    "in classes": (
        (
            "Orders | extend Size = case(Amount < 50, 'small', Amount < 100, 'medium', 'large') "
            "| summarize n = count() by Size"
        ),
        [{"Size": "large", "n": 2}, {"Size": "medium", "n": 2}, {"Size": "small", "n": 2}],
    ),
    "in numbers": (
        "Orders | summarize round(avg(Amount), 2), min(Amount), max(Amount), dcount(Region)",
        [{"avg_Amount": 111.4, "min_Amount": 15.75, "max_Amount": 310.0, "dcount_Region": 3}],
    ),
    "a share": (
        (
            "Orders | summarize Big = countif(Amount >= 100), "
            "Share = round(100.0 * countif(Amount >= 100) / count(), 1)"
        ),
        [{"Big": 2, "Share": 33.3}],
    ),
    "a day as a text": (
        (
            "Orders | top 1 by Placed desc "
            "| project Day = format_datetime(Placed, 'yyyy-MM-dd'), Hour = hourofday(Placed)"
        ),
        [{"Day": "2026-01-09", "Hour": 10}],
    ),
    "above the mean": (
        (
            "let mean = toscalar(Orders | summarize avg(Amount));\n"
            "Orders | where Amount > mean | project OrderId"
        ),
        [{"OrderId": 1}, {"OrderId": 4}],
    ),
    "of several tables": (
        "union withsource=Source Orders, Customers | summarize n = count() by Source",
        [{"Source": "Customers", "n": 3}, {"Source": "Orders", "n": 6}],
    ),
    "by week": (
        "Orders | summarize n = count() by Week = startofweek(Placed)",
        [{"Week": moment("2026-01-04"), "n": 6}],
    ),
    "among what another query finds": (
        (
            "Orders | where Region in ((Orders | summarize n = count() by Region | where n > 1 "
            "| project Region)) | count"
        ),
        [{"Count": 5}],
    ),
    "the time between": (
        "Orders | summarize Span = max(Placed) - min(Placed)",
        [{"Span": 4 * DAY + pd.Timedelta(minutes=90)}],
    ),
    "a set": (
        "Orders | summarize Regions = make_set(Region) | project n = array_length(Regions)",
        [{"n": 3}],
    ),
    "who may do what": (
        (
            ".show database Sales policy managed_identity | mv-expand Item = parse_json(Policy) "
            "| mv-expand Usage = split(tostring(Item.AllowedUsages), ', ') to typeof(string) "
            "| project Name = tostring(Item.DisplayName), Usage | order by Name asc, Usage asc"
        ),
        [
            {"Name": "mi-export", "Usage": "ExternalTable"},
            {"Name": "mi-ingest", "Usage": "DataConnection"},
            {"Name": "mi-ingest", "Usage": "NativeIngestion"},
        ],
    ),
    "what databases there are": (
        (
            ".show databases | where DatabaseName startswith 'T' | project DatabaseName "
            "| order by DatabaseName asc"
        ),
        [{"DatabaseName": "Telemetry"}, {"DatabaseName": "Tom's Lab"}],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SALES.values(), ids=SALES.keys())
def test_query_of_a_working_day(magic, text, expected):
    assert magic("query", text).to_dict("records") == expected


def test_words_in_a_message(magic):
    frame = magic(
        "query --database Telemetry",
        "Events | parse Message with 'queue is ' State | where isnotempty(State) | project State",
    )

    assert frame.to_dict("records") == [{"State": "long"}]


def test_orders_of_an_external_table_beside_those_of_a_table(magic, azure):
    rows = b"1,north,120.5,2026-01-05\n2,south,99,2026-01-05\n9,east,1,2026-01-05\n"
    azure.world.add_blob("contosolake", "archive", "orders.csv", rows)

    frame = magic(
        "query",
        "external_table('ArchivedOrders') | where OrderId < 10 "
        "| join kind=leftouter Orders on OrderId "
        "| project OrderId, Change = Amount1 - Amount | order by OrderId asc",
    )

    assert frame["OrderId"].tolist() == [1, 2, 9]
    assert frame["Change"].tolist()[:2] == [0.0, -19.0]
    assert pd.isna(frame["Change"][2])


def test_failures_of_the_last_week_by_what_failed(magic, magics):
    kusto = magics.connections.current().kusto
    for _ in range(2):
        with pytest.raises(errors.NotAuthorized):
            kusto.command(f".ingest into table Orders ('{NOTHING}')", database="Sales")

    frame = magic(
        "query",
        ".show ingestion failures | where FailedOn > ago(7d) and Database == 'Sales' "
        "| summarize Failures = count(), Last = max(FailedOn) by Table, ErrorCode "
        "| order by Failures desc",
    )

    assert frame[["Table", "ErrorCode", "Failures"]].to_dict("records") == [
        {"Table": "Orders", "ErrorCode": "Download_Forbidden", "Failures": 2}
    ]
    assert frame["Last"][0] > moment("2026-01-05")


def test_an_audit_of_what_was_asked(magic):
    magic("query", "Orders | count")
    magic("query", "Customers | count")

    frame = magic(
        "query",
        ".show queries | where StartedOn > ago(1h) and Text has 'count' and State == 'Completed' "
        "| summarize Asked = count(), Texts = make_set(Text) by Database",
    )

    (row,) = frame.to_dict("records")
    assert (row["Database"], row["Asked"]) == ("Sales", 2)
    assert set(row["Texts"]) == {"Orders | count", "Customers | count"}
