"""Links as far as whoever looks can see them: what was not seen is never in place."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.model.declaration.requirements import CalloutAllowed, WritesThrough
from tests.told import examined


@pytest.mark.nightly
def test_a_reader_sees_some_links_and_none_is_ok_that_was_not_seen(reader, look, connection):
    found = look("python-plugin", by=reader)

    assert {name: one.state.value for name, one in found.items()} == {
        "plugin": "met",
        "identity exists": "unknown",
        "assigned to the cluster": "met",
        "allowed by policy": "unknown",
        "callout policy": "unknown",
        "same tenant": "unknown",
        "Azure role": "unknown",
        "network": "unknown",
    }
    assert found["allowed by policy"].detail == "not readable: requires AllDatabasesMonitor"


def test_an_outsider_sees_the_policies_of_databases_only(outsider, look):
    found = look("external-table", by=outsider)

    assert {name: one.state.value for name, one in found.items()} == {
        "identity exists": "unknown",
        "assigned to the cluster": "unknown",
        "allowed by policy": "met",
        "callout policy": "unknown",
        "same tenant": "unknown",
        "Azure role": "unknown",
        "network": "unknown",
        "follower clusters": "unknown",
    }


@pytest.mark.nightly
def test_a_usage_the_database_does_not_allow_may_be_allowed_by_a_cluster_policy_one_cannot_read(
    reader, look
):
    assert look("export", by=reader)["allowed by policy"].state == "unknown"


@pytest.mark.nightly
def test_roles_one_may_not_list_are_unknown(reader, look):
    found = look("continuous-export", by=reader)["security role"]

    assert found.state == "unknown"
    assert found.fix == ""


@pytest.mark.nightly
@pytest.mark.parametrize(
    "name",
    [
        "throttled",
        "unavailable",
        "dropped-before-write",
        "not-json",
        "truncated-body",
        "empty-body",
    ],
)
@pytest.mark.parametrize(
    ("match", "requirements"),
    [
        ("cluster policy callout", {"callout policy"}),
        (".show plugins", {"plugin"}),
        ("GET /subscriptions", {"identity exists", "assigned to the cluster", "Azure role"}),
    ],
)
def test_what_cannot_be_read_makes_no_link_ok(fault, look, name, match, requirements):
    look("python-plugin")
    fault(name, match=match)

    found = look("python-plugin")

    assert {name for name, one in found.items() if one.state == "unknown"} == requirements


def test_no_link_of_an_external_table_that_cannot_be_read_is_ok(fault, look):
    fault("unavailable", match=".show external tables")

    assert look("continuous-export")["external table"].state == "unknown"


@pytest.mark.nightly
def test_the_policy_of_the_database_that_cannot_be_read_leaves_open_what_it_says(fault, look):
    look("export")
    fault("unavailable", match="database ['Sales'] policy managed_identity")

    assert look("export")["allowed by policy"].state == "unknown"


@pytest.mark.nightly
def test_where_policies_cannot_be_read_the_other_links_are_judged_all_the_same(
    connection, fault, filled
):
    workflow = filled("export", identity="mi-stranger")
    connection.forget()
    fault("unavailable", match="policy managed_identity")

    found = examined(connection, workflow.requirements(), "Sales")

    assert [(one.title, one.state.value) for one in found] == [
        ("identity exists", "met"),
        ("assigned to the cluster", "not met"),
        ("allowed by policy", "unknown"),
        ("same tenant", "met"),
        ("Azure role", "not met"),
    ]
    assert found[1].fix.startswith("%adxmi identity assign --identity ")


@pytest.mark.nightly
def test_the_role_of_a_system_assigned_identity_that_is_not_there_is_unknown(azure, look):
    azure.world.cluster.databases["Tom's Lab"].policy = None
    azure.world.cluster.system_identity = None

    found = look("external-table", identity="system")["Azure role"]

    assert (found.state, found.detail) == ("unknown", "the cluster has no system-assigned identity")


def test_a_database_that_is_not_there_is_refused(connection, filled):
    with pytest.raises(errors.DatabaseNotFound) as caught:
        examined(connection, filled("export").requirements(), "Slaes")

    assert caught.value.fix == "--database Sales"


def test_an_external_table_is_examined_in_its_own_database(connection):
    (found,) = examined(connection, [WritesThrough("ArchivedOrders")], "Telemetry")

    assert found.state == "not met"


def test_a_rule_counts_whatever_the_letter_case_of_its_type(azure, connection):
    azure.world.cluster.callout_policy = [CalloutRule("CosmosDB", ".*", can_call=True)]

    (found,) = examined(connection, [CalloutAllowed("cosmosdb", "https://x/")], "Sales")

    assert found.state == "met"
