"""Plugins that call models: the chain to them, and what they answer here."""

import pytest

from adxmi_jupyter.embedded.azure_roles import CONTRIBUTOR, ROLES
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from tests.embedded.links import allow, give

MODELS = "https://contosoai.openai.azure.com/openai/deployments"
EMBEDDINGS = f"{MODELS}/text-embedding/embeddings?api-version=2024-06-01"
CHAT = f"{MODELS}/chat/chat/completions?api-version=2024-06-01"
MODEL_RULE = CalloutRule(
    "azure_openai",
    r"https://[A-Za-z0-9-]{3,63}\.(?:openai\.azure\.com|cognitiveservices\.azure\.com)(?:/.*)?",
)
(MODEL_USER,) = (role for role in ROLES if role.name == "Cognitive Services OpenAI User")


@pytest.fixture
def models(world, system):
    """Put every link to the models in place, for the system identity."""
    allow(world.cluster, system, "AzureAI")
    world.cluster.callout_policy = [MODEL_RULE]
    give(world, system.object_id, MODEL_USER, world.model_accounts["contosoai"].resource_id)


def test_each_missing_link_to_a_model_is_said(world, system, sales, refused_in_sales):
    account = world.model_accounts["contosoai"].resource_id
    text = f"evaluate ai_embeddings('x', '{EMBEDDINGS};managed_identity=system')"

    unused = refused_in_sales(text)
    allow(world.cluster, system, "AzureAI")
    uncalled = refused_in_sales(text)
    world.cluster.callout_policy = [MODEL_RULE]
    give(world, system.object_id, CONTRIBUTOR, account)
    without_role = refused_in_sales(text)
    give(world, system.object_id, MODEL_USER, account)
    (row,) = sales(text)

    assert unused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert (uncalled.code, without_role.code) == ("Forbidden", "General_AccessDenied")
    assert list(row) == ["_embeddings"]


def test_embeddings_are_the_same_for_the_same_text(models, sales):
    text = f"Orders | evaluate ai_embeddings(Region, '{EMBEDDINGS};managed_identity=system')"

    rows = sales(text)

    vectors = {row["Region"]: row["Region_embeddings"] for row in rows}
    assert list(rows[0]) == ["OrderId", "Region", "Amount", "Placed", "Region_embeddings"]
    assert all(row["Region_embeddings"] == vectors[row["Region"]] for row in rows)
    assert len({str(vector) for vector in vectors.values()}) == 3
    assert len(vectors["north"]) == 8


def test_prompt_is_answered(models, sales):
    prompt = "strcat('Where is ', Region, '?')"
    connection = f"'{CHAT};managed_identity=system'"

    rows = sales(f"Orders | evaluate ai_chat_completion_prompt({prompt}, {connection}) | take 1")

    assert rows[0]["_completion"].endswith("It was asked: Where is north?")


def test_chat_is_answered_as_the_caller(world, sales):
    world.cluster.callout_policy = [MODEL_RULE]
    admin, account = world.principal("embedded-admin"), world.model_accounts["contosoai"]
    give(world, admin.object_id, MODEL_USER, account.resource_id)
    chat = "dynamic([{'role': 'system', 'content': 'Be brief'}, {'role': 'user', 'content': 'Hi'}])"

    (row,) = sales(f"evaluate ai_chat_completion({chat}, '{CHAT};impersonate')")

    assert row["_completion"].endswith("It was asked: Hi")


def test_errors_of_single_rows_get_a_column(models, sales):
    rows = sales(
        "datatable(t:string) ['a', ''] | evaluate ai_embeddings"
        f"(t, '{EMBEDDINGS};managed_identity=system', dynamic({{'RecordsPerRequest': 2}}), true)"
    )

    assert [bool(row["t_embeddings_error"]) for row in rows] == [False, True]
    assert rows[1]["t_embeddings"] is None


def test_only_successful_rows_if_asked_for(models, sales):
    rows = sales(
        "datatable(t:string) ['a', ''] | evaluate ai_chat_completion_prompt"
        f"(t, '{CHAT};managed_identity=system', dynamic({{'ReturnSuccessfulOnly': true}}))"
    )

    assert [row["t"] for row in rows] == ["a"]


@pytest.mark.parametrize(
    "arguments",
    [
        f"'x', '{CHAT};managed_identity=system'",
        f"'x', '{EMBEDDINGS}'",
        f"'x', '{EMBEDDINGS};managed_identity='",
        f"'x', '{EMBEDDINGS};a2V5'",
        f"'x', '{MODELS}/chat/embeddings?api-version=1;managed_identity=system'",
        f"'x', '{MODELS}/text-embedding/embeddings;managed_identity=system'",
        f"'x', '{EMBEDDINGS.replace('contosoai', 'other')};managed_identity=system'",
        f"'x', '{EMBEDDINGS};managed_identity=system', dynamic({{'Color': 'red'}})",
        f"Nothing, '{EMBEDDINGS};managed_identity=system'",
        "'x'",
    ],
)
def test_models_that_are_not_there(models, refused_in_sales, arguments):
    assert refused_in_sales(f"evaluate ai_embeddings({arguments})").code == "General_BadRequest"
