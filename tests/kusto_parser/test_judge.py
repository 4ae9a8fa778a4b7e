"""The judge bites: each kind of bad statement is seen for what it is."""

from __future__ import annotations

import json

import pytest

from .judge import Column, KustoParser

SHOW = "ShowDatabasePolicyManagedIdentity"


def test_a_good_command_is_clean(kusto_parser):
    judgement = kusto_parser.judge(".show database Sales policy managed_identity")

    assert judgement.is_clean_command(SHOW)
    assert judgement.names == ("Sales",)


def test_an_unknown_command_is_seen(kusto_parser):
    judgement = kusto_parser.judge(".frobnicate database Sales")

    assert judgement.unknown_command
    assert judgement.syntax_diagnostics == ()
    assert not judgement.is_clean


def test_skipped_words_at_the_end_are_seen(kusto_parser):
    judgement = kusto_parser.judge(".show database Sales policy managed_identity of everybody")

    assert judgement.skipped == (" of everybody",)
    assert judgement.command == SHOW
    assert not judgement.is_clean_command(SHOW)


def test_a_second_command_is_seen(kusto_parser):
    judgement = kusto_parser.judge(".show databases; .show version")

    assert judgement.skipped == (" .show version",)
    assert not judgement.is_clean


def test_a_syntax_error_is_seen(kusto_parser):
    text = ".alter cluster policy managed_identity"

    judgement = kusto_parser.judge(text)

    assert [problem.start for problem in judgement.syntax_diagnostics] == [len(text)]
    assert not judgement.is_clean


def test_a_wrong_command_is_seen(kusto_parser):
    judgement = kusto_parser.judge(".show cluster policy managed_identity")

    assert judgement.is_clean_command("ShowClusterPolicyManagedIdentity")
    assert not judgement.is_clean_command(SHOW)


def test_a_query_is_no_command(kusto_parser):
    judgement = kusto_parser.judge("Orders | take 5")

    assert (judgement.kind, judgement.command) == ("Query", None)
    assert not judgement.is_clean_command(SHOW)


@pytest.mark.parametrize("name", ["Sales", "Tom's Lab", "a'b\"]\\é", "😀 \u2028", "]", "`" * 3])
def test_quoted_names_come_back_decoded(kusto_parser, name):
    judgement = kusto_parser.judge(f".show database [{json.dumps(name)}] policy managed_identity")

    assert judgement.is_clean_command(SHOW)
    assert judgement.names == (name,)
    assert judgement.literals == ()


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("'[]'", "[]"),
        (r"'it\'s\t\u00e9'", "it's\té"),
        ("@'it''s \\'", "it's \\"),
        ('h@"secret"', "secret"),
        ("```[\n'x']```", "[\n'x']"),
        ("~~~[]~~~", "[]"),
    ],
)
def test_literals_come_back_decoded(kusto_parser, literal, value):
    judgement = kusto_parser.judge(f".alter cluster policy managed_identity {literal}")

    assert judgement.is_clean_command("AlterClusterPolicyManagedIdentity")
    assert judgement.literals == (value,)


def test_the_result_schema_comes_along(kusto_parser):
    judgement = kusto_parser.judge(".show version")

    assert judgement.columns == (
        Column("BuildVersion", "string"),
        Column("BuildTime", "datetime"),
        Column("ServiceType", "string"),
        Column("ProductVersion", "string"),
    )


def test_a_parser_that_is_not_open_says_so():
    parser = KustoParser()

    with pytest.raises(RuntimeError, match="with statement"):
        parser.judge(".show version")
