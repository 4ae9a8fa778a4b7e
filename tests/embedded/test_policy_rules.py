"""What the service makes of the objects in a policy, and what it refuses."""

import json

import pytest

MI_INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
MI_STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
SYSTEM = "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"


@pytest.fixture
def write(policy):
    """Write a Python value as the policy of Sales."""

    def write_items(items, verb="alter"):
        return policy(f".{verb} database Sales policy managed_identity ```{json.dumps(items)}```")

    return write_items


@pytest.fixture
def refused(refusal, run):
    """Write a policy that must be refused; return the error and the unchanged policy."""

    def write_text(text, verb="alter"):
        (before,) = run(".show database Sales policy managed_identity")
        error = refusal(f".{verb} database Sales policy managed_identity ```{text}```")
        (after,) = run(".show database Sales policy managed_identity")
        assert after == before
        return error

    return write_text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("All", "All"),
        ("AutomatedFlows", "AutomatedFlows"),
        ("AzureAI", "AzureAI"),
        ("DataConnection", "DataConnection"),
        ("ExportRequest", "ExportRequest"),
        ("ExternalDataRequest", "ExternalDataRequest"),
        ("ExternalTable", "ExternalTable"),
        ("NativeIngestion", "NativeIngestion"),
        ("SandboxArtifacts", "SandboxArtifacts"),
        ("SqlRequest", "SqlRequest"),
        ("nativeingestion", "NativeIngestion"),
        (" SQLREQUEST ,azureai", "SqlRequest, AzureAI"),
        ("AzureAI, AzureAI", "AzureAI"),
    ],
)
def test_usages_come_back_spelled_as_documented(write, sent, kept):
    written = write([{"ObjectId": MI_INGEST, "AllowedUsages": sent}])

    assert written == {"mi-ingest": kept}


def test_system_comes_back_as_the_object_id_of_the_system_identity(run):
    text = "[{'ObjectId':'SYSTEM','AllowedUsages':'All'}]"

    (row,) = run(f'.alter database Sales policy managed_identity "{text}"')

    (item,) = json.loads(row["Policy"])
    assert item["ObjectId"] == SYSTEM
    assert item["IsSystem"] is True
    assert item["DisplayName"] == "contoso"


def test_property_names_match_in_any_letter_case_and_others_are_ignored(write):
    written = write(
        [{"objectid": MI_INGEST, "ALLOWEDUSAGES": "All", "DisplayName": "no", "IsSystem": True}]
    )

    assert written == {"mi-ingest": "All"}


@pytest.mark.parametrize("verb", ["alter", "alter-merge"])
def test_one_identity_named_twice_gets_the_union_of_usages(write, verb):
    written = write(
        [
            {"ObjectId": "system", "AllowedUsages": "SqlRequest"},
            {"ObjectId": SYSTEM.upper(), "AllowedUsages": "AzureAI, SqlRequest"},
        ],
        verb,
    )

    assert written["contoso"] == "SqlRequest, AzureAI"


@pytest.mark.parametrize("usages", ["All", "SqlRequest, All"])
def test_merging_all_leaves_all(write, usages):
    written = write([{"ObjectId": MI_INGEST, "AllowedUsages": usages}], "alter-merge")

    assert written["mi-ingest"] == "All"


def test_merging_into_all_leaves_all(policy):
    text = "[{'ObjectId':'system','AllowedUsages':'SqlRequest'}]"

    merged = policy(f""".alter-merge database ["Tom's Lab"] policy managed_identity "{text}" """)

    assert merged == {"contoso": "All"}


def test_alter_merge_refreshes_names_of_identities_already_there(policy, azure):
    azure.world.identity("mi-ingest").display_name = "mi-renamed"

    before = policy(".show database Sales policy managed_identity")
    after = policy(".alter-merge database Sales policy managed_identity '[]'")

    assert list(before) == ["mi-ingest", "mi-export"]
    assert list(after) == ["mi-renamed", "mi-export"]


def test_alter_merge_keeps_an_identity_that_no_longer_exists(policy, azure):
    azure.world.identities.remove(azure.world.identity("mi-ingest"))

    after = policy(".alter-merge database Sales policy managed_identity '[]'")

    assert list(after) == ["mi-ingest", "mi-export"]


@pytest.mark.parametrize("verb", ["alter", "alter-merge"])
def test_unassigned_identity_is_refused_and_nothing_is_written(refused, verb):
    items = [
        {"ObjectId": MI_INGEST, "AllowedUsages": "AzureAI"},
        {"ObjectId": MI_STRANGER, "AllowedUsages": "All"},
    ]

    error = refused(json.dumps(items), verb)

    assert error.code == "General_BadRequest"
    assert error.type == "Kusto.Data.Exceptions.KustoBadRequestException"
    assert error.permanent
    assert MI_STRANGER in error.description


def test_system_is_refused_on_a_cluster_without_system_identity(refused, azure):
    azure.world.cluster.system_identity = None

    error = refused('[{"ObjectId":"system","AllowedUsages":"All"}]')

    assert error.code == "General_BadRequest"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (f'[{{"ObjectId":"{MI_INGEST}"}}]', "AllowedUsages"),
        ('[{"AllowedUsages":"All"}]', "ObjectId"),
        (f'[{{"ObjectId":"{MI_INGEST}","AllowedUsages":["All"]}}]', "AllowedUsages"),
        ('[{"ObjectId":7,"AllowedUsages":"All"}]', "ObjectId"),
        (f'[{{"ObjectId":"{MI_INGEST}","AllowedUsages":"ExternalTables"}}]', "ExternalTables"),
        (f'[{{"ObjectId":"{MI_INGEST}","AllowedUsages":""}}]', "no usage"),
        (f'[{{"ObjectId":"{MI_INGEST}","AllowedUsages":"All,"}}]', "no usage"),
        ('[{"ObjectId":"mi-ingest","AllowedUsages":"All"}]', "GUID"),
        ('[{"ObjectId":"","AllowedUsages":"All"}]', "GUID"),
        ('{"ObjectId":"system","AllowedUsages":"All"}', "array"),
        ("null", "array"),
        ('["system"]', "object"),
        ('[{"ObjectId":"system" "AllowedUsages":"All"}]', "line 1, column"),
        ("[", "JSON"),
        ("", "JSON"),
        ("not json", "JSON"),
        pytest.param("[" * 99_999, "JSON", id="nested too deeply"),
        pytest.param("9" * 9_999, "JSON", id="number too long"),
    ],
)
def test_unusable_policy_is_refused_and_nothing_is_written(refused, text, word):
    error = refused(text)

    assert error.code == "General_BadRequest"
    assert word in error.description


def test_client_id_is_no_object_id(refused, azure):
    client_id = azure.world.identity("mi-ingest").client_id

    error = refused(f'[{{"ObjectId":"{client_id}","AllowedUsages":"All"}}]')

    assert client_id in error.description
