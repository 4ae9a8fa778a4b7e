"""A command that Kusto knows and the embedded Azure does not is named as such."""

import pytest

BEYOND = {
    ".show cluster extents": "ShowClusterExtents",
    ".alter table Orders policy roworder (OrderId asc)": "AlterTablePolicyRowOrder",
    ".show database keyvault secrets": "ShowDatabaseKeyVaultSecrets",
    ".show workload_groups | count": "ShowWorkloadGroups",
    ".create entity_group EG (cluster('c').database('d'))": "CreateEntityGroupCommand",
    ".drop extents older 10 days from all tables": "DropExtents",
    ".purge table Orders records in database Sales <| where OrderId == 1": "PurgeTableRecords",
    ".show purges in database Sales": "ShowPurges",
    ".show // what runs\n queryplan <| Orders": "ShowQueryPlan",
}
UNKNOWN = [
    ".show databases policies managed_identity",
    ".show moods",
    ".show workload_groups please",
    ".alter table Orders policy roworder",
    ".drop extents older 10 lightyears from all tables",
]


@pytest.mark.parametrize(("text", "name"), BEYOND.items())
def test_commands_that_only_kusto_knows_are_named(refusal, text, name):
    error = refusal(text, database="Sales")

    assert (error.code, error.type) == (
        "General_BadRequest",
        "Kusto.Data.Exceptions.KustoBadRequestException",
    )
    assert f"The command {name} is not supported by the embedded Azure" in error.description


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_kusto_does_not_know_is_a_syntax_error(refusal, text):
    assert refusal(text, database="Sales").code == "BadRequest_SyntaxError"


def test_the_status_is_that_of_a_bad_request(post):
    assert post(".show cluster extents", db="Sales").status_code == 400


def test_scripts_skip_what_is_only_shown_and_fail_at_the_rest(run):
    script = (
        ".execute database script with (ContinueOnErrors=true) <|\n"
        ".show cluster extents\n.drop extents older 10 days from all tables"
    )

    outcomes = [(row["CommandType"], row["Result"]) for row in run(script, database="Sales")]

    assert outcomes == [("ClusterExtentsShow", "Skipped"), ("DropExtents", "Failed")]


def test_the_ingestion_endpoint_knows_no_others(endpoint_refusal):
    assert endpoint_refusal(".show cluster extents").code == "BadRequest_SyntaxError"


def test_the_ingestion_endpoint_knows_the_commands_that_are_for_it(endpoint_refusal):
    error = endpoint_refusal(".purge table Orders in database Sales allrecords")

    assert "The command PurgeTable is not supported by the embedded Azure" in error.description


@pytest.mark.nightly
def test_long_texts_that_are_no_command_are_read_in_one_go(refusal):
    text = ".show databases (" + "Sales, " * 20_000

    assert refusal(text).code == "BadRequest_SyntaxError"
