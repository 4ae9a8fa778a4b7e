"""Names and types of a query's columns are those of Microsoft's parser with the schema loaded.

What the engine does not cover, and what the parser finds wrong, has no columns to compare.
"""

from __future__ import annotations

import pytest

from adxmi_jupyter.embedded.engine.canonical import canonical_text
from adxmi_jupyter.embedded.engine.errors import EngineError, UnsupportedError
from adxmi_jupyter.embedded.engine.tokens import tokens_of
from adxmi_jupyter.embedded.engine.workspace import Workspace

KINDS = [
    "string",
    "long",
    "int",
    "real",
    "decimal",
    "bool",
    "datetime",
    "timespan",
    "guid",
    "dynamic",
]
COLUMNS = tuple((f"{kind}_", kind) for kind in KINDS)
ROWS = [
    (
        *("text", 7, 3, 2.5, "1.25", True, "2026-01-05T08:30:00Z", "01:30:00"),
        *("5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6", {"a": [1, 2], "b": {"c": "x"}}),
    ),
    ("", *[None] * 9),
]
TABLES = {
    "T": "(" + ", ".join(f"{name}:{kind}" for name, kind in COLUMNS) + ")",
    "U": "(long_:long, string_:string, Other:real)",
}
RELATIONS = {
    "T": (COLUMNS, ROWS),
    "U": ((("long_", "long"), ("string_", "string"), ("Other", "real")), [(7, "u", 0.5)]),
}


@pytest.fixture
def columns_of():
    """Run a query over the tables and return its columns."""

    def run(text):
        tokens = tokens_of(text)
        with Workspace("2026-06-01T12:00:00Z", {"current_principal": "aaduser=x"}) as workspace:
            known = {name: workspace.add(*table) for name, table in RELATIONS.items()}
            canonical = canonical_text(tokens, 0, len(tokens), text)
            answer = workspace.answer(canonical, lambda name, *_: known.get(name))
        return list(answer.columns)

    return run


QUERIES = [
    "T",
    "T | where long_ > 1 and string_ has 'x' or bool_",
    "T | project string_, x = long_ + int_, int_ / 2, -int_, real_ * 2, decimal_ + 1",
    "T | project bin(timespan_, 1h), bin(datetime_, 1d), bin(int_, 5), bin(real_, 0.5), floor(long_, 2)",
    "T | extend string_ = strlen(string_), New = timespan_ / 1m, datetime_ - 1h, 1h / 7, timespan_ * 2",
    "T | extend y = datetime_ - datetime(2026-01-01), z = now() - datetime_, a = ago(1d)",
    "T | project dynamic_.a, dynamic_.a[0], dynamic_['b'].c, tolong(dynamic_.a[1]), tostring(dynamic_)",
    "T | project-away long_, int_ | project-rename Text = string_",
    "T | summarize count(), sum(int_), sum(real_), avg(long_), avg(timespan_), sum(timespan_) by string_",
    "T | summarize min(datetime_), max(int_), dcount(string_), countif(bool_), sumif(int_, bool_)",
    "T | summarize make_set(int_), make_list(datetime_), stdev(long_), variance(int_), percentile(long_, 50)",
    "T | summarize arg_max(datetime_, *) by string_",
    "T | summarize arg_min(long_, string_, int_), take_any(guid_)",
    "T | summarize n = count(), round(avg(real_), 1), tostring(max(long_)) by bin(datetime_, 1d), bool_",
    "T | summarize by string_, Day = startofday(datetime_)",
    "T | distinct string_, bool_",
    "T | count",
    "T | top 2 by long_ desc | take 1 | sort by string_ asc nulls first",
    "T | join kind=inner U on long_",
    "T | join U on long_, string_",
    "T | join kind=leftouter (U | project long_, Other) on $left.long_ == $right.long_",
    "T | join kind=leftanti U on long_",
    "T | join kind=rightsemi U on long_",
    "T | lookup U on long_",
    "union T, U",
    "union withsource=Source T, (U | take 1)",
    "T | mv-expand Item = dynamic_.a to typeof(long)",
    "T | mv-expand with_itemindex=n dynamic_",
    "T | parse string_ with 'a' first_part:long ' ' rest",
    "T | getschema",
    "T | project iff(bool_, int_, long_), iff(bool_, 1, 2), case(bool_, 'a', 'b'), coalesce(int_, long_)",
    "T | project iff(bool_, dynamic_.b.c, string_), max_of(int_, long_), min_of(real_, 2.0)",
    "T | project strcat(string_, long_), substring(string_, 1), split(string_, ','), toupper(string_)",
    "T | project toint(string_), todouble(long_), todecimal(long_), tobool(string_), toguid(string_)",
    "T | project todatetime(string_), totimespan(string_), parse_json(string_), extract('(a)', 1, string_)",
    "T | project getyear(datetime_), hourofday(datetime_), dayofweek(datetime_), startofmonth(datetime_)",
    "T | project format_datetime(datetime_, 'yyyy-MM-dd'), weekofyear = week_of_year(datetime_)",
    "T | project isempty(string_), isnull(long_), isnotnull(dynamic_), gettype(long_), array_length(dynamic_.a)",
    "T | project abs(int_), round(real_, 1), round(long_), ceiling(real_), sqrt(long_), pow(2, long_), pi()",
    "T | project bag_pack('a', long_), pack_array(long_, string_), indexof(string_, 'x'), hash_md5(string_)",
    "T | project string_ == 'a', long_ in (1, 2), long_ between (1 .. 3), string_ has_any ('a', 'b')",
    "T | project now(), current_principal(), new_guid(), rand()",
    "print 1, 'a', x = 1.5, 2h, true, datetime(2026-01-01), guid(null), dynamic({'a': 1}), long(null)",
    "print decimal(1.5), int(5) + int(5), 7 / 2, 7 % 3, 1.0 / 3",
    "range n from 1 to 5 step 2",
    "range d from datetime(2026-01-01) to datetime(2026-01-03) step 1d",
    "range r from 1.0 to 2.0 step 0.5",
    "datatable(a:string, b:int, c:date, d:double, e:boolean) ['x', 1, datetime(2026-01-01), 1.5, true]",
    "let x = 5; let f = (n:long) { n * 2 }; T | project f(long_), x, y = x + 1",
    "let t = T | where bool_ | project long_, string_; t | join kind=inner t on long_ | count",
    "let n = toscalar(T | summarize max(long_)); T | where long_ == n | project long_, n",
    "T | where long_ in ((U | project long_)) | project Kind = 'x', Long = long_",
    "T | project ['c d'] = long_, Name = string_ | where Name != ''",
]


@pytest.mark.parametrize("text", QUERIES)
def test_columns_are_those_of_the_parser(kusto_parser, columns_of, text):
    judgement = kusto_parser.judge_query(text, TABLES)

    assert judgement.semantic_diagnostics == ()
    assert columns_of(text) == [(column.name, column.type) for column in judgement.columns]


WRONG = [
    "T | where nothing == 1",
    "T | where Long_ == 1",
    "t | count",
    "T | project string_ + string_",
    "T | project bool_ + 1",
    "T | where long_ contains 'x'",
    "T | where string_ < 'x'",
    "T | project -bool_",
    "T | summarize sum(string_)",
    "T | summarize min(dynamic_)",
    "T | join kind=inner U on Other",
    "T | project long_[0]",
    "T | where datetime_ > 5",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_the_parser_finds_wrong_is_refused(kusto_parser, columns_of, text):
    assert kusto_parser.judge_query(text, TABLES).semantic_diagnostics

    with pytest.raises(EngineError) as raised:
        columns_of(text)
    assert not isinstance(raised.value, UnsupportedError)


OPERATORS = ["+", "-", "*", "/", "%", "==", "<", "=~", "contains", "has"]


@pytest.mark.nightly
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("left", KINDS)
@pytest.mark.parametrize("right", KINDS)
def test_every_operator_of_every_two_types(kusto_parser, columns_of, operator, left, right):
    text = f"T | project x = {left}_ {operator} {right}_"
    judgement = kusto_parser.judge_query(text, TABLES)

    try:
        found = columns_of(text)
    except EngineError:
        return
    assert judgement.semantic_diagnostics == ()
    assert found == [(column.name, column.type) for column in judgement.columns]


AGGREGATES = [
    "sum({0})",
    "avg({0})",
    "min({0})",
    "max({0})",
    "dcount({0})",
    "count_distinct({0})",
    "make_set({0})",
    "make_list({0})",
    "stdev({0})",
    "variance({0})",
    "take_any({0})",
    "any({0})",
    "percentile({0},50)",
    "sumif({0},bool_)",
    "avgif({0},bool_)",
    "arg_max({0},string_)",
    "arg_min(long_,{0})",
    "dcountif({0},bool_)",
]
FUNCTIONS = [
    "tostring({0})",
    "tolong({0})",
    "toint({0})",
    "todouble({0})",
    "todecimal({0})",
    "tobool({0})",
    "todatetime({0})",
    "totimespan({0})",
    "toguid({0})",
    "abs({0})",
    "round({0})",
    "ceiling({0})",
    "bin({0},{0})",
    "floor({0},1)",
    "isnull({0})",
    "isempty({0})",
    "gettype({0})",
    "strcat({0},{0})",
    "iff(bool_,{0},{0})",
    "coalesce({0},{0})",
    "max_of({0},{0})",
    "case(bool_,{0},{0})",
    "strlen({0})",
    "toupper({0})",
    "substring({0},0,1)",
    "parse_json({0})",
    "bag_pack('a',{0})",
    "pack_array({0})",
    "hash_md5({0})",
    "startofday({0})",
    "getyear({0})",
    "dayofweek({0})",
    "sqrt({0})",
    "array_length({0})",
    "-{0}",
    "not({0})",
    "{0}.a",
    "split({0},',')",
    "reverse({0})",
    "sign({0})",
]


@pytest.mark.nightly
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", [*FUNCTIONS, *AGGREGATES])
def test_every_function_of_every_type(kusto_parser, columns_of, call, kind):
    operator = "summarize" if call in AGGREGATES else "project"
    text = f"T | {operator} x = {call.format(f'{kind}_')}"
    judgement = kusto_parser.judge_query(text, TABLES)

    try:
        found = columns_of(text)
    except EngineError:
        return
    assert found == [(column.name, column.type) for column in judgement.columns]
