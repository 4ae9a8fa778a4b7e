"""Workflows as people meet them: refused, fixed by the lines that the refusals name, then data."""

import pytest

from adxmi_jupyter import errors

LAKE = "https://contosolake.blob.core.windows.net"
BACKUP = "https://contosobackup.blob.core.windows.net"
GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
COLUMNS = '"OrderId:long, Region:string, Amount:real, Placed:datetime"'
STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
HEARTBEAT = '{"Timestamp": "2026-02-01T00:00:09Z", "Node": "n1"}'


@pytest.fixture
def with_fixes(magic):
    """Run a line, paste what each refusal names as its fix, and return the fixes and the result.

    Of the fixes it is told which identity they are about, whether by its name or its object ID.
    """

    def run(line, body=None):
        pasted = []
        for _ in range(6):
            try:
                frame = magic(line, body)
                return [fix.replace(STRANGER, "mi-stranger") for fix in pasted], frame
            except (errors.ServiceRefusal, errors.OperationFailed) as refusal:
                pasted.append(refusal.fix.removeprefix("%adxmi "))
                magic(pasted[-1])
        raise AssertionError(pasted)

    return run


@pytest.fixture
def query(magics, azure):
    """Ask the cluster as any tool would."""

    def ask(text, database="Sales"):
        return magics.connections.current().kusto.query(text, database=database).rows()

    return ask


def test_external_table(with_fixes, query):
    fixes, made = with_fixes(
        f"external-table create --database Telemetry --name Backups --identity mi-stranger "
        f"--location {BACKUP}/backups --columns {COLUMNS} --data-format csv --validate-not-empty"
    )

    assert fixes == [
        "identity assign --identity mi-stranger",
        "policy grant --database Telemetry --identity mi-stranger --usage ExternalTable",
        (
            'embedded azure-role --identity mi-stranger --role "Storage Blob Data Reader" '
            "--target contosobackup/backups"
        ),
    ]
    assert list(made["name"]) == ["Backups"]
    assert query("external_table('Backups') | count", "Telemetry") == [{"Count": 3}]


@pytest.mark.nightly
def test_a_delta_table(with_fixes, query):
    fixes, _ = with_fixes(
        "external-table create --database Sales --name Delta --kind delta --identity mi-ingest "
        f"--location {LAKE}/delta/orders"
    )

    assert fixes == ["policy grant --database Sales --identity mi-ingest --usage ExternalTable"]
    assert query("external_table('Delta') | count") == [{"Count": 3}]


@pytest.mark.nightly
def test_continuous_export(with_fixes, magic, query):
    magic(
        f"external-table create --database Telemetry --name Archive --identity mi-export "
        f"--location {BACKUP}/backups --data-format csv "
        '--columns "Timestamp:datetime, Level:string, Message:string"'
    )

    created, _ = with_fixes(
        "continuous-export create --database Telemetry --name Hourly --identity mi-ingest "
        "--external-table Archive --query Events"
    )
    ran, frame = with_fixes("embedded run-export Hourly --database Telemetry")

    assert created == [
        "policy grant --database Telemetry --identity mi-ingest --usage AutomatedFlows"
    ]
    assert ran == [
        "role grant --database Telemetry --role viewers --identity mi-ingest",
        "policy grant --database Telemetry --identity mi-export --usage ExternalTable",
        (
            'embedded azure-role --identity mi-export --role "Storage Blob Data Contributor" '
            "--target contosobackup/backups"
        ),
    ]
    assert list(frame["state"]) == ["Completed"]
    written = magic("embedded blobs contosobackup/backups")
    assert [path.endswith(".csv") for path in written["path"]] == [True, True]


def test_event_hub(with_fixes, query):
    created, made = with_fixes(
        "event-hub create --database Telemetry --name edge --identity mi-stranger "
        f"--event-hub {GROUP}/Microsoft.EventHub/namespaces/contosoedge/eventhubs/sensors "
        "--table Heartbeats --data-format MULTIJSON"
    )
    pushed, frame = with_fixes("embedded push-events contosoedge/sensors", HEARTBEAT)

    assert created == ["identity assign --identity mi-stranger"]
    assert list(made["state"]) == ["Succeeded"]
    assert pushed == [
        "policy grant --database Telemetry --identity mi-stranger --usage DataConnection",
        (
            'embedded azure-role --identity mi-stranger --role "Azure Event Hubs Data Receiver" '
            "--target contosoedge/sensors"
        ),
    ]
    # What could not be ingested at first waited, and came in with the last push.
    assert list(frame["rows_ingested"]) == [3]
    assert query("Heartbeats | count", "Telemetry") == [{"Count": 3}]


SCRIPT = """\
result = df
result["Note"] = "seen"
"""


@pytest.mark.nightly
def test_python_plugin(with_fixes):
    fixes, frame = with_fixes(
        'python-plugin run --query "Orders | take 2" --columns Note:string --identity mi-stranger '
        f"--artifacts order_tax.zip={LAKE}/artifacts/order_tax.zip",
        SCRIPT,
    )

    assert fixes.pop(2).startswith(f"callout allow --type sandbox_artifacts --uri {LAKE}")
    assert fixes == [
        "identity assign --identity mi-stranger",
        "policy grant --cluster --identity mi-stranger --usage SandboxArtifacts",
        (
            'embedded azure-role --identity mi-stranger --role "Storage Blob Data Reader" '
            "--target contosolake/artifacts"
        ),
    ]
    assert list(frame["Note"]) == ["seen", "seen"]


@pytest.mark.nightly
def test_sdk_ingestion(with_fixes, query):
    fixes, frame = with_fixes(
        "sdk-ingestion run --database Sales --identity mi-stranger --table Orders "
        f"--location {BACKUP}/backups/orders.csv --data-format csv"
    )

    assert fixes == [
        "identity assign --identity mi-stranger",
        "policy grant --database Sales --identity mi-stranger --usage NativeIngestion",
        (
            'embedded azure-role --identity mi-stranger --role "Storage Blob Data Reader" '
            "--target contosobackup/backups"
        ),
    ]
    assert list(frame["status"]) == ["QUEUED"]
    assert query("Orders | count") == [{"Count": 9}]


@pytest.mark.nightly
@pytest.mark.parametrize(
    "how", ["", "--how direct --location URL/orders.csv"], ids=["queued", "direct"]
)
def test_storage_ingestion(with_fixes, query, how):
    place = how.replace("URL", f"{BACKUP}/backups") or f"--location {BACKUP}/backups"

    fixes, frame = with_fixes(
        "storage-ingestion run --database Sales --identity mi-stranger --table Orders "
        f"--data-format csv {place}"
    )

    assert fixes == [
        "identity assign --identity mi-stranger",
        "policy grant --database Sales --identity mi-stranger --usage NativeIngestion",
        (
            'embedded azure-role --identity mi-stranger --role "Storage Blob Data Reader" '
            "--target contosobackup/backups"
        ),
    ]
    assert len(frame) == 1
    assert query("Orders | count") == [{"Count": 9}]


@pytest.mark.nightly
def test_export(with_fixes, magic):
    fixes, frame = with_fixes(
        "export run --database Sales --identity mi-stranger --query Orders --data-format csv "
        f"--location {BACKUP}/backups"
    )

    assert fixes[1:] == [
        "policy grant --database Sales --identity mi-stranger --usage ExportRequest",
        (
            'embedded azure-role --identity mi-stranger --role "Storage Blob Data Contributor" '
            "--target contosobackup/backups"
        ),
    ]
    assert list(frame["NumRecords"]) == [6]
    assert len(magic("embedded blobs contosobackup/backups")) == 2


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("line", "usage", "rows"),
    [
        (
            f"externaldata run --location {LAKE}/landing/orders.csv --columns {COLUMNS}",
            "ExternalDataRequest",
            2,
        ),
        (
            (
                f"infer-storage-schema run --location {LAKE}/landing --data-format csv "
                "--file-extension .csv"
            ),
            "ExternalDataRequest",
            1,
        ),
    ],
)
def test_queries_that_read_storage(with_fixes, line, usage, rows):
    fixes, frame = with_fixes(f"{line} --identity mi-ingest")

    assert fixes == [f"policy grant --database Sales --identity mi-ingest --usage {usage}"]
    assert len(frame) == rows


def test_sql_request(with_fixes):
    fixes, frame = with_fixes(
        "sql-request run --server contososql.database.windows.net --catalog Erp "
        "--identity mi-export",
        "select * from Stock",
    )

    assert fixes == ["policy grant --database Sales --identity mi-export --usage SqlRequest"]
    assert len(frame) == 3


@pytest.mark.nightly
def test_a_denial_of_a_sql_server_is_fixed_there_and_not_for_the_caller(magic):
    line = (
        "sql-request run --server contososql.database.windows.net --catalog Erp "
        '--identity mi-ingest --sql "select * from Stock"'
    )
    magic("policy grant --database Sales --identity mi-ingest --usage SqlRequest")

    with pytest.raises(errors.NotAuthorized) as caught:
        magic(line)
    checked = magic(line.replace(" run ", " check "))

    assert caught.value.fix == checked.iloc[-1]["fix"]
    assert checked.iloc[-1]["state"] == "unknown"
    assert checked.iloc[-1]["detail"].startswith("only SQL Server shows it: ")
    assert checked.iloc[-1]["fix"] == (
        "%adxmi embedded azure-role --identity mi-ingest --role db_datareader "
        "--target contososql/Erp"
    )
    magic(caught.value.fix.removeprefix("%adxmi "))
    assert len(magic(line)) == 3


@pytest.mark.nightly
def test_cosmosdb_sql_request(with_fixes):
    fixes, frame = with_fixes(
        "cosmosdb-sql-request run --account contosocosmos --catalog Shop --collection Baskets "
        "--identity mi-export",
        "select * from c",
    )

    granted, allowed = fixes
    assert granted == "policy grant --database Sales --identity mi-export --usage SqlRequest"
    assert allowed.startswith(
        "callout allow --type cosmosdb --uri https://contosocosmos.documents.azure.com"
    )
    assert len(frame) == 3


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("noun", "deployment", "column"),
    [
        ("ai-embeddings", "text-embedding/embeddings", "Region_embeddings"),
        ("ai-chat-completion", "chat/chat/completions", "Region_completion"),
    ],
)
def test_models(with_fixes, noun, deployment, column):
    endpoint = (
        f"https://contosoai.openai.azure.com/openai/deployments/{deployment}?api-version=2024-06-01"
    )

    fixes, frame = with_fixes(
        f'{noun} run --query "Orders | take 2" --text Region --identity mi-export '
        f"--endpoint {endpoint}"
    )

    assert fixes.pop(1).startswith(
        "callout allow --type azure_openai --uri https://contosoai.openai.azure.com"
    )
    assert fixes == [
        "policy grant --database Sales --identity mi-export --usage AzureAI",
        (
            'embedded azure-role --identity mi-export --role "Cognitive Services OpenAI User" '
            "--target contosoai"
        ),
    ]
    assert column in frame.columns


@pytest.mark.nightly
def test_update_policy(with_fixes, query, magic):
    fixes, frame = with_fixes(
        "update-policy create --database Sales --table Customers --source Orders "
        "--identity mi-ingest",
        "Orders | project CustomerId=OrderId, Name=Region, Active=true",
    )

    assert fixes == ["policy grant --database Sales --identity mi-ingest --usage AutomatedFlows"]
    assert list(frame["identity"]) == ["mi-ingest"]


@pytest.mark.nightly
def test_query_acceleration(with_fixes, magic):
    magic(
        "external-table create --database Sales --name Delta --kind delta --identity mi-export "
        f"--location {LAKE}/delta/orders"
    )

    fixes, frame = with_fixes(
        "query-acceleration create --database Sales --external-table Delta --identity mi-ingest "
        "--hot 7d"
    )

    assert fixes == ["policy grant --database Sales --identity mi-ingest --usage AutomatedFlows"]
    assert list(frame["target"]) == ["hot 7.00:00:00"]


@pytest.mark.nightly
def test_event_grid(with_fixes, azure, query):
    created, _ = with_fixes(
        "event-grid create --database Sales --name new-blobs --identity mi-stranger "
        f"--storage-account {GROUP}/Microsoft.Storage/storageAccounts/contosobackup "
        f"--event-hub {GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/new-blobs "
        "--table Orders --data-format CSV"
    )

    assert created == ["identity assign --identity mi-stranger"]


@pytest.mark.nightly
def test_a_check_says_it_all_before_anything_is_sent(magic, azure):
    line = (
        "sdk-ingestion check --database Sales --identity mi-stranger --table Orders "
        f"--location {BACKUP}/backups/orders.csv --data-format csv"
    )

    before = magic(line)
    pasted = [magic(fix.removeprefix("%adxmi ")) for fix in before["fix"] if fix]
    after = magic(line)

    assert dict(zip(before["requirement"], before["state"], strict=True)) == {
        "identity exists": "met",
        "assigned to the cluster": "not met",
        "allowed by policy": "not met",
        "same tenant": "met",
        "Azure role": "not met",
    }
    assert len(pasted) == 3
    assert set(after["state"]) == {"met"}
    assert len(azure.world.ingestion.failures) == 0


def test_an_empty_list_names_no_class_of_ours(magic):
    assert repr(magic("continuous-export list")).endswith("\n(no rows)")


def test_a_drop_says_what_was_dropped(magic, capsys):
    magic("external-table drop ArchivedOrders --database Sales --yes")

    assert "dropped: ArchivedOrders\n" in capsys.readouterr().out
