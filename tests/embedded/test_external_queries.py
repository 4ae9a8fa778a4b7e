"""Queries that read outside of the cluster: external tables, externaldata, inline tables."""

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_READER
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY, READ_SIGNATURE
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from tests.embedded.links import allow, give

LAKE = "https://contosolake.blob.core.windows.net"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
STRANGER_ID = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
ORDERS = "OrderId:long, Region:string, Amount:real, Placed:datetime"
COLUMNS = (("OrderId", "long"), ("Region", "string"))
SQL = "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
COSMOS = (
    "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;Collection=Baskets;"
)
AS_EXPORT = f'Authentication="Active Directory Managed Identity";User Id={EXPORT_ID}'


@pytest.fixture
def lake_reader(world):
    """Let the system identity read external data, and the lake."""
    system = world.cluster.system_identity
    allow(world.cluster, system, "ExternalDataRequest")
    give(world, system.object_id, BLOB_READER, world.storage_accounts["contosolake"].resource_id)
    return ";managed_identity=system"


@pytest.fixture
def ids(run):
    """Run a query in Sales and return its order IDs."""
    return lambda text: [row["OrderId"] for row in run(text, database="Sales")]


def test_external_table_reads_as_its_identity(run):
    rows = run('external_table("ArchivedOrders") | where Region == "south"', database="Sales")

    assert [row["Amount"] for row in rows] == [210.0, 140.75]


def test_external_table_of_a_reader_is_read_as_the_identity_all_the_same(run):
    rows = run(
        'external_table("ArchivedOrders") | count', database="Sales", token="embedded-reader"
    )

    assert rows == [{"Count": 5}]


@pytest.mark.nightly
def test_each_missing_link_of_an_external_table_is_said(world, run, refusal):
    text, cluster = 'external_table("Probe")', world.cluster
    stranger = world.identity("mi-stranger")
    world.add_external_table(
        "Probe", f"{LAKE}/archive;managed_identity={STRANGER_ID}", database="Sales", columns=COLUMNS
    )

    unassigned = refusal(text, database="Sales")
    cluster.identities.append(stranger)
    unused = refusal(text, database="Sales")
    allow(cluster.databases["Sales"], stranger, "ExternalTable")
    cluster.callout_policy = [CalloutRule("external_data", "contosolake", can_call=False)]
    uncalled = refusal(text, database="Sales")
    cluster.callout_policy = None
    without_role = refusal(text, database="Sales")
    give(world, STRANGER_ID, BLOB_READER, world.storage_accounts["contosolake"].resource_id)
    rows = run(text, database="Sales")

    assert [each.code for each in (unassigned, unused, uncalled, without_role)] == [
        "BadRequest_InvalidManagedIdentity",
        "Forbidden",
        "Forbidden",
        "Download_Forbidden",
    ]
    assert unused.type != uncalled.type
    assert len(rows) == 5


def test_external_table_that_impersonates_reads_as_its_caller(world, run, refusal):
    world.add_external_table(
        "Own", f"{LAKE}/archive;impersonate", database="Sales", columns=COLUMNS
    )
    lake = world.storage_accounts["contosolake"].resource_id

    without_role = refusal('external_table("Own")', database="Sales")
    give(world, world.principal("embedded-admin").object_id, BLOB_READER, lake)
    rows = run('external_table("Own")', database="Sales")

    assert without_role.code == "Download_Forbidden"
    assert len(rows) == 5


def test_external_table_reads_only_blobs_of_its_names(world, ids):
    world.add_external_table(
        "Landed",
        f"{LAKE}/landing;{ACCOUNT_KEY}",
        database="Sales",
        columns=COLUMNS,
        name_prefix="orders-with",
        file_extension=".csv",
        include_headers="All",
    )

    assert ids('external_table("Landed")') == [7, 8]


def test_header_in_the_first_file_only(world, ids):
    world.add_blob("contosolake", "heads", "1.csv", b"OrderId,Region\n1,x\n")
    world.add_blob("contosolake", "heads", "2.csv", b"2,y\n")
    world.add_external_table(
        "Heads",
        f"{LAKE}/heads;{ACCOUNT_KEY}",
        database="Sales",
        columns=COLUMNS,
        include_headers="FirstFile",
    )

    assert ids('external_table("Heads")') == [1, 2]


def test_external_table_over_several_places_and_formats(world, ids):
    places = (f"{LAKE}/landing/{name};{ACCOUNT_KEY}" for name in ("orders.json", "orders.json"))
    world.add_external_table(
        "Lines", *places, database="Sales", columns=COLUMNS, data_format="Json"
    )

    assert ids('external_table("Lines", 5m)') == [9, 10, 9, 10]


def test_external_table_over_an_empty_folder_has_no_rows(world, run):
    world.add_external_table(
        "Empty", f"{LAKE}/exports;{ACCOUNT_KEY}", database="Sales", columns=COLUMNS
    )

    assert run('external_table("Empty")', database="Sales") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('external_table("Nowhere")', "General_BadRequest"),
        ('external_table("ArchivedOrders", "Nomapping")', "General_BadRequest"),
        ("external_table(ArchivedOrders)", "General_BadRequest"),
        ("external_table(1)", "General_BadRequest"),
    ],
)
def test_what_is_no_external_table_is_refused(refusal, text, code):
    assert refusal(text, database="Sales").code == code


def test_query_right_is_asked_first(azure, refusal):
    azure.world.add_principal("nobody", token="embedded-nobody")

    error = refusal('external_table("Nowhere")', database="Sales", token="embedded-nobody")

    assert error.code == "Forbidden"
    assert error.type == "Kusto.Common.Svc.Exceptions.UnauthorizedOperationException"


def test_delta_external_table(world, run):
    world.add_external_table(
        "DeltaOrders",
        f"{LAKE}/delta/orders;{ACCOUNT_KEY}",
        database="Sales",
        table_type="Delta",
        columns=(("Region", "string"), ("OrderId", "long"), ("Missing", "real")),
    )

    assert run('external_table("DeltaOrders")', database="Sales") == [
        {"Region": "north", "OrderId": 2001, "Missing": None},
        {"Region": "north", "OrderId": 2002, "Missing": None},
        {"Region": "south", "OrderId": 2003, "Missing": None},
    ]


def test_sql_external_table(world, run):
    world.add_external_table(
        "StockSql",
        SQL + AS_EXPORT,
        database="Sales",
        table_type="Sql",
        target="Stock",
        columns=(("Sku", "string"), ("Quantity", "int")),
    )

    rows = run('external_table("StockSql") | where Quantity == 0', database="Sales")

    assert rows == [{"Sku": "B-200", "Quantity": 0}]


def test_sql_external_table_reads_only_for_who_is_listed(world, refusal):
    world.sql_servers["contososql"].databases["Erp"].readers.clear()
    world.add_external_table(
        "StockSql", SQL + AS_EXPORT, database="Sales", table_type="Sql", target="Stock"
    )

    assert refusal('external_table("StockSql")', database="Sales").code == "General_AccessDenied"


@pytest.mark.parametrize(
    ("target", "columns"), [("Nothing", ()), ("Stock", (("Nothing", "string"),))]
)
def test_sql_table_or_column_that_is_not_there(world, refusal, target, columns):
    world.add_external_table(
        "Probe",
        SQL + AS_EXPORT,
        database="Sales",
        table_type="Sql",
        target=target,
        columns=columns,
    )

    assert refusal('external_table("Probe")', database="Sales").code == "General_BadRequest"


def test_cosmos_external_table(world, run):
    world.add_external_table(
        "Baskets",
        COSMOS + AS_EXPORT,
        database="Sales",
        table_type="Sql",
        columns=(("customer", "string"), ("items", "long")),
    )

    rows = run('external_table("Baskets") | where items == 5', database="Sales")

    assert rows == [{"customer": "Adatum", "items": 5}]


@pytest.mark.parametrize(
    ("source", "host"), [(SQL, "contososql.database"), (COSMOS, "contosocosmos.documents")]
)
def test_external_tables_of_databases_are_external_data(world, run, refusal, source, host):
    world.add_external_table(
        "Probe", source + AS_EXPORT, database="Sales", table_type="Sql", target="Stock"
    )
    world.cluster.callout_policy = [
        CalloutRule(plugin, host, can_call=False) for plugin in ("sql", "cosmosdb")
    ]
    read = run('external_table("Probe") | count', database="Sales")
    world.cluster.callout_policy = [CalloutRule("external_data", host, can_call=False)]

    denied = refusal('external_table("Probe")', database="Sales")

    assert read == [{"Count": 3}]
    assert denied.code == "Forbidden"


@pytest.mark.parametrize(
    ("name", "properties", "expected"),
    [
        ("orders.csv", "", [7, 8]),
        ("orders.csv.gz", "", [7, 8]),
        ("orders-with-header.csv", "with (ignoreFirstRecord=true)", [7, 8]),
        ("orders-with-header.csv", "with (format='csv', IgnoreFirstRecord=true)", [7, 8]),
        ("orders-with-header.csv", "with (format=csv)", [None, 7, 8]),
        ("orders.json", "", [9, 10]),
        ("orders-array.json", "with (format='multijson')", [11, 12]),
        ("orders.parquet", "", [13, 14]),
    ],
)
def test_externaldata_reads_each_format(ids, lake_reader, name, properties, expected):
    text = f"externaldata({ORDERS}) [@'{LAKE}/landing/{name}{lake_reader}'] {properties}"

    assert ids(text) == expected


def test_externaldata_of_several_blobs_and_secrets(ids):
    first = f'"{LAKE}/landing/orders.csv;" h"{ACCOUNT_KEY}"'
    second = f"h@'{LAKE}/landing/orders.json?{READ_SIGNATURE}'"

    rows = ids(f"externaldata(OrderId:long) [{first}, {second}]")

    assert rows == [7, 8, 9, 10]


def test_externaldata_takes_names_of_let(ids):
    text = f"let place = h'{LAKE}/landing/orders.csv;{ACCOUNT_KEY}';"

    assert ids(f"{text} externaldata(OrderId:long) [place]") == [7, 8]


@pytest.mark.parametrize(
    ("name", "data_format", "mapping"),
    [
        ("orders.csv", "csv", '[{"Column":"OrderId","Properties":{"Ordinal":"0"}}]'),
        ("orders.json", "json", '[{"column":"OrderId","path":"$.OrderId"}]'),
    ],
)
def test_externaldata_with_a_mapping(run, lake_reader, name, data_format, mapping):
    text = (
        f"externaldata(Region:string, OrderId:long) ['{LAKE}/landing/{name}{lake_reader}']"
        f" with (format='{data_format}', ingestionMapping='{mapping}') | take 1"
    )

    (row,) = run(text, database="Sales")

    assert row["Region"] == ""
    assert row["OrderId"] in {7, 9}


def test_externaldata_needs_its_own_usage(world, refusal):
    give(
        world,
        world.cluster.system_identity.object_id,
        BLOB_READER,
        world.storage_accounts["contosolake"].resource_id,
    )
    allow(world.cluster, world.cluster.system_identity, "ExternalTable")
    text = f"externaldata(a:string) ['{LAKE}/landing/orders.csv;managed_identity=system']"

    error = refusal(text, database="Sales")

    assert error.type.endswith(".ManagedIdentityNotAllowedByPolicyException")


def test_without_a_database_only_the_policy_of_the_cluster_counts(world, run, lake_reader):
    text = f"externaldata(a:string) ['{LAKE}/landing/orders.csv{lake_reader}'] | count"

    assert run(text) == [{"Count": 2}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            f"externaldata(a:string) ['{LAKE}/landing/x.csv;{ACCOUNT_KEY}']",
            "Download_SourceNotFound",
        ),
        (f"externaldata(a:string) ['{LAKE}/landing/orders.csv']", "Download_Forbidden"),
        (f"externaldata(a:string) ['{LAKE}/landing/orders.csv;impersonate']", "General_BadRequest"),
        ("externaldata(a:string) ['nowhere']", "BadRequest_InvalidBlobUri"),
        ("externaldata(a:string) [1]", "General_BadRequest"),
        ("externaldata(a:string) ['x'] with (color='red')", "General_BadRequest"),
        ("externaldata(a:string) ['x'] with (ingestionMapping='{')", "General_BadRequest"),
        (
            f"externaldata(a:string) ['{LAKE}/landing/orders.csv;{ACCOUNT_KEY}'] with (format=avro)",
            "General_BadRequest",
        ),
        (
            f"externaldata(a:string) ['{LAKE}/landing/orders.csv;{ACCOUNT_KEY}'] with (format=json)",
            "General_BadRequest",
        ),
    ],
)
def test_externaldata_that_cannot_be_read(refusal, text, code):
    error = refusal(text, database="Sales")

    assert error.code == code
    assert ACCOUNT_KEY not in error.description


def test_inline_table_over_storage(ids, lake_reader):
    text = (
        f"inline_external_table({ORDERS}) kind=storage dataformat=csv ('{LAKE}/landing{lake_reader}')"
        " with (namePrefix='orders-with', fileExtension='.csv', includeHeaders='All')"
    )

    assert ids(text) == [7, 8]


def test_inline_delta_table_knows_its_columns(run, lake_reader):
    text = f"inline_external_table kind=delta ('{LAKE}/delta/orders{lake_reader}') | take 1"

    (row,) = run(text, database="Sales")

    assert list(row) == ["OrderId", "Region", "Amount", "Placed"]
    assert (row["OrderId"], row["Region"]) == (2001, "north")


def test_inline_delta_table_with_columns(run, lake_reader):
    place = f"abfss://delta@contosolake.dfs.core.windows.net/orders{lake_reader}"
    text = f"inline_external_table (Region:string) kind=delta ('{place}')"

    rows = run(text, database="Sales")

    assert rows == [{"Region": "north"}, {"Region": "north"}, {"Region": "south"}]


@pytest.mark.parametrize(
    "text",
    [
        f"inline_external_table kind=delta ('{LAKE}/landing;{ACCOUNT_KEY}')",
        f"inline_external_table kind=delta ('{LAKE}/delta;{ACCOUNT_KEY}', 'x')",
        f"inline_external_table (a:string) kind=storage dataformat=csv ('{LAKE}/landing;impersonate')",
        "inline_external_table (a:string) kind=storage dataformat=csv ('x') with (a='b')",
    ],
)
def test_inline_tables_that_are_refused(refusal, text):
    assert refusal(text, database="Sales").code == "General_BadRequest"
