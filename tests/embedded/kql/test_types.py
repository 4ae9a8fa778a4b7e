"""Values keep Kusto's types through both versions of the answer, or are refused."""

from __future__ import annotations

import pytest

from adxmi_jupyter.embedded.state.clusters import Table

COLUMNS = (
    ("s", "string"),
    ("l", "long"),
    ("i", "int"),
    ("r", "real"),
    ("e", "decimal"),
    ("b", "bool"),
    ("d", "datetime"),
    ("t", "timespan"),
    ("g", "guid"),
    ("y", "dynamic"),
)
FIRST = (
    "text",
    9223372036854775807,
    2147483647,
    2.5,
    "12345678901234567890.123456789",
    True,
    "2026-01-05T08:30:00.1234567Z",
    "-1.02:03:04.0500000",
    "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6",
    {"a": [1, None, "x"], "b": {"c": 2.5}},
)
NULLS = ("", *[None] * 9)


@pytest.fixture
def every_type(azure):
    table = Table("T", COLUMNS, rows=[FIRST, NULLS])
    azure.world.cluster.databases["Sales"].tables["T"] = table


@pytest.fixture
def rows_of(post):
    """Return the raw rows and (name, type) pairs of a query, by the version of the endpoint."""

    def ask(text, version):
        answer = post(text, path=f"/{version}/rest/query", db="Sales").json()
        table = answer["Tables"][0] if version == "v1" else answer[2]
        columns = [(c["ColumnName"], c["ColumnType"]) for c in table["Columns"]]
        return table["Rows"], columns

    return ask


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    "text", ["T", "T | where true | extend n = 1 | project-away n", "T | order by l desc"]
)
def test_every_type_comes_back_as_it_was(every_type, rows_of, version, text):
    rows, columns = rows_of(text, version)

    assert rows == [list(FIRST), list(NULLS)]
    assert columns == list(COLUMNS)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("i + i", "long", 4294967294),
        ("-i", "long", -2147483647),
        ("i / 2", "long", 1073741823),
        ("r / 2", "real", 1.25),
        ("e + 1", "decimal", "12345678901234567891.123456789"),
        ("bin(t, 1d)", "timespan", "-2.00:00:00"),
        ("t * 2", "timespan", "-2.04:06:08.1000000"),
        ("t / 1h", "real", -26.051125),
        ("d - 1h", "datetime", "2026-01-05T07:30:00.1234567Z"),
        ("d > datetime(2026-01-05T08:30:00.1234566Z)", "bool", True),
        ("bin(d, 1h)", "datetime", "2026-01-05T08:00:00Z"),
        ("getyear(d)", "int", 2026),
        ("y.b.c", "dynamic", 2.5),
        ("y.b.c == 2.5 and y.b.c > 2", "bool", True),
        ("tolong(y.a[0])", "long", 1),
        ("tostring(t)", "string", "-1.02:03:04.0500000"),
        ("tostring(g)", "string", "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"),
        ("strcat(s, '-', l)", "string", "text-9223372036854775807"),
        ("real(nan)", "real", "NaN"),
        ("1.0 / 0", "real", "Infinity"),
        ("datetime(9999-12-31)", "datetime", "9999-12-31T00:00:00Z"),
        ("datetime(0001-01-01)", "datetime", "0001-01-01T00:00:00Z"),
        ("todecimal('1.50')", "decimal", "1.5"),
        ("long(null)", "long", None),
        ("tostring(long(null))", "string", ""),
        ("dynamic({'wait': 2m})", "dynamic", {"wait": "00:02:00"}),
    ],
)
def test_computed_values_have_kustos_types(every_type, rows_of, expression, kind, value, version):
    rows, columns = rows_of(f"T | take 1 | project x = {expression}", version)

    assert columns == [("x", kind)]
    assert rows == [[pytest.approx(value) if isinstance(value, float) else value]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("print x = bin(datetime(2026-01-07), 7d)", "2026-01-05T00:00:00Z"),
        ("let size = 30m; print x = bin(datetime(2026-01-07 10:59), size)", "2026-01-07T10:30:00Z"),
        ("print x = endofmonth(datetime(2026-02-03))", "2026-02-28T23:59:59.9999999Z"),
        ("range n from 1 to 5 step 1 | summarize x = make_list(n, 2)", [1, 2]),
        ("range n from 1 to 5 step 1 | summarize x = make_set(n % 2, 1)", [0]),
        ("range n from 5 to 1 step -1 | summarize x = make_set(n)", [1, 2, 3, 4, 5]),
        ("print x = dynamic(2.5) | project x = x > 2", True),
        ("print x = iff(true, dynamic('a'), 'b')", "a"),
        ("print x = strcat(1, ' ', 1.5, ' ', true, ' ', 2h)", "1 1.5 True 02:00:00"),
    ],
)
def test_values_are_those_of_kusto(rows_of, text, value):
    rows, _ = rows_of(text, "v2")

    assert rows == [[value]]


@pytest.mark.parametrize(
    "expression",
    [
        "l + 1",
        "l * 2",
        "toint(i) + l",
        "datetime(9999-12-31) + 2d",
        "d < datetime(9999-12-31)",
        "todatetime('0001-01-01') - 1d",
        "e * 2",
        "e / 2",
        "y.b.c + 1",
        "1tick",
    ],
)
def test_what_cannot_be_kept_is_refused(every_type, refusal, expression):
    error = refusal(f"T | take 1 | project x = {expression}", database="Sales")

    assert "not supported by the embedded Azure: " in error.description


def test_tables_in_a_query_take_decimals(rows_of):
    text = "datatable(e:decimal) [decimal(12345678901234567890.5), decimal(null), 2, decimal(-1e2)]"

    rows, columns = rows_of(f"{text} | extend more = e + decimal(1)", "v2")

    assert columns == [("e", "decimal"), ("more", "decimal")]
    assert [row[0] for row in rows] == ["12345678901234567890.5", None, "2", "-100"]
    assert [row[1] for row in rows] == ["12345678901234567891.5", None, "3", "-99"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("decimal", "0.1234567891"),
        ("timespan", "00:00:00.0000001"),
    ],
)
def test_rows_that_cannot_be_kept_are_refused(azure, refusal, run, column, value):
    table = Table("Fine", (("x", column), ("n", "long")), rows=[(value, 1)])
    azure.world.cluster.databases["Sales"].tables["Fine"] = table

    assert "not supported by the embedded Azure: " in refusal("Fine", database="Sales").description
    assert run("Fine | project n", database="Sales") == [{"n": 1}]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("T | where isempty(s)", 1),
        ("T | where isnull(l)", 1),
        ("T | where l == long(null)", 0),
        ("T | where s == ''", 1),
        ("T | join kind=leftouter (T | where false | project s, u = s) on s | where u == ''", 2),
        ("T | join kind=fullouter (print s = 'other') on s | where s == '' and isnotempty(s1)", 1),
        ("union (T | project s), (T | project l) | where s == ''", 3),
        ("T | lookup (T | where false | project s, u = s) on s | where strlen(u) == 0", 2),
        ("T | where isnotempty(tostring(y))", 1),
    ],
)
def test_empty_texts_are_no_nulls(every_type, run, text, count):
    assert run(f"{text} | count", database="Sales") == [{"Count": count}]


def test_names_that_differ_in_case_are_two_names(azure, refusal, run):
    tables = azure.world.cluster.databases["Sales"].tables
    tables["case"] = Table("case", (("x", "long"),), rows=[(1,)])
    tables["CASE"] = Table("CASE", (("x", "long"),), rows=[(2,)])
    tables["Both"] = Table("Both", (("x", "long"), ("X", "long")), rows=[(1, 2)])

    assert run("['case'] | union CASE | summarize sum(x)", database="Sales") == [{"sum_x": 3}]
    assert "not supported" in refusal("Both | project X", database="Sales").description
