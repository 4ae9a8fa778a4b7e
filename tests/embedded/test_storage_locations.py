"""Storage connection strings: where they point, and with which credential."""

import pytest

from adxmi_jupyter.embedded.storage.locations import (
    InvalidLocationError,
    Method,
    parse_location,
)

BLOB = "https://contosolake.blob.core.windows.net/archive"
DFS = "https://contosolake.dfs.core.windows.net/archive"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (BLOB, ""),
        (f"{BLOB}/", ""),
        (f"{BLOB}/2024", "2024"),
        (f"{BLOB}/2024/orders.csv", "2024/orders.csv"),
        (f"{DFS}/2024/orders.csv", "2024/orders.csv"),
        ("abfss://archive@contosolake.dfs.core.windows.net/2024", "2024"),
        ("abfss://archive@contosolake.dfs.core.windows.net", ""),
        ("http://contosolake.blob.core.windows.net/archive/a%3Bb%20c", "a;b c"),
        ("https://ContosoLake.Blob.core.windows.net/archive/2024;impersonate", "2024"),
    ],
)
def test_every_address_reaches_the_account(text, path):
    location = parse_location(text)

    assert (location.account, location.container) == ("contosolake", "archive")
    assert location.path == path


@pytest.mark.parametrize(
    ("suffix", "method", "credential"),
    [
        ("", Method.NONE, ""),
        (";", Method.NONE, ""),
        (";impersonate", Method.IMPERSONATE, ""),
        (";Impersonate", Method.IMPERSONATE, ""),
        (";managed_identity=system", Method.MANAGED_IDENTITY, "system"),
        (";Managed_Identity=5b27c9d0", Method.MANAGED_IDENTITY, "5b27c9d0"),
        ("; managed_identity= system ;", Method.MANAGED_IDENTITY, "system"),
        (";token=eyJhbGciOi==", Method.TOKEN, "eyJhbGciOi=="),
        (";a2V5==", Method.KEY, "a2V5=="),
        ("?sv=1&sig=x%3D", Method.SIGNATURE, "sv=1&sig=x%3D"),
        ("?comp=list;managed_identity=system", Method.MANAGED_IDENTITY, "system"),
    ],
)
def test_method_and_credential(suffix, method, credential):
    location = parse_location(BLOB + suffix)

    assert (location.method, location.credential) == (method, credential)


def test_account_key_of_a_data_lake_address_has_a_keyword():
    location = parse_location(f"{DFS};SharedKey=a2V5==")

    assert (location.method, location.credential) == (Method.KEY, "a2V5==")


@pytest.mark.parametrize(
    "text",
    [
        f"{BLOB};impersonate;managed_identity=system",
        f"{BLOB}?sig=x;managed_identity=system",
        f"{BLOB};managed_identity=",
        f"{BLOB};AwsCredentials=a,b",
        f"{BLOB};sharedkey=a2V5",
        f"{DFS};a2V5",
        "https://contosolake.blob.core.windows.net/",
        "abfss://contosolake.dfs.core.windows.net/archive",
        "https://onelake.dfs.fabric.microsoft.com/sales/Orders.Lakehouse;impersonate",
        "adl://contosolake.azuredatalakestore.net/archive",
        "https://bucket.s3.eu-west-1.amazonaws.com/key",
        "https://contoso.example/orders.csv",
        "https://[contosolake/archive",
        "archive/orders.csv",
        "",
    ],
)
def test_other_texts_are_no_location(text):
    with pytest.raises(InvalidLocationError):
        parse_location(text)


def test_address_shows_no_credential():
    location = parse_location(f"{BLOB}/a%20b.csv?sig=hidden")

    assert location.uri == f"{BLOB}/a%20b.csv"
    assert "hidden" not in repr(location)
