import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import IdentityNotSupported, InvalidConnectionString
from adxmi_jupyter.model.connection_string import (
    IMPERSONATION,
    NO_AUTHENTICATION,
    S3,
    AzureStorage,
    ConnectionString,
    Http,
    Method,
    OneLake,
    Scheme,
    Secret,
    SqlServer,
    TargetKind,
    by_secret,
    managed_identity,
    parse,
    refuse_client_id,
)
from adxmi_jupyter.model.identity import ManagedIdentity
from tests.examples import examples
from tests.model.connection_string_samples import KEY, SECRETS
from tests.model.connection_strings import connection_strings, texts

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
CLIENT = "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64"
BLOB = "https://contosolake.blob.core.windows.net/archive"
SQL = "Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp"
BY_IDENTITY = 'Authentication="Active Directory Managed Identity"'
COSMOS = "AccountEndpoint=https://contoso.documents.azure.com/;Database=Shop;Collection=Carts"
MODEL = "https://m.openai.azure.com/openai/deployments/ada/embeddings?api-version=2024-06-01"


@pytest.mark.nightly
@examples(500)
@given(connection_strings)
def test_what_a_value_builds_reads_back(value):
    assert parse(value.build()) == value


@pytest.mark.nightly
@examples(500)
@given(texts)
def test_a_text_in_its_usual_spelling_is_built_again(text):
    assert parse(text).build() == text


@given(connection_strings)
def test_a_masked_text_reads_as_the_same_target_and_stays_masked(value):
    again = parse(value.masked())

    assert again.masked() == parse(again.masked()).masked()
    assert again.kind is value.kind


@given(st.text(st.characters(max_codepoint=0xFFFF)))
def test_any_other_text_is_one_typed_error(text):
    with pytest.raises(InvalidConnectionString):
        parse(text)


@pytest.mark.parametrize(
    ("text", "kind", "method", "identity"),
    [
        (f"{BLOB};managed_identity={EXPORT}", TargetKind.BLOB, Method.MANAGED_IDENTITY, EXPORT),
        (
            "https://contosolake.dfs.core.windows.net/archive/a b/c;impersonate",
            *(TargetKind.DATA_LAKE, Method.IMPERSONATION, ""),
        ),
        (
            "abfss://archive@contosolake.dfs.core.windows.net/;managed_identity=system",
            *(TargetKind.DATA_LAKE, Method.MANAGED_IDENTITY, "system"),
        ),
        (
            f"abfss://{CLIENT}@onelake.dfs.fabric.microsoft.com/{EXPORT}/Tables;impersonate",
            *(TargetKind.ONELAKE, Method.IMPERSONATION, ""),
        ),
        (
            "https://onelake.blob.fabric.microsoft.com/My Team/Sales.Lakehouse;impersonate",
            *(TargetKind.ONELAKE, Method.IMPERSONATION, ""),
        ),
        ("adl://contoso.azuredatalakestore.net/a", TargetKind.GEN1, Method.NONE, ""),
        ("https://raw.example.com/data/a.csv", TargetKind.HTTP, Method.NONE, ""),
        (f"{SQL};{BY_IDENTITY}", TargetKind.SQL_SERVER, Method.MANAGED_IDENTITY, "system"),
        (
            f"{SQL};{BY_IDENTITY};User Id={EXPORT};",
            *(TargetKind.SQL_SERVER, Method.MANAGED_IDENTITY, EXPORT),
        ),
        (
            f"{SQL};Authentication=Active Directory Integrated",
            *(TargetKind.SQL_SERVER, Method.IMPERSONATION, ""),
        ),
        (f"{COSMOS};{BY_IDENTITY}", TargetKind.COSMOS_DB, Method.MANAGED_IDENTITY, "system"),
        (
            f"{MODEL};managed_identity={EXPORT}",
            TargetKind.AI_MODEL,
            Method.MANAGED_IDENTITY,
            EXPORT,
        ),
    ],
)
def test_every_kind_is_recognised(text, kind, method, identity):
    value = parse(text)

    assert (value.kind, value.authentication.method) == (kind, method)
    assert value.authentication.identity == identity


@pytest.mark.parametrize(
    ("text", "built"),
    [
        (
            f"  HTTPS://ContosoLake.BLOB.core.windows.net:443/archive/ ; Managed_Identity = {EXPORT.upper()};",
            f"{BLOB};managed_identity={EXPORT}",
        ),
        (f"{BLOB};Impersonate", f"{BLOB};impersonate"),
        (f"{BLOB};", BLOB),
        (f"{BLOB}?", BLOB),
        (f"{BLOB};sharedkey={KEY}", f"{BLOB};{KEY}"),
        (
            "abfss://archive@contosolake.dfs.core.windows.net;impersonate",
            "abfss://archive@contosolake.dfs.core.windows.net/;impersonate",
        ),
        (
            (
                f"DATABASE=Erp ; server = TCP:ERP01.database.windows.net ;uid={EXPORT};"
                "authentication='activedirectory managed identity'"
            ),
            f"{SQL};{BY_IDENTITY};User Id={EXPORT}",
        ),
        (
            "Server=p.postgres.database.azure.com;Database=d;User=u;Pwd='it''s'",
            'Host=p.postgres.database.azure.com;Port=5432;Database=d;User Id=u;Password="it\'s"',
        ),
        (
            "AccountEndpoint=https://contoso.documents.azure.com:443;Collection=Carts;Database=Shop",
            COSMOS,
        ),
    ],
)
def test_other_spellings_are_read_and_built_in_the_usual_one(text, built):
    assert parse(text).build() == built


@pytest.mark.parametrize(
    ("text", "note"),
    [
        (
            "https://contoso.blob.core.example.org/archive;impersonate",
            (
                "core.example.org ends in no suffix known here (core.windows.net, "
                "core.usgovcloudapi.net, core.chinacloudapi.cn): make sure it is right"
            ),
        ),
        (BLOB, "it does not say how to sign in"),
        (f"{BLOB};*******", "its secret is hidden, so how it authenticates is unknown"),
        (
            f"{BLOB};secretKey",
            "the account key is not 64 bytes in base 64: it may be something else",
        ),
        (f"{BLOB};sharedkey={KEY}", "Azure Blob Storage is documented with the key alone after ;"),
        (
            f"https://contosolake.dfs.core.windows.net/archive;{KEY}",
            "ADLS Gen2 is documented with sharedkey= before the key",
        ),
        (
            f"{SQL};{BY_IDENTITY};Encrypt=False",
            "Encrypt is true whatever the text says: the service sets it",
        ),
        (
            f"{SQL.replace('database.windows.net', 'contoso.example')};{BY_IDENTITY}",
            (
                "erp01.contoso.example ends in no suffix known here (database.windows.net, "
                "database.usgovcloudapi.net, database.chinacloudapi.cn): make sure it is right"
            ),
        ),
        (
            "https://raw.example.com/a.csv",
            "an HTTP service that is not Azure storage can only be read",
        ),
    ],
)
def test_what_may_be_right_is_noted_and_not_refused(text, note):
    assert parse(text).notes == (note,)


@pytest.mark.parametrize(
    "text",
    [
        "https://contosolake.blob.core.usgovcloudapi.net/archive;impersonate",
        "https://contosolake.dfs.core.chinacloudapi.cn/archive;impersonate",
        "https://contosolake.z07.blob.storage.azure.net/archive;impersonate",
        "https://westeurope-onelake.dfs.fabric.microsoft.com/Team/Sales.Lakehouse;impersonate",
        f"{SQL.replace('windows.net', 'usgovcloudapi.net')};{BY_IDENTITY}",
        f"Server=tcp:contoso.sql.azuresynapse.net;Initial Catalog=Erp;{BY_IDENTITY}",
        f"{COSMOS.replace('azure.com', 'azure.us')};{BY_IDENTITY}",
        f"{MODEL.replace('openai.azure.com', 'cognitiveservices.azure.com')};impersonate",
    ],
)
def test_known_suffixes_of_every_cloud_need_no_note(text):
    assert parse(text).notes == ()


@pytest.mark.parametrize(
    ("text", "built"),
    [
        (SECRETS["blob, signature"][0], f"{BLOB};managed_identity={EXPORT}"),
        (SECRETS["blob, key"][0], f"{BLOB};managed_identity={EXPORT}"),
        (f"{BLOB};impersonate", f"{BLOB};managed_identity={EXPORT}"),
        (SECRETS["SQL Server, password"][0], f"{SQL};{BY_IDENTITY};User Id={EXPORT}"),
        (f"{SQL};Encrypt=True;Other=x", f"{SQL};{BY_IDENTITY};User Id={EXPORT};Encrypt=True"),
        (SECRETS["Cosmos DB, key"][0], f"{COSMOS};{BY_IDENTITY};User Id={EXPORT}"),
        (MODEL, f"{MODEL};managed_identity={EXPORT}"),
    ],
)
def test_the_same_target_with_a_managed_identity_holds_no_secret(text, built):
    value = parse(text).with_identity(EXPORT.upper())

    assert value.build() == built
    assert not value.has_secret


@pytest.mark.parametrize(
    "kind", ["S3, keys", "HTTP, query", "MySQL, password", "PostgreSQL, password"]
)
def test_where_no_identity_is_taken_the_alternative_is_named(kind):
    value = parse(SECRETS[kind][0])

    with pytest.raises(IdentityNotSupported, match="cannot use a managed identity") as raised:
        value.with_identity("system")

    assert (
        "copy it to Azure storage" in raised.value.fix or "storage, which take" in raised.value.fix
    )


@pytest.mark.parametrize("text", [f"{BLOB}?*******", f"{BLOB};token=****", f"{BLOB};*******"])
def test_what_the_service_has_masked_is_read_as_hidden(text):
    value = parse(text)

    assert value.authentication.method is Method.HIDDEN
    assert value.build() == f"{BLOB};*******"


@pytest.mark.parametrize(
    "make",
    [
        lambda: AzureStorage("Contoso", "archive"),
        lambda: AzureStorage("contosolake", "archive", "a;b"),
        lambda: AzureStorage("contosolake", "archive", zone="x"),
        lambda: OneLake("Team", "Sales"),
        lambda: OneLake("Team", f"{EXPORT}"),
        lambda: OneLake("a/b", "Sales.Lakehouse"),
        lambda: S3("UPPER", "eu-west-1"),
        lambda: S3("contoso", "EU"),
        lambda: Http("two words"),
        lambda: SqlServer("ERP01.database.windows.net", "Erp"),
        lambda: SqlServer("10.0.0.4", "Erp"),
        lambda: SqlServer("erp01.database.windows.net", ""),
        lambda: SqlServer("erp01.database.windows.net", "Erp", 0),
        lambda: managed_identity("mi-export"),
        lambda: by_secret(Method.SAS, ""),
        lambda: ConnectionString(Http("example.com"), IMPERSONATION),
        lambda: ConnectionString(Http("example.com", query=Secret("a "))),
        lambda: OneLake("Team", "Sales.Lakehouse", region="a b"),
        lambda: ConnectionString(AzureStorage("contosolake", "a1b", "x ")),
        lambda: ConnectionString(AzureStorage("contosolake", "a1b", "x\ny")),
        lambda: ConnectionString(
            AzureStorage("contosolake", "a1b"), by_secret(Method.TOKEN, "a;b")
        ),
    ],
)
def test_a_value_that_could_not_be_read_back_is_not_made(make):
    with pytest.raises(InvalidConnectionString):
        make()


def test_a_client_id_is_recognised_where_identities_are_known():
    known = [ManagedIdentity(EXPORT, "mi-export", CLIENT)]

    with pytest.raises(InvalidConnectionString) as raised:
        refuse_client_id(managed_identity(CLIENT), known)

    assert str(raised.value).splitlines() == [
        f"{CLIENT} is the client ID of mi-export",
        "  why: connection strings name a managed identity by its object ID",
        f"  fix: write {EXPORT} instead",
    ]


@pytest.mark.parametrize(
    "authentication",
    [managed_identity(EXPORT), managed_identity("system"), NO_AUTHENTICATION, IMPERSONATION],
)
def test_other_identities_pass_where_identities_are_known(authentication):
    refuse_client_id(authentication, [ManagedIdentity(EXPORT, "mi-export", CLIENT)])


def test_the_word_system_is_offered_for_the_client_id_of_the_system_identity():
    known = [ManagedIdentity(EXPORT, "contoso", CLIENT, is_system=True)]

    with pytest.raises(InvalidConnectionString, match="write system instead"):
        refuse_client_id(managed_identity(CLIENT), known)


def test_the_scheme_knows_its_endpoint():
    assert [scheme.endpoint for scheme in Scheme] == ["blob", "dfs", "dfs"]
