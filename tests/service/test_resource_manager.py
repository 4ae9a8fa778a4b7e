from dataclasses import replace

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity.identities import (
    assigned,
    plan_assignment,
    plan_removal,
    visible,
)
from adxmi_jupyter.actions.identity.writes import apply
from adxmi_jupyter.model.azure_shapes import FOUND_CLUSTER
from adxmi_jupyter.model.shape import Shape, required, resource_id
from adxmi_jupyter.service.address import parse_address
from adxmi_jupyter.service.connections import Settings
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION
from tests.faults.catalogue import answered
from tests.faults.messages import target
from tests.service.replay import replay


@pytest.fixture
def change(connection):
    stranger = [i for i in visible(connection) if i.display_name == "mi-stranger"]
    return plan_assignment(connection, stranger)


def assigned_names(connection):
    return [identity.display_name for identity in assigned(connection).all]


def test_a_cluster_is_found_by_its_uri(connection):
    manager = connection.resource_manager

    resource_id = manager.cluster_at(connection.address.uri).resource_id

    assert resource_id.endswith("/providers/Microsoft.Kusto/Clusters/contoso")


def test_a_cluster_nobody_can_see_is_told_with_what_still_works(connection):
    with pytest.raises(errors.ResourceNotFound) as raised:
        connection.resource_manager.cluster_at("https://elsewhere.kusto.windows.net")

    assert "policy and role --database work without it" in raised.value.fix


def test_whoever_sees_no_subscription_at_all_is_told_the_same(connection, azure):
    azure.world.azure_roles.clear()

    with pytest.raises(errors.ResourceNotFound) as raised:
        connection.resource_manager.cluster_at(connection.address.uri)

    assert "policy and role --database work without it" in raised.value.fix


def test_another_refusal_of_the_query_is_told_as_it_is(connections):
    with replay({"error": {"code": "BadRequest", "message": "no"}}, status=400) as uri:
        connections.settings = Settings(cluster=uri, timeout=5)

        with pytest.raises(errors.CommandRefused):
            connections.current().resource_manager.cluster_at("https://c.kusto.windows.net")


def test_lists_come_page_by_page(connection, azure):
    azure.arm.page_size = 1

    names = [identity.display_name for identity in visible(connection)]

    assert names == ["contoso", "mi-export", "mi-ingest", "mi-stranger"]


@pytest.mark.nightly
def test_another_change_under_way_is_waited_for_and_said(connection, azure, change, said):
    azure.arm.polls = 20  # the SDK asks by itself while the second change is planned
    apply(connection, change, waits=False)
    removal = plan_removal(connection, list(assigned(connection).users))

    of_any_version = replace(removal, before=replace(removal.before, etag=""))

    apply(connection, of_any_version, confirmed=True)

    assert said[-1] == "the cluster is busy with another change: waiting until it is free"
    assert assigned_names(connection) == ["contoso"]


def test_a_wait_for_others_ends(connection, azure, change, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.resource_manager._LONGEST_WAIT_FOR_OTHERS", -1)
    azure.arm.polls = 50
    apply(connection, change, waits=False)

    with pytest.raises(errors.ClusterBusy) as raised:
        apply(connection, change, waits=False)

    assert raised.value.service.code in {"RequestConflict", "ServiceIsInMaintenance"}


@pytest.mark.nightly
def test_maintenance_is_waited_out(connection, azure, change):
    azure.faults.add("in-maintenance")

    apply(connection, change)

    assert "mi-stranger" in assigned_names(connection)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("throttled", errors.Throttled),
        ("unavailable", errors.ServiceUnavailable),
        ("not-json", errors.UnreadableAnswer),
        ("dropped-before-write", errors.ConnectionDropped),
    ],
)
def test_a_read_that_fails_for_good_says_why(connection, azure, fault, error):
    azure.faults.add(fault, times=None, retry_after=0)

    with pytest.raises(error):
        assigned(connection)


def test_a_read_that_failed_once_is_sent_again(connection, azure):
    azure.faults.add("dropped-before-write")

    assert assigned_names(connection) == ["contoso", "mi-export", "mi-ingest"]


@pytest.mark.parametrize("body", [[1], "text"])
def test_an_answer_that_is_no_object_is_unreadable(connections, body):
    with replay(body) as uri:
        connections.settings = Settings(cluster=uri, timeout=5)

        with pytest.raises(errors.UnreadableAnswer):
            connections.current().resource_manager.graph("resources", FOUND_CLUSTER)


def test_an_expired_token_is_told(connections, azure, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    expired = connections.open(azure.kusto_uri, credential="token")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-expired")

    with pytest.raises(errors.NotAuthenticated) as raised:
        assigned(expired)

    assert "embedded-expired" not in str(raised.value)


@pytest.mark.nightly
def test_a_cluster_served_by_another_process_has_its_resource_manager(connections, azure):
    other = connections.open(azure.kusto_uri)

    assert assigned_names(other) == ["contoso", "mi-export", "mi-ingest"]


def test_the_token_of_a_cluster_is_not_sent_to_resource_manager(connections, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "for the cluster")
    connections.settings = Settings(cluster="help.westeurope", credential="token")

    with pytest.raises(errors.CredentialFailure, match="lacks ADXMI_ARM_TOKEN"):
        assigned(connections.current())


@pytest.mark.parametrize(
    ("cluster", "manager"),
    [
        ("help", "https://management.azure.com"),
        ("https://c.kusto.usgovcloudapi.net", "https://management.usgovcloudapi.net"),
        ("https://c.kusto.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
    ],
)
def test_each_cloud_has_its_resource_manager(cluster, manager):
    assert parse_address(cluster).resource_manager == manager


def test_a_token_of_this_machine_never_leaves_it(connection):
    from azure.core.rest import HttpRequest

    client = connection.resource_manager._client("00000000-0000-0000-0000-000000000000")

    with pytest.raises(errors.UntrustedLink, match="leads to https://management"):
        client.send_request(HttpRequest("GET", "https://management.azure.com/subscriptions"))


ITEM = Shape("the items", (required("id", check=resource_id),))


@pytest.fixture
def manager(connections):
    """Azure Resource Manager, at a server with a prepared answer."""

    def at(uri):
        connections.settings = Settings(cluster=uri, timeout=5)
        return connections.current().resource_manager

    return at


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"data": [{"id": "/a/b"}], "count": 2}, "it has not as many rows as it says"),
        ({"data": [], "resultTruncated": "true"}, "it is cut short"),
        ({"data": [], "$skipToken": "x"}, "its next page is one that was read already"),
        ({"data": {"rows": []}}, "where a list belongs there is an object"),
    ],
)
def test_rows_of_the_resource_graph_that_are_not_all_are_not_believed(manager, answer, why):
    with replay(answer) as uri, pytest.raises(errors.UnreadableAnswer) as raised:
        manager(uri).graph("resources", ITEM)

    assert raised.value.why == why


def test_a_resource_that_was_not_asked_for_is_not_believed(proxied, proxy):
    path = proxied.resource_manager.cluster_at(proxy.uri).resource_id
    proxy.strike(answered(200, {"id": "/subscriptions/other"}), target("/clusters/"))

    with pytest.raises(errors.UnreadableAnswer) as raised:
        proxied.resource_manager.get(path, KUSTO_VERSION, ITEM)

    assert raised.value.why == "it is about something else than what was asked for"


def test_letter_case_of_a_resource_id_does_not_matter(connection):
    path = connection.cluster_id

    found = connection.resource_manager.get(path.lower(), KUSTO_VERSION, ITEM)

    assert found["id"] == path


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 429])
@pytest.mark.parametrize("body", [{}, {"error": "text"}, {"error": {"code": 5}}])
def test_a_refusal_that_is_not_azures_own_leaves_open_what_happened(connections, status, body):
    with replay(body, status=status) as uri:
        connections.settings = Settings(cluster=uri, timeout=5)

        with pytest.raises(errors.AnswerLost):
            connections.current().resource_manager.graph("resources", FOUND_CLUSTER)
