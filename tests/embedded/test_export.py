"""`.export`: to storage and to external tables, and the operations that it leaves."""

import gzip
import sys

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, WRITE_SIGNATURE
from tests.embedded.links import allow

TOKEN = "embedded-tester"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
INGEST_ID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
EXPORTS = "https://contosolake.blob.core.windows.net/exports"
AS_IDENTITY = f"{EXPORTS};managed_identity={EXPORT_ID}"


def export(connection=AS_IDENTITY, *, form="csv", more="", query="Orders", before=""):
    return f".export {before} to {form} (h@'{connection}') {more} <| {query}"


@pytest.fixture
def allowed(azure):
    world = azure.world
    allow(world.cluster.databases["Sales"], world.identity("mi-export"), "ExportRequest")


@pytest.fixture
def lake(azure):
    return azure.world.storage_accounts["contosolake"].containers["exports"]


@pytest.fixture
def table(run):
    """Create an external table over the container `exports`."""

    def create(auth=f"managed_identity={EXPORT_ID}", columns="OrderId:long"):
        run(
            f".create external table Lake ({columns}) kind=storage dataformat=csv "
            f"(h@'{EXPORTS};{auth}')",
            database="Sales",
        )

    return create


@pytest.fixture
def caller(azure):
    tester = azure.world.add_principal("tester", token=TOKEN)

    def give(role):
        azure.world.grant(tester, role, database="Sales")
        return TOKEN

    return give


def test_export_as_an_identity(run, allowed, lake):
    (row,) = run(export(query="Orders | take 2 | project OrderId, Region"), database="Sales")

    (path,) = lake
    assert row == {"Path": f"{EXPORTS}/{path}", "NumRecords": 2}
    assert lake[path] == b"1,north\n2,south\n"


@pytest.mark.parametrize("connection", [f"{EXPORTS};{ACCOUNT_KEY}", f"{EXPORTS}?{WRITE_SIGNATURE}"])
def test_secrets_need_no_policy(run, lake, connection):
    (row,) = run(export(connection), database="Sales")

    assert row["Path"].startswith(f"{EXPORTS}/export_1_")
    assert len(lake) == 1


def test_usage_export_request_is_needed(refusal, lake):
    error = refusal(export(), database="Sales")

    assert error.code == "Forbidden"
    assert "'ExportRequest'" in error.description
    assert not lake


def test_right_to_write_is_needed(azure, refusal):
    world = azure.world
    allow(world.cluster, world.identity("mi-ingest"), "ExportRequest")

    error = refusal(export(f"{EXPORTS};managed_identity={INGEST_ID}"), database="Sales")

    assert error.code == "Upload_Forbidden"


def test_headers_names_and_encoding(run, allowed, lake):
    more = (
        "with (includeHeaders='firstFile', namePrefix='o', fileExtension='.txt', "
        "encoding='UTF8BOM')"
    )

    run(export(query="Orders | take 1 | project OrderId", more=more), database="Sales")

    ((path, data),) = lake.items()
    assert path.startswith("o_1_")
    assert path.endswith(".txt")
    assert data == b"\xef\xbb\xbfOrderId\n1\n"


def test_compressed_export(run, allowed, lake):
    run(export(query="Orders | count", before="compressed"), database="Sales")

    ((path, data),) = lake.items()
    assert path.endswith(".csv.gz")
    assert gzip.decompress(data) == b"6\n"


@pytest.mark.parametrize(
    ("form", "start"), [("tsv", b"1\tnorth"), ("json", b'{"OrderId": 1'), ("parquet", b"PAR1")]
)
def test_formats(run, allowed, lake, form, start):
    run(export(form=form), database="Sales")

    ((path, data),) = lake.items()
    assert path.endswith(f".{form}")
    assert data.startswith(start)


def test_parquet_without_pyarrow_is_refused(monkeypatch, refusal, allowed, lake):
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    error = refusal(export(form="parquet"), database="Sales")

    assert "pyarrow" in error.description
    assert not lake


def test_nothing_is_written_for_no_rows(run, allowed, lake):
    rows = run(export(query="Orders | where OrderId > 99"), database="Sales")

    assert rows == []
    assert not lake


@pytest.mark.parametrize(
    "more",
    [
        "with (sizeLimit=1)",
        "with (sizeLimit=4294967297)",
        "with (includeHeaders='some')",
        "with (distribution='odd')",
        "with (compressionType='zstd')",
        "with (encoding='latin1')",
        "with (parquetDatetimePrecision='nanosecond')",
        "with (intervalBetweenRuns=1h)",
    ],
)
def test_properties_outside_their_rules_are_refused(refusal, allowed, more):
    assert refusal(export(more=more), database="Sales").code == "General_BadRequest"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("Nowhere", "General_BadRequest"),
        ("Orders | frobnicate", "BadRequest_SyntaxError"),
        ("", "BadRequest_SyntaxError"),
    ],
)
def test_queries_that_cannot_run_are_refused(refusal, allowed, query, code):
    assert refusal(export(query=query), database="Sales").code == code


def test_viewers_export_to_storage(run, allowed, caller):
    rows = run(export(), database="Sales", token=caller(DatabaseRole.VIEWERS))

    assert len(rows) == 1


def test_ingestors_may_not(refusal, allowed, caller):
    error = refusal(export(), database="Sales", token=caller(DatabaseRole.INGESTORS))

    assert error.code == "Forbidden"


def test_export_to_a_table_as_the_table_s_identity(run, table, lake):
    table()

    (row,) = run(".export to table Lake <| Orders | project OrderId", database="Sales")

    (path,) = lake
    assert row == {"ExternalTableName": "Lake", "Path": f"{EXPORTS}/{path}", "NumRecords": "6"}


def test_impersonating_table_is_written_as_the_caller(refusal, table):
    table("impersonate")

    error = refusal(".export to table Lake <| Orders | project OrderId", database="Sales")

    assert error.code == "Upload_Forbidden"
    assert "aaduser=" in error.description


@pytest.mark.parametrize(
    "text",
    [
        ".export to table Lake <| Orders",
        ".export to table Nowhere <| Orders",
        ".export to table Lake with (spread=65) <| Orders | project OrderId",
        ".export to table Lake with (sizeLimit=1073741825) <| Orders | project OrderId",
        ".export to table Lake with (includeHeaders='all') <| Orders | project OrderId",
    ],
)
def test_exports_to_a_table_that_do_not_fit_are_refused(refusal, table, text):
    table()

    assert refusal(text, database="Sales").code == "General_BadRequest"


def test_export_to_a_table_needs_its_admin(run, refusal, table, caller):
    table()
    text = ".export to table Lake <| Orders | project OrderId"
    token = caller(DatabaseRole.USERS)

    assert refusal(text, database="Sales", token=token).code == "Forbidden"


def test_async_export_leaves_an_operation(run, allowed, lake):
    (row,) = run(export(before="async"), database="Sales")

    operation = row["OperationId"]
    (shown,) = run(f".show operations {operation}", database="Sales")
    (detail,) = run(f".show operation {operation} details", database="Sales")
    assert list(row) == ["OperationId"]
    assert (shown["Operation"], shown["State"]) == ("DataExportToFile", "Completed")
    assert shown["Database"] == "Sales"
    assert detail["NumRecords"] == 6
    assert len(lake) == 1


def test_async_export_fails_in_its_operation(run):
    (row,) = run(export(before="async"), database="Sales")

    (shown,) = run(f".show operations ({row['OperationId']})", database="Sales")
    assert shown["State"] == "Failed"
    assert "'ExportRequest'" in shown["Status"]


def test_async_export_to_a_table(run, table):
    table()

    (row,) = run(".export async to table Lake <| Orders | project OrderId", database="Sales")

    (detail,) = run(f".show operation '{row['OperationId']}' details", database="Sales")
    assert detail["ExternalTableName"] == "Lake"


def test_operations_of_others_are_for_monitors(run, allowed, caller):
    run(export(), database="Sales")
    token = caller(DatabaseRole.VIEWERS)
    run(export(), database="Sales", token=token)

    own = run(".show operations", database="Sales", token=token)
    every = run(".show operations", database="Sales")

    assert [row["Principal"][:7] for row in own] == ["aaduser"]
    assert len(every) == 2


@pytest.mark.parametrize("more", ["", "with (persistDetails=false)"])
def test_details_are_kept_only_when_asked_to(run, refusal, allowed, more):
    run(export(more=more), database="Sales")
    (shown,) = run(".show operations", database="Sales")

    assert run(f".show operation {shown['OperationId']} details", database="Sales") == []


def test_details_of_a_synchronous_export(run, allowed):
    run(export(more="with (persistDetails=true)"), database="Sales")
    (shown,) = run(".show operations", database="Sales")

    rows = run(f".show operation {shown['OperationId']} details", database="Sales")

    assert [row["NumRecords"] for row in rows] == [6]


def test_unknown_operation(run, refusal):
    assert run(f".show operations {EXPORT_ID}", database="Sales") == []
    assert refusal(f".show operation {EXPORT_ID} details", database="Sales").code == (
        "General_BadRequest"
    )
