"""Results of commands about clusters, policies, roles, logs and ingestion have the grammar's columns."""

from __future__ import annotations

import pytest

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
