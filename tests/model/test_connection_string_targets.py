"""What the targets of connection strings tell: roles, callout policies, names."""

import pytest

from adxmi_jupyter.model.connection_string import parse
from tests.model.connection_string_samples import KEY, SECRETS

BLOB = "https://contosolake.blob.core.windows.net/archive"
SQL = "Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp"
BY_IDENTITY = 'Authentication="Active Directory Managed Identity"'
COSMOS = "AccountEndpoint=https://contoso.documents.azure.com/;Database=Shop;Collection=Carts"
MODEL = "https://m.openai.azure.com/openai/deployments/ada/embeddings?api-version=2024-06-01"


@pytest.mark.parametrize(
    ("text", "read", "write"),
    [
        (f"{BLOB};managed_identity=system", "Reader", "Contributor"),
        (f"{BLOB};impersonate", "Reader", "Contributor"),
        (
            "abfss://archive@contosolake.dfs.core.windows.net/;managed_identity=system",
            *("Reader", "Contributor"),
        ),
    ],
)
def test_an_identity_needs_a_data_role_on_azure_storage(text, read, write):
    value = parse(text)

    assert value.needs_role(write=False) == f"Storage Blob Data {read}"
    assert value.needs_role(write=True) == f"Storage Blob Data {write}"
    assert value.target.resource_type == "Microsoft.Storage/storageAccounts"


def test_other_targets_have_roles_and_rights_of_their_own():
    gen1 = parse("adl://contoso.azuredatalakestore.net/a;impersonate")
    sql = parse(f"{SQL};{BY_IDENTITY}")
    cosmos = parse(f"{COSMOS};{BY_IDENTITY}")
    model = parse(f"{MODEL};managed_identity=system")

    assert [gen1.needs_role(write=write) for write in (False, True)] == ["Reader", "Contributor"]
    assert model.needs_role(write=False) == "Cognitive Services OpenAI User"
    assert [sql.needs(write=write).name for write in (False, True)] == [
        "SELECT on the table",
        "UPDATE and INSERT on the table",
    ]
    assert sql.needs_role(write=False) == ""
    assert cosmos.needs(write=False).name == "Cosmos DB Built-in Data Reader"
    assert cosmos.needs(write=True) is None


@pytest.mark.parametrize("text", [BLOB, f"{BLOB};{KEY}", SECRETS["S3, keys"][0]])
def test_without_an_identity_no_role_is_needed(text):
    value = parse(text)

    assert (value.needs(write=True), value.needs_role(write=True)) == (None, "")


@pytest.mark.parametrize(
    ("text", "callout_type"),
    [
        (f"{BLOB};impersonate", "external_data"),
        (SQL, "sql"),
        (COSMOS, "cosmosdb"),
        (MODEL, "azure_openai"),
        (SECRETS["MySQL, password"][0], "mysql"),
        (SECRETS["PostgreSQL, password"][0], "postgresql"),
    ],
)
def test_every_kind_names_its_callout_policy(text, callout_type):
    assert parse(text).target.callout_type == callout_type


def test_places_in_storage_have_account_container_and_path():
    blob = parse(f"{BLOB}/2026/01.csv;impersonate").target
    lake = parse("abfss://raw@contosolake.dfs.core.windows.net/2026").target
    fabric = parse("https://onelake.dfs.fabric.microsoft.com/Team/Sales.Lakehouse/Files").target
    bucket = parse(SECRETS["S3, keys"][0]).target

    assert (blob.account, blob.container, blob.path) == ("contosolake", "archive", "2026/01.csv")
    assert (lake.account, lake.container, lake.path) == ("contosolake", "raw", "2026")
    assert (fabric.account, fabric.container, fabric.path) == ("", "Team", "Files")
    assert (bucket.account, bucket.container, bucket.path) == ("", "contoso", "archive")
    assert [t.host for t in (blob, fabric)] == [
        "contosolake.blob.core.windows.net",
        "onelake.dfs.fabric.microsoft.com",
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            f"{BLOB}/2026",
            {"account": "contosolake", "container": "archive", "path": "2026"},
        ),
        (
            "abfss://raw@contosolake.dfs.core.windows.net/2026",
            {"account": "contosolake", "filesystem": "raw", "path": "2026"},
        ),
        (
            "https://onelake.dfs.fabric.microsoft.com/Team/Sales.Lakehouse",
            {"workspace": "Team", "item": "Sales.Lakehouse", "path": ""},
        ),
        (SQL, {"server": "erp01.database.windows.net", "port": "1433", "catalog": "Erp"}),
        (COSMOS, {"account": "contoso", "catalog": "Shop", "collection": "Carts"}),
        (
            MODEL,
            {
                "account": "m",
                "deployment": "ada",
                "operation": "embeddings",
                "api version": "2024-06-01",
            },
        ),
    ],
)
def test_a_target_names_its_parts(text, parts):
    assert parse(text).target.parts == parts


def test_the_address_is_the_target_alone():
    value = parse(SECRETS["blob, signature"][0])

    assert value.address == BLOB
