"""Queries of tables and values, and what is said to those that have no result."""

from datetime import timedelta
from decimal import Decimal

import pytest


def test_current_principal_is_the_caller(run):
    rows = run("print current_principal()", database="Sales", token="embedded-reader")

    assert rows == [
        {
            "print_0": "aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;"
            "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
        }
    ]


def test_print_of_literals(run):
    rows = run("""print a=1, "two", b=-2.5, true, c=@'x' """)

    assert rows == [{"a": 1, "print_1": "two", "b": -2.5, "print_3": True, "c": "x"}]


@pytest.mark.parametrize("operator", ["take 5", "limit 5"])
def test_take(run, operator):
    rows = run(f"Orders | {operator}", database="Sales")

    assert [row["OrderId"] for row in rows] == [1, 2, 3, 4, 5]


def test_table_with_every_column_type_reads(run):
    rows = run("Experiments", database="Tom's Lab")

    assert rows == [
        {"Name": "alpha", "Runs": 3, "Notes": {"ok": True}},
        {"Name": "beta", "Runs": 0, "Notes": None},
    ]


def test_count(run):
    rows = run("['Orders'] | count;", database="Sales")

    assert rows == [{"Count": 6}]


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("Region == 'north'", [1, 3, 6]),
        ("Region != 'north'", [2, 4, 5]),
        ("Region =~ 'NORTH'", [1, 3, 6]),
        ("Region !~ 'NORTH'", [2, 4, 5]),
        ("Region contains 'OUT'", [2, 5]),
        ("Region startswith 'W'", [4]),
        ("Amount > 99.9", [1, 4]),
        ("Amount >= 99.9 and OrderId < 6", [1, 4]),
        ("OrderId <= 1 or OrderId == 6", [1, 6]),
        ("OrderId == 1 or Region == 'south' and Amount < 20", [1, 5]),
        ("(OrderId == 1 or Region == 'south') and Amount < 100", [2, 5]),
    ],
)
def test_where(run, condition, ids):
    rows = run(f"Orders | where {condition} | project OrderId", database="Sales")

    assert [row["OrderId"] for row in rows] == ids


def test_where_on_a_boolean(run):
    rows = run("Customers | where Active == false", database="Sales")

    assert [row["Name"] for row in rows] == ["Litware"]


def test_null_matches_nothing(run):
    rows = run("Experiments | where Notes contains 'none'", database="Tom's Lab")

    assert rows == []


def test_project_keeps_the_given_order(run):
    rows = run("Orders | take 1 | project Region, OrderId", database="Sales")

    assert [list(row.items()) for row in rows] == [[("Region", "north"), ("OrderId", 1)]]


def test_summarize_count(run):
    rows = run("Orders | summarize count()", database="Sales")

    assert rows == [{"count_": 6}]


def test_summarize_count_of_an_empty_table(run):
    rows = run("Heartbeats | summarize count()", database="Telemetry")

    assert rows == [{"count_": 0}]


def test_summarize_count_by_a_dynamic_column(run):
    rows = run("Experiments | summarize count() by Notes", database="Tom's Lab")

    assert rows == [{"Notes": {"ok": True}, "count_": 1}, {"Notes": None, "count_": 1}]


def test_summarize_count_by_column(run):
    rows = run("Orders | summarize count() by Region", database="Sales")

    assert rows == [
        {"Region": "north", "count_": 3},
        {"Region": "south", "count_": 2},
        {"Region": "west", "count_": 1},
    ]


@pytest.mark.parametrize(
    "condition",
    ["100 < Amount", "(Amount) > 100", "strcat(Region, '!') == 'north!' and OrderId == 1"],
)
def test_either_side_of_a_comparison_is_an_expression(run, condition):
    rows = run(f"Orders | where {condition} | project OrderId | take 1", database="Sales")

    assert rows == [{"OrderId": 1}]


def test_project_computes(run):
    text = "Orders | take 1 | project Where = strcat(Region, '-', OrderId), 7, Amount"

    assert run(text, database="Sales") == [{"Where": "north-1", "Column1": 7, "Amount": 120.5}]


def test_extend_adds_and_replaces(run):
    text = "Customers | take 1 | extend Active = 'yes', Tag = bag_pack('n', Name)"

    assert run(text, database="Sales") == [
        {"CustomerId": 1, "Name": "Adatum", "Active": "yes", "Tag": {"n": "Adatum"}}
    ]


def test_summarize_names_its_count(run):
    rows = run("Orders | summarize orders = count() by Region | take 1", database="Sales")

    assert rows == [{"Region": "north", "orders": 3}]


def test_range(run):
    assert run("range n from 1 to 6 step 2") == [{"n": 1}, {"n": 3}, {"n": 5}]


def test_datatable_converts_to_its_columns(run):
    rows = run('datatable(a:long, b:string, ["c d"]:timespan) [1, "x", 1.5h, long(null), "", 2d,]')

    assert rows == [
        {"a": 1, "b": "x", "c d": timedelta(minutes=90)},
        {"a": None, "b": "", "c d": timedelta(days=2)},
    ]


def test_let_gives_values_names(run):
    text = "let big = 100; let which = strcat('no', \"rth\"); Orders | where Amount > big"

    rows = run(f"{text} | where Region == which | project OrderId", database="Sales")

    assert rows == [{"OrderId": 1}]


def test_a_column_goes_before_a_name_of_let(run):
    rows = run("let Region = 'x'; Orders | take 1 | project Region", database="Sales")

    assert rows == [{"Region": "north"}]


def test_literals_of_every_type(run):
    text = (
        "print a = int(5), b = real(1.5), c = guid(5B27C9D0-8e14-4a6b-9f35-c2d18e70a4b6),"
        " d = bool(true), e = decimal(1.50), f = dynamic({'x': [1, null, \"y\" , true]}),"
        " g = 'a' h'b', h = time(1.00:00:00), i = long(null), j = 10ms, k = timespan(2)"
    )

    assert run(text) == [
        {
            "a": 5,
            "b": 1.5,
            "c": "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6",
            "d": True,
            "e": Decimal("1.50"),
            "f": {"x": [1, None, "y", True]},
            "g": "ab",
            "h": timedelta(days=1),
            "i": None,
            "j": timedelta(milliseconds=10),
            "k": timedelta(days=2),
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        "print datetime(foo)",
        "print timespan(2 moons)",
        "print timespan(2parsec)",
        "print 9999999999999d",
        "print bag_pack('a')",
        "print tostring(1, 2)",
        "print strcat(x)",
        "print x",
        "range n from 1 to 3 step 0",
        "datatable(a:long, b:long) [1]",
        "Orders | extend a = Nothing",
    ],
)
def test_expressions_without_a_value_are_refused(refusal, text):
    error = refusal(text, database="Sales")

    assert error.code == "General_BadRequest"
    assert error.type == "Kusto.Data.Exceptions.SemanticException"


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("search 'north'", "search"),
        ("Orders | make-series sum(Amount) on Placed step 1d", "make-series"),
        ("Orders | mv-apply Amount on (take 1)", "mv-apply"),
        ("Orders | sort by OrderId | extend n = row_number()", "row_number()"),
        ("Orders | as T", "as"),
        ("cluster('other').database('Sales').Orders", "cluster()"),
        ("Orders | take 1; Customers | take 1", "several queries"),
    ],
)
def test_what_is_not_covered_is_named(refusal, text, construct):
    error = refusal(text, database="Sales")

    assert error.code == "General_BadRequest"
    assert "not supported by the embedded Azure: " in error.description
    assert construct in error.description


@pytest.mark.parametrize(
    "text", ["Orders |", "Orders | frobnicate", "", "let x = 1;", "Orders | where ("]
)
def test_no_query_at_all_is_a_syntax_error(refusal, text):
    error = refusal(text, database="Sales")

    assert error.code == "BadRequest_SyntaxError"
    assert error.description.startswith("Syntax error at line 1")


@pytest.mark.parametrize(
    "text",
    [
        "Orders | project Nothing",
        "Orders | where Nothing == 1",
        "Orders | where Region < 1",
        "Orders | summarize count() by Nothing",
        "Orders | where region == 'north'",
        "orders | count",
        "Nowhere | take 1",
        "Orders | join Customers on OrderId",
    ],
)
def test_wrong_columns_are_semantic_errors(refusal, text):
    error = refusal(text, database="Sales")

    assert error.description.startswith("Semantic error:")


@pytest.mark.parametrize(
    ("database", "text"),
    [("Nowhere", "print 1"), ("Nowhere", "Orders"), ("NetDefaultDB", "Orders")],
)
def test_query_in_an_unknown_database_is_refused(refusal, database, text):
    error = refusal(text, database=database)

    assert error.code == "BadRequest_DatabaseNotExist"


def test_query_without_a_database_is_refused(post):
    response = post("print 1", path="/v2/rest/query")

    assert response.status_code == 400
    assert response.json()["error"]["code"] == "General_BadRequest"


def test_reader_may_not_query_a_foreign_database(refusal):
    error = refusal("Experiments", database="Tom's Lab", token="embedded-reader")

    assert "'QueryCommand' on 'Tom's Lab'" in error.description


def test_command_piped_into_operators(run):
    rows = run(".show databases | where DatabaseName startswith 'T' | project DatabaseName")

    assert rows == [{"DatabaseName": "Tom's Lab"}, {"DatabaseName": "Telemetry"}]


def test_policy_command_piped_into_project(run):
    rows = run(".show database Sales policy managed_identity | project EntityName")

    assert rows == [{"EntityName": "[Sales]"}]


def test_unknown_operator_after_a_write_changes_nothing(refusal, policy):
    error = refusal(".delete cluster policy managed_identity | frobnicate")

    assert error.code == "BadRequest_SyntaxError"
    assert policy(".show cluster policy managed_identity") == {"mi-export": "AutomatedFlows"}


@pytest.mark.parametrize(
    ("condition", "places"),
    [
        ("at == datetime(2026-05-01)", [1]),
        ("at == datetime(2026-05-01T02:00:00.0000000+02:00)", [1]),
        ("at != datetime(2026-05-01)", [0, 2, 3, 4]),
        ("at > datetime(2026-05-01)", [2, 3, 4]),
        ("at >= datetime(2026-05-01T00:00:00.0000001Z)", [2, 3, 4]),
        ("at > datetime(2026-05-01T00:00:00.0000001)", [3, 4]),
        ("at < datetime(2026-05-01T00:00:00.5)", [0, 1, 2]),
        ("datetime(2026-05-01T00:00:01Z) <= at", [4]),
        ("at > now()", []),
        ("at > ago(36500d)", [0, 1, 2, 3, 4]),
        ("at > now(-36500d) and at < now(0s)", [0, 1, 2, 3, 4]),
        ("at == datetime(null)", []),
    ],
)
def test_moments_compare_by_their_time(run, condition, places):
    moments = ["2026-04-30T23:59:59.9999999Z", "2026-05-01", "2026-05-01T00:00:00.0000001Z"]
    moments += ["2026-05-01T00:00:00.5Z", "2026-05-01T00:00:01Z"]
    rows = ", ".join(f"{n}, datetime({text})" for n, text in enumerate(moments))

    found = run(f"datatable(n:long, at:datetime)[{rows}] | where {condition} | project n")

    assert [row["n"] for row in found] == places


def test_present_is_one_moment_in_a_query(run, azure):
    azure.world.clock = lambda: 1_780_315_200_123_456_789

    (row,) = run("let wait = 90m; print strcat(now()), strcat(now(1d)), strcat(ago(wait))")

    assert list(row.values()) == [
        "2026-06-01T12:00:00.1234567Z",
        "2026-06-02T12:00:00.1234567Z",
        "2026-06-01T10:30:00.1234567Z",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ago()",
        "ago(5)",
        "ago('5m')",
        "ago(1h, 1h)",
        "ago(nothing)",
        "ago(1000000d)",
        "now(1h, 1h)",
        "now(datetime(2026-05-01))",
        "now(9999999d)",
    ],
)
def test_present_takes_a_length_of_time(refusal, text):
    error = refusal(f"print {text}")

    assert error.type == "Kusto.Data.Exceptions.SemanticException"


@pytest.mark.parametrize("other", ["'2026-05-01'", "5", "1h", "true"])
def test_moment_compares_with_a_moment_only(refusal, other):
    error = refusal(f"print at=now() | where at > {other}")

    assert "datetime" in error.description
