import pytest

from adxmi_jupyter import errors
from tests.model.connection_string_samples import KEY, SECRETS

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
CLIENT = "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64"
BLOB = "https://contosolake.blob.core.windows.net/archive"
NEEDS = "needs: Storage Blob Data Reader to read, Storage Blob Data Contributor to write"
STORAGE = "connection-string storage --account contosolake --container archive"


def parts(frame):
    return dict(zip(frame["part"], frame["value"], strict=True))


@pytest.fixture
def lines(capsys):
    """Return what was said since the last call, without the notice about the embedded Azure."""

    def said():
        return [
            line
            for line in capsys.readouterr().out.splitlines()
            if not line.startswith("No cluster is configured")
        ]

    return said


def test_what_is_built_is_shown_as_a_line_to_copy_and_as_a_frame(magic, lines):
    frame = magic(f"{STORAGE} --path 2026 --identity mi-export")

    text = f"{BLOB}/2026;managed_identity={EXPORT}"
    assert lines() == [f"mi-export {NEEDS}", f"h@'{text}'"]
    assert frame.loc[0, "connection_string"] == text
    assert f"h@'{text}'" in repr(frame)
    assert text in frame._repr_html_()


def test_a_client_id_is_said_to_be_one(magic, lines):
    frame = magic(f"{STORAGE} --identity {CLIENT}")

    assert frame.loc[0, "identity"] == EXPORT
    assert lines()[0].startswith(f"{CLIENT} is the client ID of mi-export: its object ID {EXPORT}")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            "storage --account contosolake --container $$web --impersonate",
            "https://contosolake.blob.core.windows.net/$web;impersonate",
        ),
        (
            "storage https://contosolake.dfs.core.windows.net/raw --scheme ABFSS --identity system",
            "abfss://raw@contosolake.dfs.core.windows.net/;managed_identity=system",
        ),
        (
            'storage --workspace "My Team" --item Sales.Lakehouse --impersonate',
            "https://onelake.dfs.fabric.microsoft.com/My Team/Sales.Lakehouse;impersonate",
        ),
        (
            "sql --server erp01 --catalog Erp --cloud china --identity system",
            (
                "Server=tcp:erp01.database.chinacloudapi.cn,1433;Initial Catalog=Erp;"
                'Authentication="Active Directory Managed Identity"'
            ),
        ),
        (
            "sql --server erp01 --catalog Erp --impersonate",
            (
                "Server=tcp:erp01.database.windows.net,1433;Initial Catalog=Erp;"
                'Authentication="Active Directory Integrated"'
            ),
        ),
        (
            f"cosmos --account contoso --catalog Shop --collection Carts --identity {EXPORT}",
            (
                "AccountEndpoint=https://contoso.documents.azure.com/;Database=Shop;Collection=Carts;"
                f'Authentication="Active Directory Managed Identity";User Id={EXPORT}'
            ),
        ),
        (
            "ai --account contoso --deployment ada --operation chat --api-version 1 --impersonate",
            (
                "https://contoso.openai.azure.com/openai/deployments/ada/chat/completions"
                "?api-version=1;impersonate"
            ),
        ),
    ],
)
def test_every_kind_is_built(magic, line, text):
    frame = magic(f"connection-string {line}")

    assert frame.loc[0, "connection_string"] == text


REFUSED = {
    "no way to sign in": (
        STORAGE,
        errors.MissingOption,
        "no authentication was given",
        f"%adxmi {STORAGE} --identity IDENTITY",
    ),
    "two ways to sign in": (
        f"{STORAGE} --identity mi-export --impersonate",
        errors.ConflictingOptions,
        "--identity and --impersonate exclude each other",
        f"%adxmi {STORAGE} --impersonate",
    ),
    "missing container": (
        "connection-string storage --account contosolake --identity system",
        errors.MissingOption,
        "the command requires --container",
        "%adxmi connection-string storage --account contosolake --identity system --container NAME",
    ),
    "missing names of a model": (
        "connection-string ai --account contoso --identity system",
        errors.MissingOption,
        "connection-string ai needs --deployment and --api-version",
        (
            "%adxmi connection-string ai --account contoso --identity system --deployment NAME "
            "--api-version VERSION"
        ),
    ),
    "mistyped identity": (
        f"{STORAGE} --identity mi-exprot",
        errors.UnknownIdentity,
        "no identity is named 'mi-exprot'",
        f"%adxmi {STORAGE} --identity mi-export",
    ),
    "name of the account": (
        "connection-string storage --account Contoso_Lake --container archive --identity system",
        errors.InvalidConnectionString,
        "'Contoso_Lake' cannot be the name of the storage account",
        "write contosolake",
    ),
    "unknown cloud": (
        f"{STORAGE} --cloud mars --identity system",
        errors.InvalidValue,
        "the value of --cloud cannot be used",
        "%adxmi connection-string storage --help",
    ),
    "URL with a signature": (
        f"connection-string storage '{BLOB}?sv=1&sig=secret' --identity system",
        errors.CredentialsInLocation,
        "the location also says how to sign in",
        f"write {BLOB}",
    ),
    "nothing to parse": (
        "connection-string parse",
        errors.MissingOption,
        "there is no connection string",
        "%adxmi connection-string parse $name",
    ),
    "client ID in a connection string": (
        f"connection-string parse {BLOB};managed_identity={CLIENT}",
        errors.InvalidConnectionString,
        f"{CLIENT} is the client ID of mi-export",
        f"write {EXPORT} instead",
    ),
}


@pytest.mark.parametrize(("line", "error", "what", "fix"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_line_is_one_typed_error_with_a_fix(magic, line, error, what, fix):
    with pytest.raises(error) as raised:
        magic(line)

    assert (raised.value.what, raised.value.fix) == (what, fix)


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (f"connection-string parse {BLOB};managed_identity=system", None),
        (f'connection-string parse "{BLOB};managed_identity=system;"', None),
        (f"connection-string parse h@'{BLOB};managed_identity=system'", None),
        ("connection-string parse $text", None),
        ("connection-string parse", f"{BLOB};managed_identity=system\n"),
        ("connection-string parse", f'h"{BLOB};" "managed_identity=system"'),
        ("connection-string parse", "{{text}}"),
    ],
)
def test_a_connection_string_is_read_from_line_variable_or_body(magic, ip, line, body):
    ip.user_ns["text"] = f"{BLOB};managed_identity=system"

    frame = magic(line, body)

    assert parts(frame)["connection string"] == f"{BLOB};managed_identity=system"
    assert parts(frame)["name of the identity"] == "contoso"


@pytest.mark.nightly
def test_blanks_and_quotes_of_a_sql_connection_string_survive_the_line(magic):
    frame = magic(
        "connection-string parse Server=tcp:erp01.database.windows.net;Initial Catalog=My Erp;"
        'Authentication="Active Directory Managed Identity"'
    )

    assert parts(frame)["catalog"] == "My Erp"
    assert parts(frame)["identity"] == "system"


def test_a_connection_string_is_read_from_a_file(magic, tmp_path):
    file = tmp_path / "text.txt"
    file.write_text(SECRETS["blob, key"][0], encoding="utf-8")

    frame = magic(f"connection-string parse --file {file}")

    assert parts(frame)["connection string"] == f"{BLOB};*******"


def test_there_is_one_connection_string(magic):
    with pytest.raises(errors.ConflictingOptions) as raised:
        magic(f"connection-string parse {BLOB}", BLOB)

    assert raised.value.fix == f"%adxmi connection-string parse {BLOB}"


def test_a_secret_is_masked_and_the_line_without_it_is_offered(magic, ip, lines):
    ip.user_ns["text"] = SECRETS["blob, key"][0]

    frame = magic("connection-string parse $text --identity mi-export")

    assert lines() == [
        f"without the secret: %adxmi connection-string storage {BLOB} --identity mi-export"
    ]
    assert parts(frame)["connection string"] == f"{BLOB};*******"
    assert parts(frame)["with a managed identity"] == f"{BLOB};managed_identity={EXPORT}"


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (f"connection-string parse {BLOB};{KEY}", None),
        ("connection-string parse", f"{BLOB};{KEY}"),
    ],
)
def test_a_secret_that_stays_in_the_notebook_is_warned_of(magic, lines, line, body):
    magic(line, body)

    assert lines() == [
        f"without the secret: %adxmi connection-string storage {BLOB} --identity IDENTITY",
        (
            "the notebook stores the secret of this command: use a variable, as in text = getpass() "
            "and $text"
        ),
    ]


@pytest.mark.parametrize(
    ("line", "body"),
    [
        ("connection-string parse --identity $who", "{{text}}"),
        (f"connection-string parse {BLOB};*******", None),
        (
            "connection-string parse",
            "AccountEndpoint=https://c.documents.azure.com/;Database=d;Collection=e;AccountKey=***",
        ),
    ],
)
def test_nothing_is_warned_of_where_no_secret_stays(magic, ip, lines, line, body):
    ip.user_ns.update(text=SECRETS["blob, key"][0], who="mi-export")

    magic(line, body)

    assert [said for said in lines() if "the notebook keeps" in said] == []


@pytest.mark.nightly
def test_a_typed_secret_beside_a_variable_is_warned_of(magic, ip, lines):
    ip.user_ns["who"] = "mi-export"

    magic(f"connection-string parse {BLOB};{KEY} --identity $who")

    assert lines()[-1].startswith("the notebook stores the secret of this command")


@pytest.mark.parametrize("kind", ["SQL Server, password", "Cosmos DB, key", "dfs, signature"])
def test_the_line_that_is_offered_builds_the_same_target(magic, ip, lines, kind):
    ip.user_ns["text"] = SECRETS[kind][0]
    frame = magic("connection-string parse $text")
    offered = lines()[0].partition("%adxmi ")[2].replace("IDENTITY", "system")

    built = magic(offered)

    assert built.loc[0, "connection_string"] == parts(frame)["with a managed identity"]


def test_without_a_look_at_the_cluster_system_is_built_and_strings_are_read(magic, magics, lines):
    magics.cluster = "help.westeurope"

    built = magic(f"{STORAGE} --identity system")
    read = magic(f"connection-string parse {BLOB};managed_identity={EXPORT}")

    assert built.loc[0, "identity"] == "system"
    assert parts(read)["identity"] == EXPORT
    assert magics.connections.all() == ()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%adxmi connection-string ", ["storage", "sql", "cosmos", "ai", "parse"]),
        ("%adxmi connection-string storage --scheme ", ["blob", "dfs", "abfss"]),
        ("%adxmi connection-string storage --cloud u", ["usgov"]),
        ("%adxmi connection-string ai --cloud ", ["public", "usgov"]),
        ("%adxmi connection-string ai --operation c", ["chat"]),
        ("%adxmi connection-string sql --identity mi-e", ["mi-export"]),
        ("%adxmi connection-string sql --identity mi-s", ["mi-stranger"]),
        ("%adxmi connection-string parse --ide", ["--identity"]),
    ],
)
def test_choices_and_identities_complete(completions, code, expected):
    assert [text for text, _, _ in completions(code)] == expected
