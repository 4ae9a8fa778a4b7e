"""The embedded Azure understands what Microsoft's parser understands of commands, and nothing else.

To understand means not to answer with a syntax error: a command about a database that does not
exist is understood all the same.
"""

from __future__ import annotations

import pytest

from tests.embedded.test_csl_script import SET_UP
from tests.kusto_parser.agreement import (
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    assert_both_refuse,
    assert_both_understand,
)
from tests.kusto_parser.commands import cluster_and_roles, functions, schema, workflows

FAMILIES = (cluster_and_roles, functions, schema, workflows)

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

# What is read of a body here are its brackets and literals.
ONLY_THE_PARSER_REFUSES = [".create function F() { Orders | wher }", ".create function F() { 1 2 }"]


def every(kind):
    """Return the commands of all families about which that much is known."""
    return [text for family in FAMILIES for text in getattr(family, kind, ())]


@pytest.mark.parametrize("text", every("UNDERSTOOD_BY_BOTH"))
def test_both_understand(kusto_parser, refusal_code, text):
    assert_both_understand(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", every("REFUSED_BY_BOTH"))
def test_both_refuse(kusto_parser, refusal_code, text):
    assert_both_refuse(kusto_parser, refusal_code, text)


@pytest.mark.parametrize("text", every("DOCUMENTED_BEYOND_THE_GRAMMAR"))
def test_documented_commands_are_understood_all_the_same(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert not judgement.is_clean
    assert refusal_code(text) != SYNTAX_ERROR


@pytest.mark.parametrize("text", every("NOT_EMBEDDED"))
def test_commands_that_only_kusto_knows_are_not_supported(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert refusal_code(text) == NOT_SUPPORTED


@pytest.mark.parametrize("text", [".show version |", ".show version | frobnicate"])
def test_an_unfinished_pipe_is_refused_by_both(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text)

    assert judgement.syntax_diagnostics
    assert refusal_code(text)


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


@pytest.mark.parametrize("text", ONLY_THE_PARSER_REFUSES)
def test_bodies_are_read_when_they_run(kusto_parser, refusal_code, text):
    judgement = kusto_parser.judge(text, schema=False)

    assert not judgement.is_clean
    assert refusal_code(text) == ""


def test_only_the_parser_takes_a_name_as_a_default_value(kusto_parser, refusal_code):
    text = ".create function F(a:long=x) { print 1 }"

    judgement = kusto_parser.judge(text, schema=False)

    assert judgement.is_clean
    assert refusal_code(text) == SYNTAX_ERROR


def test_scripts_of_a_database_are_commands(kusto_parser, client):
    beyond = [text for text in SET_UP if "hot_window" in text]
    for text in [each for each in SET_UP if each not in beyond]:
        client.execute_mgmt("Sales", text)

    (script,) = client.execute_mgmt(
        "Sales", ".show database Sales schema as csl script"
    ).primary_results

    judged = [kusto_parser.judge(row[0], schema=False) for row in script]
    assert [each for each in judged if not each.is_clean or each.kind != "Command"] == []


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
