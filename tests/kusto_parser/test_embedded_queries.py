"""The embedded Azure understands of queries what Microsoft's parser understands, or says so.

A query that is understood gives a result here: its world holds all that the queries name.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from azure.kusto.data.exceptions import KustoApiError

from adxmi_jupyter.embedded.azure_roles import ROLES
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY
from adxmi_jupyter.embedded.seed.targets import COSMOS_KEY
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.embedded.state.entities import IngestionMapping, StoredFunction
from tests.embedded.links import allow, give

LANDING = f"https://contosolake.blob.core.windows.net/landing/orders.csv;{ACCOUNT_KEY}"
DELTA = f"https://contosolake.blob.core.windows.net/delta/orders;{ACCOUNT_KEY}"
SQL = (
    "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
    "User ID=reporting;Password=embedded-reporting"
)
COSMOS = (
    "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;Collection=Baskets;"
    f"AccountKey={COSMOS_KEY}"
)
MODEL = "https://contosoai.openai.azure.com/openai/deployments"
EMBEDDINGS = f"{MODEL}/text-embedding/embeddings?api-version=1;managed_identity=system"
CHAT = f"{MODEL}/chat/chat/completions?api-version=1;managed_identity=system"
INLINE = "inline_external_table (a:long)"
BLOBS = f"dynamic({{'StorageContainers':[h'{LANDING}'],'DataFormat':\"csv\"}})"

(MODEL_USER,) = (role for role in ROLES if role.name == "Cognitive Services OpenAI User")

UNDERSTOOD_BY_BOTH = [
    # external tables
    'external_table("ArchivedOrders")',
    'external_table("ArchivedOrders", "m")',
    "external_table ('Archived' \"Orders\") | take 5",
    'external_table("ArchivedOrders", 5m) | count',
    # externaldata
    f"externaldata(a:long) ['{LANDING}']",
    f"external_data (a : long , b:string,)[h@'{LANDING}', '{LANDING}',]",
    f'externaldata(a:long) [\'{LANDING}\' h""]with(format="csv",ignoreFirstRecord=true)|take 1',
    f"externaldata(['a b']:int64) ['{LANDING}'] with ()",
    f"externaldata([\"a\"]:double) ['{LANDING}'] with (['format']=csv)",
    f"let place = h'{LANDING}'; externaldata(a:date) [place]",
    # inline external tables
    f"{INLINE} kind=storage dataformat=csv ('{LANDING}')",
    f"{INLINE}kind = storage dataformat = csv (h@'{LANDING}', '{LANDING}',) with (namePrefix='o')",
    f"inline_external_table kind=delta ('{DELTA}')",
    f"inline_external_table(OrderId:long) kind=delta ('{DELTA}') | count",
    # plugins
    f"evaluate infer_storage_schema({BLOBS})",
    f"let o = {BLOBS}; evaluate infer_storage_schema (o) | count",
    f"evaluate infer_storage_schema(bag_pack('StorageContainers', dynamic(['{LANDING}']), 'DataFormat', 'csv'))",
    f"evaluate sql_request('{SQL}', 'select * from Stock')",
    f"evaluate sql_request(h'{SQL}', 'select ' 'Sku from Stock') : (Sku:string) | count",
    f"evaluate sql_request('{SQL}', 'select * from Stock', dynamic({{}}), dynamic({{}}))",
    f"evaluate cosmosdb_sql_request('{COSMOS}', 'SELECT * FROM c') : (id:string)",
    f"evaluate ai_embeddings('text', '{EMBEDDINGS}')",
    f"Orders | evaluate ai_embeddings(Region, '{EMBEDDINGS}', dynamic(null), true)",
    f"evaluate ai_chat_completion(dynamic([{{\"role\":'user','content':'x'}}]), '{CHAT}')",
    f"Orders | evaluate ai_chat_completion_prompt(strcat('a', Region), '{CHAT}')",
    "Orders|evaluate hint.distribution=per_node hint.remote = auto python(typeof(*,x:long),'result=df.assign(x=1)')",
    "print n = 1 | evaluate python (typeof(n:long, *), ```result = df```, script_parameters=bag_pack())",
    # stored functions
    "F",
    "F() | take 1;",
    "['F'] ()",
    "database('Sales').F()",
    "database('Sales').F | count",
    # values
    'datatable(a:long, b:dynamic,) [1, dynamic({"a":1}), -1, dynamic([null]),]',
    "datatable(a:timespan, b:datetime) [-1.5h, datetime(2026-01-05 08:30)]",
    "range n from 1 to 3 step 1",
    "range ['n m'] from 1 to 3 step 1;",
    "let x = 1;let y = 'a' \"b\"; print x, z = y, bool(true), guid(null), True",
    'print dynamic({"a":datetime(2020-01-01)}), dynamic(null), dynamic(-1.5), dynamic([\'a\' "b"])',
    "print 5days, 3hours, 2min, 4sec, 6milliseconds, time(2), timespan(1.02:03:04)",
    "print tostring(1), strcat('a', 1), current_principal()",
    # operators
    "Orders | extend a = 1, Region = 'x', 2",
    "Orders | project a = 1, Region, 2, (Amount)",
    "Orders | where 1 == OrderId and (Region =~ 'a' 'b' or (Amount) > 5)",
    "Orders | summarize n = count() by Region",
    "let t = Orders; t",
    "let t = F(); t",
    "print 1 + 1",
    "Orders | where not(Region == 'x')",
]

REFUSED_BY_BOTH = [
    "external_table('ArchivedOrders',)",
    "externaldata(a:string)",
    "externaldata(*) ['x']",
    "externaldata(a:foo) ['x']",
    "externaldata(a:uuid) ['x']",
    "externaldata(a) ['x']",
    "externaldata(string:string) ['x']",
    "externaldata(a:string) ('x')",
    "externaldata a:string ['x']",
    "externaldata(a:string) ['x';]",
    "externaldata(a:string) ['x'] with format='csv'",
    "externaldata(a:string) ['x'] with (format='csv' ignoreFirstRecord=true)",
    f"{INLINE} kind=blob dataformat=csv ('x')",
    f"{INLINE} kind=storage ('x')",
    f"{INLINE} kind=storage dataformat='csv' ('x')",
    f"{INLINE} kind=storage dataformat=csv 'x'",
    f"{INLINE} dataformat=csv kind=storage ('x')",
    "inline_external_table kind=storage dataformat=csv ('x')",
    "inline_external_table () kind=storage dataformat=csv ('x')",
    "evaluate infer_storage_schema(dynamic({DataFormat:'csv'}))",
    "evaluate infer_storage_schema(dynamic({'a':1,}))",
    "evaluate infer_storage_schema",
    "evaluate sql_request('x', 'y') :",
    "evaluate sql_request('x', 'y') : a:string",
    "evaluate sql_request('x', 'y',)",
    "Orders | evaluate",
    "Orders | evaluate python(typeof(*,), 'x')",
    "Orders | evaluate python(typeof(*, x:long) 'x')",
    "Orders | evaluate hint.color=red python(typeof(*), 'x')",
    "Orders | evaluate hint.distribution=single,hint.remote=auto python(typeof(*), 'x')",
    "datatable(a:long) [1 2]",
    "datatable(a:long)",
    "datatable(a:timespan) [- 1.5h]",
    "range n from 1 to 3",
    "print dynamic([1,2,])",
    "F() ()",
    "F(,)",
    "print long (5)",
    "print 5 tick",
    "let x = 1 print x",
    "let print = 1; Orders",
    "LET x = 1; print x",
    "Orders | extend",
]

# What the parser takes and the service's pages do not have, or what is not part of this server.
ONLY_THE_PARSER = [
    "external_table(ArchivedOrders)",
    "external_table()",
    "externaldata() ['x']",
    "externaldata(a:string) []",
    f"{INLINE} kind=delta dataformat=csv ('x')",
    f"{INLINE} kind=delta ('x') with (a=1)",
    f"{INLINE} kind=storage partition by (p:string) pathformat=(p) dataformat=csv ('x')",
    "evaluate",
    "evaluate infer_storage_schema()",
    "evaluate sql_request('x', 'y') : ()",
    "Orders | evaluate python(typeof(x), 'x')",
    "Orders | evaluate python(typeof(*), 'x') : (a:long)",
    "Orders | evaluate hint.distribution='single' python(typeof(*), 'x')",
    "F(1)",
    "Orders | take x",
]

WITH_A_KNOWN_SCHEMA = [
    f"externaldata(a:long, b:double, ['c d']:time) ['{LANDING}']",
    f"{INLINE} kind=storage dataformat=csv ('{LANDING}')",
    f"inline_external_table (OrderId:long) kind=delta ('{DELTA}')",
    f"evaluate infer_storage_schema({BLOBS})",
    f"evaluate sql_request('{SQL}', 'select Sku, Price from Stock') : (Sku:string, Price:real)",
    f"evaluate cosmosdb_sql_request('{COSMOS}', 'SELECT * FROM c') : (id:string, items:long)",
    f"evaluate ai_embeddings('text', '{EMBEDDINGS}')",
    f"print x = 'a' | evaluate ai_embeddings(x, '{EMBEDDINGS}', dynamic(null), true)",
    f"evaluate ai_chat_completion(dynamic([{{'content':'x'}}]), '{CHAT}')",
    f"print x = 'a' | evaluate ai_chat_completion_prompt(x, '{CHAT}')",
    "range n from 1 to 2 step 1 | evaluate python(typeof(*, y:real), 'result = df.assign(y=1)')",
    "datatable(a:long, b:boolean, c:date) [1, true, datetime(null)] | extend d = 1, 2",
    "print a = 1, 'b', 1.5, true, 5m, dynamic(1), guid(null), int(1), decimal(1)",
    "range n from 1 to 2 step 1 | project a = 1, n, 2",
    "range n from 1 to 2 step 1 | summarize c = count() by n",
    "let x = 'a'; print x, y = strcat(x, 'b')",
]


@pytest.fixture
def world(running_azure, client):
    """A world in which nothing is missing that the queries need."""
    world = running_azure.world
    system, models = world.cluster.system_identity, world.model_accounts["contosoai"]
    allow(world.cluster, system, "AzureAI")
    give(world, system.object_id, MODEL_USER, models.resource_id)
    world.cluster.callout_policy = [
        CalloutRule("cosmosdb", "documents"),
        CalloutRule("azure_openai", "openai"),
    ]
    sales = world.cluster.databases["Sales"]
    archived = sales.external_tables["ArchivedOrders"]
    mapping = IngestionMapping("m", "csv", "[]", "2026-01-05T08:00:00Z")
    sales.external_tables["ArchivedOrders"] = replace(archived, mappings=(mapping,))
    sales.functions["F"] = StoredFunction("F", "()", "{ Orders }")
    return world


@pytest.fixture
def query(world, client):
    """Run a query in Sales and return its (column name, type) pairs, or the refusal's code."""

    def run_query(text):
        try:
            table = client.execute_query("Sales", text).primary_results[0]
        except KustoApiError as error:
            return error.get_api_error().code
        return [(column.column_name, column.column_type) for column in table.columns]

    return run_query


@pytest.mark.parametrize("text", UNDERSTOOD_BY_BOTH)
def test_both_understand(kusto_parser, query, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert judgement.kind == "Query"
    assert isinstance(query(text), list)


@pytest.mark.parametrize("text", REFUSED_BY_BOTH)
def test_both_refuse(kusto_parser, query, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert not judgement.is_clean
    assert query(text) in {"General_BadRequest", "BadRequest_SyntaxError"}


@pytest.mark.parametrize("text", ONLY_THE_PARSER)
def test_what_only_the_parser_takes_is_refused(kusto_parser, query, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert query(text) == "General_BadRequest"


@pytest.mark.parametrize("text", WITH_A_KNOWN_SCHEMA)
def test_result_columns_are_those_of_the_parser(kusto_parser, query, text):
    schema = [(column.name, column.type) for column in kusto_parser.judge(text).columns]

    assert query(text) == schema
    assert schema
