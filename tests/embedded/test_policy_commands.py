"""The eight managed identity policy commands, as the real client sees them."""

import json

import pytest

GRANT = ".alter-merge {scope} policy managed_identity ```[{{'ObjectId':'{who}','AllowedUsages':'{what}'}}]```"
ALTER = (
    ".alter {scope} policy managed_identity ```[{{'ObjectId':'{who}','AllowedUsages':'{what}'}}]```"
)


def test_show_database_policy_has_the_five_columns(run):
    rows = run(".show database Sales policy managed_identity")

    (row,) = rows
    assert list(row) == ["PolicyName", "EntityName", "Policy", "ChildEntities", "EntityType"]
    assert row["PolicyName"] == "ManagedIdentityPolicy"
    assert row["EntityName"] == "[Sales]"
    assert row["EntityType"] == "Database"
    assert json.loads(row["ChildEntities"]) == ["Orders", "Customers"]


def test_show_cluster_policy_has_an_empty_entity_name_and_lists_databases(run):
    (row,) = run(".show cluster policy managed_identity")

    assert row["EntityName"] == ""
    assert row["EntityType"] == "Cluster"
    assert json.loads(row["ChildEntities"]) == ["Sales", "Tom's Lab", "Telemetry"]


def test_policy_objects_have_the_documented_properties_in_order(run, azure):
    identity = azure.world.identity("mi-export")

    (row,) = run(".show cluster policy managed_identity")

    (item,) = json.loads(row["Policy"])
    assert list(item.items()) == [
        ("ObjectId", identity.object_id),
        ("ClientId", identity.client_id),
        ("TenantId", identity.tenant_id),
        ("DisplayName", "mi-export"),
        ("IsSystem", False),
        ("AllowedUsages", "AutomatedFlows"),
    ]


def test_show_policy_of_a_database_without_one_is_null(run):
    (row,) = run(".show database Telemetry policy managed_identity")

    assert row["Policy"] == "null"


def test_show_policy_without_a_name_uses_the_context_database(policy):
    shown = policy(".show database policy managed_identity", database="Tom's Lab")

    assert shown == {"contoso": "All"}


def test_show_policy_finds_a_database_in_any_letter_case(run):
    (row,) = run(".show database ['sALES'] policy managed_identity")

    assert row["EntityName"] == "[Sales]"


@pytest.mark.parametrize(
    ("scope", "entity"), [("cluster", ""), ("database Sales", "[Sales]"), ("database", "[Sales]")]
)
def test_alter_replaces_the_whole_policy(run, azure, scope, entity):
    who = azure.world.identity("mi-export").object_id

    (row,) = run(ALTER.format(scope=scope, who=who, what="SqlRequest"), database="Sales")

    assert row["EntityName"] == entity
    (item,) = json.loads(row["Policy"])
    assert item["AllowedUsages"] == "SqlRequest"


@pytest.mark.parametrize("scope", ["cluster", "database Sales", "database"])
def test_alter_to_an_empty_array_leaves_an_empty_policy(run, scope):
    (row,) = run(f".alter {scope} policy managed_identity '[]'", database="Sales")

    assert row["Policy"] == "[]"


def test_alter_merge_adds_usages_after_the_existing_ones(policy, azure):
    who = azure.world.identity("mi-ingest").object_id

    merged = policy(GRANT.format(scope="database Sales", who=who, what="SqlRequest,AzureAI"))

    assert merged == {
        "mi-ingest": "NativeIngestion, DataConnection, SqlRequest, AzureAI",
        "mi-export": "ExternalTable",
    }


def test_alter_merge_of_the_cluster_appends_a_new_identity(policy):
    merged = policy(GRANT.format(scope="cluster", who="system", what="All"))

    assert merged == {"mi-export": "AutomatedFlows", "contoso": "All"}


def test_alter_merge_without_a_name_uses_the_context_database(policy):
    merged = policy(
        GRANT.format(scope="database", who="system", what="SqlRequest"), database="Telemetry"
    )

    assert merged == {"contoso": "SqlRequest"}


def test_alter_merge_of_an_empty_array_changes_nothing(policy):
    merged = policy(".alter-merge cluster policy managed_identity '[]'")

    assert merged == {"mi-export": "AutomatedFlows"}


@pytest.mark.parametrize("scope", ["cluster", "database Sales"])
def test_delete_leaves_no_policy(run, scope):
    (deleted,) = run(f".delete {scope} policy managed_identity")
    (shown,) = run(f".show {scope} policy managed_identity")

    assert deleted["Policy"] == "null"
    assert shown == deleted


def test_delete_needs_the_name_of_the_database(refusal):
    error = refusal(".delete database policy managed_identity", database="Sales")

    assert error.code == "BadRequest_SyntaxError"


def test_policies_of_other_scopes_stay_as_they_are(run, policy):
    run(".delete cluster policy managed_identity")

    shown = policy(".show database ['Tom\\'s Lab'] policy managed_identity")

    assert shown == {"contoso": "All"}


@pytest.mark.parametrize(
    "text",
    [
        ".show database Nowhere policy managed_identity",
        ".alter database Nowhere policy managed_identity '[]'",
        ".alter-merge database Nowhere policy managed_identity '[]'",
        ".delete database Nowhere policy managed_identity",
        ".show database [] policy managed_identity",
        ".show database policy managed_identity",
    ],
)
def test_unknown_database_is_refused(refusal, text):
    error = refusal(text)

    assert error.code == "BadRequest_DatabaseNotExist"
    assert error.type == "Kusto.Data.Exceptions.DatabaseNotFoundException"
    assert error.permanent


def test_new_database_and_identity_of_another_thread_are_seen(policy, azure):
    azure.world.add_database("Fresh")
    who = azure.world.add_identity("mi-new").object_id

    merged = policy(GRANT.format(scope="database Fresh", who=who, what="All"))

    assert merged == {"mi-new": "All"}
