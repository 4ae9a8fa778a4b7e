"""Each link of a chain: in place, missing or not to be seen, and the line that fixes it."""

import pytest

from adxmi_jupyter.actions.check.checks import check_planned
from adxmi_jupyter.actions.check.findings import Checks
from adxmi_jupyter.embedded import ClusterRole, DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.embedded.state.resources import AzureRoleAssignment
from adxmi_jupyter.embedded.state.world import as_principal
from adxmi_jupyter.model.azure_role import AzureRole
from adxmi_jupyter.rendering.check_frames import checks_frame
from tests.actions.filling import BACKUP, EDGE_HUB, EXPORT, GROUP, INGEST
from tests.told import examined, told, written

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ACCOUNT = f"{GROUP}/Microsoft.Storage/storageAccounts/contosobackup"
CONTAINER = f"{ACCOUNT}/blobServices/default/containers/backups"


@pytest.fixture
def states(look):
    return lambda *args, **more: {
        name: one.state.value for name, one in look(*args, **more).items()
    }


@pytest.fixture
def give(azure):
    """Give an identity an Azure role at a scope, in the world itself."""

    def give(role, scope, *, object_id=EXPORT):
        azure.world.azure_roles.append(
            AzureRoleAssignment("any", scope, role.definition_id, object_id, "ServicePrincipal")
        )

    return give


@pytest.mark.nightly
def test_a_chain_that_is_in_place_is_ok_link_by_link(azure, look):
    azure.world.other_clusters.clear()

    found = look("external-table")

    assert {name: (one.state.value, one.detail) for name, one in found.items()} == {
        "identity exists": ("met", ""),
        "assigned to the cluster": ("met", ""),
        "allowed by policy": ("met", "by the policy of the database Sales"),
        "callout policy": ("met", ""),
        "same tenant": ("met", ""),
        "Azure role": ("met", "Storage Blob Data Contributor"),
        "follower clusters": ("met", "no cluster follows Sales"),
    }
    assert {one.fix for one in found.values()} == {""}


@pytest.mark.nightly
def test_a_frame_has_a_row_for_each_requirement_in_their_order(connection, filled):
    checks = check_planned(connection, filled("external-table"), "Sales")

    frame = checks_frame(checks, write=written)

    assert list(frame.columns) == [
        *("workflow", "name", "requirement", "subject", "state", "detail", "fix"),
    ]
    assert list(frame["requirement"]) == [told(one).title for one in checks.checked[0].findings]
    assert set(map(str, frame.dtypes)) == {"string"}
    assert list(checks_frame(Checks(()), write=written).columns) == list(frame.columns)


# Assigned


def test_an_identity_that_is_not_assigned_is_missing(look):
    found = look("external-table", identity="mi-stranger")["assigned to the cluster"]

    assert (found.state, found.detail) == ("not met", "not assigned to the cluster")
    assert found.fix == "%adxmi identity assign --identity mi-stranger"


@pytest.mark.nightly
def test_a_cluster_without_system_assigned_identity_has_it_missing(azure, look):
    azure.world.cluster.system_identity = None

    found = look("external-table", identity="system")["assigned to the cluster"]

    assert (found.state, found.detail) == ("not met", "the cluster has none")
    assert found.fix == "%adxmi identity assign --identity system"


@pytest.mark.nightly
def test_the_system_assigned_identity_is_examined_by_its_object_id(azure, look, give):
    azure.world.cluster.databases["Tom's Lab"].policy = None
    system = azure.world.cluster.system_identity.object_id
    give(AzureRole.BLOB_READER, ACCOUNT, object_id=system)

    found = look("external-table", identity="system", location=f"{BACKUP}/backups")

    assert found["assigned to the cluster"].state == "met"
    assert found["allowed by policy"].state == "not met"
    assert found["Azure role"].state == "met"
    assert found["allowed by policy"].fix == (
        "%adxmi policy grant --database Sales --identity system --usage ExternalTable"
    )


@pytest.mark.nightly
def test_one_that_was_made_again_is_told_from_the_one_before(azure, look):
    before = azure.world.identity("mi-export")
    azure.world.identities.remove(before)
    azure.world.cluster.identities.remove(before)
    again = azure.world.add_identity("mi-export", object_id="11111111-2222-4333-8444-555555555555")

    by_name = look("external-table")["assigned to the cluster"]
    by_id = look("external-table", identity=again.object_id)

    assert by_name.state == "not met"
    assert by_name.detail.startswith(
        f"an identity with this name is assigned with the object ID {again.object_id}"
    )
    assert by_name.fix == f"--identity {again.object_id}"
    assert by_id["assigned to the cluster"].state == "met"
    assert by_id["allowed by policy"].state == "not met"
    assert by_id["allowed by policy"].detail.endswith(
        f"it allows another identity with this name, {EXPORT}"
    )


# Allowed


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("database", "state", "detail"),
    [
        ("Sales", "met", "by the policy of the database Sales"),
        (
            "Telemetry",
            "not met",
            "not allowed by the policy of database Telemetry or of the cluster",
        ),
    ],
)
def test_a_usage_is_allowed_by_the_policy_of_its_database(look, database, state, detail):
    found = look("sdk-ingestion", database=database)["allowed by policy"]

    assert (found.state, found.detail) == (state, detail)


def test_a_usage_is_allowed_by_the_cluster_policy_everywhere(look):
    found = look("query-acceleration", database="Tom's Lab")["allowed by policy"]

    assert (found.state, found.detail) == ("met", "by the policy of the cluster")


@pytest.mark.nightly
def test_names_are_quoted_in_the_line_that_fixes_it(look):
    found = look("sdk-ingestion", database="Tom's Lab")["allowed by policy"]

    assert found.fix == (
        '%adxmi policy grant --database "Tom\'s Lab" --identity mi-ingest --usage NativeIngestion'
    )


@pytest.mark.nightly
def test_a_name_that_several_identities_bear_is_not_used_in_the_line(azure, look, connection):
    azure.world.add_identity(
        "mi-export", object_id="11111111-2222-4333-8444-555555555555", assigned=False
    )
    usage = '[{"ObjectId": "11111111-2222-4333-8444-555555555555", "AllowedUsages": "AzureAI"}]'
    azure.world.cluster.identities.append(azure.world.identities[-1])
    connection.kusto.command(f".alter-merge cluster policy managed_identity ```{usage}```")

    found = look("export", identity=EXPORT)["allowed by policy"]

    assert f"--identity {EXPORT} " in found.fix


@pytest.mark.nightly
def test_a_policy_of_a_database_does_not_count_for_the_python_plugin(connection, look):
    usage = f'[{{"ObjectId": "{INGEST}", "AllowedUsages": "SandboxArtifacts"}}]'
    connection.kusto.command(f".alter-merge database Sales policy managed_identity ```{usage}```")

    found = look("python-plugin")["allowed by policy"]

    assert found.state == "not met"
    assert (
        found.detail
        == "the policy of database Sales allows it, but only the cluster policy has an effect"
    )
    assert found.fix == (
        "%adxmi policy grant --cluster --identity mi-ingest --usage SandboxArtifacts"
    )


@pytest.mark.nightly
def test_all_in_the_policy_of_a_database_does_not_count_for_the_python_plugin(look):
    found = look("python-plugin", identity="system", database="Tom's Lab")["allowed by policy"]

    assert found.state == "not met"


# Azure role


@pytest.mark.nightly
@pytest.mark.parametrize(
    "scope",
    [
        CONTAINER,
        ACCOUNT,
        f"{SUBSCRIPTION}/resourceGroups/analytics",
        SUBSCRIPTION,
        CONTAINER.upper(),
    ],
)
def test_a_role_counts_at_the_container_and_above(states, give, scope):
    give(AzureRole.BLOB_READER, scope)

    assert states("external-table", location=f"{BACKUP}/backups")["Azure role"] == "met"


@pytest.mark.nightly
@pytest.mark.parametrize(
    "scope",
    [
        f"{ACCOUNT}/blobServices/default/containers/others",
        f"{ACCOUNT}/blobServices/default/containers/backups2",
        f"{GROUP}/Microsoft.Storage/storageAccounts/contosolake",
        f"{SUBSCRIPTION}/resourceGroups/shared-identities",
    ],
)
def test_a_role_elsewhere_does_not_count(look, give, scope):
    give(AzureRole.BLOB_READER, scope)

    found = look("external-table", location=f"{BACKUP}/backups")["Azure role"]

    assert (found.state, found.detail) == (
        "not met",
        "missing role Storage Blob Data Reader on contosobackup/backups",
    )
    assert found.fix == (
        "%adxmi embedded azure-role --identity mi-export "
        '--role "Storage Blob Data Reader" --target contosobackup/backups'
    )


def test_a_role_on_a_part_of_what_is_needed_does_not_count(connection, filled, give):
    give(AzureRole.BLOB_READER, CONTAINER, object_id=INGEST)
    workflow = filled("event-grid", storage_account=ACCOUNT)

    found = {one.subject: one for one in examined(connection, workflow.requirements(), "Sales")}

    assert found["mi-ingest on contosobackup"].state == "not met"
    assert found["mi-ingest on contosohub/new-blobs"].state == "met"


@pytest.mark.nightly
@pytest.mark.parametrize("role", [AzureRole.OWNER, AzureRole.CONTRIBUTOR, AzureRole.READER])
def test_roles_on_the_resource_do_not_reach_its_data(look, give, role):
    give(role, ACCOUNT)

    found = look("external-table", location=f"{BACKUP}/backups")["Azure role"]

    assert found.state == "not met"
    assert found.detail.endswith(f" ({role.role_name} doesn't grant access to data)")


@pytest.mark.nightly
def test_reading_is_not_enough_for_what_writes(look, give):
    give(AzureRole.BLOB_READER, ACCOUNT)

    found = look("export", location=f"{BACKUP}/backups")["Azure role"]

    assert found.state == "not met"
    assert '--role "Storage Blob Data Contributor"' in found.fix


@pytest.mark.nightly
def test_receiving_events_is_granted_on_the_hub_or_its_namespace(states, give):
    before = states("event-hub")["Azure role"]
    give(AzureRole.HUB_RECEIVER, EDGE_HUB, object_id=INGEST)

    assert (before, states("event-hub")["Azure role"]) == ("not met", "met")


@pytest.mark.nightly
def test_on_a_cluster_the_line_is_one_of_the_azure_cli(azure, connections, filled, monkeypatch):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-admin")
    served = connections.open(azure.kusto_uri, credential="token", database="Sales")
    workflow = filled("external-table", location=f"{BACKUP}/backups")

    found = {one.title: one for one in examined(served, workflow.requirements(), "Sales")}

    assert found["Azure role"].fix == (
        "!az role assignment create --role 'Storage Blob Data Reader' "
        f"--assignee-object-id {EXPORT} --assignee-principal-type ServicePrincipal "
        f"--scope {CONTAINER}"
    )


@pytest.mark.nightly
@pytest.mark.parametrize("requirement", ["same tenant", "Azure role"])
def test_a_target_that_is_not_there_is_unknown(look, requirement):
    found = look("external-table", location="https://nowhere1.blob.core.windows.net/some")[
        requirement
    ]

    assert (found.state, found.detail) == (
        "unknown",
        "it can't be read in Azure: the resource doesn't exist, or requires Reader on it",
    )


# Security role


@pytest.mark.nightly
def test_a_role_of_the_database_is_missing_with_its_line(look):
    found = look("continuous-export")["security role"]

    assert (found.state, found.detail) == ("not met", "missing role viewers on Sales")
    assert found.fix == ("%adxmi role grant --database Sales --role viewers --identity mi-export")


@pytest.mark.nightly
@pytest.mark.parametrize("role", [DatabaseRole.VIEWERS, DatabaseRole.USERS, DatabaseRole.ADMINS])
def test_roles_of_the_database_that_read_are_as_good(azure, states, role):
    azure.world.grant(as_principal(azure.world.identity("mi-export")), role, database="Sales")

    assert states("continuous-export")["security role"] == "met"


@pytest.mark.nightly
@pytest.mark.parametrize("role", [DatabaseRole.INGESTORS, DatabaseRole.MONITORS])
def test_roles_of_the_database_that_do_not_read_are_not(azure, states, role):
    azure.world.grant(as_principal(azure.world.identity("mi-export")), role, database="Sales")

    assert states("continuous-export")["security role"] == "not met"


@pytest.mark.nightly
@pytest.mark.parametrize("role", [ClusterRole.ADMIN, ClusterRole.VIEWER])
def test_roles_on_every_database_are_as_good(azure, states, role):
    azure.world.grant(as_principal(azure.world.identity("mi-export")), role)

    assert states("continuous-export")["security role"] == "met"


@pytest.mark.nightly
def test_a_role_under_the_object_id_may_be_refused_and_is_not_ok(azure, look):
    listed = Principal(PrincipalKind.APPLICATION, EXPORT, TENANT, "mi-export", EXPORT)
    azure.world.grant(listed, DatabaseRole.VIEWERS, database="Sales")

    found = look("continuous-export")["security role"]

    assert found.state == "not met"
    assert found.detail == (
        f"listed by its object ID, which the cluster may deny: aadapp={EXPORT};{TENANT}"
    )


@pytest.mark.nightly
def test_the_system_assigned_identity_is_found_in_roles_by_its_client_id(azure, states):
    system = azure.world.cluster.system_identity
    azure.world.cluster.databases["Tom's Lab"].policy = None
    azure.world.grant(as_principal(system), DatabaseRole.VIEWERS, database="Sales")

    assert states("continuous-export", identity="system")["security role"] == "met"
