"""What people get wrong in connection strings: one typed error each."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.connection_string import parse
from tests.model.connection_string_samples import KEY

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
BLOB = "https://contosolake.blob.core.windows.net/archive"
ONELAKE = "https://onelake.dfs.fabric.microsoft.com"
SQL = "Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp"
BY_IDENTITY = 'Authentication="Active Directory Managed Identity"'
COSMOS = "AccountEndpoint=https://contoso.documents.azure.com/;Database=Shop;Collection=Carts"
MODEL = "https://m.openai.azure.com/openai/deployments/ada/embeddings"
URL = "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH"

STORAGE = {
    "account name": (
        "https://contoso_lake.blob.core.windows.net/archive;impersonate",
        "'contoso_lake' cannot be the name of the storage account",
        "write contosolake",
    ),
    "container name": (
        "https://contosolake.blob.core.windows.net/Archive;impersonate",
        "'Archive' cannot be the name of the container",
        "write archive",
    ),
    "no container": (
        "https://contosolake.blob.core.windows.net;impersonate",
        "no container is named",
        "copy the name of the container from its page in the portal",
    ),
    "semicolon in a blob name": (
        f"{BLOB}/a;b.csv",
        "what follows ; isn't a known way to sign in",
        "write %3B for a ; in the name of a blob",
    ),
    "fragment": (
        f"{BLOB}/a#1.csv;impersonate",
        "the path holds the character #",
        "write %23 in its place",
    ),
    "backslash": (
        f"{BLOB}/a\\b;impersonate",
        "the path holds the character \\",
        "write / in its place",
    ),
    "query that isn't a signature": (
        f"{BLOB}?restype=container&comp=list",
        "what follows ? isn't a shared access signature",
        "remove the ? and what follows",
    ),
    "misspelt word for the system identity": (
        f"{BLOB};managed_identity=system_assigned",
        "'system_assigned' is not the word for the system-assigned identity",
        "write managed_identity=system",
    ),
    "name instead of an object ID": (
        f"{BLOB};managed_identity=mi-export",
        "'mi-export' is neither system nor an object ID",
        "%adxmi identity show mi-export",
    ),
    "resource ID instead of an object ID": (
        f"{BLOB};managed_identity=/subscriptions/x/resourceGroups/g",
        "the identity is neither system nor an object ID",
        "%adxmi identity show IDENTITY",
    ),
    "misspelt keyword": (
        f"{BLOB};managed-identity={EXPORT}",
        "what follows ; isn't a known way to sign in",
        "write ;managed_identity=",
    ),
    "misspelt impersonation": (
        f"{BLOB};impersonation",
        "what follows ; isn't a known way to sign in",
        "write ;impersonate",
    ),
    "object ID without its word": (
        f"{BLOB};{EXPORT}",
        "an identity is in the place of an account key",
        f"write ;managed_identity={EXPORT}",
    ),
    "no encryption": (
        "http://contosolake.blob.core.windows.net/archive;impersonate",
        "http:// isn't a scheme of a connection string",
        "write https:// in place of http://",
    ),
    "scheme of Hadoop": (
        "wasbs://archive@contosolake.blob.core.windows.net/2026",
        "wasbs:// isn't a scheme of a connection string",
        URL,
    ),
    "unknown scheme": (
        "ftp://a.example.com/b",
        "ftp:// isn't a scheme of a connection string",
        URL,
    ),
    "no scheme": (
        "contosolake.blob.core.windows.net/archive",
        "this isn't a connection string",
        "write https:// before it",
    ),
    "abfss without a filesystem": (
        "abfss://contosolake.dfs.core.windows.net/archive",
        "the address names no filesystem",
        "abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH",
    ),
    "abfss to the blob endpoint": (
        "abfss://archive@contosolake.blob.core.windows.net/",
        "the host isn't a dfs endpoint",
        "abfss://FILESYSTEM@ACCOUNT.dfs.core.windows.net/PATH",
    ),
    "another endpoint": (
        "https://contosolake.queue.core.windows.net/archive",
        "the host is the queue endpoint of the account",
        URL,
    ),
    "user before the host": (
        "https://archive@contosolake.dfs.core.windows.net/a",
        "there is a user name before the host",
        "remove the @ and the text before it",
    ),
    "page of the portal": (
        "https://portal.azure.com/#view/Blob",
        "this is a page of the portal",
        "copy the property URL of the blob, or the endpoint of the account",
    ),
    "cluster": (
        "https://contoso.westeurope.kusto.windows.net/Sales",
        "this is the address of a cluster",
        "%adxmi connect https://contoso.westeurope.kusto.windows.net",
    ),
    "signature for OneLake": (
        f"{ONELAKE}/Team/Sales.Lakehouse?sig=x",
        "OneLake cannot use: shared access signature",
        "use a managed identity: --identity IDENTITY",
    ),
    "half of the AWS keys": (
        "https://contoso.s3.eu-west-1.amazonaws.com/a;AwsCredentials=AKIA",
        "the AWS keys are not two",
        "write ;AwsCredentials=ACCESS_KEY_ID,SECRET_ACCESS_KEY",
    ),
    "empty token": (
        f"{BLOB};token=",
        "there is no value for the Entra token",
        "use a managed identity, which needs none: --identity IDENTITY",
    ),
    "lost question mark": (
        f"{BLOB}/2026sv=2022&sig=abc",
        "the path holds a key, a signature or a token",
        "put the ? or ; back before it; or use a managed identity: --identity IDENTITY",
    ),
    "two lines": (
        f"{BLOB};\nimpersonate",
        "the connection string holds a control character",
        "write it on one line",
    ),
    "nothing": ("", "this isn't a connection string", f"{URL};managed_identity=system"),
    "no model": (
        "https://m.openai.azure.com/openai/deployments/ada/completion?api-version=1",
        "the address is not that of a model",
        "copy the target URI of the deployment",
    ),
    "no API version": (
        f"{MODEL};impersonate",
        "the API version is missing",
        "copy the target URI of the deployment, without a key",
    ),
    "name of a deployment": (
        f"{MODEL.replace('ada', 'a b')}?api-version=1",
        "'a b' cannot be the name of a deployment",
        "copy the name of the deployment, which need not be the model's",
    ),
}
ONELAKE_FIX = (
    "https://onelake.dfs.fabric.microsoft.com/WORKSPACE/ITEM.Lakehouse/PATH, "
    "or both as GUIDs without the type"
)
FABRIC = {
    f"{ONELAKE}/Team/{EXPORT}": "workspace and item are named in different ways",
    f"{ONELAKE}/{EXPORT}/Sales.Lakehouse": "workspace and item are named in different ways",
    f"{ONELAKE}/{EXPORT}/{EXPORT}.Lakehouse": "the item is a GUID with a type",
    f"{ONELAKE}/Team/Sales": "the item has no type",
    f"{ONELAKE}/Team": "OneLake needs a workspace and an item",
}
DATABASES = {
    "server without tcp": (
        "Server=erp01.database.windows.net,1433;Initial Catalog=Erp",
        "Server does not name the endpoint in the way the service wants it",
        "write Server=tcp:erp01.database.windows.net,1433",
    ),
    "server by another name": (
        "Data Source=tcp:erp01.database.windows.net;Initial Catalog=Erp",
        "Server does not name the endpoint in the way the service wants it",
        "write Server=tcp:erp01.database.windows.net,1433",
    ),
    "short name": (
        "Server=tcp:erp01;Initial Catalog=Erp",
        "'erp01' isn't a fully qualified host name",
        "copy the host name from the page of the resource in the portal",
    ),
    "port": (
        "Server=tcp:erp01.database.windows.net,http;Initial Catalog=Erp",
        "the port isn't a number from 1 to 65535",
        "remove the port: the default is used",
    ),
    "no catalog": (
        "Server=tcp:erp01.database.windows.net",
        "the connection string has no Initial Catalog",
        "add Initial Catalog=NAME",
    ),
    "name of the identity": (
        f"{SQL};{BY_IDENTITY};User Id=mi-export",
        "'mi-export' is neither system nor an object ID",
        "%adxmi identity show mi-export",
    ),
    "user of the system identity": (
        f"{SQL};{BY_IDENTITY};User Id=system",
        "User Id is not left out for the system-assigned identity",
        "remove User Id",
    ),
    "identity without its method": (
        f"{SQL};User Id={EXPORT}",
        "a user is named without a password",
        f"write {BY_IDENTITY};User Id=OBJECT_ID",
    ),
    "another method": (
        f'{SQL};Authentication="Active Directory Default"',
        "the service does not know this Authentication",
        f"write {BY_IDENTITY}",
    ),
    "repeated name": (f"{SQL};server=x", "'server' occurs twice", "remove one of them"),
    "two names of one thing": (
        f"{SQL};Database=Other",
        "Initial Catalog and Database say the same thing",
        "remove Database",
    ),
    "unclosed quote": (
        f'{SQL};Authentication="Active Directory',
        "pair 3 of the connection string cannot be read",
        'Server=tcp:SERVER,1433;Initial Catalog=DATABASE;Authentication="…"',
    ),
    "Cosmos DB without a collection": (
        COSMOS.replace(";Collection=Carts", ""),
        "the connection string has no Collection",
        "add Collection=NAME",
    ),
    "Cosmos DB without encryption": (
        COSMOS.replace("https", "http"),
        "AccountEndpoint is not the address of an account",
        "AccountEndpoint=https://ACCOUNT.documents.azure.com/",
    ),
    "storage account for programs": (
        f"DefaultEndpointsProtocol=https;AccountName=contosolake;AccountKey={KEY}",
        "this is the connection string of a storage account for programs",
        (
            "%adxmi connection-string storage --account ACCOUNT --container CONTAINER "
            "--identity system"
        ),
    ),
    "Event Hubs": (
        "Endpoint=sb://contosohub.servicebus.windows.net/;SharedAccessKey=x",
        "this is the connection string of an Event Hubs namespace",
        "create a data connection with a managed identity",
    ),
    "cluster": (
        "Data Source=https://contoso.kusto.windows.net;Fed=true",
        "this is the connection string of a cluster, for its clients",
        "%adxmi connect CLUSTER",
    ),
    "something else": (
        "Colour=red",
        "this isn't a connection string",
        (
            'Server=tcp:SERVER,1433;Initial Catalog=DATABASE;Authentication="Active Directory '
            'Managed Identity"'
        ),
    ),
}


@pytest.mark.parametrize(("text", "what", "fix"), STORAGE.values(), ids=STORAGE)
def test_a_wrong_address_says_what_and_how_to_fix_it(text, what, fix):
    with pytest.raises(errors.InvalidConnectionString) as raised:
        parse(text)

    assert (raised.value.what, raised.value.fix) == (what, fix)


@pytest.mark.parametrize("text", FABRIC)
def test_names_of_onelake_are_all_names_or_all_guids(text):
    with pytest.raises(errors.InvalidConnectionString) as raised:
        parse(text)

    assert (raised.value.what, raised.value.fix) == (FABRIC[text], ONELAKE_FIX)


@pytest.mark.parametrize(("text", "what", "fix"), DATABASES.values(), ids=DATABASES)
def test_wrong_pairs_say_what_and_how_to_fix_them(text, what, fix):
    with pytest.raises(errors.InvalidConnectionString) as raised:
        parse(text)

    assert (raised.value.what, raised.value.fix) == (what, fix)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            f"{BLOB}?sv=1&sig=x;managed_identity=system",
            "there are 2 ways to sign in: shared access signature and managed identity",
        ),
        (
            f"{BLOB};impersonate;managed_identity={EXPORT}",
            "there are 2 ways to sign in: impersonation and managed identity",
        ),
        (
            f"{BLOB};{KEY};token=abc",
            "there are 2 ways to sign in: account key and Entra token",
        ),
        (f"{SQL};{BY_IDENTITY};Password=x", "there are two ways to sign in"),
        (
            f'{SQL};Authentication="Active Directory Integrated";User Id={EXPORT}',
            "there are two ways to sign in",
        ),
        (
            f"{COSMOS};AccountKey={KEY};{BY_IDENTITY}",
            "there are two ways to sign in: an account key and another",
        ),
    ],
)
def test_more_than_one_way_to_sign_in_is_refused(text, what):
    with pytest.raises(errors.ConflictingAuthentication) as raised:
        parse(text)

    assert raised.value.what == what


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://contoso.s3.eu-west-1.amazonaws.com/a;managed_identity=system", "Amazon S3"),
        ("https://raw.example.com/a.csv;managed_identity=system", "HTTP"),
        (f"Server=m.mysql.database.azure.com;Database=d;{BY_IDENTITY}", "MySQL"),
        (f"Host=p.postgres.database.azure.com;Database=d;{BY_IDENTITY}", "PostgreSQL"),
    ],
)
def test_where_no_identity_is_taken_the_error_has_a_type_of_its_own(text, kind):
    with pytest.raises(errors.IdentityNotSupported, match=f"{kind} cannot use a managed identity"):
        parse(text)
