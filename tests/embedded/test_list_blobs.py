"""`.list blobs`: what is there, filtered, with times captured from paths."""

import json

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE
from tests.embedded.ingesting import (
    AS_INGEST,
    CONTAINERS,
    INGEST_ID,
    LANDING,
    TESTER,
    add_tester,
    policy,
)


def test_list_of_a_folder(endpoint):
    rows = endpoint(f'.list blobs ("{CONTAINERS}/archive{AS_INGEST}")')

    assert [row["BlobUri"] for row in rows] == [
        f"{CONTAINERS}/archive/2024/orders.csv",
        f"{CONTAINERS}/archive/2025/orders.csv",
    ]
    assert all(row["SizeInBytes"] > 50 for row in rows)
    assert [row["CapturedVariables"] for row in rows] == [{}, {}]


def test_filters(endpoint):
    by_suffix = endpoint(f'.list blobs ("{LANDING}{AS_INGEST}") Suffix="json"')
    by_number = endpoint(f'.list blobs ("{LANDING}{AS_INGEST}") Suffix="json" MaxFiles=1')
    none = endpoint(f'.list blobs ("{LANDING}{AS_INGEST}") MaxFiles=0')

    assert (len(by_suffix), len(by_number), len(none)) == (2, 1, 0)


def test_at_most_a_thousand_blobs(endpoint, azure):
    many = {f"{number:04d}.csv": b"1" for number in range(1001)}
    azure.world.storage_accounts["contosolake"].containers["many"] = many

    rows = endpoint(f'.list blobs ("{CONTAINERS}/many{AS_INGEST}") MaxFiles=2000')

    assert len(rows) == 1000


@pytest.mark.parametrize(
    ("path_format", "expected"),
    [
        (
            '(datetime_pattern("yyyy", creationTime) "/")',
            ["01/01/2024 00:00:00", "01/01/2025 00:00:00"],
        ),
        ('("20" datetime_pattern("yyyy", t) "/")', []),
    ],
)
def test_path_format_captures_a_time(endpoint, path_format, expected):
    rows = endpoint(f'.list blobs ("{CONTAINERS}/archive{AS_INGEST}") PathFormat={path_format}')

    captured = [row["CapturedVariables"] for row in rows]
    assert [each["creationTime"] for each in captured if each] == expected


@pytest.mark.parametrize("pattern", ["yyyy'/Month='MM'/Day='dd", "{yyyy}/Month={MM}/Day={dd}"])
def test_path_format_with_words_in_its_pattern(endpoint, azure, pattern):
    path = "in/output/03/Year=2025/Month=03/Day=20/part.csv"
    azure.world.add_blob("contosolake", "dated", path, b"1")
    pattern = f'"{pattern}"'

    (row,) = endpoint(
        f'.list blobs ("{CONTAINERS}/dated/in{AS_INGEST}") '
        f'PathFormat=("output/03/Year=" datetime_pattern({pattern}, creationTime) "/")'
    )

    assert row["CapturedVariables"] == {"creationTime": "03/20/2025 00:00:00"}


@pytest.mark.parametrize(
    "path_format",
    [
        '("a")',
        '(datetime_pattern("yyyy", a) datetime_pattern("MM", b))',
        '(datetime_pattern("yyyy/yyyy", a))',
        '(datetime_pattern("{HH} {hh}", a))',
        '(datetime_pattern("yy", a))',
    ],
)
def test_path_formats_that_do_not_do(endpoint_refusal, path_format):
    error = endpoint_refusal(f'.list blobs ("{LANDING}{AS_INGEST}") PathFormat={path_format}')

    assert error.code == "General_BadRequest"


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (f"{LANDING};managed_identity=system", "Forbidden"),
        (f"{LANDING};impersonate", "General_BadRequest"),
        (LANDING, "Download_Forbidden"),
        (f"{CONTAINERS}/nothing{AS_INGEST}", "Download_SourceNotFound"),
    ],
)
def test_list_needs_the_chain(endpoint_refusal, source, code):
    assert endpoint_refusal(f'.list blobs ("{source}")').code == code


def test_list_with_secrets(endpoint):
    by_key = endpoint(f'.list blobs (h"{LANDING};{ACCOUNT_KEY}")')
    by_signature = endpoint(f'.list blobs (h"{LANDING}?{READ_SIGNATURE}")')

    assert by_key == by_signature
    assert "sig=" not in json.dumps(by_key)


def test_list_without_a_database_needs_the_policy_of_the_cluster(endpoint_refusal, endpoint, run):
    command = f'.list blobs ("{LANDING}{AS_INGEST}")'
    error = endpoint_refusal(command, database=None)
    item = policy(INGEST_ID, "NativeIngestion")
    run(f".alter-merge cluster policy managed_identity '{item}'")

    rows = endpoint(command, database=None)

    assert error.code == "Forbidden"
    assert rows


def test_one_connection_string_only(endpoint_refusal):
    error = endpoint_refusal(f'.list blobs ("{LANDING}{AS_INGEST}", "{LANDING}{AS_INGEST}")')

    assert error.code == "General_BadRequest"


def test_list_needs_an_ingestor(azure, endpoint_refusal):
    add_tester(azure, DatabaseRole.VIEWERS, "Sales")

    error = endpoint_refusal(f'.list blobs ("{LANDING}{AS_INGEST}")', token=TESTER)

    assert error.code == "Forbidden"


def test_addresses_are_not_encoded_and_can_be_ingested(endpoint, azure, new_rows):
    azure.world.add_blob("contosolake", "landing", "new/north & ä.csv", b"9,north,1.5,2026-01-05")

    (row,) = endpoint(f'.list blobs ("{LANDING}/new{AS_INGEST}")')
    (queued,) = endpoint(
        ".ingest-from-storage-queued into table database('Sales').Orders EnableTracking=true "
        f"with (format='csv') <| \"{row['BlobUri']}{AS_INGEST}\""
    )
    (details,) = endpoint(f"{queued['OperationInfo']} details")

    assert row["BlobUri"] == f"{LANDING}/new/north & ä.csv"
    assert (details["BlobUrl"], details["IngestionStatus"]) == (row["BlobUri"], "Succeeded")
    assert len(new_rows()) == 1


def test_listed_addresses_come_in_whatever_their_names(endpoint, azure, new_rows):
    azure.world.add_blob("contosolake", "landing", "new/a;b%20.csv", b"9,north,1.5,2026-01-05")

    (queued,) = endpoint(
        ".ingest-from-storage-queued into table database('Sales').Orders EnableTracking=true "
        f"with (format='csv') <| .list blobs (\"{LANDING}/new{AS_INGEST}\")"
    )

    assert endpoint(queued["OperationInfo"])[0]["State"] == "Completed"
    assert len(new_rows()) == 1
