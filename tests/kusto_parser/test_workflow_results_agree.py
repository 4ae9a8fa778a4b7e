"""Results of the commands of workflows have the columns of the open-source grammar."""

from __future__ import annotations

import pytest

GUID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
CALLOUT = '[{"CalloutType":"webapi","CalloutUriRegex":"x","CanCall":true}]'
BLOB = "https://contosolake.blob.core.windows.net/exports;managed_identity=system"
ORDERS = "OrderId:long, Region:string, Amount:real, Placed:datetime"
VIEW = ".create materialized-view V on table Orders { Orders | summarize count() }"
UPDATE = '[{"Source":"Customers","Query":"Customers"}]'
ACCELERATION = '{"IsEnabled":true,"Hot":"1.00:00:00"}'

WITH_A_KNOWN_SCHEMA = [
    f".create external table T ({ORDERS}) kind=storage dataformat=csv ('{BLOB}')",
    f".create-or-alter external table T ({ORDERS}) kind=storage dataformat=csv ('{BLOB}')",
    f".alter external table ArchivedOrders ({ORDERS}) kind=storage dataformat=csv ('{BLOB}')",
    ".show external tables details",
    ".show external table ArchivedOrders details",
    ".show external table ArchivedOrders cslschema",
    ".show external table ArchivedOrders schema as json",
    ".show external table ArchivedOrders artifacts",
    ".show external table ArchivedOrders mappings",
    ".show external table ArchivedOrders mapping 'm'",
    ".create external table ArchivedOrders mapping 'n' '[]'",
    ".alter external table ArchivedOrders mapping 'm' '[]'",
    ".drop external table ArchivedOrders mapping 'm'",
    ".drop external table ArchivedOrders",
    ".show operations",
    ".show queries",
    ".show commands",
    ".show commands-and-queries",
    ".show journal",
    ".show streamingingestion statistics",
    ".show streamingingestion failures",
    ".show cluster policy callout",
    f".alter cluster policy callout '{CALLOUT}'",
    f".alter-merge cluster policy callout '{CALLOUT}'",
    ".delete cluster policy callout",
    ".alter table Orders policy update '[]'",
    ".alter-merge table Orders policy update '[]'",
    ".delete table Orders policy update",
    ".show external table * policy query_acceleration",
    ".show external table ArchivedOrders policy query_acceleration",
    ".delete external table ArchivedOrders policy query_acceleration",
    ".show external tables operations query_acceleration statistics",
    ".show external table ArchivedOrders operations query_acceleration statistics",
    ".create table T (a:string)",
    ".create-merge table T (a:string)",
    ".drop table Orders",
    ".show functions",
    ".show function F",
    ".create function G() { Orders }",
    ".create function ifnotexists F() { Orders }",
    ".alter function F() { Orders }",
    ".create-or-alter function F() { Orders }",
    ".drop function F",
    ".drop function None ifexists",
    ".show tables",
    ".show tables (Orders)",
    ".show table Orders cslschema",
    ".create table Orders ingestion csv mapping 'm' '[]'",
    ".create-or-alter table Orders ingestion csv mapping 'm' '[]'",
    ".show table Orders ingestion mappings",
    ".show table Orders policy retention",
    ".alter table Orders policy retention '{}'",
    ".alter-merge table Orders policy retention softdelete = 1d",
    ".alter table Orders policy caching hot = 1d",
    ".alter database Sales policy streamingingestion enable",
    ".show database Sales policy ingestionbatching",
    ".delete table Orders policy merge",
    ".show table Orders ingestion csv mapping 'o'",
    ".alter table Orders ingestion csv mapping 'o' '[]'",
    ".drop table Orders ingestion csv mapping 'o'",
    ".create tables T (a:string), U (b:string)",
    ".create-merge tables T (a:string), U (b:string)",
    ".create table T based-on Orders",
    ".alter table Orders (a:string)",
    ".alter-merge table Orders (a:string)",
    ".alter table Orders docstring 'x'",
    ".alter table Orders folder 'x'",
    ".rename table Orders to O",
    ".rename tables O=Orders, C=Customers",
    ".drop tables (Orders, Customers)",
    ".clear table Orders data",
    ".show table Orders",
    ".show table Orders details",
    ".show tables details",
    ".show tables (Orders) details",
    ".show table Orders extents",
    ".show tables (Orders) extents",
    ".show table Orders schema as json",
    ".show databases",
    ".show cluster databases (Sales) details",
    ".show databases details",
    ".show databases identity",
    ".show databases policies",
    ".show databases datastats",
    ".show databases metadata",
    ".show database details",
    ".show database identity",
    ".show database policies",
    ".show database datastats",
    ".show database metadata",
    ".show database Sales schema",
    ".show database Sales schema as json",
    ".show database Sales schema as csl script",
    ".show database Sales cslschema",
    ".show databases schema",
    ".show databases (Sales, Telemetry) schema as json",
    ".show databases entities",
    ".show database Sales entity Orders",
    ".show capacity",
    ".show materialized-views",
    ".show materialized-view V",
    ".show materialized-view V details",
    ".show materialized-views (V) details",
    ".show materialized-view V cslschema",
    ".show materialized-view V schema as json",
    ".alter materialized-view V on table Orders { Orders | summarize count() }",
    ".create-or-alter materialized-view V on table Orders { Orders | summarize count() }",
    ".alter materialized-view V folder 'x'",
    ".alter materialized-view V docstring 'x'",
    ".alter materialized-view V lookback 1d",
    ".alter materialized-view V autoUpdateSchema true",
    ".rename materialized-view V to W",
    ".enable materialized-view V",
    ".disable materialized-view V",
    ".drop materialized-view V",
]

OF_A_CONTINUOUS_EXPORT = [
    ".show continuous-export Nightly failures",
    ".show continuous-export Nightly exported-artifacts",
    ".enable continuous-export Nightly",
    ".disable continuous-export Nightly",
    ".drop continuous-export Nightly",
]

WITHOUT_A_KNOWN_SCHEMA = [
    ".create-or-alter continuous-export N to table ArchivedOrders <| Orders",
    ".export to csv ('c') <| Orders",
    ".export to table ArchivedOrders <| Orders",
    f".show operation {GUID} details",
    ".enable plugin python",
    ".show plugins",
    ".clear cluster cache external-artifacts ('u')",
    ".show schema",
    ".create materialized-view W on table Orders { Orders | summarize count() }",
]


@pytest.mark.parametrize("text", WITH_A_KNOWN_SCHEMA)
def test_result_columns_are_the_schema_of_the_grammar(kusto_parser, client, result_columns, text):
    client.execute_mgmt("Sales", ".create function F() { Orders }")
    client.execute_mgmt("Sales", VIEW)
    client.execute_mgmt("Sales", ".create table Orders ingestion csv mapping 'o' '[]'")
    client.execute_mgmt("Sales", ".create external table ArchivedOrders mapping 'm' '[]'")
    schema = [(column.name, column.type) for column in kusto_parser.judge(text).columns]

    columns = result_columns(text)

    assert columns == schema
    assert schema


@pytest.mark.parametrize("text", OF_A_CONTINUOUS_EXPORT)
def test_columns_about_one_continuous_export(
    running_azure, kusto_parser, client, result_columns, text
):
    schema = [(column.name, column.type) for column in kusto_parser.judge(text).columns]
    running_azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders"
    )

    columns = result_columns(text)

    assert columns == schema
    assert schema


@pytest.mark.parametrize("text", WITHOUT_A_KNOWN_SCHEMA)
def test_the_grammar_has_no_schema_for_these(kusto_parser, text):
    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert judgement.columns == ()
