"""A cluster that follows another one: attached through Resource Manager, read at its own address."""

import json

import pytest
from azure.kusto.data.exceptions import KustoApiError

from tests.embedded.conftest import READER, SUBSCRIPTION

LEADER = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"
    "/Clusters/contoso"
)
WHERE = ("analytics", "contosowest")


@pytest.fixture
def follower(azure):
    return azure.world.add_cluster("contosowest", subscription="Contoso", state="Running")


@pytest.fixture
def attach(kusto, follower):
    def make(name="follow", **properties):
        asked = {
            "clusterResourceId": LEADER,
            "databaseName": "Sales",
            "defaultPrincipalsModificationKind": "Union",
            **properties,
        }
        body = {"location": "westeurope", "properties": asked}
        return kusto.attached_database_configurations.begin_create_or_update(
            *WHERE, name, body
        ).result()

    return make


@pytest.fixture
def run_there(run_on):
    return lambda text, **options: run_on("contosowest", text, **{"database": "Sales", **options})


@pytest.mark.nightly
def test_a_follower_reads_what_the_leader_has_now(attach, run, run_there):
    made = attach()
    run(".set-or-append Orders <| Orders | take 1", database="Sales")

    assert list(made.properties.attached_database_names) == ["Sales"]
    assert run_there("Orders | count") == run("Orders | count", database="Sales")
    (listed,) = run_there(".show databases")
    assert listed["DatabaseAccessMode"] == "ReadOnlyFollowing"


def test_what_the_leader_makes_and_drops_comes_and_goes(attach, run, run_there):
    attach()
    run(".create table Fresh (Id: long)", database="Sales")
    there = run_there("Fresh | count")
    run(".drop table Fresh", database="Sales")

    assert there == [{"Count": 0}]
    with pytest.raises(KustoApiError):
        run_there("Fresh | count")


@pytest.mark.parametrize(
    "command",
    [
        ".create table T (Id: long)",
        ".create-or-alter function F() { print 1 }",
        ".drop table Orders",
        ".ingest inline into table Customers <| 9,New,true",
        ".set-or-append Customers <| Customers",
        ".add database Sales viewers ('aaduser=reader@contoso.example')",
        ".alter database Sales policy managed_identity '[]'",
        ".delete database Sales policy managed_identity",
        ".alter-merge database Sales policy retention softdelete = 10d",
        ".alter table Orders policy caching hot = 1d",
        ".create materialized-view V on table Orders { Orders | summarize count() by Region }",
    ],
)
def test_a_follower_changes_nothing_of_the_leader(azure, attach, run_there, command):
    attach()
    leading = azure.world.cluster.databases["Sales"]
    before = (list(leading.tables), list(leading.roles), leading.policy)

    with pytest.raises(KustoApiError) as caught:
        run_there(command)

    assert caught.value.http_response.status_code == 400
    assert "ReadOnlyFollowing" in str(caught.value)
    assert (list(leading.tables), list(leading.roles), leading.policy) == before


def test_a_script_on_a_follower_reports_what_is_read_only(attach, run_there):
    attach()

    (row,) = run_there(".execute database script <|\n.create table T (Id: long)")

    assert row["Result"] == "Failed"
    assert "ReadOnlyFollowing" in row["Reason"]


def test_the_policy_of_the_leader_is_shown_and_the_follower_has_its_own_cluster_policy(
    attach, run, run_there
):
    attach()
    command = ".show database Sales policy managed_identity"

    (there,), (here,) = run_there(command), run(command)
    (cluster,) = run_there(".show cluster policy managed_identity")

    assert json.loads(there["Policy"]) == json.loads(here["Policy"])
    assert json.loads(cluster["Policy"]) is None


@pytest.mark.nightly
def test_an_identity_has_to_be_assigned_to_the_follower(azure, follower, attach, run_there):
    attach()
    query = "external_table('ArchivedOrders') | count"

    with pytest.raises(KustoApiError) as caught:
        run_there(query)
    follower.identities.append(azure.world.identity("mi-export"))

    assert caught.value.get_api_error().code == "BadRequest_InvalidManagedIdentity"
    assert run_there(query)


def test_continuous_exports_and_data_connections_stay_with_the_leader(
    azure, follower, attach, kusto
):
    azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders"
    )

    attach()

    copy = follower.databases["Sales"]
    assert (copy.continuous_exports, copy.data_connections) == ({}, [])
    assert kusto.databases.get("analytics", "contoso", "Sales").properties.is_followed is True


@pytest.mark.parametrize(
    ("kind", "reader_may_read"), [("Union", True), ("None", True), ("Replace", False)]
)
def test_the_principals_of_the_leader_count_unless_they_are_replaced(
    attach, run_there, kind, reader_may_read
):
    attach(defaultPrincipalsModificationKind=kind)

    allowed = True
    try:
        run_there("Orders | count", token=READER)
    except KustoApiError:
        allowed = False

    assert allowed is reader_may_read


def test_a_follower_can_have_principals_of_its_own(azure, attach, run, run_there):
    azure.world.add_principal("visitor", token="visitor")
    attach(defaultPrincipalsModificationKind="Replace")

    run_there(".add follower database Sales viewers ('aaduser=visitor@contoso.example') 'for now'")

    assert run_there("Orders | count", token="visitor") == [{"Count": 6}]
    with pytest.raises(KustoApiError):
        run("Orders | count", database="Sales", token="visitor")
    (shown,) = run_there(".show follower database Sales")
    (override,) = json.loads(shown["AuthorizedPrincipalsOverride"])
    assert override["Principal"]["Notes"] == "for now"
    run_there(".drop follower database Sales viewers ('aaduser=visitor@contoso.example')")
    with pytest.raises(KustoApiError):
        run_there("Orders | count", token="visitor")


def test_what_is_overridden_is_shown(attach, run_there):
    attach()

    run_there(".alter follower database Sales policy caching hot = 3d")
    run_there(".alter follower database Sales principals-modification-kind = none")
    run_there(".alter follower database Sales caching-policies-modification-kind = replace")
    run_there(".alter follower database Sales prefetch-extents = true")
    (shown,) = run_there(".show follower databases")

    assert list(shown) == [
        "DatabaseName",
        "LeaderClusterMetadataPath",
        "CachingPolicyOverride",
        "AuthorizedPrincipalsOverride",
        "AuthorizedPrincipalsModificationKind",
        "CachingPoliciesModificationKind",
        "IsAutoPrefetchEnabled",
        "TableMetadataOverrides",
    ]
    assert json.loads(shown["CachingPolicyOverride"])["DataHotSpan"] == "3.00:00:00"
    assert shown["AuthorizedPrincipalsModificationKind"] == "none"
    assert shown["CachingPoliciesModificationKind"] == "replace"
    assert shown["IsAutoPrefetchEnabled"] is True
    run_there(".delete follower database Sales policy caching")
    (shown,) = run_there(".show follower databases (Sales)")
    assert shown["CachingPolicyOverride"] == "null"


def test_a_database_that_follows_nothing_is_no_follower(run, refusal):
    assert run(".show follower databases") == []

    error = refusal(".alter follower database Sales policy caching hot = 3d")

    assert error.code == "General_BadRequest"


def test_all_databases_can_be_followed_with_a_prefix(azure, attach, run_there):
    made = attach(databaseName="*", databaseNamePrefix="west-")
    azure.world.add_database("Later")

    names = [row["DatabaseName"] for row in run_there(".show databases")]

    assert "Telemetry" in made.properties.attached_database_names
    assert names == ["west-Sales", "west-Tom's Lab", "west-Telemetry", "west-Later"]


def test_one_database_can_have_another_name_on_the_follower(attach, run_there, kusto):
    attach(databaseNameOverride="Copy")

    found = kusto.databases.get(*WHERE, "Copy")

    assert run_there("Orders | count", database="Copy") == [{"Count": 6}]
    assert found.kind == "ReadOnlyFollowing"
    assert found.properties.leader_cluster_resource_id == LEADER
    assert found.properties.original_database_name == "Sales"


def test_tables_can_be_shared_one_by_one(attach, run_there):
    attach(tableLevelSharingProperties={"tablesToInclude": ["Cust*"]})

    assert run_there("Customers | count") == [{"Count": 3}]
    with pytest.raises(KustoApiError):
        run_there("Orders | count")


@pytest.mark.parametrize("how", ["delete", "detach"])
def test_what_is_detached_is_gone_from_the_follower(kusto, attach, run_there, how):
    attach()
    if how == "delete":
        kusto.attached_database_configurations.begin_delete(*WHERE, "follow").result()
    else:
        body = {
            "clusterResourceId": LEADER.replace("contoso", "contosowest"),
            "attachedDatabaseConfigurationName": "follow",
        }
        kusto.clusters.begin_detach_follower_databases("analytics", "contoso", body).result()

    assert run_there(".show databases", database=None) == []
    assert list(kusto.attached_database_configurations.list_by_cluster(*WHERE)) == []


def test_a_follower_goes_on_while_its_leader_is_stopped(azure, attach, run_there):
    attach()

    azure.stop_cluster("contoso")

    assert run_there("Orders | count") == [{"Count": 6}]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"databaseName": "Nothing"}, "ResourceNotFound"),
        ({"clusterResourceId": LEADER.replace("contoso", "nobody")}, "ResourceNotFound"),
        ({"clusterResourceId": LEADER.replace("contoso", "contosowest")}, "BadRequest"),
    ],
)
def test_what_cannot_be_followed_fails_late(azure, attach, refused, properties, code):
    azure.world.at(azure.world.find_cluster("contosowest")).add_database("Sales")

    assert refused(attach, **properties).error.code == code


def test_a_database_of_that_name_stands_in_the_way(azure, attach, refused):
    azure.world.at(azure.world.find_cluster("contosowest")).add_database("Sales")

    assert refused(attach).error.code == "Conflict"


@pytest.mark.parametrize(
    "properties",
    [
        {"databaseName": None},
        {"defaultPrincipalsModificationKind": "Some"},
        {"databaseName": "*", "databaseNameOverride": "One"},
        {"databaseNamePrefix": "west-"},
        {"databaseName": "*", "tableLevelSharingProperties": {"tablesToInclude": ["A"]}},
        {"tableLevelSharingProperties": {"tablesToInclude": [f"T{n}" for n in range(101)]}},
    ],
)
def test_what_makes_no_sense_is_rejected_at_once(attach, refused, properties):
    assert refused(attach, **properties).status_code == 400


def test_the_caching_period_of_a_follower_can_change_through_resource_manager(
    kusto, attach, refused
):
    attach()
    where = (*WHERE, "Sales")
    body = {"kind": "ReadOnlyFollowing", "properties": {"hotCachePeriod": "P2D"}}

    changed = kusto.databases.begin_update(*where, body).result()

    assert changed.properties.hot_cache_period.days == 2
    assert (
        kusto.databases.get("analytics", "contoso", "Sales").properties.hot_cache_period.days == 31
    )
    assert refused(kusto.databases.begin_delete, *where).status_code == 400
