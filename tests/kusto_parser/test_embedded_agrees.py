"""The embedded Azure understands what Microsoft's parser understands, and nothing else.

To understand means not to answer with a syntax error: a command about a database that does not
exist is understood all the same.
"""

from __future__ import annotations

import pytest

from tests.kusto_parser.agreement import (
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    assert_both_refuse,
    assert_both_understand,
)

UNDERSTOOD_BY_BOTH = [
    # what the service is
    ".show version",
    ".show cluster",
    ".show databases",
    ".show database",
    # white space, comments, the end of a command
    ".show\n\tversion",
    "// which build\n.show version",
    ".show // not yet\n version // done",
    ".show version;",
    ". show version",
    ".show version | take 1",
    ".show databases | count",
    ".show database Sales policy managed_identity | project Policy",
    # the forms of a name
    ".show database policy managed_identity",
    ".show database Sales policy managed_identity",
    ".show database ['Sales'] policy managed_identity",
    '.show database ["Tom\'s Lab"] policy managed_identity',
    r".show database ['Tom\'s Lab'] policy managed_identity",
    ".show database [@'Tom''s Lab'] policy managed_identity",
    ".show database [ 'Sales' ] policy managed_identity",
    ".show database [Sales EU] policy managed_identity",
    ".show database 'Sales' policy managed_identity",
    '.show database @"Sales" policy managed_identity',
    ".show database ```Sales``` policy managed_identity",
    ".show database _ policy managed_identity",
    ".show database 9lives policy managed_identity",
    ".show database 12_ policy managed_identity",
    ".show database 1e5x policy managed_identity",
    ".show database 1Days policy managed_identity",
    ".show database 3msx policy managed_identity",
    ".show database $x policy managed_identity",
    ".show database $9 policy managed_identity",
    ".show database $ policy managed_identity",
    ".delete database ['Sales'] policy managed_identity",
    # the eight policy commands and the forms of a literal
    ".show cluster policy managed_identity",
    ".alter cluster policy managed_identity '[]'",
    '.alter cluster policy managed_identity "[]"',
    ".alter cluster policy managed_identity @'[]'",
    ".alter cluster policy managed_identity h'[]'",
    '.alter cluster policy managed_identity H@"[]"',
    ".alter cluster policy managed_identity ```[]```",
    ".alter cluster policy managed_identity ```\n[]\n```",
    ".alter cluster policy managed_identity ~~~[]~~~",
    ".alter cluster policy managed_identity'[]'",
    r".alter cluster policy managed_identity '\t\n\\\'\x41\u0041\101'",
    ".alter database policy managed_identity '[]'",
    ".alter database Sales policy managed_identity '[]'",
    (
        ".alter-merge cluster policy managed_identity"
        " \"[{ 'ObjectId' : 'system', 'AllowedUsages' : 'NativeIngestion' }]\""
    ),
    ".alter-merge database policy managed_identity '[]'",
    (
        ".alter-merge database Sales policy managed_identity"
        ' @"[{""ObjectId"":""system"",""AllowedUsages"":""All""}]"'
    ),
    ".delete cluster policy managed_identity",
    ".delete database Sales policy managed_identity",
    # security roles
    ".show database Sales principals",
    ".show database ['Tom\\'s Lab'] principals",
    ".show database Sales principal roles",
    ".show database Sales principal 'aadapp=1;2' roles",
    ".show cluster principal roles",
    ".add database Sales viewers ('aadapp=1;2')",
    ".add database Sales admins (\"aadapp=1;2\", @'aadapp=3;4')",
    ".add database viewers ('aadapp=1;2')",
    ".add database viewers('aadapp=1;2') skip-results 'the nightly load'",
    ".add database ['admins'] viewers ('aadapp=1;2')",
    ".drop database admins viewers ('aadapp=1;2')",
    ".add database 'Sales' ingestors ('aadapp=1;2') 'the nightly load'",
    ".drop database Sales monitors ('aadapp=1;2') skip-results 'gone'",
    ".set database Sales unrestrictedviewers('aadapp=1;2') skip-results",
    ".set database Sales users none",
    ".set database Sales users none skip-results",
    # the journal
    ".show journal",
    ".show cluster journal",
    ".show database Sales journal",
    ".show database ['Tom\\'s Lab'] journal",
    '.show database "Sales" journal',
    ".show database [Sales EU] journal",
    ".show database cluster journal",
    ".show database ['journal'] journal;",
    ".show journal | where EventTimestamp > ago(5m)",
    ".show journal | where EventTimestamp > now(-1h) | take 5 | project Event, ChangeCommand",
    ".show cluster journal | where EventTimestamp >= datetime(2026-11-29T22:00:00.1234567Z)",
    (
        ".show database Sales journal | where EventTimestamp > ago(30d)"
        ' and ChangeCommand contains "managed_identity" | where Database == "Sales"'
    ),
    # the logs
    ".show queries",
    ".show queries | where StartedOn > ago(30d) and Application != 'adxmi_jupyter' | count",
    ".show commands",
    ".show commands-and-queries",
    ".show commands-and-queries | where CommandType == 'Query'",
    ".show running queries",
    ".show running queries by user 'reader@contoso.example'",
    '.show running queries by user @"reader@contoso.example" | project Text',
    ".show running queries by *",
    ".show data operations",
    ".show streamingingestion statistics",
    ".show streamingingestion failures | take 5",
    ".cancel query 'KE.RunQuery;8f70e9ab-958f-4955-99df-d2a288b32b2c'",
    # scripts
    ".execute database script <|\n.show version",
    ".execute cluster script with (ContinueOnErrors=true) <| .show version",
    ".execute database script with (ContinueOnErrors=FALSE) <| .show version",
    ".execute database script with (ContinueOnErrors='true') <| .show version",
    '.execute database script with (ThrowOnErrors=@"false") <| .show version',
    # what depends on managed identities
    ".show external tables",
    ".show external tables | count",
    ".show external table ArchivedOrders",
    ".show external table [Archived Orders]",
    ".show external table table",
    ".show continuous-exports",
    ".show continuous-export ['Nightly export']",
    ".show continuous-export 9pm",
    ".show table * policy update",
    ".show table Orders policy update",
    ".show table 'Orders' policy update | project Policy",
    ".show table Sales.Orders policy update",
    ".show table ['Sales'] . [Orders] policy update",
    ".show table policy policy update",
    ".show table identity policy update",
    # ingestion
    ".show ingestion failures",
    ".show ingestion failures | where Database == 'Sales'",
    ".show ingestion failures with (OperationId = 3827def6-0773-4f2a-859e-c02cf395deaf)",
    ".show ingestion failures with (OperationId=guid(3827def6-0773-4f2a-859e-c02cf395deaf))",
    ".show ingestion failures with (OperationId='3827def6-0773-4f2a-859e-c02cf395deaf')",
    ".ingest into table Orders ('https://x')",
    ".ingest into table Orders 'https://x'",
    ".ingest into table Orders (h'https://x', @\"https://y\")",
    ".ingest async into table Orders (h'https://x') with (format='csv')",
    ".ingest into table ['My Orders'] ('https://x') with (format='csv', ignoreFirstRecord=true)",
    ".ingest into table 'Orders' ('https://x') with (ingestionMappingReference='m1')",
    ".ingest into table with ('https://x')",
    ".ingest into table Orders ('https://x') with (creationTime=datetime(2026-01-05))",
    ".ingest into table Orders ('https://x') with (a=1, b=-1.5, c=2d, d=false)",
    ".ingest into table Orders ('https://x') with (['a b']='x')",
    ".ingest into table Orders ('https://x') with (a=3827def6-0773-4f2a-859e-c02cf395deaf)",
    # tables filled by queries and by data in the command
    ".set T9 <| print 1",
    ".set async T9 with (distributed=true, tags='[\"a\"]') <| print 1",
    ".set ['database'] <| print 1",
    ".set 'T x' with (folder='f', docstring=\"d\") <| let t='x';\nprint str=t",
    ".append Orders <| .show tables",
    ".append async Orders with (creationTime='2026-01-05T08:00:00Z') <| Orders",
    ".set-or-append T9 <| .show tables | count",
    ".set-or-append T9 <| .show tables; $command_results | count",
    ".set-or-replace async T9 with(recreate_schema=true) <| range x from 1 to 3 step 1",
    ".ingest inline into table Orders <|\n1,a\n2,b",
    ".ingest inline into table Orders <| a;1 // no comment | no pipe",
    ".ingest inline into table ['My Orders'] with (format='json') <|\n{\"a\":1}",
    '.ingest inline into table Orders [1,"a"]',
    # commands and the queries behind them
    ".show tables; $command_results | count",
    ".show tables; let n = 3; $command_results | where TableName == 'Orders'",
    ".show tables | count; $command_results",
    ".show tables; print 1",
    "// first\n// second\n.show tables // third",
]

REFUSED_BY_BOTH = [
    "show version",
    ".Show version",
    ".show versions",
    ".show version extra",
    ".show version; .Show version",
    ".show version;;",
    ".set T9",
    ".set T9 | print 1",
    ".set T9 async <| print 1",
    ".set-or-append table T9 <| print 1",
    ".set T9 with (folder=x) <| print 1",
    ".append database T <| print 1",
    ".ingest inline into Orders <| a",
    ".ingest inline into table Orders",
    ".ingest inline into table Orders (1,2)",
    ".ingest inline into table Orders with (format=json) <| a",
    "/* first */ .show tables",
    ".show version;; print 1",
    ".show",
    ".",
    ".show database Sales EU policy managed_identity",
    ".show database Sales-EU policy managed_identity",
    ".show database identity policy managed_identity",
    ".show database * policy managed_identity",
    ".show databases policy managed_identity",
    ".show databases policies managed_identity",
    ".show table Orders policy managed_identity",
    ".show cluster Sales policy managed_identity",
    ".show database 9 policy managed_identity",
    ".show database 9days policy managed_identity",
    ".show database 1e5 policy managed_identity",
    ".show database 0x1F policy managed_identity",
    ".show database $$x policy managed_identity",
    ".show database Sales policy managed-identity",
    ".show database Sales policy Managed_Identity",
    ".alter cluster policy managed_identity",
    ".alter cluster policy managed_identity []",
    ".alter cluster policy managed_identity dynamic([])",
    ".alter cluster policy managed_identity '[' ']'",
    ".alter cluster policy managed_identity '[]",
    ".alter cluster policy managed_identity '[\n]'",
    ".alter cluster policy managed_identity ```[]``",
    r".alter cluster policy managed_identity '\q'",
    r".alter cluster policy managed_identity '\u004'",
    ".alter cluster policy managed_identity '[]' with (a=true)",
    ".alter policy managed_identity '[]'",
    ".alter merge cluster policy managed_identity '[]'",
    ".alter-merge database Sales policy managed_identity",
    ".delete database policy managed_identity",
    ".delete cluster policy managed_identity '[]'",
    ".drop database Sales policy managed_identity",
    ".add database Sales viewers ()",
    ".add database Sales viewers ('aadapp=1;2', )",
    ".add database Sales viewers 'aadapp=1;2'",
    ".add database Sales viewers (aadapp=1)",
    ".add database Sales viewer ('aadapp=1;2')",
    ".add database Sales Viewers ('aadapp=1;2')",
    ".add database Sales viewers none",
    ".add database Sales viewers ('aadapp=1;2') 'note' skip-results",
    ".set database Sales viewers (none)",
    ".remove database Sales viewers ('aadapp=1;2')",
    ".add database admins viewers ('aadapp=1;2')",
    ".drop database viewers ('aadapp=1;2')",
    ".set database viewers none",
    ".execute database script .show version",
    ".execute database script with (ContinueOnErrors=yes) <| .show version",
    ".show external table",
    ".show external table *",
    ".show external-tables",
    ".show external table Sales.ArchivedOrders",
    ".show external table string",
    ".show continuous-export",
    ".show continuous exports",
    ".show table policy update",
    ".show table Sales.* policy update",
    ".show table Ord* policy update",
    ".show table Orders policies update",
    ".show ingestion",
    ".show database journal",
    ".show journals",
    ".show Journal",
    ".show journal Sales",
    ".show tables journal",
    ".show journal (Sales)",
    ".show ingestions failures",
    ".show ingestion failure",
    ".show ingestion failures with ()",
    ".show ingestion failures with (operationid='x')",
    ".show ingestion failures 'x'",
    ".ingest into Orders ('https://x')",
    ".ingest table Orders ('https://x')",
    ".ingest into table Orders",
    ".ingest into table Orders ()",
    ".ingest into table Orders ['https://x']",
    ".ingest into table Orders (https://x)",
    ".ingest into table Orders ('https://x' 'https://y')",
    ".ingest into table Sales.Orders ('https://x')",
    ".ingest into table database('Sales').Orders ('https://x')",
    ".ingest into table Orders ('https://x') with ()",
    ".ingest into table Orders ('https://x') with (format=csv)",
    ".ingest into table Orders ('https://x') with (format='csv',)",
    ".ingest into async table Orders ('https://x')",
    ".ingest into table string ('https://x')",
]

NOT_EMBEDDED = [
    ".show cluster details",
    ".show cluster principals",
    ".show principal roles",
    ".add cluster viewers ('aadapp=1;2')",
]

# Commands of the ingestion endpoint: the parser is that of the cluster's editor.
UNKNOWN_TO_THE_GRAMMAR = [
    ".get ingestion resources",
    ".get kusto identity token",
    '.list blobs ("https://contoso.blob.core.windows.net/in;managed_identity=system")',
    (
        ".ingest-from-storage-queued into table Orders with (format='csv')"
        ' <| .list blobs ("https://contoso.blob.core.windows.net/in;managed_identity=system")'
    ),
    '.show queued ingestion operations "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"',
    '.cancel queued ingestion operation "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"',
]

WITH_A_KNOWN_SCHEMA = [
    ".show journal",
    ".show cluster journal",
    ".show database Sales journal",
    ".show version",
    ".show cluster",
    # Its documentation page has SuspensionState in place of the grammar's ReservedSlot1.
    ".show databases",
    ".show database",
    ".show cluster policy managed_identity",
    ".show database Sales policy managed_identity",
    ".alter cluster policy managed_identity '[]'",
    ".alter database Sales policy managed_identity '[]'",
    ".alter-merge cluster policy managed_identity '[]'",
    ".alter-merge database Sales policy managed_identity '[]'",
    ".delete cluster policy managed_identity",
    ".delete database Sales policy managed_identity",
    ".show database Sales principals",
    ".show database Sales principal roles",
    ".show cluster principal roles",
    ".add database Sales viewers ('aaduser=admin@contoso.example')",
    ".add database Sales viewers ('aaduser=admin@contoso.example') skip-results",
    ".drop database Sales viewers ('aaduser=reader@contoso.example')",
    ".set database Sales viewers ('aaduser=admin@contoso.example')",
    ".set database Sales viewers none",
    ".add database viewers ('aaduser=admin@contoso.example')",
    ".show external tables",
    ".show external table ArchivedOrders",
    ".show continuous-exports",
    ".show table * policy update",
    ".show table Orders policy update",
    ".show table Sales.Orders policy update",
    ".show databases | count",
    ".show version | project ServiceType",
]

WITHOUT_A_KNOWN_SCHEMA = [
    ".execute database script <| .show version",
    ".execute cluster script <| .show version",
]


@pytest.mark.parametrize("text", UNDERSTOOD_BY_BOTH)
def test_both_understand(kusto_parser, refusal_code, text):
    assert_both_understand(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", REFUSED_BY_BOTH)
def test_both_refuse(kusto_parser, refusal_code, text):
    assert_both_refuse(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", [".show version |", ".show version | frobnicate"])
def test_an_unfinished_pipe_is_refused_by_both(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.syntax_diagnostics
    assert refusal_code(text)


@pytest.mark.parametrize("text", NOT_EMBEDDED)
def test_commands_that_only_kusto_knows_are_not_supported(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert refusal_code(text) == NOT_SUPPORTED


def test_only_the_parser_lets_a_character_beyond_unicode_pass(kusto_parser, refusal_code):
    text = r".alter cluster policy managed_identity '\U00110000'"

    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert refusal_code(text) == SYNTAX_ERROR


@pytest.mark.parametrize("text", UNKNOWN_TO_THE_GRAMMAR)
def test_documented_commands_the_parser_does_not_know(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.command is None
    assert not judgement.is_clean
    assert refusal_code(text) == "BadRequest"


@pytest.mark.parametrize("text", WITH_A_KNOWN_SCHEMA)
def test_result_columns_are_the_schema_of_the_grammar(kusto_parser, result_columns, text):
    schema = [(column.name, column.type) for column in kusto_parser.judge(text).columns]

    columns = result_columns(text)

    assert columns == schema
    assert schema


def test_columns_of_one_continuous_export(running_azure, kusto_parser, client, result_columns):
    text = ".show continuous-export Nightly"
    running_azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders"
    )

    columns = result_columns(text)

    assert columns == [(each.name, each.type) for each in kusto_parser.judge(text).columns]


def test_the_grammar_lacks_one_documented_column_of_ingestion_failures(
    kusto_parser, result_columns
):
    text = ".show ingestion failures"
    schema = [(column.name, column.type) for column in kusto_parser.judge(text).columns]

    assert result_columns(text) == [*schema, ("NumberOfSources", "int")]


def test_two_columns_of_ingest_into_have_documented_types_instead_of_text(
    kusto_parser, result_columns
):
    source = "https://contosolake.blob.core.windows.net/landing/orders.csv"
    text = f".ingest async into table Orders ('{source}')"
    schema = {column.name: column.type for column in kusto_parser.judge(text).columns}

    columns = dict(result_columns(text))

    assert list(columns) == list(schema)
    assert columns == {**schema, "Duration": "timespan", "HasErrors": "bool"}


@pytest.mark.parametrize("text", WITHOUT_A_KNOWN_SCHEMA)
def test_the_grammar_has_no_schema_for_scripts(kusto_parser, text):
    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert judgement.columns == ()
