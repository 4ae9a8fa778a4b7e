"""`.ingest inline`: data that stands in the command itself."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from tests.embedded.ingesting import TESTER, add_tester

NO_EXTENT = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def purchases(sales):
    """Ingest into an empty table Purchases and return its rows."""
    sales(".create table Purchases (SKU:string, Quantity:long)")

    def ingest(text):
        (row,) = sales(f".ingest inline into table Purchases {text}")
        assert list(row) == ["ExtentId"]
        rows = [(each["SKU"], each["Quantity"]) for each in sales("Purchases")]
        assert (row["ExtentId"] == NO_EXTENT) == (not rows)
        return rows

    return ingest


def test_lines_of_the_documentation(purchases):
    rows = purchases(
        '<|\n    Shoes,1000\n    Wide Shoes,50\n    "Coats black",20\n'
        '    "Coats with ""quotes""",5\n'
    )

    assert rows == [
        ("Shoes", 1000),
        ("Wide Shoes", 50),
        ("Coats black", 20),
        ('Coats with "quotes"', 5),
    ]


def test_lines_of_blanks_stay_in_a_cell(purchases):
    rows = purchases('<|\n"Coat\n   \n\tblack",20\n')

    assert rows == [("Coat\n   \n\tblack", 20)]


def test_records_in_brackets(sales):
    sales(".create table Logs (Date:datetime, EventDetails:dynamic)")

    sales(
        ".ingest inline into table Logs\n"
        '    [2026-01-01,"{""EventType"":""Read"", ""Count"":""12""}"]\n'
        '    [2026-01-02,"{""EventType"":""Wri]te"", ""EventValue"":""84""}"]'
    )

    assert [row["EventDetails"] for row in sales("Logs")] == [
        {"EventType": "Read", "Count": "12"},
        {"EventType": "Wri]te", "EventValue": "84"},
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("<| a,1", [("a", 1)]),
        ("<|a,1\nb,2", [("a", 1), ("b", 2)]),
        ("<|\r\na,1\r\nb,2\r\n", [("a", 1), ("b", 2)]),
        ("<|\n  a,1\n   b,2", [("a", 1), (" b", 2)]),
        ("<|\n//a;.show tables,1\nb|take 1,2", [("//a;.show tables", 1), ("b|take 1", 2)]),
        ("[a,1][b,2]", [("a", 1), ("b", 2)]),
        ("[a,1]\n\n[b,2]", [("a", 1), ("b", 2)]),
        ('["a, b",1]', [("a, b", 1)]),
        ("<|", []),
        ("<|\n\n", []),
        ("with (format='csv', ignoreFirstRecord=true) <|\nSKU,Quantity\na,1", [("a", 1)]),
        ("with (format='tsv') <|\na\t1", [("a", 1)]),
        ("with (format='psv') <|\na|1", [("a", 1)]),
        ('with (format="json") <|\n{\'SKU\'\n{"SKU": "a", "Quantity": 1}', [("a", 1)]),
        ('with (format=\'multijson\') <|\n[{"SKU": "a",\n"Quantity": 1}]', [("a", 1)]),
        (
            'with (ingestionMapping=\'[{"Column":"Quantity","Ordinal":0}]\') <| 7',
            [("", 7)],
        ),
        ("with (ignoreFirstRecord=true) [a,1] [b,2]", [("b", 2)]),
    ],
)
def test_forms_of_data(purchases, text, rows):
    assert purchases(text) == rows


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<|\na,1\nb,2,3", "Stream_WrongNumberOfFields"),
        ("with (format='avro') <|\na", "BadRequest_FormatNotSupported"),
        ("with (colour='red') <|\na", "BadRequest_MalformedIngestionProperty"),
        ("[a,1] b [c,2]", "General_BadRequest"),
        ("[a,1] b", "BadRequest_SyntaxError"),
    ],
)
def test_data_that_cannot_come_in(sales, refused_in_sales, text, code):
    sales(".create table Purchases (SKU:string, Quantity:long)")

    error = refused_in_sales(f".ingest inline into table Purchases {text}")

    assert error.code == code
    assert sales("Purchases") == []


def test_what_fails_is_a_failure_of_ingestion(sales, refused_in_sales):
    refused_in_sales(".ingest inline into table Orders <|\n1,2\n3")

    (failure,) = sales(".show ingestion failures")

    assert (failure["Table"], failure["ErrorCode"]) == ("Orders", "Stream_WrongNumberOfFields")


def test_missing_table_is_refused(refused_in_sales):
    error = refused_in_sales(".ingest inline into table Missing <| a")

    assert error.code == "BadRequest_TableNotExist"


def test_tags_keep_data_from_coming_in_twice(sales):
    sales(".create table T (a:long)")
    command = """.ingest inline into table T with (tags='["ingest-by:1"]', ingestIfNotExists='["1"]') <| 1"""

    sales(command)
    (again,) = sales(command)

    assert again["ExtentId"] == NO_EXTENT
    assert sales("T") == [{"a": 1}]


def test_update_policies_run_over_the_data(sales):
    sales(".create table Source (a:long); .create table Target (a:long)")
    policy = """[{"IsEnabled": true, "Source": "Source", "Query": "Source | where a > 1"}]"""
    sales(f".alter table Target policy update @'{policy}'")

    sales(".ingest inline into table Source <|\n1\n2\n3")

    assert sales("Target") == [{"a": 2}, {"a": 3}]


def test_who_may_ingest(azure, sales, refused_in_sales):
    add_tester(azure, DatabaseRole.VIEWERS, "Sales")
    command = ".ingest inline into table Orders <| 77,North,2026-01-01,1"

    error = refused_in_sales(command, token=TESTER)

    assert error.code == "Forbidden"


@pytest.mark.parametrize("role", [DatabaseRole.INGESTORS, DatabaseRole.ADMINS])
def test_ingestors_and_admins_may_ingest(azure, sales, role):
    sales(".create table T (a:long)")
    add_tester(azure, role, "Sales")

    sales(".ingest inline into table T <| 1", token=TESTER)

    assert sales("T") == [{"a": 1}]


@pytest.mark.parametrize(
    "command",
    [
        ".clear table Tagged data",
        ".drop table Tagged",
        ".set-or-replace Tagged <| Tagged | take 0",
    ],
)
def test_tags_go_with_the_data(sales, command):
    create = ".create-merge table Tagged (Id:long)"
    ingest = ".ingest inline into table Tagged with (tags='[\"ingest-by:a\"]', "
    ingest += "ingestIfNotExists='[\"a\"]') <|\n1\n"
    for text in (create, ingest, ingest, command, create, ingest):
        sales(text)

    assert sales("Tagged") == [{"Id": 1}]
