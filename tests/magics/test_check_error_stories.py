"""Refusals that real clients got, pasted: the link they concern, and a line that fixes it."""

import json
import traceback
import uuid

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoError
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.kusto import KustoManagementClient

from adxmi_jupyter.embedded import ClusterRole, Principal, PrincipalKind
from adxmi_jupyter.embedded.state.callouts import CalloutRule

LAKE = "https://contosolake.blob.core.windows.net"
BACKUP = "https://contosobackup.blob.core.windows.net"
SUBSCRIPTION = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
SERVER = "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp"
SHARED = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shared-identities/providers"
IDENTITY = f"{SHARED}/Microsoft.ManagedIdentity/userAssignedIdentities/mi-stranger"
ASSIGN = "%adxmi identity assign --identity mi-stranger"


@pytest.fixture
def ask(azure):
    """Send a text with the real client; a token names another caller."""
    clients = []

    def send(text, database="Sales", token="embedded-admin"):
        builder = KustoConnectionStringBuilder.with_token_provider(azure.kusto_uri, lambda: token)
        clients.append(KustoClient(builder))
        return clients[-1].execute(database, text).primary_results[0]

    yield send
    for client in clients:
        client.close()


def stack(failure):
    return "".join(traceback.format_exception(failure))


def body(failure):
    return failure.http_response.text


@pytest.fixture
def refused():
    """Call what the service must refuse and return the SDK's exception."""

    def call(function, *arguments, **options):
        with pytest.raises((KustoError, HttpResponseError)) as caught:
            function(*arguments, **options)
        return caught.value

    return call


@pytest.fixture
def broken(magic):
    """Paste a text and return the first link that is missing, and its fix."""

    def explain(text):
        frame = magic("check --error", text)
        return tuple(frame[frame["state"] == "not met"].iloc[0][["requirement", "fix"]])

    return explain


@pytest.fixture
def paste(magic):
    """Run a line as it is pasted."""
    return lambda line: magic(line.removeprefix("%adxmi "))


class _Token(SansIOHTTPPolicy):
    def __init__(self, token):
        super().__init__()
        self.token = token

    def on_request(self, request):
        request.http_request.headers["Authorization"] = f"Bearer {self.token}"


class _Unused:
    def get_token(self, *scopes, **options):
        return AccessToken("unused", 4_000_000_000)


@pytest.fixture
def manage(azure):
    """Open a management client of the real SDK."""
    clients = []

    def open_client(kind, token="embedded-admin"):
        clients.append(
            kind(
                _Unused(),
                SUBSCRIPTION,
                base_url=azure.arm_uri,
                authentication_policy=_Token(token),
                polling_interval=0.001,
                retry_total=0,
            )
        )
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()


@pytest.mark.nightly
@pytest.mark.parametrize("pasted", [stack, body])
def test_external_data_link_by_link(ask, refused, broken, paste, pasted):
    query = (
        f"externaldata(OrderId:long)[h@'{BACKUP}/backups/orders.csv;managed_identity={STRANGER}']"
    )
    fixes = []

    for _ in range(3):
        fixes.append(broken(pasted(refused(ask, query))))
        paste(fixes[-1][1])

    assert fixes == [
        ("assigned to the cluster", ASSIGN),
        (
            "allowed by policy",
            "%adxmi policy grant --database Sales --identity mi-stranger --usage ExternalDataRequest",
        ),
        (
            "Azure role",
            (
                "%adxmi embedded azure-role --identity mi-stranger "
                '--role "Storage Blob Data Reader" --target contosobackup/backups'
            ),
        ),
    ]
    assert len(list(ask(query))) == 3


@pytest.mark.nightly
@pytest.mark.parametrize("pasted", [stack, body])
def test_a_policy_that_names_an_identity_before_it_is_assigned(ask, refused, broken, paste, pasted):
    items = json.dumps([{"ObjectId": STRANGER, "AllowedUsages": "AzureAI"}])
    command = f".alter-merge database Sales policy managed_identity ```{items}```"

    requirement, fix = broken(pasted(refused(ask, command)))
    paste(fix)

    assert (requirement, fix) == ("assigned to the cluster", ASSIGN)
    ask(command)


@pytest.mark.nightly
@pytest.mark.parametrize("pasted", [stack, body])
def test_an_external_table_of_another_database(ask, refused, broken, paste, pasted):
    query = "external_table('OrdersDelta') | count"

    requirement, fix = broken(pasted(refused(ask, query, "Telemetry")))
    paste(fix)

    assert requirement == "allowed by policy"
    assert fix.endswith("--database Telemetry --identity mi-export --usage ExternalTable")
    assert ask(query, "Telemetry").rows_count == 1


EXPORTED = f".export to csv (h@'{BACKUP}/backups;managed_identity={EXPORT}') <| Orders"


@pytest.mark.nightly
def test_an_export_is_told_the_role_to_write(ask, refused, broken, paste, magic):
    magic("policy grant --database Sales --identity mi-export --usage ExportRequest")

    requirement, fix = broken(body(refused(ask, EXPORTED)))
    paste(fix)

    assert requirement == "Azure role"
    assert '--role "Storage Blob Data Contributor" --target contosobackup/backups' in fix
    ask(EXPORTED)


@pytest.mark.nightly
def test_a_stack_without_a_code_does_not_tell_reading_from_writing(
    ask, refused, broken, paste, magic
):
    magic("policy grant --database Sales --identity mi-export --usage ExportRequest")

    _, read = broken(stack(refused(ask, EXPORTED)))
    paste(read)
    frame = magic("check --error", stack(refused(ask, EXPORTED)))
    (write,) = frame[frame["state"] == "warning"]["fix"]
    paste(write)

    assert '--role "Storage Blob Data Reader"' in read
    assert '--role "Storage Blob Data Contributor"' in write
    ask(EXPORTED)


@pytest.mark.nightly
@pytest.mark.parametrize("pasted", [stack, body])
def test_a_callout_that_a_rule_denies(ask, azure, refused, broken, paste, magic, pasted):
    magic("policy grant --database Sales --identity mi-export --usage ExternalDataRequest")
    azure.world.cluster.callout_policy = [
        CalloutRule("external_data", "contosolake", can_call=False)
    ]
    query = (
        f"externaldata(OrderId:long)[h@'{LAKE}/archive/2024/orders.csv;managed_identity={EXPORT}']"
    )

    requirement, fix = broken(pasted(refused(ask, query)))
    paste(fix)

    assert requirement == "callout policy"
    assert fix == "%adxmi callout revoke --type external_data --pattern contosolake --yes"
    assert ask(query).rows_count > 0


@pytest.mark.nightly
@pytest.mark.parametrize("pasted", [stack, body])
def test_an_identity_that_queries_needs_a_security_role(ask, refused, broken, paste, pasted):
    requirement, fix = broken(pasted(refused(ask, "Orders", token="embedded-mi-ingest")))
    paste(fix)

    assert requirement == "security role"
    assert fix == "%adxmi role grant --database Sales --role viewers --identity mi-ingest"
    assert ask("Orders", token="embedded-mi-ingest").rows_count == 6


@pytest.mark.nightly
def test_a_caller_who_is_no_identity_needs_one_too(ask, azure, refused, broken, paste):
    azure.world.add_principal("newcomer", token="a-newcomer")

    requirement, fix = broken(stack(refused(ask, "Orders", token="a-newcomer")))
    paste(fix)

    assert requirement == "security role"
    assert fix.startswith('%adxmi role grant --database Sales --role viewers --identity "aad')
    assert ask("Orders", token="a-newcomer").rows_count == 6


@pytest.mark.nightly
def test_the_policy_takes_a_role_on_the_cluster(ask, refused, broken, paste):
    command = ".delete database Sales policy managed_identity"

    requirement, fix = broken(stack(refused(ask, command, token="embedded-reader")))
    paste(fix)

    assert requirement == "security role"
    assert fix.startswith('%adxmi role grant --cluster --role AllDatabasesAdmin --identity "aad')
    ask(command, token="embedded-reader")


@pytest.mark.nightly
def test_a_role_by_object_id_is_refused_for_good(ask, azure, refused, broken, paste):
    listed = Principal(PrincipalKind.APPLICATION, INGEST, TENANT, "mi-ingest", INGEST)
    azure.world.grant(listed, ClusterRole.VIEWER)

    requirement, fix = broken(stack(refused(ask, "Orders", token="embedded-mi-ingest")))
    paste(fix)

    assert requirement == "security role"
    assert "--cluster --role AllDatabasesViewer" in fix
    assert ask("Orders", token="embedded-mi-ingest").rows_count == 6


def test_an_operator_of_the_identity_is_missing(manage, azure, refused, magic):
    operator = azure.world.add_principal("operator", token="operator")
    clusters = manage(KustoManagementClient, "operator").clusters
    own = manage(KustoManagementClient).clusters.get("analytics", "contoso").id
    give(manage, operator.object_id, "Contributor", own)
    update = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}}

    failure = refused(clusters.begin_update, "analytics", "contoso", update)
    frame = magic("check --error", stack(failure))

    assert list(frame["requirement"]) == ["permission of the caller"]
    assert list(frame["subject"]) == ["Managed Identity Operator on mi-stranger"]
    assert list(frame["state"]) == ["not met"]
    (fix,) = frame["fix"]
    assert fix.startswith(
        "!az role assignment create --role 'Managed Identity Operator' --assignee "
    )
    assert fix.lower().endswith(f"--scope {IDENTITY}".lower())


def give(manage, object_id, role, scope):
    client = manage(AuthorizationManagementClient)
    (definition,) = client.role_definitions.list(scope, filter=f"roleName eq '{role}'")
    properties = {"roleDefinitionId": definition.id, "principalId": object_id}
    client.role_assignments.create(scope, str(uuid.uuid4()), {"properties": properties})


def test_an_action_of_azure_is_missing(manage, refused, broken):
    clusters = manage(KustoManagementClient, "embedded-reader").clusters

    requirement, fix = broken(
        stack(refused(clusters.begin_update, "analytics", "contoso", {"tags": {"a": "b"}}))
    )

    assert requirement == "permission of the caller"
    assert fix.startswith("!az role assignment create --role Contributor --assignee ")
    assert "/providers/Microsoft.Kusto/" in fix


def test_a_principal_by_the_wrong_id(manage, refused, broken, paste, ask):
    assignments = manage(KustoManagementClient).cluster_principal_assignments
    wanted = {"principalId": "mi-ingest", "principalType": "App", "role": "AllDatabasesViewer"}

    failure = refused(
        assignments.begin_create_or_update, "analytics", "contoso", "new", {"properties": wanted}
    )
    requirement, fix = broken(f"{stack(failure)} {INGEST}")
    paste(fix)

    assert requirement == "principal"
    assert ask("Orders", token="embedded-mi-ingest").rows_count == 6


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [("throttled", "request rate"), ("unavailable", "service")],
)
def test_a_service_that_is_out_of_order_lacks_nothing(
    ask, azure, refused, magic, fault, requirement
):
    azure.faults.add(fault, retry_after=0, delay=0)

    frame = magic("check --error", stack(refused(ask, "Orders")))

    assert list(frame["requirement"]) == [requirement]
    assert list(frame["state"]) == ["warning"]
    assert frame["detail"][0].startswith("nothing is missing")


def test_a_busy_cluster_lacks_nothing(manage, azure, refused, magic):
    azure.faults.add("in-maintenance")
    clusters = manage(KustoManagementClient).clusters

    failure = refused(clusters.begin_update, "analytics", "contoso", {"tags": {"a": "b"}})
    frame = magic("check --error", stack(failure))

    assert list(frame["requirement"]) == ["other change"]
    assert list(frame["state"]) == ["warning"]


@pytest.mark.nightly
def test_a_row_of_ingestion_failures(ask, magic, broken, paste):
    line = (
        f"sdk-ingestion run --database Sales --identity mi-ingest --table Orders "
        f"--location {BACKUP}/backups/orders.csv --data-format csv"
    )
    with pytest.raises(Exception, match="Download_Forbidden"):
        magic(line)
    rows = ask(".show ingestion failures").to_dict()["data"]

    requirement, fix = broken(json.dumps(rows, default=str))
    paste(fix)

    assert requirement == "Azure role"
    assert fix.endswith('--role "Storage Blob Data Reader" --target contosobackup/backups')
    assert list(magic(line)["status"]) == ["QUEUED"]


@pytest.mark.nightly
def test_a_sql_server_can_only_be_told_of(ask, refused, magic):
    magic("policy grant --database Sales --identity system --usage SqlRequest")
    string = f'{SERVER};Authentication="Active Directory Managed Identity"'

    failure = refused(ask, f"evaluate sql_request(h@'{string}', 'select * from Stock')")
    frame = magic("check --error", f"{string}\n{body(failure)}")

    told = frame[frame["requirement"] == "permission at the target"].iloc[0]
    assert told["state"] == "unknown"
    assert "only SQL Server shows it" in told["detail"]
    assert told["fix"].endswith("--target contososql/Erp")


def test_what_is_in_place_by_now_is_said(ask, refused, magic):
    query = f"externaldata(OrderId:long)[h@'{BACKUP}/backups/orders.csv;managed_identity={INGEST}']"
    pasted = stack(refused(ask, query))
    magic("policy grant --database Sales --identity mi-ingest --usage ExternalDataRequest")
    role = '--role "Storage Blob Data Reader" --target contosobackup/backups'
    magic(f"embedded azure-role --identity mi-ingest {role}")

    frame = magic("check --error", f"ManagedIdentityNotAllowedByPolicyException\n{pasted}")

    (allowed,) = frame[frame["requirement"] == "allowed by policy"]["detail"]
    assert allowed.endswith("met now; run it again")
    assert "not met" not in set(frame["state"])
