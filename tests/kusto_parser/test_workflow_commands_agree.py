"""The embedded Azure and Microsoft's parser agree about the commands of workflows.

External tables, exports, further policies, tables, plugins. As in `test_embedded_agrees`, to
understand a command means not to answer it with a syntax error.
"""

from __future__ import annotations

import pytest

from tests.kusto_parser.agreement import (
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    assert_both_refuse,
    assert_both_understand,
)

GUID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
STORAGE = "kind=storage dataformat=csv ('c')"
BY = ".create external table T (a:string) kind=storage partition by"

UNDERSTOOD_BY_BOTH = [
    # external tables
    f".create external table T (a:string) {STORAGE}",
    f".alter external table T (a:string) {STORAGE}",
    f".create-or-alter external table T (a:string) {STORAGE}",
    f".create external table ['T x'] (a : string, ['b c']:long, [d]:real) {STORAGE}",
    f".create external table 'T' ('a':string) {STORAGE};",
    f".create external table T (a:string) {STORAGE} | project TableName",
    ".create external table T (a:string) kind=blob dataformat = parquet (h@'c', \"d\")",
    ".create external table T (a:string) kind = adl dataformat=tsv ('c')",
    f'.create external table T (a:string) {STORAGE} with (folder="x", compressed=true)',
    f".create external table T (a:string) {STORAGE} with (['folder']=@'x', 'docString'=h'y')",
    ".create external table T (a:string) kind=storage catalog='x' dataformat=csv ('c')",
    f"{BY} (P:string) dataformat=csv ('c')",
    f"{BY} (P:string=a, Q:datetime, R:long=hash(a,10)) dataformat=csv ('c')",
    f"{BY} (P:datetime=startofday(['t s'])) dataformat=csv ('c')",
    f"{BY} (P:datetime=bin(a, 1h), Q:datetime=bin(a, timespan(2d))) dataformat=csv ('c')",
    f"{BY} (P:datetime=startofyear(a)) catalog='x' dataformat=csv ('c')",
    f"{BY} (P:string) pathformat=(P) dataformat=csv ('c')",
    f'{BY} (P:string) pathformat=("x" P "y") dataformat=csv (\'c\')',
    f'{BY} (P:string) pathformat=("x" "P") dataformat=csv (\'c\')',
    f"{BY} (P:string) pathformat=(P P) dataformat=csv ('c')",
    f"{BY} (P:datetime) pathformat=(datetime_pattern(\"yyyy\", P)) dataformat=csv ('c')",
    ".create external table T kind=delta ('c')",
    ".create external table T (a:string) kind=delta (h@'c') with (AutoUpdateSchema=true)",
    ".create external table T (a:string) kind=sql table=X ('c') with (primarykey='id')",
    ".create external table T (a:string) kind=sql table=['a.b'] ('c')",
    ".create external table T (a:string) kind=sql ('c')",
    ".drop external table T",
    ".show external tables details",
    ".show external table T details",
    ".show external table details details",
    ".show external table T cslschema",
    ".show external table T kqlschema",
    ".show external table T schema as json",
    ".show external table T schema as csl",
    ".show external table T schema as kql",
    ".show external table T artifacts",
    ".show external table T artifacts limit 10",
    ".show external table T artifacts limit long(5)",
    ".create external table T mapping \"M\" '[]'",
    ".create external table ['T x'] mapping @'M' ```[]```;",
    ".alter external table T mapping 'M' h'[]' | take 1",
    ".drop external table T mapping 'M'",
    ".show external table T mapping 'M'",
    ".show external table T mappings",
    ".show external table mapping mappings",
    # literals of properties
    *[
        f".create table T (a:string) with (folder={value})"
        for value in (
            *("1", "-1", "+1", "1.5", "1e5", "1.5e-3", "1.", "0x1F", "true", "False", "TRUE"),
            *("'x'", '"x"', "h'x'", "@'x'", "```x```", "'a' 'b'", "'a' h\"b\""),
            *("1h", "1.5h", "-5s", "10ms", "1tick", "2minutes", "3micro", "timespan(1h)"),
            *("timespan(0.12:34:56.7)", "timespan(null)", "time(2 days)", "timespan('1h')"),
            *("datetime(2020-01-01 10:00:00)", "date(2020-01-01)", "guid('x')"),
            *(GUID, GUID.upper(), f"guid({GUID})", "real(1.5)", "long( 5 )", "int(null)"),
            *("decimal(1.5)", "bool(true)", "bool(1)", "double(1)"),
        )
    ],
    # types of columns
    *[
        f".create table T (a:{kind})"
        for kind in (
            *("string", "long", "int", "real", "bool", "boolean", "datetime", "date", "timespan"),
            *("time", "guid", "uniqueid", "dynamic", "decimal", "double", "float", "int8", "int16"),
            *("int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "ulong"),
        )
    ],
    # continuous exports, exports, operations
    ".create-or-alter continuous-export N to table X <| Orders",
    (
        ".create-or-alter continuous-export N over (T1, ['T 2']) to table X"
        ' with (managedIdentity="system", intervalBetweenRuns=1h) <| T1 | take 1'
    ),
    f".create-or-alter continuous-export N to table X with (managedIdentity={GUID}) <| Orders",
    ".create-or-alter continuous-export over over (over) to table table <| Orders",
    ".create-or-alter continuous-export N to table X <|",
    ".create-or-alter continuous-export N to table X with (a=1) <| .show version",
    ".show continuous-export N failures",
    ".show continuous-export N exported-artifacts",
    ".enable continuous-export N",
    ".disable continuous-export ['N']",
    ".drop continuous-export N",
    ".export to csv (h@'c') <| Orders",
    ".export to csv (h@'c')<|Orders",
    ".export async compressed to json (h@'c', 'd') with (sizeLimit=100) <| Orders | take 1",
    ".export async to parquet ('c') <| Orders;",
    ".export compressed to tsv ('c') <| Orders",
    ".export to table X <| Orders",
    ".export async to table X with (sizeLimit=1) <| Orders",
    ".show operations",
    f".show operations {GUID}",
    f".show operations ({GUID}, guid({GUID}), '{GUID}')",
    f".show operation {GUID} details",
    f".show operation '{GUID}' details",
    # policies
    ".show cluster policy callout",
    ".alter cluster policy callout '[]'",
    ".alter-merge cluster policy callout ```[]```",
    ".delete cluster policy callout",
    ".alter table T policy update '[]'",
    ".alter table Db.T policy update @'[]' with (a=true)",
    ".alter-merge table ['T'] policy update '[]'",
    ".delete table T policy update",
    ".delete table Db.T policy update",
    ".alter external table N policy query_acceleration '{}'",
    ".alter-merge external table N policy query_acceleration '{}'",
    ".show external table N policy query_acceleration",
    ".show external table * policy query_acceleration",
    ".delete external table N policy query_acceleration",
    ".show external table T operations query_acceleration statistics",
    ".show external tables operations query_acceleration statistics",
    # tables and mappings
    ".create table T (a:string, b:long)",
    ".create table ['a b'] ([c]:string) with (folder='x', docstring=\"y\")",
    ".create-merge table T (a:string)",
    ".drop table T",
    ".drop table T ifexists",
    ".show tables",
    ".show tables (T, U)",
    ".show table T cslschema",
    ".show table T kqlschema",
    ".create table T ingestion csv mapping \"m\" '[]'",
    ".create table T ingestion json mapping 'm' ```[]``` with (removeOldestIfRequired=true)",
    ".create-or-alter table T ingestion parquet mapping 'm' '[]'",
    ".show table T ingestion mappings",
    ".show table T ingestion csv mappings",
    # plugins
    ".enable plugin python",
    ".enable plugin 'python'",
    ".disable plugin ['python']",
    ".show plugins",
    ".clear cluster cache external-artifacts ('u')",
    ".clear cluster cache external-artifacts ('u', \"v\")",
]

REFUSED_BY_BOTH = [
    # external tables
    ".create external table T (a:string) kind=storage ('c')",
    ".create external table T (a:string) kind=storage dataformat=csv ()",
    ".create external table T (a:string) kind=storage dataformat=csv (c)",
    ".create external table T (a:string) kind=storage dataformat=bogus ('c')",
    ".create external table T (a:string) kind=storage dataformat=CSV ('c')",
    ".create external table T (a:string) kind=Storage dataformat=csv ('c')",
    ".create external table T (a:string) kind=bogus dataformat=csv ('c')",
    ".create external table T (a:string) dataformat=csv kind=storage ('c')",
    f".create external table T {STORAGE}",
    f".create external table T () {STORAGE}",
    f".create external table T (a) {STORAGE}",
    f".create external table T (a:string,) {STORAGE}",
    f".create external table T (kind:string) {STORAGE}",
    f".create external table Db.T (a:string) {STORAGE}",
    f".create external table T (a:string) {STORAGE} with ()",
    f".create external table T (a:string) {STORAGE} with (kind=1)",
    f".create external table T (a:string) with (x=1) {STORAGE}",
    f".create external tables T (a:string) {STORAGE}",
    f".create-merge external table T (a:string) {STORAGE}",
    f"{BY} () dataformat=csv ('c')",
    f"{BY} (P) dataformat=csv ('c')",
    f"{BY} (P:long) dataformat=csv ('c')",
    f"{BY} (P:int=hash(a,1)) dataformat=csv ('c')",
    f"{BY} (P:string=bin(a,1h)) dataformat=csv ('c')",
    f"{BY} (P:datetime=a) dataformat=csv ('c')",
    f"{BY} (P:datetime=startofhour(a)) dataformat=csv ('c')",
    f"{BY} (P:long=hash(a,x)) dataformat=csv ('c')",
    f"{BY} (P:string) pathformat=() dataformat=csv ('c')",
    f"{BY} (P:string) pathformat=(\"x\") dataformat=csv ('c')",
    f"{BY} (P:string) pathformat=(P, \"x\") dataformat=csv ('c')",
    ".create external table T (a:string) kind=storage pathformat=(P) dataformat=csv ('c')",
    ".create external table T kind=delta ('c','d')",
    ".create external table T kind=delta dataformat=parquet ('c')",
    ".create external table T kind=sql table=X ('c')",
    ".create external table T (a:string) kind=sql table=dbo.X ('c')",
    ".create external table T (a:string) kind=sql table=X ('c','d')",
    ".create external table T json mapping 'M' '[]'",
    ".create external table T mapping M '[]'",
    ".create external table T mapping 'M'",
    ".create external table T mapping 'M' '[' ']'",
    ".create external table T mapping 'M' '[]' with (a=1)",
    ".create-or-alter external table T mapping 'M' '[]'",
    ".drop external table T json mapping 'M'",
    ".show external table T json mappings",
    ".drop external table",
    ".drop external tables T",
    ".drop external table T if exists",
    ".show external table T schema",
    ".show external table T schema json",
    ".show external table T schema as JSON",
    ".show external table T artifacts limit",
    ".show external table T artifacts limit x",
    # literals of properties and types of columns
    *[
        f".create table T (a:string) with (folder={value})"
        for value in (
            *(".5", "null", "abc", "1w", "1H", "1.2.3", "1l", "1 + 1", "(1)", "[1]", "['a']"),
            *("string(x)", "timespan (1h)", "bogus(1h)", "--5", "1..2", GUID[:-1]),
        )
    ],
    *[
        f".create table T (a:{kind})"
        for kind in ("uuid", "byte", "char", "object", "String", "short", "['string']", "xyz")
    ],
    # continuous exports, exports, operations
    ".create-or-alter continuous-export N to table X",
    ".create-or-alter continuous-export N over (Db.T) to table X <| T",
    ".create-or-alter continuous-export N over () to table X <| T",
    ".create-or-alter continuous-export N over T to table X <| T",
    ".create-or-alter continuous-export N to table X with (managedIdentity=system) <| T",
    ".create-or-alter continuous-export N to table X with () <| T",
    ".create-or-alter continuous-export N to external table X <| T",
    ".create continuous-export N to table X <| T",
    ".alter continuous-export N to table X <| T",
    ".show continuous-exports failures",
    ".show continuous-export N exported-artifacts extra",
    ".drop continuous-export N ifexists",
    ".export to csv ('c')",
    ".export to csv () <| T",
    ".export to csv 'c' <| T",
    ".export to txt ('c') <| T",
    ".export to csv ('c') | T",
    ".export to csv ('c') < | T",
    ".export compressed async to csv ('c') <| T",
    ".export compressed to table X <| T",
    ".export to external table X <| T",
    ".show operations ()",
    ".show operations x",
    ".show operations 5",
    ".show operations details",
    ".show operation details",
    f".show operation {GUID}",
    # policies
    ".show database policy callout",
    ".alter cluster policy callout []",
    ".alter cluster policy callout '[]' with (a=1)",
    ".alter table T policy update",
    ".alter table T policy update []",
    ".delete table * policy update",
    ".alter-merge table * policy update '[]'",
    ".alter external table Db.N policy query_acceleration '{}'",
    ".alter external table N policy query-acceleration '{}'",
    ".delete external table * policy query_acceleration",
    ".show table T policy query_acceleration",
    # tables, mappings, plugins
    ".create table T ()",
    ".create table T (a:string,)",
    ".create-merge table Db.T (a:string)",
    ".drop table Db.T",
    ".drop table T if exists",
    ".show table Db.T cslschema",
    ".show table T cslschema extra",
    ".create table T ingestion csv mapping m '[]'",
    ".create table T ingestion tsv mapping 'm' '[]'",
    ".create table T ingestion csv mapping \"m\" '[]' '[]'",
    ".show table T ingestion apacheavro mappings",
    ".enable plugin",
    ".enable plugins python",
    ".show plugin python",
    ".clear cluster cache external-artifacts",
    ".clear cluster cache external-artifacts ()",
    ".clear cluster cache external-artifacts 'u'",
]

# The documentation has these, the grammar of the parser has not.
DOCUMENTED_BEYOND_THE_GRAMMAR = [
    ".drop external table T ifexists",
    ".create external table T (a:string) kind=sql table=X ('c') with (primarykey=id)",
    ".create external table T (a:string) kind=sql ('AccountEndpoint=x;' h'AccountKey=y')",
]

NOT_EMBEDDED = [
    ".show external tables with (x=1)",
    ".show external table T with (x=1)",
    ".show external table T principals",
    ".add external table T admins ('aaduser=x')",
    ".show cluster pending continuous-exports",
    ".export to sql T 'c' <| T",
    ".show plugins with (a=1)",
    ".create table T (a:string) with (folder=dynamic([1]))",
    ".create table T (a:string) with (folder=typeof(string))",
]


@pytest.mark.parametrize("text", UNDERSTOOD_BY_BOTH)
def test_both_understand(kusto_parser, refusal_code, text):
    assert_both_understand(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", REFUSED_BY_BOTH)
def test_both_refuse(kusto_parser, refusal_code, text):
    assert_both_refuse(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", DOCUMENTED_BEYOND_THE_GRAMMAR)
def test_documented_commands_are_understood_all_the_same(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert not judgement.is_clean
    assert refusal_code(text) != SYNTAX_ERROR


@pytest.mark.parametrize("text", NOT_EMBEDDED)
def test_commands_that_only_kusto_knows_are_not_supported(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert refusal_code(text) == NOT_SUPPORTED


@pytest.mark.parametrize("query", ["Orders | wher", "Orders |"])
def test_a_broken_query_behind_a_command_is_refused_by_both(kusto_parser, refusal_code, query):
    text = f".create-or-alter continuous-export N to table ArchivedOrders <| {query}"

    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.syntax_diagnostics
    assert refusal_code(text)


@pytest.mark.parametrize("value", ["long(x)", "bool(2)", "int(1.5)", "timespan(now)", "real()"])
def test_only_the_parser_lets_unreadable_values_pass(kusto_parser, refusal_code, value):
    text = f".create table T (a:string) with (folder={value})"

    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert refusal_code(text) == SYNTAX_ERROR
