"""Plugins that reach outside: schemas of blobs, SQL, Cosmos DB."""

import pytest

from adxmi_jupyter.embedded.azure_roles import BLOB_READER
from adxmi_jupyter.embedded.seed.storage import ACCOUNT_KEY
from adxmi_jupyter.embedded.seed.targets import COSMOS_KEY
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from tests.embedded.links import allow, give

LAKE = "https://contosolake.blob.core.windows.net"
SERVER = "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
ACCOUNT = "AccountEndpoint=https://contosocosmos.documents.azure.com:443/;Database=Shop;Collection=Baskets;"
AS_SYSTEM = 'Authentication="Active Directory Managed Identity"'
AS_CALLER = 'Authentication="Active Directory Integrated"'
LOGIN = "User ID=reporting;Password=embedded-reporting"
COSMOS_RULE = CalloutRule("cosmosdb", r"\.documents\.azure\.com")


@pytest.fixture
def schema(sales):
    """Return the schema that is inferred with these options, given as their inside."""

    def infer(options, place="landing"):
        containers = f"'StorageContainers': [h'{LAKE}/{place};{ACCOUNT_KEY}']"
        (row,) = sales(f"evaluate infer_storage_schema(dynamic({{{containers}, {options}}}))")
        return row["CslSchema"]

    return infer


@pytest.fixture
def sql(sales):
    """Send a statement to the SQL database with a password."""

    def send(statement, *more, output=""):
        arguments = ", ".join([f"@'{SERVER}{LOGIN}'", f'"{statement}"', *more])
        return sales(f"evaluate sql_request({arguments}) {output}")

    return send


@pytest.fixture
def cosmos(world, sales):
    """Send a statement to the Cosmos DB container with its key."""
    world.cluster.callout_policy = [COSMOS_RULE]

    def send(statement, *more, output=""):
        arguments = ", ".join([f"@'{ACCOUNT}AccountKey={COSMOS_KEY}'", f'"{statement}"', *more])
        return sales(f"evaluate cosmosdb_sql_request({arguments}) {output}")

    return send


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            "'DataFormat': 'csv', 'FileNamePrefix': 'orders.csv', 'FileExtension': '.csv'",
            "Column1:long, Column2:string, Column3:real, Column4:datetime",
        ),
        (
            "'DataFormat': 'csv', 'FileNamePrefix': 'orders-with', 'InferenceOptions': {'UseFirstRowAsHeader': true}",
            "OrderId:long, Region:string, Amount:real, Placed:datetime",
        ),
        (
            "'DataFormat': 'json', 'FileNamePrefix': 'orders.json', 'Mode': 'any'",
            "OrderId:long, Region:string, Amount:real, Placed:datetime",
        ),
        (
            "'DataFormat': 'parquet', 'FileExtension': '.parquet', 'Mode': 'all'",
            "OrderId:long, Region:string, Amount:real, Placed:datetime",
        ),
        (
            "'dataFormat': 'parquet', 'fileextension': '.parquet', 'Kind': 'blob', 'pathformat': ''",
            "OrderId:long, Region:string, Amount:real, Placed:datetime",
        ),
    ],
)
def test_schema_of_blobs(schema, options, expected):
    assert schema(options) == expected


def test_schema_of_all_blobs_is_wide_enough(world, schema):
    world.add_blob("contosolake", "mixed", "1.json", b'{"a": 1, "b": true, "c": [1]}')
    world.add_blob("contosolake", "mixed", "2.json", b'{"a": 1.5, "b": "x", "d": null}')

    assert schema("'DataFormat': 'json', 'Mode': 'All'", "mixed") == (
        "a:real, b:string, c:dynamic, d:string"
    )
    assert schema("'DataFormat': 'json', 'Mode': 'any'", "mixed") == "a:long, b:bool, c:dynamic"
    assert schema("'DataFormat': 'json'", "mixed") == "a:real, b:string, d:string"


def test_schema_needs_the_usage_of_external_data_requests(world, system, sales, refused_in_sales):
    place = f"{LAKE}/landing/orders.csv;managed_identity=system"
    options = f"dynamic({{'StorageContainers': ['{place}'], 'DataFormat': 'csv'}})"
    text = f"evaluate infer_storage_schema({options})"

    unused = refused_in_sales(text)
    allow(world.cluster.databases["Sales"], system, "ExternalDataRequest")
    without_role = refused_in_sales(text)
    give(world, system.object_id, BLOB_READER, world.storage_accounts["contosolake"].resource_id)
    rows = sales(text)

    assert unused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert without_role.code == "Download_Forbidden"
    assert len(rows) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "dynamic({})",
        "dynamic({'StorageContainers': [], 'DataFormat': 'csv'})",
        "dynamic({'StorageContainers': ['x']})",
        "dynamic({'StorageContainers': ['x'], 'DataFormat': 'csv', 'Mode': 'most'})",
        "'text'",
        "dynamic({}), 1",
        f"dynamic({{'StorageContainers': ['{LAKE}/landing;{ACCOUNT_KEY}'], 'DataFormat': 'csv', 'FileExtension': '.x'}})",
        f"dynamic({{'StorageContainers': ['{LAKE}/landing;{ACCOUNT_KEY}'], 'DataFormat': 'avro'}})",
    ],
)
def test_schema_options_that_are_refused(refused_in_sales, arguments):
    error = refused_in_sales(f"evaluate infer_storage_schema({arguments})")

    assert error.code == "General_BadRequest"


def test_sql_request_of_a_whole_table(sql):
    rows = sql("select * from Stock")

    assert rows[0] == {"Sku": "A-100", "Quantity": 12, "Price": 9.5}
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("statement", "more", "skus"),
    [
        ("SELECT TOP 2 Sku FROM dbo.Stock", (), ["A-100", "B-200"]),
        ("select s.[Sku] from [dbo].[Stock] as s where s.Quantity = 0;", (), ["B-200"]),
        ("select Sku from Stock where Sku = 'C-300' and Price = 2.25", (), ["C-300"]),
        ("select Sku from Stock where Sku = @sku", ("dynamic({'@sku': 'A-100'})",), ["A-100"]),
        ("select Sku from Stock where Quantity = @q", ("bag_pack('q', 48)",), ["C-300"]),
        ("select Sku from Stock where Sku = 'it''s'", (), []),
    ],
)
def test_sql_request_selects(sql, statement, more, skus):
    assert [row["Sku"] for row in sql(statement, *more)] == skus


def test_sql_request_with_the_columns_it_announces(sql):
    rows = sql("select Sku, Price from Stock", output=": (Sku:string, Price:real) | take 1")

    assert rows == [{"Sku": "A-100", "Price": 9.5}]


def test_each_missing_link_of_a_sql_request_is_said(world, system, sales, refused_in_sales):
    text = f"evaluate sql_request(h@'{SERVER}{AS_SYSTEM}', 'select * from Stock')"

    unused = refused_in_sales(text)
    allow(world.cluster.databases["Sales"], system, "SqlRequest")
    world.cluster.callout_policy = [CalloutRule("sql", "contososql", can_call=False)]
    uncalled = refused_in_sales(text)
    world.cluster.callout_policy = None
    unlisted = refused_in_sales(text)
    world.sql_servers["contososql"].databases["Erp"].readers.add(system.object_id)
    rows = sales(text)

    assert unused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert (uncalled.code, unlisted.code) == ("Forbidden", "General_AccessDenied")
    assert len(rows) == 3


def test_sql_request_as_the_caller(world, sales, refused_in_sales):
    text = f"evaluate sql_request(h@'{SERVER}{AS_CALLER}', 'select * from Stock')"

    unlisted = refused_in_sales(text)
    readers = world.sql_servers["contososql"].databases["Erp"].readers
    readers.add(world.principal("embedded-admin").object_id)

    assert unlisted.code == "General_AccessDenied"
    assert len(sales(text)) == 3


def test_sql_request_with_a_token(sales):
    options = "dynamic({}), dynamic({'token': h'embedded-mi-export'})"

    rows = sales(f"evaluate sql_request('{SERVER}', 'select * from Stock', {options})")

    assert len(rows) == 3


@pytest.mark.parametrize(
    ("connection", "statement", "more", "code"),
    [
        (
            f"{SERVER}User ID=reporting;Password=wrong",
            "select * from Stock",
            "",
            "General_AccessDenied",
        ),
        (SERVER + LOGIN, "select * from Nothing", "", "General_BadRequest"),
        (SERVER + LOGIN, "select Nothing from Stock", "", "General_BadRequest"),
        (SERVER + LOGIN, "select * from Stock where Nothing = 1", "", "General_BadRequest"),
        (SERVER + LOGIN, "select * from Stock where Sku = @s", "", "General_BadRequest"),
        (SERVER + LOGIN, "delete from Stock", "", "General_BadRequest"),
        (
            SERVER + LOGIN,
            "select * from Stock",
            ", dynamic({}), dynamic({'x': 1})",
            "General_BadRequest",
        ),
        (SERVER + LOGIN, "select * from Stock", ", 1", "General_BadRequest"),
        (f"{SERVER}{LOGIN};{AS_SYSTEM}", "select * from Stock", "", "General_BadRequest"),
        (SERVER, "select * from Stock", "", "General_BadRequest"),
        (SERVER.replace("tcp:", "") + LOGIN, "select * from Stock", "", "General_BadRequest"),
        (SERVER.replace("Erp", "Crm") + LOGIN, "select * from Stock", "", "General_BadRequest"),
        (
            SERVER.replace("contososql", "other") + LOGIN,
            "select * from Stock",
            "",
            "General_BadRequest",
        ),
        (
            "Server=tcp:contososql.example,1433;Initial Catalog=Erp;" + LOGIN,
            "x",
            "",
            "Forbidden",
        ),
        (
            f"Server=tcp:contososql.database.windows.net;{LOGIN}",
            "select 1",
            "",
            "General_BadRequest",
        ),
        ("no pairs", "select * from Stock", "", "General_BadRequest"),
    ],
)
def test_sql_requests_that_are_refused(refused_in_sales, connection, statement, more, code):
    error = refused_in_sales(f"""evaluate sql_request(h@'{connection}', "{statement}"{more})""")

    assert error.code == code
    assert "embedded-reporting" not in error.description


def test_sql_request_with_other_columns_than_announced(refused_in_sales):
    text = f"evaluate sql_request(h@'{SERVER}{LOGIN}', 'select Sku from Stock') : (Sku:long)"

    assert refused_in_sales(text).code == "General_BadRequest"


def test_cosmos_request_knows_the_types_of_its_items(cosmos):
    rows = cosmos("SELECT * FROM c WHERE c.customer = 'Fabrikam'")

    assert rows == [{"id": "b2", "customer": "Fabrikam", "items": 1, "paid": False}]


@pytest.mark.parametrize(
    ("statement", "more", "output", "expected"),
    [
        ("SELECT TOP 1 c.id FROM c", (), "", [{"id": "b1"}]),
        ("SELECT c.id, c.items FROM c WHERE c.paid = true", (), "", [{"id": "b1", "items": 3}]),
        (
            "SELECT * FROM c WHERE c.id = @id",
            ("dynamic({'@id': 'b3'})", "dynamic({'preferredLocations': ['West Europe']})"),
            ": (items:real, more:string)",
            [{"items": 5.0, "more": ""}],
        ),
        ("SELECT * FROM c WHERE c.id = 'none'", (), ": (id:string)", []),
    ],
)
def test_cosmos_request_selects(cosmos, statement, more, output, expected):
    assert cosmos(statement, *more, output=output) == expected


@pytest.mark.nightly
def test_each_missing_link_of_a_cosmos_request_is_said(world, system, sales, refused_in_sales):
    text = f"evaluate cosmosdb_sql_request(@'{ACCOUNT}{AS_SYSTEM};User Id={system.object_id}', 'SELECT * FROM c')"

    unused = refused_in_sales(text)
    allow(world.cluster, system, "SqlRequest")
    uncalled = refused_in_sales(text)
    world.cluster.callout_policy = [COSMOS_RULE]
    unlisted = refused_in_sales(text)
    world.cosmos_accounts["contosocosmos"].readers.add(system.object_id)
    rows = sales(text)

    assert unused.type.endswith(".ManagedIdentityNotAllowedByPolicyException")
    assert (uncalled.code, unlisted.code) == ("Forbidden", "General_AccessDenied")
    assert len(rows) == 3


@pytest.mark.parametrize(
    "account",
    [
        ACCOUNT.replace("Baskets", "Nothing"),
        ACCOUNT.replace("contosocosmos", "other"),
        ACCOUNT.replace("Collection=Baskets;", ""),
    ],
)
def test_cosmos_container_that_is_not_there(world, refused_in_sales, account):
    world.cluster.callout_policy = [COSMOS_RULE]

    error = refused_in_sales(
        f"evaluate cosmosdb_sql_request(@'{account}AccountKey={COSMOS_KEY}', 'SELECT * FROM c')"
    )

    assert error.code == "General_BadRequest"
    assert COSMOS_KEY not in error.description


@pytest.mark.parametrize("plugin", ["mysql_request", "postgresql_request"])
@pytest.mark.parametrize("switch", ["enable", "disable"])
@pytest.mark.parametrize("connection", [AS_SYSTEM, "Server=x;managed_identity=system"])
def test_plugins_without_managed_identities(run, refused_in_sales, plugin, switch, connection):
    run(f".{switch} plugin {plugin}", database="Sales")

    error = refused_in_sales(f"evaluate {plugin}(@'{connection}', 'select 1')")

    assert error.code == "General_BadRequest"
    assert "no managed identity" in error.description


@pytest.mark.parametrize("plugin", ["mysql_request", "postgresql_request"])
def test_plugins_with_passwords_are_disabled_and_have_no_server(run, refused_in_sales, plugin):
    text = f"evaluate {plugin}(@'Server=x;UID=u;Pwd=p', 'select 1')"
    disabled = refused_in_sales(text)
    run(f".enable plugin {plugin}", database="Sales")

    enabled = refused_in_sales(text)

    assert "not enabled" in disabled.description
    assert "no server" in enabled.description
    assert "Pwd" not in disabled.description + enabled.description


@pytest.mark.parametrize(
    "text",
    [
        "Orders | evaluate sql_request('x', 'y')",
        "Orders | evaluate infer_storage_schema(dynamic({}))",
        "evaluate nothing()",
        "evaluate sql_request('x')",
        "evaluate sql_request('x', 'y', SqlQuery='z')",
        "evaluate sql_request(1, 2)",
        "evaluate sql_request(typeof(*), 'y')",
        "evaluate infer_storage_schema(dynamic({})) : (a:string)",
        "evaluate hint.remote=far infer_storage_schema(dynamic({}))",
    ],
)
def test_calls_that_no_plugin_takes(refused_in_sales, text):
    assert refused_in_sales(text).code == "General_BadRequest"
