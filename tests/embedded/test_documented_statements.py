"""The documentation's statements are answered, or are declared as what the embedded Azure is not.

Each stands for a form on a page about managed identities: names and addresses are those of the
seeded world, words, order, quotes and blanks are those of the page.
"""

import pytest

from adxmi_jupyter.embedded.state.clusters import Database
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.resources import AttachedDatabase
from tests.embedded.documented import commands, external_tables, names, queries

ANSWERED = [
    *(commands.MANAGED_IDENTITY_POLICY + commands.OTHER_POLICIES + commands.ROLES_AND_SCRIPTS),
    *(
        external_tables.EXTERNAL_TABLES
        + commands.EXPORTS
        + commands.INGESTION
        + queries.QUERIES
        + commands.SERVICE
    ),
]
ALL = '\'[{"ObjectId":"system","AllowedUsages":"All"},{"ObjectId":"%s","AllowedUsages":"All"}]\''
CALLOUTS = (
    '\'[{"CalloutType":"azure_openai","CalloutUriRegex":".*","CanCall":true},'
    '{"CalloutType":"cosmosdb","CalloutUriRegex":".*","CanCall":true},'
    '{"CalloutType":"sandbox_artifacts","CalloutUriRegex":".*","CanCall":true}]\''
)


@pytest.fixture
def prepared(azure, run):
    """What the pages ask for before their statements: usages, roles, callouts, tables, a leader."""
    leader = azure.world.add_cluster("contosowest", subscription="Contoso", state="Running")
    leader.databases["Archive"] = Database("Archive", "archive")
    azure.world.cluster.attached.append(AttachedDatabase("west", cluster_id(leader), "Archive"))
    run(".alter cluster policy managed_identity " + ALL % names.EXPORT)
    run(f".alter cluster policy callout {CALLOUTS}")
    run(
        f".create external table Lake ({names.ORDERS}) kind=delta "
        f"(h@'{names.LAKE}/delta/orders;{names.KEY}')",
        database="Sales",
    )
    azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders"
    )
    azure.assign_role("contoso", "Cognitive Services OpenAI User", "contosoai")
    azure.assign_role("contoso", "Storage Blob Data Reader", "contosolake/artifacts")


@pytest.mark.parametrize("text", ANSWERED)
def test_it_is_answered(run, prepared, script_token, text):
    assert run(text, database="Sales", token=script_token) is not None


@pytest.mark.parametrize("text", commands.AT_THE_INGESTION_ENDPOINT)
def test_it_is_answered_at_the_ingestion_endpoint(endpoint, prepared, text):
    assert endpoint(text) is not None


@pytest.mark.parametrize(("text", "reason"), queries.DECLARED.items())
def test_it_is_declared(refusal, prepared, text, reason):
    error = refusal(text, database="Sales")

    assert reason in error.description
    assert error.code != "BadRequest_SyntaxError"
