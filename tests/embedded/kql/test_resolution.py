"""What a query names beside tables is found: functions, views, plugins, parameters, odd names."""

from __future__ import annotations

import pytest
from azure.kusto.data import ClientRequestProperties

from adxmi_jupyter.embedded.state.clusters import Table
from adxmi_jupyter.embedded.state.entities import StoredFunction

ADMIN = "embedded-admin"
ABOVE = ".create function Above(least:real, region:string='north') { Orders | where Amount > least and Region == region }"
RATED = ".create function Rated(amount:real) { iff(amount > 100, 'large', 'small') }"
FIRST = ".create function First(T:(OrderId:long, Region:string), n:long) { T | where OrderId <= n | project OrderId }"
SECOND = ".create function Second(n:long) { let t = Orders | where OrderId > n; t | take 1 }"
OUTER = ".create function Outer() { Above(50) | summarize n = count() by Region }"
VIEW = ".create materialized-view Totals on table Orders { Orders | summarize Total = sum(Amount) by Region }"


@pytest.fixture
def functions(sales):
    for text in (ABOVE, RATED, FIRST, SECOND, OUTER, VIEW):
        sales(text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Above(50) | project OrderId", [1, 6]),
        ("Above(50, 'south') | project OrderId", [2]),
        ("let least = 50.0; Above(least + 50.0, strcat('no', 'rth')) | project OrderId", [1]),
        ("database('Sales').Above(100.0) | project OrderId", [1]),
        ("Orders | where Rated(Amount) == 'large' | project OrderId", [1, 4]),
        ("First(Orders, 2)", [1, 2]),
        ("First((Orders | where Region == 'north'), 3)", [1, 3]),
        ("(Orders | where Region == 'north') | where OrderId > 1 | project OrderId", [3, 6]),
        ("((Orders | take 2)) | project OrderId", [1, 2]),
        ("let t = (Orders | where OrderId > 5); t | project OrderId", [6]),
        ("Orders | join kind=inner Above(100) on OrderId | project OrderId", [1]),
        ("union (Above(100)), (Above(0, 'west')) | project OrderId", [1, 4]),
        ("Orders | where OrderId in ((Above(100) | project OrderId)) | project OrderId", [1]),
        ("let f = (n:long) { Orders | where OrderId <= n }; f(2) | project OrderId", [1, 2]),
        ("let f = (T:(*)) { T | where OrderId > 5 }; f(Orders) | project OrderId", [6]),
        ("let f = () { Orders | take 1 }; f | project OrderId", [1]),
        (
            "let f = (n:long) { let t = Orders | where OrderId <= n; t }; f(1) | project OrderId",
            [1],
        ),
        (
            "let large = Rated(200.0); Orders | where Rated(Amount) == large | project OrderId",
            [1, 4],
        ),
        ("Second(1) | project OrderId", [2]),
        ("let f = (x:long) { x * 2 }; Orders | where OrderId == f(2) | project OrderId", [4]),
        ("cluster('contoso').database('Sales').Orders | where OrderId == 2 | project OrderId", [2]),
        ("set notruncation;\n// a comment\nOrders | where OrderId == 2 | project OrderId;", [2]),
    ],
)
def test_orders_by_way_of_functions(sales, functions, text, ids):
    assert [row["OrderId"] for row in sales(text)] == ids


def test_functions_in_functions(sales, functions):
    assert sales("Outer") == [{"Region": "north", "n": 2}]


@pytest.mark.parametrize("source", ["Totals", "materialized_view('Totals')"])
def test_a_materialized_view_has_its_rows(sales, functions, source):
    assert sales(f"{source} | where Region == 'west'") == [{"Region": "west", "Total": 310.0}]


@pytest.mark.parametrize(
    "text",
    [
        "Above()",
        "Above(1, 'x', 2)",
        "Above('much')",
        "Nothing(1)",
        "materialized_view('Nothing')",
        "let f = (n:long) { Orders | where OrderId <= n }; f()",
    ],
)
def test_calls_that_do_not_fit_are_refused(refusal, functions, text):
    assert refusal(text, database="Sales").code == "General_BadRequest"


def test_a_function_that_calls_itself_is_refused(azure, refusal):
    functions = azure.world.cluster.databases["Sales"].functions
    functions["Loop"] = StoredFunction("Loop", "()", "{ Loop() }")

    assert "calls itself" in refusal("Loop", database="Sales").description


@pytest.mark.nightly
def test_a_plugin_in_the_midst_of_a_pipeline(run, azure, script_token):
    text = (
        "let least = 100; Orders | where Amount > least "
        "| evaluate python(typeof(*, Half:real), 'result = df.assign(Half=df.Amount / 2)') "
        "| summarize Halves = sum(Half) by Region | order by Halves desc"
    )

    rows = run(text, database="Sales", token=script_token)

    assert rows == [{"Region": "west", "Halves": 155.0}, {"Region": "north", "Halves": 60.25}]


@pytest.mark.nightly
def test_a_plugin_in_a_join(run, script_token):
    text = (
        "Orders | join kind=inner (Customers | evaluate python(typeof(OrderId:long), "
        '\'result = df.rename(columns={"CustomerId": "OrderId"})[["OrderId"]]\')) on OrderId | count'
    )

    assert run(text, database="Sales", token=script_token) == [{"Count": 3}]


def test_results_of_a_command_are_joined_with_a_table(sales):
    text = (
        ".show tables | project TableName; "
        "$command_results | extend n = strlen(TableName) | order by TableName asc"
    )

    assert sales(text) == [{"TableName": "Customers", "n": 9}, {"TableName": "Orders", "n": 6}]


PARAMETERS = (
    "declare query_parameters(least:real, region:string = 'north', since:datetime = datetime(null),"
    " wait:timespan = 1h, more:dynamic = dynamic({}));\n"
    "Orders | where Amount > least and Region == region | project OrderId, wait, kind = more.kind"
)


def test_query_parameters_are_values(connect):
    properties = ClientRequestProperties()
    properties.set_parameter("least", "real(50)")
    properties.set_parameter("region", "nor'th")
    properties.set_parameter("more", 'dynamic({"kind": "x"})')
    client = connect(ADMIN)

    none = client.execute_query("Sales", PARAMETERS, properties).primary_results[0]
    properties.set_parameter("region", "north")
    two = client.execute_query("Sales", PARAMETERS, properties).primary_results[0]

    assert len(none) == 0
    assert [(row["OrderId"], row["kind"]) for row in two] == [(1, "x"), (6, "x")]


@pytest.mark.parametrize("given", ["1); Orders", "real(1) or true", "'x'", "dynamic(1)"])
def test_a_parameter_of_another_type_is_refused(connect, given):
    properties = ClientRequestProperties()
    properties.set_parameter("least", given)

    with pytest.raises(Exception, match=r"least|Syntax|literal|real"):
        connect(ADMIN).execute_query("Sales", PARAMETERS, properties)


def test_a_parameter_without_a_value_is_refused(refusal):
    assert "'least'" in refusal(PARAMETERS, database="Sales").description


WORDS = ("kind", "title", "of", "to", "set", "table", "first", "last", "count", "name", "type")


def test_words_of_the_grammar_are_names_of_columns(azure, sales):
    columns = tuple((word, "long") for word in WORDS)
    table = Table("Odd", columns, rows=[tuple(range(11)), tuple(range(12, 23))])
    azure.world.cluster.databases["Sales"].tables["Odd"] = table

    rows = sales(
        "Odd | where kind > 1 and title == 13 | extend of = to + 1, x = set "
        "| project kind, title, of, x, table, first, last, ['count'] | sort by table desc"
    )

    assert rows == [
        {
            "kind": 12,
            "title": 13,
            "of": 16,
            "x": 16,
            "table": 17,
            "first": 18,
            "last": 19,
            "count": 20,
        }
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("print x = h'a' @'\\b' \"c\\n\\u00e9\"", "a\\bc\né"),
        ("print x = ```two\nlines```", "two\nlines"),
        ("print x = h@'it''s'", "it's"),
        ("print x = ~~~'\"~~~", "'\""),
        (
            "print x = tostring(dynamic({'a': 'it\\'s', \"b\": [2m, datetime(2026-01-01)]}))",
            '{"a":"it\'s","b":["00:02:00","2026-01-01T00:00:00Z"]}',
        ),
    ],
)
def test_literals_mean_what_they_mean_in_commands(sales, text, value):
    assert sales(text) == [{"x": value}]
