"""Commands about databases, tables and views are understood alike; scripts of a database too."""

from __future__ import annotations

import pytest

from tests.embedded.test_csl_script import SET_UP
from tests.kusto_parser.agreement import SYNTAX_ERROR, assert_both_refuse, assert_both_understand

QUERY = "{ T | summarize count() by a }"

UNDERSTOOD_BY_BOTH = [
    # databases
    ".show databases with (a=1)",
    ".show cluster databases",
    ".show cluster databases verbose",
    ".show databases (Sales, Tel*) details with (a='x')",
    ".show databases (['Tom\\'s Lab'], *) policies",
    ".show database verbose",
    ".show database datastats with (a=true)",
    ".show database metadata;",
    ".show databases entities",
    ".show databases entities with (resolveFunctionsSchema=true, showObfuscatedStrings=false)",
    ".show database Sales entity T",
    ".show database ['Sales'] entity ['a b'] with (a=true)",
    ".show capacity",
    ".show capacity data-export",
    ".show capacity with (scope=workloadgroup)",
    ".show capacity graph_snapshot with (scope = cluster)",
    # schemas
    ".show schema",
    ".show cluster schema",
    ".show cluster schema details",
    ".show schema as json",
    ".show database schema",
    ".show database schema details",
    ".show database Sales schema details if_later_than 'v1.0'",
    '.show database [Sales] schema if_later_than "v1.0"',
    ".show database schema as json",
    '.show database schema if_later_than "v1.0" as json with (Tables=true)',
    ".show database Sales schema as csl",
    ".show database schema as kql script",
    ".show database ['Sales'] schema as csl script with (IncludeSecuritySettings = true)",
    ".show database cslschema",
    ".show database kqlschema script",
    ".show database Sales cslschema script if_later_than 'v1.0'",
    ".show databases schema",
    ".show databases schema details as json with (Functions=true)",
    ".show databases (Sales if_later_than 'v1.0', Telemetry) schema details",
    ".show databases (Sales) schema as json",
    # tables
    ".show table T",
    ".show table ['a b'] details",
    ".show table T schema as json",
    ".show tables details",
    ".show tables (T, ['a b']) details",
    ".show table T extents",
    ".show table T extents (e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d) hot",
    ".show tables (T) extents hot",
    ".create tables T (a:string), ['b c'] (d:long)",
    ".create tables T (a:string) with (folder='x')",
    ".create-merge tables T (a:string), U (b:long)",
    ".create table T based-on Orders",
    ".create table T based-on Orders ifnotexists with (docstring='x')",
    ".alter table T (a:string) with (folder='x', docstring='y')",
    ".alter-merge table ['T'] (a:string)",
    ".alter table T docstring 'x'",
    ".alter table T folder h'x'",
    ".rename table T to U",
    ".rename table ['a b'] to ['c d']",
    ".rename tables A=B, B=A",
    ".drop tables (T, U)",
    ".drop tables (T) ifexists",
    ".clear table T data",
    ".clear async table T data",
    ".show table T ingestion csv mapping 'm'",
    ".show table T ingestion mapping 'm'",
    ".drop table T ingestion json mapping 'm'",
    ".alter table T ingestion json mapping 'm' '[]' with (removeOldestIfRequired=true)",
    # policies
    ".show table T policy retention",
    ".show table Db.T policy partitioning",
    ".show database policy caching",
    ".show database Sales policy extent_tags_retention",
    ".alter table T policy retention '{}'",
    ".alter-merge table T policy retention softdelete = 1d recoverability = disabled",
    ".alter-merge database policy retention recoverability = enabled",
    ".alter database Sales policy sharding '{}'",
    ".alter-merge database Sales policy ingestionbatching '{}'",
    ".alter table T policy streamingingestion disable",
    ".alter database policy streamingingestion '{}'",
    ".alter table T policy caching hot = 31d",
    ".alter database Sales policy caching hot=time(1.00:00:00)",
    ".alter tables (T, U) policy caching hot = 31d",
    (
        ".alter tables (T) policy caching hot = 1d, hot_window = datetime(2020-01-01) .. "
        "datetime(2020-02-01), hot_window = datetime(2021-01-01) .. datetime(2021-02-01)"
    ),
    ".alter tables (T, U) policy retention '{}'",
    ".alter table T policy ingestiontime true",
    ".alter tables (T) policy ingestiontime true",
    ".alter table T policy auto_delete '{}'",
    ".alter-merge table T policy partitioning '{}'",
    ".delete table T policy caching",
    ".delete database Sales policy merge",
    # views
    ".show materialized-views",
    ".show materialized-views details",
    ".show materialized-views (V, W) details",
    ".show materialized-view V",
    ".show materialized-view ['a b'] details",
    ".show materialized-view V kqlschema",
    ".show materialized-view V schema as json",
    f".create materialized-view V on table T {QUERY}",
    f".create async materialized-view V on table T {QUERY}",
    f".create ifnotexists materialized-view V on table T {QUERY}",
    f".create async ifnotexists materialized-view with (backfill=true) V on table T {QUERY}",
    f".create materialized-view with (Lookback=6h) V on materialized-view W {QUERY}",
    f".create materialized-view with (dimensionTables=dynamic(['a'])) V on table T {QUERY}",
    f".alter materialized-view with (lookback=time(1.00:00:00)) V on table T {QUERY}",
    f".create-or-alter materialized-view V on table T {QUERY}",
    ".alter materialized-view V folder 'x'",
    ".alter materialized-view V docstring 'x'",
    ".alter materialized-view V lookback 1d",
    ".alter materialized-view V autoUpdateSchema false",
    ".enable materialized-view V",
    ".disable materialized-view V",
    ".rename materialized-view V to W",
    ".drop materialized-view V",
]

REFUSED_BY_BOTH = [
    ".show databases details details",
    ".show database Sales details",
    ".show databases entity T",
    ".show databases (Sal*) schema",
    ".show databases (Sales) schema as csl",
    ".show database Sales schema as xml",
    ".show database Sales schema as json script",
    ".show database Sales schema if_later_than v1",
    ".show database Sales schema as csl if_later_than 'v1.0'",
    ".show capacity moods",
    ".show capacity with (scope=moon)",
    ".show table Sales.T details",
    ".show table T schema as csl",
    ".show tables extents",
    ".create tables",
    ".create tables (a:string)",
    ".create table T based-on",
    ".alter table T",
    ".alter table T docstring",
    ".rename table T U",
    ".rename tables T to U",
    ".drop tables T",
    ".clear table T",
    ".clear tables (T) data",
    ".alter table T policy ingestiontime false",
    ".alter table T policy merge enable",
    ".alter-merge table T policy merge softdelete = 1d",
    ".alter-merge table T policy auto_delete '{}'",
    ".alter tables (T) policy sharding '{}'",
    ".alter database Sales policy partitioning '{}'",
    ".alter-merge table T policy caching hot = 1d",
    ".delete database policy caching",
    ".show materialized-view",
    ".create materialized-view V on T { T }",
    ".create materialized-view V on table T",
    ".create ifnotexists async materialized-view V on table T { T }",
    ".alter materialized-view V autoUpdateSchema 'true'",
    ".drop materialized-view V ifexists",
]

# The documentation has these, the grammar of the parser has not.
DOCUMENTED_BEYOND_THE_GRAMMAR = [
    ".rename tables A=B ifexists, B=A",
    ".rename table T to U with (updateMaterializedViews=true)",
    (
        ".alter table T policy caching hot = 1d, hot_window = datetime(2020-01-01) .. "
        "datetime(2020-02-01)"
    ),
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


def test_scripts_of_a_database_are_commands(kusto_parser, client):
    beyond = [text for text in SET_UP if "hot_window" in text]
    for text in [each for each in SET_UP if each not in beyond]:
        client.execute_mgmt("Sales", text)

    (script,) = client.execute_mgmt(
        "Sales", ".show database Sales schema as csl script"
    ).primary_results

    judged = [kusto_parser.judge(row[0], schema=False) for row in script]
    assert [each for each in judged if not each.is_clean or each.kind != "Command"] == []
