"""`.ingest into`: blobs into a table at once, all of them or none."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole, IngestionMapping
from tests.embedded.ingesting import AS_INGEST, BLOB_READER, LANDING, TESTER, add_tester, assign

ORDERS = f"{LANDING}/orders.csv{AS_INGEST}"
NO_EXTENT = "00000000-0000-0000-0000-000000000000"


def test_ingest_into_answers_with_a_row_per_blob(sales, new_rows):
    rows = sales(f".ingest into table Orders ('{ORDERS}', '{LANDING}/orders.csv.gz{AS_INGEST}')")

    assert [row["ItemLoaded"] for row in rows] == [
        f"{LANDING}/orders.csv",
        f"{LANDING}/orders.csv.gz",
    ]
    assert len({row["ExtentId"] for row in rows}) == 2
    assert len({row["OperationId"] for row in rows}) == 1
    assert all(row["HasErrors"] is False for row in rows)
    assert len(new_rows()) == 4


@pytest.mark.parametrize(
    ("path", "properties"),
    [
        ("orders.csv", ""),
        ("orders.csv", "with (format='csv')"),
        ("orders-with-header.csv", "with (ignoreFirstRecord=true)"),
        ("orders-with-header.csv", "with (format='CSV', IgnoreFirstRecord='True')"),
        ("orders.json", "with (format='json')"),
        ("orders.json", ""),
        ("orders-array.json", "with (format='multijson')"),
        ("orders.parquet", "with (format='parquet')"),
    ],
)
def test_formats(sales, new_rows, path, properties):
    sales(f".ingest into table Orders (h'{LANDING}/{path}{AS_INGEST}') {properties}")

    assert len(new_rows()) == 2
    assert all(isinstance(row[0], int) for row in new_rows())


def test_mappings(sales, azure, new_rows):
    text = '[{"column": "Region", "path": "$.OrderId"}]'
    orders = azure.world.cluster.databases["Sales"].tables["Orders"]
    orders.mappings.append(IngestionMapping("m1", "json", text, ""))
    source = f"('{LANDING}/orders.json{AS_INGEST}')"

    sales(f".ingest into table Orders {source} with (ingestionMappingReference='m1')")
    sales(f".ingest into table Orders {source} with (ingestionMapping='{text}')")

    assert [row[1] for row in new_rows()] == ["9", "10", "9", "10"]


def test_impersonation_reads_as_the_caller(sales, azure, send, new_rows):
    lake = azure.world.storage_accounts["contosolake"].resource_id
    admin = azure.world.principals[0].object_id
    command = f".ingest into table Orders ('{LANDING}/orders.csv;impersonate')"
    assign(send, lake, BLOB_READER, admin)

    sales(command)

    assert len(new_rows()) == 2


def test_owner_alone_cannot_be_impersonated_for_data(refused_in_sales):
    error = refused_in_sales(f".ingest into table Orders ('{LANDING}/orders.csv;impersonate')")

    assert error.code == "Download_Forbidden"


FAILING = [
    (f"{LANDING}/orders.csv;managed_identity=mi-ingest", "BadRequest_InvalidManagedIdentity"),
    (f"{LANDING}/orders.csv;managed_identity=system", "Forbidden"),
    (f"{LANDING}/orders.csv", "Download_Forbidden"),
    (f"{LANDING}/nothing.csv{AS_INGEST}", "Download_SourceNotFound"),
    (f"https://nowhere.blob.core.windows.net/a/b{AS_INGEST}", "Download_AccountNotFound"),
    ("", "BadRequest_EmptyBlobUri"),
    ("orders.csv", "BadRequest_InvalidBlobUri"),
]


@pytest.mark.parametrize(("source", "code"), FAILING)
def test_missing_links_refuse_the_command(refused_in_sales, error_codes, new_rows, source, code):
    error = refused_in_sales(f".ingest into table Orders ('{source}')")

    assert (error.code, error.permanent) == (code, True)
    assert error_codes() == [code]
    assert new_rows() == []


def test_all_blobs_or_none(refused_in_sales, new_rows):
    refused_in_sales(f".ingest into table Orders ('{ORDERS}', '{LANDING}/nothing.csv{AS_INGEST}')")

    assert new_rows() == []


SHAPES = [
    ("format='avro'", "BadRequest_FormatNotSupported"),
    ("format='parquet'", "BadRequest_InvalidBlob"),
    ("ingestionMappingReference='m9'", "BadRequest_MappingReferenceWasNotFound"),
    ("ingestionMapping='['", "BadRequest_InvalidMapping"),
    ("ingestionMapping='[]', ingestionMappingReference='m9'", "BadRequest_DuplicateMapping"),
    ("tags='x'", "BadRequest_MalformedIngestionProperty"),
]


@pytest.mark.parametrize(("properties", "code"), SHAPES)
def test_shapes_that_do_not_do(refused_in_sales, error_codes, properties, code):
    error = refused_in_sales(f".ingest into table Orders ('{ORDERS}') with ({properties})")

    assert error.code == code
    assert error_codes() == [code]


@pytest.mark.parametrize(
    "properties", ["colour='red'", "format='csv', Format='csv'", "ignoreFirstRecord='yes'"]
)
def test_properties_that_are_none(refused_in_sales, error_codes, properties):
    error = refused_in_sales(f".ingest into table Orders ('{ORDERS}') with ({properties})")

    assert error.code == "BadRequest_MalformedIngestionProperty"
    assert error.type == "Kusto.Data.Exceptions.MalformedIngestionPropertyException"
    assert error_codes() == []


def test_async_answers_at_once_with_an_operation(sales, new_rows):
    (row,) = sales(f".ingest async into table Orders ('{ORDERS}')")

    assert row["ExtentId"] == NO_EXTENT
    assert row["OperationId"] != NO_EXTENT
    assert len(new_rows()) == 2


def test_async_failure_is_told_by_the_failures(sales, error_codes):
    (row,) = sales(f".ingest async into table Orders ('{LANDING}/nothing.csv{AS_INGEST}')")

    assert row["ExtentId"] == NO_EXTENT
    assert error_codes() == ["Download_SourceNotFound"]


def test_tags_keep_the_same_data_out(sales, new_rows, error_codes):
    tagged = """with (tags='["ingest-by:day1"]', ingestIfNotExists='["day1"]')"""
    sales(f".ingest into table Orders ('{ORDERS}') {tagged}")

    (row,) = sales(f".ingest into table Orders ('{ORDERS}') {tagged}")

    assert row["ExtentId"] == NO_EXTENT
    assert len(new_rows()) == 2
    assert error_codes() == []


def test_unknown_table_and_database(refusal):
    table = refusal(f".ingest into table Nothing ('{ORDERS}')", database="Sales")
    database = refusal(f".ingest into table Orders ('{ORDERS}')", database="Nothing")

    assert (table.code, database.code) == (
        "BadRequest_TableNotExist",
        "BadRequest_DatabaseNotExist",
    )


@pytest.mark.parametrize("role", [DatabaseRole.VIEWERS, DatabaseRole.USERS, DatabaseRole.MONITORS])
def test_ingesting_needs_a_role(azure, refused_in_sales, role):
    add_tester(azure, role, "Sales")

    error = refused_in_sales(f".ingest into table Orders ('{ORDERS}')", token=TESTER)

    assert error.code == "Forbidden"


def test_ingestor_of_the_database_may(azure, sales, new_rows):
    add_tester(azure, DatabaseRole.INGESTORS, "Sales")

    sales(f".ingest into table Orders ('{ORDERS}')", token=TESTER)

    assert len(new_rows()) == 2


def test_in_a_script(sales, new_rows):
    (row,) = sales(f".execute database script <|\n.ingest into table Orders ('{ORDERS}')")

    assert (row["CommandType"], row["Result"]) == ("DataIngestPull", "Completed")
    assert len(new_rows()) == 2


def test_result_can_be_piped(sales):
    (row,) = sales(f".ingest into table Orders ('{ORDERS}') | count")

    assert row == {"Count": 1}
