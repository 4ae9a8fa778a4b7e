"""A Log Analytics workspace as a source of evidence, through the SDK's client."""

from datetime import UTC, datetime, timedelta

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.audit.audit import Options, Selection, audit
from adxmi_jupyter.actions.audit.collecting import Period
from adxmi_jupyter.actions.evidence.touched import Outside
from adxmi_jupyter.embedded import AzureRoleAssignment
from adxmi_jupyter.embedded.seed.log_workspace import add_log_workspace, send_logs
from adxmi_jupyter.model.audit import workspace_queries
from adxmi_jupyter.model.audit.evidence import Grade, Reason, Source
from adxmi_jupyter.model.audit.findings import State
from adxmi_jupyter.model.audit.grading import graded
from adxmi_jupyter.model.policy import Scope

LOG_ANALYTICS_READER = "73c42c96-874c-492b-b04d-ab87d138a893"
DAYS = timedelta(days=1)
CLUSTER = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourcegroups/analytics/providers/"
    "microsoft.kusto/clusters/contoso"
)


def moment(days_ago):
    return f"{datetime.now(UTC) - days_ago * DAYS:%Y-%m-%dT%H:%M:%S.%f}0Z"


def asked(days_ago, text, **more):
    return {
        "TimeGenerated": moment(days_ago),
        "DatabaseName": "Sales",
        "Text": text,
        "State": "Completed",
        "Principal": "aaduser=someone;tenant",
        "ApplicationName": "Grafana",
        "_ResourceId": CLUSTER,
        **more,
    }


@pytest.fixture
def workspace(azure):
    azure.reset(with_history=False)
    return add_log_workspace(azure.world, "ours")


@pytest.fixture
def judged(connection, workspace):
    """Audit with the workspace."""

    def judge(window=30, workspace_id=workspace.workspace_id, of=connection):
        of.remembered.clear()
        options = Options(Period(window * DAYS), Outside(workspace=workspace_id))
        names = list(connection.azure.world.cluster.databases)
        return audit(of, names, Selection(), options)

    return judge


@pytest.fixture
def export(azure):
    return azure.world.identity("mi-export").object_id


def grade_of(found, object_id, usage="ExternalTable"):
    who = next(one for one in found.cluster.known if one.object_id == object_id)
    return graded(found.cluster, who, usage, Scope("Sales"))


def reasons(found):
    return {(one.source, one.reason) for one in found.unseen}


def test_requests_older_than_the_clusters_own_logs_are_evidence(judged, workspace, export):
    text = f"external_table('Gone') // managed_identity={export}"
    workspace.tables["ADXQuery"] = [asked(60, text)]
    workspace.tables["ADXCommand"] = [asked(60, ".show tables")]

    near, far = grade_of(judged(30), export), grade_of(judged(90), export)

    assert Source.ADX_QUERY not in {one.source for one in near.traces}
    assert far.grade is Grade.IN_USE
    assert [(one.source, one.times) for one in far.traces if one.source is Source.ADX_QUERY] == [
        (Source.ADX_QUERY, 1)
    ]


def test_touches_of_targets_sign_ins_and_azure_are_counted(judged, workspace, export):
    stored = {"RequesterObjectId": export, "AccountName": "lake", "TimeGenerated": moment(2)}
    workspace.tables["StorageBlobLogs"] = [
        {**stored, "OperationName": "GetBlob", "StatusCode": "200"},
        {**stored, "OperationName": "GetBlob", "StatusCode": "403"},
        {**stored, "OperationName": "PutBlob", "StatusCode": "201"},
        {**stored, "RequesterObjectId": "somebody-else", "StatusCode": "200"},
    ]
    signed = {"ServicePrincipalId": export.upper(), "ResourceDisplayName": "Azure Storage"}
    workspace.tables["AADManagedIdentitySignInLogs"] = [
        {**signed, "TimeGenerated": moment(34), "ResultType": "0"},
        {**signed, "TimeGenerated": moment(1), "ResultType": "7000215"},
        {**signed, "TimeGenerated": moment(1), "ResultType": "0"},
    ]
    workspace.tables["AzureActivity"] = [
        {"Caller": export, "ActivityStatusValue": "Success", "TimeGenerated": moment(3)}
    ]

    logs = judged().cluster.logs

    found = sorted((str(one.source), one.target, one.writes, one.times) for one in logs.touches)
    assert {one.object_id for one in logs.touches} == {export}
    assert found == [
        ("AADManagedIdentitySignInLogs", "Microsoft.Storage/storageAccounts", False, 1),
        ("AzureActivity", "Azure Resource Manager", True, 1),
        ("StorageBlobLogs", "lake", False, 1),
        ("StorageBlobLogs", "lake", True, 1),
    ]
    assert logs.covers[Source.SIGN_INS][0] < datetime.now(UTC) - 30 * DAYS


@pytest.mark.nightly
def test_tables_that_are_missing_or_young_are_told(judged, workspace):
    workspace.tables["AADManagedIdentitySignInLogs"] = [
        {"ServicePrincipalId": "x", "ResultType": "0", "TimeGenerated": moment(5)}
    ]

    found = reasons(judged())

    assert (Source.STORAGE, Reason.NOT_SENT) in found
    assert (Source.ACTIVITY, Reason.NOT_SENT) in found
    assert (Source.SIGN_INS, Reason.LATE) in found
    assert Source.ADX_QUERY not in {source for source, _ in found}


@pytest.fixture
def as_reader(azure, connections, workspace, monkeypatch):
    """The reader, who monitors no database; may read the workspace, and the cluster in Azure."""
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    reader = azure.world.principal("embedded-reader")
    azure.world.azure_roles += [
        AzureRoleAssignment("reads", scope, LOG_ANALYTICS_READER, reader.object_id, "User")
        for scope in (workspace.resource_id, CLUSTER)
    ]
    return connections.open(azure.kusto_uri, name="reader", database="Sales", credential="token")


@pytest.mark.nightly
def test_the_workspace_stands_in_for_logs_that_the_caller_may_not_read(
    judged, workspace, as_reader, export
):
    text = f"external_table('Gone') // managed_identity={export}"
    for table in ("ADXQuery", "ADXCommand"):
        workspace.tables[table] = [asked(days, text) for days in (35, 20, 0.1)]

    found = judged(of=as_reader)

    assert (Source.REQUESTS, Reason.OWN_ONLY) not in reasons(found)
    assert found.cluster.logs.monitored is None
    assert grade_of(found, export).grade is Grade.IN_USE


@pytest.mark.nightly
def test_a_log_that_begins_within_the_window_does_not(judged, workspace, as_reader):
    for table in ("ADXQuery", "ADXCommand"):
        workspace.tables[table] = [asked(days, "Orders | count") for days in (20, 0.1)]

    found = reasons(judged(of=as_reader))

    assert (Source.REQUESTS, Reason.OWN_ONLY) in found
    assert {(Source.ADX_QUERY, Reason.LATE), (Source.ADX_COMMAND, Reason.LATE)} <= found


@pytest.mark.nightly
def test_the_journal_of_the_workspace_tells_who_allowed_a_usage(
    azure, judged, workspace, connection, export
):
    send_logs(azure.world.cluster, workspace, "Journal")
    entry = f'[{{"ObjectId": "{export}", "AllowedUsages": "SqlRequest"}}]'
    connection.kusto.command(
        f".alter-merge database Sales policy managed_identity '{entry}'", database="Sales"
    )

    found = grade_of(judged(), export, "SqlRequest")

    (young,) = [one for one in found.unseen if one.reason is Reason.YOUNG]
    assert young.detail.endswith(" by admin@contoso.example")


@pytest.mark.nightly
@pytest.mark.parametrize("fault", ["throttled", "unavailable", "not-json", "empty-body"])
def test_a_workspace_that_does_not_answer_is_told_and_nothing_else_changes(
    azure, judged, workspace, fault
):
    without = judged(workspace_id="")
    azure.faults.add(fault, match="/v1/workspaces/", times=None, retry_after=0)

    found = judged()

    assert reasons(found) - reasons(without) == {(Source.WORKSPACE, Reason.FAILED)}
    assert _open(found) == _open(without)


def test_a_workspace_that_may_not_be_read_is_told_with_the_permission(judged, as_reader, azure):
    azure.world.azure_roles = [one for one in azure.world.azure_roles if one.name != "reads"]

    (told,) = [one for one in judged(of=as_reader).unseen if one.source is Source.WORKSPACE]

    assert told.reason is Reason.DENIED
    assert told.requires == "Log Analytics Reader on the workspace"


def test_no_such_workspace_is_an_error(judged):
    with pytest.raises(errors.ResourceNotFound, match="there is no such workspace"):
        judged(workspace_id="00000000-0000-4000-8000-000000000000")


def test_a_result_that_is_cut_is_not_read(connection, workspace):
    workspace.tables["AzureActivity"] = [{"TimeGenerated": moment(1)} for _ in range(3)]

    with pytest.raises(errors.UnreadableAnswer, match="could not be read"):
        connection.log_analytics.rows(
            workspace.workspace_id, "set truncationmaxrecords=1; AzureActivity", None
        )


def test_no_text_of_a_request_leaves_the_workspace(connection, workspace):
    secret = 'external_table("' + "s3cr3t " * 400 + "\") | where Name == 's3cr3t'"
    workspace.tables["ADXQuery"] = [asked(1, secret), asked(1, "print 's3cr3t'")]
    query = workspace_queries.runs(Source.ADX_QUERY, CLUSTER, ["Files"])

    rows = connection.log_analytics.rows(workspace.workspace_id, query, None)

    assert [row["Token"] for row in rows] == ["external_table("]
    assert "s3cr3t" not in str(rows)


def _open(found):
    return [one.verdict.subject for one in found.findings if one.state is State.OPEN]
