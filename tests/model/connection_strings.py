"""Connection strings as hypothesis makes them: as values, and as texts in their usual spelling."""

from base64 import b64encode

from hypothesis import strategies as st

from adxmi_jupyter.model.connection_string import (
    IMPERSONATION,
    NO_AUTHENTICATION,
    S3,
    AiModel,
    AiOperation,
    AzureStorage,
    ConnectionString,
    CosmosDb,
    Gen1,
    Http,
    Method,
    MySql,
    OneLake,
    PostgreSql,
    Scheme,
    Secret,
    SqlServer,
    by_secret,
    managed_identity,
)

# What can stand in a path: anything but what ends it. Blanks at its ends would not be read back.
_IN_PATHS = st.one_of(
    st.sampled_from("/ .%&=+'\"@:,~!()[]{}$-_*"),
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=";?#\\"),
)
# ADO values are quoted, so they hold everything that is visible.
_IN_VALUES = st.one_of(st.sampled_from(";=\"' {}"), st.characters(exclude_categories=["Cc", "Cs"]))


def _trimmed(text):
    return text.strip()


paths = st.text(_IN_PATHS, max_size=30).map(_trimmed)
values = st.text(_IN_VALUES, min_size=1, max_size=20)
guids = st.uuids().map(str)
accounts = st.from_regex(r"[a-z0-9]{3,24}", fullmatch=True)
labels = st.from_regex(r"[a-z][a-z0-9]{2,12}", fullmatch=True)
containers = st.from_regex(r"[a-z0-9]{2,20}(-[a-z0-9]{1,20})?", fullmatch=True).filter(
    lambda name: len(name) >= 3
) | st.sampled_from(["$root", "$web", "$logs"])
domains = st.sampled_from(
    ["core.windows.net", "core.usgovcloudapi.net", "core.chinacloudapi.cn", "core.example.org"]
)
names = st.from_regex(r"[A-Za-z][A-Za-z0-9_ -]{0,10}[A-Za-z0-9]", fullmatch=True)
items = st.builds("{}.{}".format, names, st.sampled_from(["Lakehouse", "Warehouse"]))

azure_storage = st.builds(
    AzureStorage,
    accounts,
    containers,
    paths,
    st.sampled_from(Scheme),
    domains,
    st.sampled_from(["", "z07"]),
)
onelakes = st.one_of(
    st.builds(OneLake, names, items, paths, st.sampled_from(Scheme)),
    st.builds(OneLake, guids, guids, paths, st.sampled_from(Scheme), region=labels),
)
gen1 = st.builds(Gen1, accounts, paths)
s3 = st.builds(S3, labels, st.just("eu-west-1"), paths)
https = st.builds(
    Http,
    st.builds("{}.example.com{}".format, labels, st.sampled_from(["", ":8443"])),
    paths,
    st.sampled_from(["", "code=c2VjcmV0", "a=1&b=2"]).map(Secret),
)
properties = st.sampled_from(
    [(), (("Encrypt", "True"), ("Connection Timeout", "30")), (("Other", Secret('x;"y"')),)]
)
hosts = st.builds("{}.{}".format, labels, st.sampled_from(["database.windows.net", "example.org"]))
ports = st.integers(1, 65535)
sql_servers = st.builds(SqlServer, hosts, values, ports, properties=properties)
cosmos = st.builds(
    CosmosDb, labels.map("{}.documents.azure.com".format), values, values, properties=properties
)
mysqls = st.builds(MySql, hosts, values, ports, properties=properties)
postgresqls = st.builds(PostgreSql, hosts, values, ports, properties=properties)
models = st.builds(
    AiModel,
    labels.map("{}.openai.azure.com".format),
    st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True),
    st.sampled_from(AiOperation),
    st.sampled_from(["2024-06-01", "2024-06-01-preview"]),
)

identities = st.one_of(st.just("system"), guids).map(managed_identity)
entra = st.one_of(identities, st.just(IMPERSONATION), st.just(NO_AUTHENTICATION))
keys = st.binary(min_size=64, max_size=64).map(lambda key: b64encode(key).decode())
queries = st.builds("sv=2022-11-02&sr=c&sp={}&sig={}".format, labels, keys)
tokens = st.from_regex(r"eyJ[A-Za-z0-9_-]{1,20}\.[A-Za-z0-9_-]{1,20}", fullmatch=True)


def secrets(method, texts):
    return texts.map(lambda text: by_secret(method, text))


passwords = st.builds(
    lambda user, password: by_secret(Method.PASSWORD, password, user=user), values, values
)
by_token = secrets(Method.TOKEN, tokens)
by_key = secrets(Method.ACCOUNT_KEY, keys)

connection_strings = st.one_of(
    st.builds(
        ConnectionString,
        azure_storage,
        st.one_of(entra, by_token, by_key, secrets(Method.SAS, queries)),
    ),
    st.builds(ConnectionString, onelakes | gen1, entra | by_token),
    st.builds(
        ConnectionString,
        s3,
        st.one_of(
            secrets(Method.AWS_KEYS, st.builds("{},{}".format, labels, labels)),
            secrets(Method.PRESIGNED_URL, labels.map("X-Amz-Date=1&X-Amz-Signature={}".format)),
            st.just(NO_AUTHENTICATION),
        ),
    ),
    st.builds(ConnectionString, https),
    st.builds(ConnectionString, sql_servers, entra | passwords),
    st.builds(ConnectionString, cosmos, entra | by_key),
    st.builds(ConnectionString, mysqls | postgresqls, passwords),
    st.builds(ConnectionString, models, entra),
)

_address = st.one_of(
    st.builds("https://{}.blob.core.windows.net/{}".format, accounts, containers),
    st.builds("https://{}.dfs.core.windows.net/{}/{}".format, accounts, containers, labels),
    st.builds("abfss://{}@{}.dfs.core.windows.net/{}".format, containers, accounts, paths),
    st.builds("https://onelake.dfs.fabric.microsoft.com/{}/{}".format, names, items),
    st.builds("https://onelake.blob.fabric.microsoft.com/{}/{}/Files".format, guids, guids),
    st.builds("abfss://{}@onelake.dfs.fabric.microsoft.com/{}/T".format, names, items),
    st.builds("adl://{}.azuredatalakestore.net/{}".format, accounts, paths),
)
_by_identity = st.one_of(
    st.sampled_from(["", ";impersonate", ";managed_identity=system"]),
    guids.map(";managed_identity={}".format),
    tokens.map(";token={}".format),
)
_by_entra = st.one_of(
    st.sampled_from(["Integrated", "Managed Identity"]).map(
        ';Authentication="Active Directory {}"'.format
    ),
    guids.map(';Authentication="Active Directory Managed Identity";User Id={}'.format),
)
_quoted = st.sampled_from(["Erp", '"a;b"', '"it\'s"', '"say ""hi"""', '" x"', '"=1"'])

texts = st.one_of(
    st.builds("{}{}".format, _address, _by_identity),
    st.builds("https://{}.blob.core.windows.net/{};{}".format, accounts, containers, keys),
    st.builds("https://{}.blob.core.windows.net/{}?{}".format, accounts, containers, queries),
    st.builds("https://{}.dfs.core.windows.net/{};sharedkey={}".format, accounts, containers, keys),
    st.builds("https://{}.s3.us-east-1.amazonaws.com/k;AwsCredentials={},x".format, labels, labels),
    st.builds("Server=tcp:{},{};Initial Catalog={}{}".format, hosts, ports, _quoted, _by_entra),
    st.builds(
        "Server=tcp:{},{};Initial Catalog={};User ID={};Password={};Encrypt=True".format,
        *(hosts, ports, _quoted, labels, _quoted),
    ),
    st.builds(
        "AccountEndpoint=https://{}.documents.azure.com/;Database={};Collection={}{}".format,
        *(labels, _quoted, _quoted, _by_entra | keys.map(";AccountKey={}".format)),
    ),
    st.builds("Server={};Port={};Database={};UID=u;Pwd={}".format, hosts, ports, _quoted, _quoted),
    st.builds(
        "Host={};Port={};Database={};User Id=u;Password={}".format, hosts, ports, labels, _quoted
    ),
    st.builds(
        "https://{}.openai.azure.com/openai/deployments/{}/{}?api-version=2024-06-01{}".format,
        *(labels, labels, st.sampled_from(["embeddings", "chat/completions"])),
        st.sampled_from(["", ";impersonate", ";managed_identity=system"]),
    ),
)
