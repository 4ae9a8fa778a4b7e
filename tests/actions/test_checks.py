"""What exists, checked through the actions: what cannot be listed, and how often is asked."""

import pytest

from adxmi_jupyter.actions.check.checks import check_all, check_kind, check_one
from adxmi_jupyter.actions.check.findings import CheckedKind
from adxmi_jupyter.errors import NotAuthorized, WorkflowNotFound
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.rendering.check_frames import checks_frame
from tests.actions.filling import EXPORT, INGEST, LAKE
from tests.told import told, written

TABLE = declaration_of("external-table")
INGESTION = declaration_of("sdk-ingestion")


def states(checks, requirement):
    return {
        (one.database, one.name): found.state.value
        for one in checks.checked
        for found in map(told, one.findings)
        if found.title == requirement
    }


def labels(checks):
    return [one.name for one in checks.checked]


def test_a_database_that_refuses_leaves_the_others_and_names_the_right(outsider):
    checks = check_all(outsider, ["Sales", "Telemetry"])

    unread = [one for one in checks.checked if told(one.findings[0]).title == "listing"]
    assert ("Sales", "ArchivedOrders") in states(checks, "allowed by policy")
    assert {one.database for one in unread} == {"Sales", "Telemetry"}
    assert all("requires " in told(one.findings[0]).detail for one in unread)
    subjects = [told(one.findings[0]).subject for one in unread if one.database == "Telemetry"]
    assert sorted(subjects) == [
        (
            "ai-chat-completion, ai-embeddings, cosmosdb-sql-request, externaldata, "
            "infer-storage-schema, python-plugin, sql-request"
        ),
        "continuous-export",
        "cosmosdb-connection, event-grid, event-hub",
        "external-table",
        "query-acceleration",
        "update-policy",
    ]


def test_of_what_a_caller_cannot_see_nothing_is_ok_or_missing(outsider):
    checks = check_all(outsider, ["Sales"])

    found = {f.title: f for one in checks.checked for f in map(told, one.findings)}
    unknown = {requirement for requirement, one in found.items() if one.state == "unknown"}
    assert unknown == {
        "identity exists",
        "assigned to the cluster",
        "callout policy",
        "same tenant",
        "Azure role",
        "network",
        "follower clusters",
        "listing",
    }
    assert not [one for one in found.values() if one.state == "not met"]


def test_where_nothing_can_be_listed_the_first_error_is_raised(outsider):
    with pytest.raises(NotAuthorized):
        check_all(outsider, ["Telemetry", "Tom's Lab"])


@pytest.mark.nightly
def test_each_fact_is_asked_for_once_for_all_workflows(azure, connection):
    databases = ["Sales", "Telemetry"]
    check_all(connection, databases)
    few = (azure.requests_served, azure.arm_requests_served)
    check_all(connection, databases)
    few = (azure.requests_served - few[0], azure.arm_requests_served - few[1])
    for number in range(20):
        azure.world.add_external_table(
            f"T{number}", f"{LAKE}/archive;managed_identity={EXPORT}", database="Sales"
        )

    many = (azure.requests_served, azure.arm_requests_served)
    checks = check_all(connection, databases)
    many = (azure.requests_served - many[0], azure.arm_requests_served - many[1])

    assert ("Sales", "T19") in states(checks, "Azure role")
    assert many == few


@pytest.mark.nightly
def test_names_are_told_with_their_database_or_without(connection):
    checks = check_one(connection, TABLE, "Sales", "ArchivedOrders")

    alone = checks_frame(checks, write=written)
    among = checks_frame(checks, write=written, with_database=True)

    assert set(alone["name"]) == {"ArchivedOrders"}
    assert set(among["name"]) == {"Sales/ArchivedOrders"}


def test_one_that_is_not_there_is_told_with_those_that_are(connection):
    with pytest.raises(WorkflowNotFound) as caught:
        check_one(connection, TABLE, "Sales", "ArchivedOrder")

    assert caught.value.why == "there are: ArchivedOrders"
    assert caught.value.fix == "%adxmi external-table check ArchivedOrders --database Sales"


@pytest.mark.nightly
def test_names_of_data_connections_are_found_in_any_letter_case(connection):
    checks = check_one(connection, declaration_of("event-hub"), "Sales", "SALES-Orders")

    assert labels(checks) == ["sales-orders"]


@pytest.mark.nightly
def test_a_kind_is_checked_in_its_database_only(azure, connection):
    azure.world.add_external_table(
        "Other", f"{LAKE}/archive;managed_identity={EXPORT}", database="Sales"
    )

    assert labels(check_kind(connection, TABLE, "Sales")) == ["ArchivedOrders", "Other"]
    (none,) = check_kind(connection, TABLE, "Tom's Lab").checked
    assert none.kind is CheckedKind.NOTHING


def test_who_may_do_what_is_kept_nowhere_is_told_by_both_policies(azure, connection):
    for policy, identity in (("cluster", EXPORT), ("database Sales", INGEST)):
        usage = f'[{{"ObjectId": "{identity}", "AllowedUsages": "NativeIngestion"}}]'
        connection.kusto.command(f".alter-merge {policy} policy managed_identity ```{usage}```")

    checks = check_kind(connection, INGESTION, "Sales")

    assert labels(checks) == ["mi-ingest", "mi-export"]
    assert set(states(checks, "allowed by policy").values()) == {"met"}


def test_a_cluster_policy_that_cannot_be_read_leaves_what_the_database_tells(reader):
    checks = check_kind(reader, INGESTION, "Sales")

    assert labels(checks) == ["mi-ingest", ""]
    (unread,) = map(told, checks.checked[-1].findings)
    assert (unread.title, unread.subject) == ("listing", "sdk-ingestion")
    assert unread.state == "unknown"
    assert "is not authorized to perform" in unread.detail
