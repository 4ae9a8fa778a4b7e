"""Networks of targets: what Azure shows of them is told, and never taken for proof."""

import pytest

from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.actions.diagnosis.diagnosis import explained
from adxmi_jupyter.embedded.networks import endpoint_id
from adxmi_jupyter.embedded.state.networks import ManagedPrivateEndpoint, PrivateEndpoint
from tests.actions.filling import LAKE, LAKE_ID
from tests.told import examined, told

IN_GROUP = "--resource-group analytics --subscription 4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
CREATE = f"!az kusto managed-private-endpoint create --cluster-name contoso {IN_GROUP} --name "
MODEL = (
    "https://contosoai.openai.azure.com/openai/deployments/text-embedding/embeddings"
    "?api-version=2024-06-01"
)
NOT_PROVED = "Azure Resource Manager doesn't show whether the cluster is allowed"
TARGETS = {
    "export": "contosolake",
    "event-hub": "contosoedge",
    "sql-request": "contososql",
    "cosmosdb-sql-request": "contosocosmos",
    "cosmosdb-connection": "contosocosmos",
    "ai-embeddings": "contosoai",
}


@pytest.fixture
def closed(azure):
    """Close the network of a target: a firewall without any rule."""

    def close(name, **more):
        network = azure.world.network(name)
        network.default, network.services, network.addresses = "Deny", False, ["198.51.100.7"]
        for key, value in more.items():
            setattr(network, key, value)
        return network

    return close


@pytest.fixture
def endpoint(azure):
    """Let the cluster have a managed private endpoint, of a status at its target."""

    def add(name, status):
        world = azure.world
        target = next(each.resource_id for each in world.resources if each.name == name)
        world.cluster.managed_endpoints.append(ManagedPrivateEndpoint("mine", target, "blob"))
        own = endpoint_id(world.cluster, "mine")
        world.network(name).endpoints.append(PrivateEndpoint("contoso.1", own, "blob", status))

    return add


@pytest.mark.parametrize("noun", TARGETS)
def test_a_network_that_nothing_restricts_is_not_told(look, noun):
    assert "network" not in look(noun)


@pytest.mark.nightly
@pytest.mark.parametrize("noun", TARGETS)
def test_a_firewall_leaves_open_whether_the_cluster_gets_through(look, closed, noun):
    closed(TARGETS[noun])

    found = look(noun)["network"]

    assert found.state == "unknown"
    assert found.detail.startswith("its firewall denies what no rule allows; rules: 1 by IP")
    assert found.detail.endswith(NOT_PROVED)
    assert found.fix.startswith("!az ")


@pytest.mark.nightly
@pytest.mark.parametrize("noun", TARGETS)
@pytest.mark.parametrize("public", ["Disabled", "SecuredByPerimeter"])
def test_public_access_that_is_off_is_told(azure, look, noun, public):
    azure.world.network(TARGETS[noun]).public = public

    found = look(noun)["network"]

    assert found.state == "unknown"
    assert found.detail.startswith(f"public network access is off ({public})")


@pytest.mark.nightly
def test_the_owner_of_storage_lets_trusted_services_pass(look, closed):
    closed("contosolake")

    fix = look("export")["network"].fix

    update = f"!az storage account update --name contosolake {IN_GROUP}"
    assert fix == f"{update} --bypass AzureServices"


@pytest.mark.nightly
def test_the_owner_of_a_namespace_lets_trusted_services_pass(look, closed):
    closed("contosoedge")

    fix = look("event-hub")["network"].fix

    update = (
        f"!az eventhubs namespace network-rule-set update --namespace-name contosoedge {IN_GROUP}"
    )
    assert fix == f"{update} --enable-trusted-service-access true"


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("noun", "name"), [("export", "contosolake"), ("event-hub", "contosoedge")]
)
def test_where_trusted_services_pass_nothing_is_to_fix_and_nothing_is_proved(
    look, closed, noun, name
):
    closed(name, services=True, public="Disabled")

    found = look(noun)["network"]

    assert (found.state, found.fix) == ("unknown", "")
    assert "with a managed identity the cluster is one" in found.detail


def test_blobs_of_an_event_grid_connection_are_not_reached_as_a_trusted_service(look, closed):
    closed("contosolake", services=True)

    found = look("event-grid")["network"]

    assert "but this access isn't one" in found.detail
    assert found.fix.startswith(f"{CREATE}contosolake-endpoint --private-link {LAKE_ID} ")


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("noun", "group"),
    [("sql-request", "sqlServer"), ("cosmosdb-connection", "Sql"), ("ai-embeddings", "account")],
)
def test_others_are_reached_by_a_managed_private_endpoint(look, closed, noun, group):
    closed(TARGETS[noun], services=True)

    fix = look(noun)["network"].fix

    assert fix.startswith(f"{CREATE}{TARGETS[noun]}-endpoint --private-link ")
    assert fix.endswith(f"--group-id {group}")


@pytest.mark.nightly
@pytest.mark.parametrize("status", ["Pending", "Rejected", "Disconnected", "Approved"])
def test_the_state_of_a_private_endpoint_is_that_at_its_target(look, closed, endpoint, status):
    closed("contososql")
    endpoint("contososql", status)

    found = look("sql-request")["network"]

    assert f"managed private endpoint mine (blob): {status}" in found.detail
    assert found.state == "unknown"


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("status", "begins"),
    [
        ("Pending", "!az network private-endpoint-connection approve --id /subscriptions/"),
        ("Rejected", CREATE),
        ("Disconnected", CREATE),
        ("Approved", ""),
    ],
)
def test_a_pending_endpoint_is_approved_and_one_that_was_not_is_asked_for_again(
    look, closed, endpoint, status, begins
):
    closed("contososql")
    endpoint("contososql", status)

    fix = look("sql-request")["network"].fix

    assert fix.startswith(begins)
    assert bool(fix) == bool(begins)


@pytest.mark.nightly
def test_a_rule_for_the_cluster_counts_for_its_system_assigned_identity(azure, look, closed):
    cluster = azure.world.cluster
    of_cluster = (
        f"/subscriptions/{cluster.subscription_id}/resourceGroups/*/providers/"
        "Microsoft.Kusto/clusters/*"
    )
    closed("contosolake", instances=[of_cluster])

    mine, theirs = look("export", identity="system")["network"], look("export")["network"]

    assert "a resource instance rule names this cluster" in mine.detail
    assert mine.fix == ""
    assert "resource instance" not in theirs.detail


@pytest.mark.nightly
def test_hosts_that_the_cluster_may_not_call_are_told_with_the_list_that_allows_them(azure, look):
    settings = azure.world.cluster.settings
    settings["restrictOutboundNetworkAccess"] = "Enabled"
    settings["allowedFqdnList"] = ["contosolake.blob.core.windows.net"]

    storage, server = look("export"), look("sql-request")["network"]

    assert "network" not in storage
    assert server.detail.startswith("the cluster restricts its outbound access, and its allowed")
    assert server.fix.startswith(f"!az kusto cluster update --name contoso {IN_GROUP} --allowed-")
    assert "contosolake.blob.core.windows.net" in server.fix
    assert "contososql.database.windows.net" in server.fix


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("hosts", "state"), [([], "not met"), (["contosoai.openai.azure.com"], "met")]
)
def test_where_outbound_access_is_restricted_the_list_of_hosts_is_the_callout_policy(
    azure, look, hosts, state
):
    settings = azure.world.cluster.settings
    settings["restrictOutboundNetworkAccess"] = "Enabled"
    settings["allowedFqdnList"] = hosts

    found = look("ai-embeddings")["callout policy"]

    assert found.state == state
    assert found.fix.startswith("!az kusto cluster update ") is (state == "not met")


@pytest.mark.nightly
@pytest.mark.parametrize("noun", TARGETS)
def test_a_target_that_cannot_be_seen_has_a_network_that_is_unknown(reader, look, noun):
    found = look(noun, by=reader)["network"]

    assert found.state == "unknown"
    assert found.detail.endswith("Reader on it")


@pytest.mark.nightly
def test_rules_that_cannot_be_read_leave_the_network_open(fault, look, closed):
    look("sql-request")
    fault("unavailable", match="firewallRules")

    assert look("sql-request")["network"].state == "unknown"


@pytest.mark.nightly
def test_what_exists_is_checked_likewise(closed, connection):
    closed("contosohub")

    checks = check_all(connection, ["Sales"])

    about = {one.name: [f.title for f in map(told, one.findings)] for one in checks.checked}
    assert "network" in about["sales-orders"]
    assert "network" not in about["ArchivedOrders"]


def test_a_denial_by_a_firewall_leads_to_its_rules(closed, connection):
    closed("contosolake")
    text = (
        "Download_Forbidden: Access forbidden: the managed identity 'mi-export' may not read "
        f"'{LAKE}/archive/a.csv'. AuthorizationFailure (403)"
    )

    (checked,) = explained(connection, text, "Sales").checked

    found = {one.title: one for one in map(told, checked.findings)}
    assert found["network"].state == "unknown"
    assert "--bypass AzureServices" in found["network"].fix


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("text", "name", "told_of_it"),
    [
        (
            f"Download_Forbidden at '{LAKE}/archive;impersonate'",
            "contosolake",
            "this access isn't one",
        ),
        (
            f"AuthorizationFailure: not authorized: {LAKE}/archive",
            "contosolake",
            "the cluster is one",
        ),
        (
            f"General_AccessDenied: {MODEL} Public access is disabled.",
            "contosoai",
            "its firewall denies",
        ),
    ],
)
def test_a_denial_of_a_target_leads_to_its_network_whoever_was_denied(
    closed, connection, text, name, told_of_it
):
    closed(name, services=True)

    (checked,) = explained(connection, text, "Sales").checked

    (network,) = [one for one in map(told, checked.findings) if one.title == "network"]
    assert (network.subject, network.state) == (name, "unknown")
    assert told_of_it in network.detail


@pytest.mark.nightly
def test_a_continuous_export_through_an_impersonating_table_is_no_trusted_service(
    azure, closed, connection, filled
):
    azure.world.add_external_table(
        "Through", f"{LAKE}/exports;impersonate", database="Sales", data_format="csv"
    )
    closed("contosolake", services=True)
    workflow = filled("continuous-export", external_table="Through")

    found = {one.title: one for one in examined(connection, workflow.requirements(), "Sales")}

    assert "but this access isn't one" in found["network"].detail


@pytest.mark.nightly
def test_two_containers_of_an_account_have_one_network(azure, closed, connection, filled):
    closed("contosolake")
    workflow = filled("external-table", location=f"{LAKE}/archive, {LAKE}/landing")

    found = examined(connection, workflow.requirements(), "Sales")

    assert [one.title for one in found].count("network") == 1
