"""The embedded Azure understands what Microsoft's parser understands, and nothing else.

To understand means not to answer with a syntax error: a command about a database that does not
exist is understood all the same.
"""

from __future__ import annotations

import pytest

SYNTAX_ERROR = "BadRequest_SyntaxError"

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
    ".add database 'Sales' ingestors ('aadapp=1;2') 'the nightly load'",
    ".drop database Sales monitors ('aadapp=1;2') skip-results 'gone'",
    ".set database Sales unrestrictedviewers('aadapp=1;2') skip-results",
    ".set database Sales users none",
    ".set database Sales users none skip-results",
    # scripts
    ".execute database script <|\n.show version",
    ".execute cluster script with (ContinueOnErrors=true) <| .show version",
]

REFUSED_BY_BOTH = [
    "show version",
    ".Show version",
    ".show versions",
    ".show version extra",
    ".show version; .show version",
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
    ".execute database script .show version",
]

NOT_EMBEDDED = [
    ".show databases details",
    ".show databases identity",
    ".show databases policies",
    ".show cluster details",
    ".show cluster principals",
    ".show principal roles",
    ".add cluster viewers ('aadapp=1;2')",
]

NEWER_THAN_THE_GRAMMAR = [
    '.list blobs ("https://contoso.blob.core.windows.net/in;managed_identity=system")',
    (
        ".ingest-from-storage-queued into table Orders with (format='csv')"
        ' <| .list blobs ("https://contoso.blob.core.windows.net/in;managed_identity=system")'
    ),
    '.show queued ingestion operations "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"',
]

WITH_A_KNOWN_SCHEMA = [
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
    ".show databases | count",
    ".show version | project ServiceType",
]

WITHOUT_A_KNOWN_SCHEMA = [
    ".execute database script <| .show version",
    ".execute cluster script <| .show version",
]


@pytest.mark.parametrize("text", UNDERSTOOD_BY_BOTH)
def test_both_understand(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert judgement.kind == "Command"
    assert refusal_code(text) != SYNTAX_ERROR


@pytest.mark.parametrize("text", REFUSED_BY_BOTH)
def test_both_refuse(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert (judgement.kind, judgement.is_clean) != ("Command", True)
    assert refusal_code(text) == SYNTAX_ERROR


@pytest.mark.parametrize("text", [".show version |", ".show version | frobnicate"])
def test_an_unfinished_pipe_is_refused_by_both(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.syntax_diagnostics
    assert refusal_code(text)


@pytest.mark.parametrize("text", NOT_EMBEDDED)
def test_commands_outside_the_embedded_azure_are_refused(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert refusal_code(text) == SYNTAX_ERROR


def test_only_the_parser_lets_a_character_beyond_unicode_pass(kusto_parser, refusal_code):
    text = r".alter cluster policy managed_identity '\U00110000'"

    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert refusal_code(text) == SYNTAX_ERROR


@pytest.mark.parametrize("text", NEWER_THAN_THE_GRAMMAR)
def test_documented_commands_the_parser_does_not_know(kusto_parser, text):
    judgement = kusto_parser.judge(text)

    assert judgement.command is None
    assert not judgement.is_clean


@pytest.mark.parametrize("text", WITH_A_KNOWN_SCHEMA)
def test_result_columns_are_the_schema_of_the_grammar(kusto_parser, result_columns, text):
    schema = [(column.name, column.type) for column in kusto_parser.judge(text).columns]

    columns = result_columns(text)

    assert columns == schema
    assert schema


@pytest.mark.parametrize("text", WITHOUT_A_KNOWN_SCHEMA)
def test_the_grammar_has_no_schema_for_scripts(kusto_parser, text):
    judgement = kusto_parser.judge(text)

    assert judgement.is_clean
    assert judgement.columns == ()
