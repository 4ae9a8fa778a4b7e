"""The query API of Log Analytics, as the SDK's client sees it."""

from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.monitor.query import LogsBatchQuery, LogsQueryClient, LogsQueryStatus

from adxmi_jupyter.embedded import AzureRoleAssignment
from adxmi_jupyter.embedded.seed.log_workspace import add_log_workspace, send_logs
from adxmi_jupyter.embedded.seed.many_requests import add_requests
from tests.embedded.clients import LoopbackAuth, UnusedCredential

READER_ROLE = "73c42c96-874c-492b-b04d-ab87d138a893"
DAY = timedelta(days=1)


def row(days_ago, **columns):
    moment = datetime.now(UTC) - days_ago * DAY
    return {"TimeGenerated": f"{moment:%Y-%m-%dT%H:%M:%S.%f}0Z", **columns}


@pytest.fixture
def workspace(azure):
    return add_log_workspace(azure.world, "ours")


@pytest.fixture
def client(azure):
    opened = []

    def open_client(token="embedded-admin"):
        opened.append(
            LogsQueryClient(
                UnusedCredential(),
                endpoint=azure.kusto_uri,
                authentication_policy=LoopbackAuth(token),
                retry_total=0,
            )
        )
        return opened[-1]

    yield open_client
    for each in opened:
        each.close()


@pytest.fixture
def rows(client, workspace):
    """Return the rows of a query, and the types of its columns."""

    def run(text, timespan=None):
        (table,) = client().query_workspace(workspace.workspace_id, text, timespan=timespan).tables
        return [list(each) for each in table.rows], dict(
            zip(table.columns, table.columns_types, strict=True)
        )

    return run


@pytest.fixture
def denied(client, workspace):
    def run(text, token="embedded-admin", workspace_id=workspace.workspace_id, **options):
        with pytest.raises(HttpResponseError) as raised:
            client(token).query_workspace(workspace_id, text, timespan=None, **options)
        return raised.value

    return run


def test_requests_of_a_cluster_are_rows_with_the_names_of_the_workspace(
    azure, workspace, rows, run
):
    send_logs(azure.world.cluster, workspace)
    run("print secret = h'abc'", database="Sales")

    found, types = rows("ADXQuery | project DatabaseName, Text, State, Duration, _ResourceId")

    assert [each[:3] for each in found] == [["Sales", "print secret = h'*******'", "Completed"]]
    assert found[0][4].endswith("/microsoft.kusto/clusters/contoso")
    assert types["Duration"] == "timespan"


def test_the_journal_tells_who_allowed_what(azure, workspace, rows, run):
    send_logs(azure.world.cluster, workspace, "Journal")
    entry = '[{"ObjectId":"system","AllowedUsages":"ExternalTable"}]'
    run(f".alter-merge database Sales policy managed_identity '{entry}'")

    found, _ = rows("ADXJournal | project Event, DatabaseName, User, UpdatedEntityState")

    assert [each[:3] for each in found] == [
        ["ALTER-MERGE-DATABASE-POLICY-MANAGED-IDENTITY", "Sales", "admin@contoso.example"]
    ]
    assert "ExternalTable" in found[0][3]


@pytest.mark.parametrize("text", ["ADXQuery | count", "StorageBlobLogs | count", "Nothing | count"])
def test_a_table_that_nothing_sends_does_not_exist(azure, workspace, denied, text):
    send_logs(azure.world.cluster, workspace, "Command")

    error = denied(text)

    assert error.status_code == 400
    inner = error.error.innererror
    assert (error.error.code, inner["code"]) == ("BadArgumentError", "SemanticError")
    assert inner["innererror"]["code"] == "SEM0100"


@pytest.mark.parametrize(
    ("timespan", "expected"),
    [
        (None, [1, 20, 80]),
        (30 * DAY, [1, 20]),
        ((datetime.now(UTC) - 25 * DAY, 10 * DAY), [20]),
        ((datetime.now(UTC) - 5 * DAY, datetime.now(UTC)), [1]),
    ],
)
def test_a_query_is_about_its_timespan_and_what_is_kept(workspace, rows, timespan, expected):
    workspace.tables["Custom_CL"] = [row(each, Age=each) for each in (1, 20, 80, 100)]

    found, types = rows("Custom_CL | project Age | order by Age asc", timespan)

    assert [each for (each,) in found] == expected
    assert types == {"Age": "long"}


def test_a_result_that_is_cut_has_rows_and_an_error(client, workspace):
    workspace.tables["AzureActivity"] = [row(1, Caller=str(each)) for each in range(5)]

    found = client().query_workspace(
        workspace.workspace_id,
        "set truncationmaxrecords=2; AzureActivity | project Caller",
        timespan=None,
        include_statistics=True,
    )

    assert found.status == LogsQueryStatus.PARTIAL
    assert (found.partial_error.code, len(found.partial_data[0].rows)) == ("PartialError", 2)
    assert "query" in found.statistics


def test_requests_of_an_archive_are_there_within_the_timespan(azure, workspace, rows):
    send_logs(azure.world.cluster, workspace)
    add_requests(azure.world, 1000)

    (counts,), _ = rows(
        "union (ADXQuery | summarize n = count(), ids = dcount(RootActivityId)), (ADXCommand | "
        "summarize n = count(), ids = dcount(RootActivityId)) | summarize sum(n), sum(ids)",
        15 * DAY,
    )

    assert counts == pytest.approx([500, 500], abs=25)


def test_several_queries_in_one_request_succeed_and_fail_each_for_itself(client, workspace):
    workspace.tables["AzureActivity"] = [row(1)]
    asked = [
        LogsBatchQuery(workspace.workspace_id, text, timespan=None)
        for text in ("AzureActivity | count", "Nothing | count")
    ]

    good, bad = client().query_batch(asked)

    assert good.tables[0].rows[0][0] == 1
    assert bad.code == "BadArgumentError"


def test_log_analytics_reader_may_query(azure, workspace, client, denied):
    workspace.tables["AzureActivity"] = [row(1)]
    text = "AzureActivity | count"
    error = denied(text, "embedded-mi-export")
    identity = azure.world.identity("mi-export")
    azure.world.azure_roles.append(
        AzureRoleAssignment(
            "reads", workspace.resource_id, READER_ROLE, identity.object_id, "ServicePrincipal"
        )
    )

    found = client("embedded-mi-export").query_workspace(
        workspace.workspace_id, text, timespan=None
    )

    assert (error.status_code, error.error.code) == (403, "InsufficientAccessError")
    assert found.tables[0].rows[0][0] == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"text": "AzureActivity |"}, (400, "BadArgumentError")),
        ({"workspace_id": "nowhere"}, (404, "WorkspaceNotFoundError")),
        ({"token": "unknown"}, (403, "InvalidAuthenticationToken")),
    ],
)
def test_what_cannot_be_answered_has_a_status_and_a_code(denied, changes, expected):
    error = denied(**{"text": "AzureActivity", **changes})

    assert (error.status_code, error.error.code) == expected


def test_a_request_without_a_token_is_asked_to_sign_in(azure, workspace, http):
    path = f"{azure.kusto_uri}/v1/workspaces/{workspace.workspace_id}/query"

    answer = http.post(path, json={"query": "AzureActivity"})

    assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)


def test_faults_strike_by_the_path(azure, workspace, denied):
    azure.faults.add("throttled", match="/v1/workspaces/", retry_after=7)

    error = denied("AzureActivity")

    assert (error.status_code, error.response.headers["Retry-After"]) == (429, "7")
    assert not isinstance(error, ClientAuthenticationError)
