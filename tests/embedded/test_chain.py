"""What has to hold before an identity reaches a blob, link by link, and the refusal of each."""

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_CONTRIBUTOR, BLOB_READER, CONTRIBUTOR, OWNER
from adxmi_jupyter.embedded.kusto.errors import KustoError
from adxmi_jupyter.embedded.kusto.targets.authorization import acting_identity
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE, WRITE_SIGNATURE
from adxmi_jupyter.embedded.seed.world import seeded_world
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.embedded.state.world import as_principal
from tests.embedded.links import allow, give

LAKE = "https://contosolake.blob.core.windows.net"
SUBSCRIPTION = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ACCOUNT = "providers/Microsoft.Storage/storageAccounts/contosolake"
USAGE = "ExternalTable"


@pytest.fixture
def world():
    return seeded_world()


@pytest.fixture
def stranger(world):
    return world.identity("mi-stranger")


@pytest.fixture
def open_as(world):
    """Open a place of the lake with a suffix, in the database Telemetry."""

    def open_place(suffix, place="archive", *, usage=USAGE, account=LAKE, **options):
        database = world.cluster.databases["Telemetry"]
        return open_folder(
            world, f"{account}/{place}{suffix}", usage=usage, database=database, **options
        )

    return open_place


@pytest.fixture
def refused(open_as):
    def open_refused(*arguments, **options):
        with pytest.raises(KustoError) as caught:
            open_as(*arguments, **options)
        return caught.value

    return open_refused


def test_each_link_refuses_in_turn_until_all_hold(world, stranger, open_as, refused):
    suffix = f";managed_identity={stranger.object_id}"
    cluster, lake = world.cluster, world.storage_accounts["contosolake"]
    cluster.callout_policy = [CalloutRule("external_data", "contosolake", can_call=False)]

    unassigned = refused(suffix, "missing")
    cluster.identities.append(stranger)
    unused = refused(suffix, "missing")
    allow(cluster.databases["Telemetry"], stranger, USAGE)
    uncalled = refused(suffix, "missing")
    cluster.callout_policy = None
    without_role = refused(suffix, "missing")
    give(world, stranger.object_id, BLOB_READER, lake.resource_id)
    nowhere = refused(suffix, "missing")
    folder = open_as(suffix)

    assert unassigned.code == "BadRequest_InvalidManagedIdentity"
    assert unused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert (uncalled.code, uncalled.type) == (
        "Forbidden",
        "Kusto.Data.Exceptions.KustoRequestDeniedException",
    )
    assert without_role.code == "Download_Forbidden"
    assert nowhere.code == "Download_SourceNotFound"
    assert [each.status for each in (unassigned, unused, uncalled, without_role, nowhere)] == [
        400,
        403,
        403,
        403,
        400,
    ]
    assert folder.list() == ["2024/orders.csv", "2025/orders.csv"]


@pytest.mark.parametrize("reference", ["mi-export", "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64", "x"])
def test_only_an_object_id_names_an_identity(refused, reference):
    assert refused(f";managed_identity={reference}").code == "BadRequest_InvalidManagedIdentity"


def test_system_needs_a_system_identity(world, refused):
    world.cluster.system_identity = None

    assert refused(";managed_identity=system").code == "BadRequest_InvalidManagedIdentity"


def test_deleted_identity_is_none(world, refused):
    export = world.identity("mi-export")
    export.deleted = True

    error = refused(f";managed_identity={export.object_id}")

    assert error.code == "BadRequest_InvalidManagedIdentity"


def test_policy_of_cluster_or_database_is_enough(world):
    export, databases = world.identity("mi-export"), world.cluster.databases
    allow(world.cluster, world.cluster.system_identity, USAGE)

    by_database = acting_identity(
        world, export.object_id.upper(), usage=USAGE, database=databases["Sales"]
    )
    by_cluster = acting_identity(world, "SYSTEM", usage=USAGE, database=databases["Sales"])

    assert by_database is export
    assert by_cluster is world.cluster.system_identity


def test_policy_of_another_database_is_not(world):
    with pytest.raises(KustoError):
        acting_identity(
            world,
            world.identity("mi-export").object_id,
            usage=USAGE,
            database=world.cluster.databases["Telemetry"],
        )


def test_all_counts_for_every_usage(world):
    lab = world.cluster.databases["Tom's Lab"]

    identity = acting_identity(world, "system", usage="NativeIngestion", database=lab)

    assert identity.display_name == "contoso"


def test_sandbox_artifacts_counts_on_the_cluster_only(world):
    lab = world.cluster.databases["Tom's Lab"]

    with pytest.raises(KustoError):
        acting_identity(world, "system", usage="SandboxArtifacts", database=lab)

    allow(world.cluster, world.cluster.system_identity, "All")
    identity = acting_identity(world, "system", usage="SandboxArtifacts", database=lab)
    assert identity.display_name == "contoso"


@pytest.mark.parametrize(
    "scope",
    [
        SUBSCRIPTION,
        f"{SUBSCRIPTION}/resourceGroups/ANALYTICS",
        f"{SUBSCRIPTION}/resourceGroups/analytics/{ACCOUNT}",
        f"{SUBSCRIPTION}/resourceGroups/analytics/{ACCOUNT}/blobServices/default/containers/archive",
    ],
)
def test_role_counts_at_every_scope_above_the_container(world, open_as, scope):
    system = world.cluster.system_identity
    allow(world.cluster, system, USAGE)
    give(world, system.object_id, BLOB_READER, scope)

    assert open_as(";managed_identity=system").list()


def test_role_on_another_container_does_not_count(world, refused):
    system, lake = world.cluster.system_identity, world.storage_accounts["contosolake"]
    allow(world.cluster, system, USAGE)
    give(world, system.object_id, BLOB_READER, lake.container_id("landing"))

    assert refused(";managed_identity=system").code == "Download_Forbidden"


@pytest.mark.parametrize("role", [OWNER, CONTRIBUTOR])
def test_roles_on_the_account_alone_do_not_open_its_data(world, refused, role):
    system, lake = world.cluster.system_identity, world.storage_accounts["contosolake"]
    allow(world.cluster, system, USAGE)
    give(world, system.object_id, role, lake.resource_id)

    assert refused(";managed_identity=system").code == "Download_Forbidden"


def test_writing_needs_the_contributor_of_blob_data(world, open_as, refused):
    system, lake = world.cluster.system_identity, world.storage_accounts["contosolake"]
    allow(world.cluster, system, "ExportRequest")
    options = {"place": "exports/daily", "usage": "ExportRequest", "write": True, "callout": None}
    give(world, system.object_id, BLOB_READER, lake.resource_id)

    error = refused(";managed_identity=system", **options)
    give(world, system.object_id, BLOB_CONTRIBUTOR, lake.resource_id)
    folder = open_as(";managed_identity=system", **options)
    folder.write(folder.join("1.csv"), b"1\n")

    assert error.code == "Upload_Forbidden"
    assert lake.containers["exports"] == {"daily/1.csv": b"1\n"}


def test_owner_who_is_impersonated_may_not_read(world, refused):
    error = refused(";impersonate", caller=world.principal("embedded-admin"))

    assert error.code == "Download_Forbidden"


def test_the_caller_s_own_role_counts_when_impersonated(world, open_as):
    reader, lake = world.principal("embedded-reader"), world.storage_accounts["contosolake"]
    give(world, reader.object_id, BLOB_READER, lake.resource_id)

    assert open_as(";impersonate", caller=reader).list()


def test_an_identity_may_be_impersonated_by_a_flow_of_its_own(world, open_as):
    assert open_as(";impersonate", caller=as_principal(world.identity("mi-export"))).list()


def test_nobody_to_impersonate(refused):
    assert refused(";impersonate").code == "General_BadRequest"


@pytest.mark.parametrize(
    "suffix", [f";{ACCOUNT_KEY}", f"?{READ_SIGNATURE}", ";token=embedded-mi-export"]
)
def test_secrets_open_without_any_policy(open_as, suffix):
    assert open_as(suffix).list()


@pytest.mark.parametrize(
    "suffix",
    [
        "",
        ";d3Jvbmc=",
        "?sv=2025-01-05&sr=c&sp=rwl&sig=d3Jvbmc%3D",
        ";token=embedded-reader",
        ";token=nobody",
    ],
)
def test_wrong_secrets_and_none_are_forbidden(refused, suffix):
    error = refused(suffix)

    assert error.code == "Download_Forbidden"
    assert not suffix or suffix[1:] not in str(error)


def test_signature_gives_what_it_says(open_as, refused):
    assert refused(f"?{READ_SIGNATURE}", write=True).code == "Upload_Forbidden"
    assert open_as(f"?{WRITE_SIGNATURE}", write=True).list()


def test_public_container_may_be_read_by_anybody(world, open_as, refused):
    world.storage_accounts["contosolake"].public.add("archive")

    assert open_as("").list()
    assert refused("", write=True).code == "Upload_Forbidden"


def test_unknown_account(refused):
    error = refused("", account="https://nobody.blob.core.windows.net")

    assert error.code == "Download_AccountNotFound"


def test_account_nobody_has_a_role_on(world, refused):
    export = world.identity("mi-export")
    allow(world.cluster, export, USAGE)

    error = refused(
        f";managed_identity={export.object_id}",
        "backups",
        account="https://contosobackup.blob.core.windows.net",
    )

    assert error.code == "Download_Forbidden"


def test_text_that_is_no_connection_string(refused):
    assert refused("", account="ftp://contosolake").code == "BadRequest_InvalidBlobUri"


def test_folder_holds_what_is_at_and_beneath_the_path(open_as):
    suffix = f";{ACCOUNT_KEY}"

    assert open_as(suffix, "archive/2024").list() == ["2024/orders.csv"]
    assert open_as(suffix, "archive/2024/orders.csv").list() == ["2024/orders.csv"]
    assert open_as(suffix, "archive/20").list() == []


def test_missing_blob_is_not_found(open_as):
    folder = open_as(f";{ACCOUNT_KEY}", "archive/2023")

    with pytest.raises(KustoError) as nothing:
        folder.existing()
    with pytest.raises(KustoError) as missing:
        folder.read("2023/orders.csv")

    assert nothing.value.code == missing.value.code == "Download_SourceNotFound"


def test_blob_is_read_and_deleted(world, open_as):
    folder = open_as(f";{ACCOUNT_KEY}", "landing", write=True)

    content = folder.read("orders.csv")
    folder.delete("orders.csv")

    assert content.startswith(b"7,west")
    assert "orders.csv" not in world.storage_accounts["contosolake"].containers["landing"]


@pytest.mark.parametrize(
    "rule",
    [
        CalloutRule("external_data", "elsewhere", can_call=False),
        CalloutRule("sql", "contosolake", can_call=False),
        CalloutRule("external_data", "(", can_call=False),
    ],
)
def test_rules_about_something_else_do_not_deny(world, open_as, rule):
    world.cluster.callout_policy = [rule]

    assert open_as(f";{ACCOUNT_KEY}").list()


def test_one_rule_that_denies_is_enough(world, refused):
    world.cluster.callout_policy = [
        CalloutRule("external_data", ".*"),
        CalloutRule("External_Data", "contosolake", can_call=False),
    ]

    assert "callout policy" in str(refused(f";{ACCOUNT_KEY}"))


def test_callout_type_without_a_rule_is_not_allowed(world, open_as, refused):
    error = refused(f";{ACCOUNT_KEY}", callout="sandbox_artifacts")
    world.cluster.callout_policy = [CalloutRule("sandbox_artifacts", r"\.blob\.core\.")]

    assert "callout policy" in str(error)
    assert open_as(f";{ACCOUNT_KEY}", callout="sandbox_artifacts").list()
