import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.connection_strings import (
    built_frame,
    explain,
    explained_frame,
    impersonating,
    with_identity,
)
from adxmi_jupyter.actions.connection_targets import (
    StorageNames,
    ai_model,
    building_options,
    cosmos_db,
    sql_server,
    storage_location,
)
from adxmi_jupyter.actions.identity.names import known_without_sign_in
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.model.connection_string import AiOperation, Http, parse
from tests.model.connection_string_samples import SECRETS

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
CLIENT = "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64"
RESOURCE = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourcegroups/analytics/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/mi-export"
)
BLOB = "https://contosolake.blob.core.windows.net/archive"
ARCHIVE = parse(BLOB).target
NEEDS = "needs: Storage Blob Data Reader to read, Storage Blob Data Contributor to write"


def nobody():
    raise errors.ClusterUnreachable("contoso was not reached", why="no route", fix="try again")


@pytest.fixture
def listed(connection, azure):
    """Return the connection string of an external table as the service shows it."""

    def show(text, **kind):
        azure.world.add_external_table("Listed", text, database="Sales", **kind)
        answer = connection.kusto.command(".show external table Listed", database="Sales")
        return answer.rows()[0]["ConnectionStrings"][0]

    return show


@pytest.mark.parametrize("reference", ["mi-export", "MI-EXPORT", EXPORT, EXPORT.upper(), RESOURCE])
def test_every_name_of_an_identity_gives_its_object_id(connection, reference):
    built = with_identity(lambda: connection, ARCHIVE, reference)

    assert built.value.build() == f"{BLOB};managed_identity={EXPORT}"
    assert built.notes == (f"mi-export {NEEDS}",)


def test_a_client_id_is_translated_and_said(connection):
    built = with_identity(lambda: connection, ARCHIVE, CLIENT)

    assert built.value.build() == f"{BLOB};managed_identity={EXPORT}"
    assert built.notes[0] == (
        f"{CLIENT} is the client ID of mi-export: its object ID {EXPORT} is used, "
        "as policies and connection strings need"
    )


@pytest.mark.parametrize("reference", ["contoso", "3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41"])
def test_the_system_identity_is_written_as_system_by_whatever_name(connection, reference):
    built = with_identity(lambda: connection, ARCHIVE, reference)

    assert built.value.build() == f"{BLOB};managed_identity=system"
    assert built.notes[0] == "contoso is the system-assigned identity: written as system"


def test_the_word_system_needs_no_cluster():
    built = with_identity(nobody, ARCHIVE, " System ")

    assert built.value.build() == f"{BLOB};managed_identity=system"
    assert built.notes == (f"the system-assigned identity {NEEDS}",)


def test_an_object_id_does_without_a_cluster_and_says_so():
    built = with_identity(nobody, ARCHIVE, EXPORT)

    assert built.value.build() == f"{BLOB};managed_identity={EXPORT}"
    assert built.notes[0] == ("used as an object ID without verification: contoso was not reached")


def test_a_name_does_not_do_without_a_cluster():
    with pytest.raises(errors.ClusterUnreachable):
        with_identity(nobody, ARCHIVE, "mi-export")


def test_an_unknown_name_is_an_error(connection):
    with pytest.raises(errors.UnknownIdentity):
        with_identity(lambda: connection, ARCHIVE, "mi-exprot")


def test_a_target_without_identities_is_refused(connection):
    with pytest.raises(errors.IdentityNotSupported):
        with_identity(lambda: connection, Http("raw.example.com"), "mi-export")


def test_impersonation_needs_the_role_for_whoever_asks():
    built = impersonating(ARCHIVE)

    assert built.value.build() == f"{BLOB};impersonate"
    assert built.notes == (f"the caller {NEEDS}",)


def test_an_identity_must_be_a_user_of_a_sql_database(connection):
    target = sql_server("erp01", "Erp", "public")

    built = with_identity(lambda: connection, target, "mi-export")

    assert built.notes == (
        "mi-export needs: SELECT on the table to read, UPDATE and INSERT on the table to write",
        "it must be a user of the database: CREATE USER [NAME] FROM EXTERNAL PROVIDER there",
    )
    assert len(impersonating(target).notes) == 1


def test_what_is_built_is_one_row_with_the_text_and_its_literal():
    target = sql_server("erp01", "Tom's Erp", "public")

    frame = built_frame(with_identity(nobody, target, "system"))

    text = (
        'Server=tcp:erp01.database.windows.net,1433;Initial Catalog="Tom\'s Erp";'
        'Authentication="Active Directory Managed Identity"'
    )
    literal = "h@'" + text.replace("'", "''") + "'"
    assert frame.to_dict(orient="records") == [
        {
            "kind": "SQL Server",
            "authentication": "managed identity",
            "identity": "system",
            "connection_string": text,
            "literal": literal,
        }
    ]
    assert {str(dtype) for dtype in frame.dtypes} == {"string"}


def test_the_parts_of_a_connection_string_are_rows(connection):
    text = f"{BLOB}/2026;managed_identity={EXPORT}"

    explained = explain(text, known_without_sign_in(connection))
    frame = explained_frame(explained)

    assert dict(zip(frame["part"], frame["value"], strict=True)) == {
        "kind": "Azure Blob Storage",
        "account": "contosolake",
        "container": "archive",
        "path": "2026",
        "host": "contosolake.blob.core.windows.net",
        "authentication": "managed identity",
        "identity": EXPORT,
        "name of the identity": "mi-export",
        "needed to read": "Storage Blob Data Reader",
        "needed to write": "Storage Blob Data Contributor",
        "callout policy": "external_data",
        "connection string": text,
        "literal": f"h@'{text}'",
    }
    assert {str(dtype) for dtype in frame.dtypes} == {"string"}
    assert explained.notes == ()


def test_a_secret_is_masked_and_a_managed_identity_offered():
    explained = explain(SECRETS["blob, key"][0], (), EXPORT)
    frame = explained_frame(explained).set_index("part")["value"]

    assert frame["connection string"] == f"{BLOB};*******"
    assert frame["with a managed identity"] == f"{BLOB};managed_identity={EXPORT}"
    assert "literal" not in frame


def test_without_an_identity_the_systems_is_offered():
    explained = explain(SECRETS["blob, signature"][0], ())

    assert explained.instead.build() == f"{BLOB};managed_identity=system"


def test_where_no_identity_is_taken_the_alternative_is_noted():
    explained = explain(SECRETS["MySQL, password"][0], ())

    assert explained.instead is None
    assert explained.notes == (
        (
            "MySQL cannot use a managed identity: keep user and password out of sight in an "
            "obfuscated literal h@'…'; or bring the data to Azure SQL or to storage, which take a "
            "managed identity"
        ),
    )


def test_a_client_id_in_a_connection_string_is_refused(connection):
    with pytest.raises(errors.InvalidConnectionString) as raised:
        explain(f"{BLOB};managed_identity={CLIENT}", known_without_sign_in(connection))

    assert raised.value.what == f"{CLIENT} is the client ID of mi-export"
    assert raised.value.fix == f"write {EXPORT} instead"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{BLOB};managed_identity={EXPORT}", f"{BLOB};managed_identity={EXPORT}"),
        (f"{BLOB};Impersonate", f"{BLOB};impersonate"),
        (SECRETS["blob, key"][0], f"{BLOB};*******"),
        (SECRETS["blob, signature"][0], f"{BLOB};*******"),
        (SECRETS["blob, token"][0], f"{BLOB};*******"),
    ],
)
def test_what_the_service_lists_of_a_table_is_read(listed, text, shown):
    explained = explain(listed(text), ())

    assert explained.value.masked() == shown
    assert explained.value.kind is parse(text).kind


@pytest.mark.parametrize("kind", ["SQL Server, password", "Cosmos DB, key"])
def test_what_the_service_lists_of_a_sql_table_is_read(listed, kind):
    text, _, shown = SECRETS[kind]

    explained = explain(listed(text, table_type="Sql", target="dbo.Listed"), ())

    assert explained.value.masked() == shown
    assert explained.value.kind is parse(text).kind


@pytest.mark.parametrize(
    "literal",
    [
        "h@'https://contosolake.blob.core.windows.net/archive;impersonate'",
        '  "https://contosolake.blob.core.windows.net/archive;" h"impersonate" ',
    ],
)
def test_a_literal_is_read_as_what_it_says(literal):
    assert explain(literal, ()).value.build() == f"{BLOB};impersonate"


@pytest.mark.parametrize(
    ("place", "uri"),
    [
        (
            StorageNames(account="contosolake", container="archive", path="/2026/01"),
            "https://contosolake.blob.core.windows.net/archive/2026/01",
        ),
        (
            StorageNames(account="contosolake", container="raw", scheme="abfss", cloud="china"),
            "abfss://raw@contosolake.dfs.core.chinacloudapi.cn/",
        ),
        (
            StorageNames(account="contosolake", container="raw", scheme="dfs", cloud="usgov"),
            "https://contosolake.dfs.core.usgovcloudapi.net/raw",
        ),
        (
            StorageNames(workspace="Team", item="Sales.Lakehouse", path="Files"),
            "https://onelake.dfs.fabric.microsoft.com/Team/Sales.Lakehouse/Files",
        ),
        (
            StorageNames(workspace="Team", item="Sales.Lakehouse", scheme="blob"),
            "https://onelake.blob.fabric.microsoft.com/Team/Sales.Lakehouse",
        ),
        (StorageNames(url=f"{BLOB}/2026"), f"{BLOB}/2026"),
        (StorageNames(url=BLOB, scheme="blob"), BLOB),
        (
            StorageNames(url=f"{BLOB}/2026", scheme="abfss"),
            "abfss://archive@contosolake.dfs.core.windows.net/2026",
        ),
    ],
)
def test_a_place_in_storage_is_named_by_an_url_an_account_or_a_workspace(place, uri):
    assert storage_location(place).uri == uri


@pytest.mark.parametrize(
    "place",
    [
        StorageNames(url=BLOB, account="contosolake"),
        StorageNames(url=BLOB, path="2026"),
        StorageNames(account="contosolake", workspace="Team"),
    ],
)
def test_a_place_is_named_in_one_way(place):
    with pytest.raises(errors.ConflictingOptions, match="given in more than one way"):
        storage_location(place)


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        (StorageNames(), ("--account", "--container")),
        (StorageNames(account="contosolake"), ("--container",)),
        (StorageNames(item="Sales.Lakehouse"), ("--workspace",)),
    ],
)
def test_what_a_place_lacks_is_named(place, missing):
    with pytest.raises(errors.MissingOption) as raised:
        storage_location(place)

    assert raised.value.remediation == Retry(tuple(ChangeOption(name, "NAME") for name in missing))


def test_other_storage_has_no_schemes():
    with pytest.raises(errors.InvalidValue, match="HTTP has no scheme abfss"):
        storage_location(StorageNames(url="https://raw.example.com/a.csv", scheme="abfss"))


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("erp01", "erp01.database.usgovcloudapi.net", 1433),
        ("ERP01.Contoso.example", "erp01.contoso.example", 1433),
        ("tcp:erp01.contoso.example,1444", "erp01.contoso.example", 1444),
        ("erp01, 1444", "erp01.database.usgovcloudapi.net", 1444),
    ],
)
def test_a_server_is_a_name_or_a_host_with_a_port(server, host, port):
    target = sql_server(server, "Erp", "usgov")

    assert (target.server, target.port) == (host, port)


@pytest.mark.parametrize("server", ["10.0.0.4", "erp01\\INSTANCE", "erp01,http", ""])
def test_other_ways_to_name_a_server_are_refused(server):
    with pytest.raises(errors.InvalidConnectionString):
        sql_server(server, "Erp", "public")


@pytest.mark.parametrize(
    "account",
    ["contoso", "contoso.documents.azure.com", "https://Contoso.documents.azure.com:443/"],
)
def test_an_account_is_a_name_or_a_host(account):
    assert cosmos_db(account, "Shop", "Carts", "public").server == "contoso.documents.azure.com"


def test_a_model_is_reached_at_the_host_of_its_cloud():
    target = ai_model("contoso", "ada", AiOperation.CHAT, "2024-06-01", "usgov")

    assert target.uri == (
        "https://contoso.openai.azure.us/openai/deployments/ada/chat/completions"
        "?api-version=2024-06-01"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BLOB, ("storage", (BLOB,))),
        (
            "Server=tcp:erp01.contoso.example;Initial Catalog=Tom's Erp",
            ("sql", ("--server", "erp01.contoso.example,1433", "--catalog", "Tom's Erp")),
        ),
        (
            "AccountEndpoint=https://c.documents.azure.cn/;Database=d;Collection=e",
            (
                "cosmos",
                ("--account", "c.documents.azure.cn", "--catalog", "d", "--collection", "e"),
            ),
        ),
        (
            "https://m.openai.azure.com/openai/deployments/ada/chat/completions?api-version=1",
            (
                "ai",
                (
                    *("--account", "m.openai.azure.com", "--deployment", "ada"),
                    *("--operation", "chat", "--api-version", "1"),
                ),
            ),
        ),
    ],
)
def test_the_options_that_build_a_target_again_are_known(text, words):
    assert building_options(parse(text).target) == words
