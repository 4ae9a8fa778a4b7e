"""The address of a place in storage, as people copy it."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.connection_string import TargetKind, parse_location
from tests.model.connection_string_samples import KEY

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
BLOB = "https://contosolake.blob.core.windows.net/archive"
ONELAKE = "https://onelake.dfs.fabric.microsoft.com"
URL = "https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f" {BLOB}/2026/ ", TargetKind.BLOB),
        ("abfss://archive@contosolake.dfs.core.windows.net/2026", TargetKind.DATA_LAKE),
        (f"{ONELAKE}/Team/Sales.Lakehouse/Files", TargetKind.ONELAKE),
        ("https://contoso.s3.eu-west-1.amazonaws.com/archive", TargetKind.S3),
        ("https://raw.example.com/a.csv", TargetKind.HTTP),
    ],
)
def test_a_location_is_read_without_authentication(text, kind):
    location = parse_location(text)

    assert location.kind is kind
    assert location.uri.rstrip("/") == text.strip().rstrip("/")


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (f"{BLOB}?sp=r&sig=abc", "?"),
        (f"{BLOB};{KEY}", ";"),
        (f"{BLOB};managed_identity={EXPORT}", ";"),
        (f"{BLOB}?restype=container", "?"),
    ],
)
def test_a_location_does_not_say_how_to_sign_in(text, mark):
    with pytest.raises(errors.CredentialsInLocation) as raised:
        parse_location(text)

    assert raised.value.why.startswith(f"what follows {mark} may be a secret")
    assert raised.value.fix == f"write {BLOB}"


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        (
            (
                "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
                "Microsoft.Storage/storageAccounts/contosolake/blobServices/default/containers/archive"
            ),
            "this is the resource ID of a storage account, not a URL in it",
            BLOB,
        ),
        (
            "/subscriptions/x/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/contosolake",
            "this is the resource ID of a storage account, not a URL in it",
            "https://contosolake.blob.core.windows.net/CONTAINER",
        ),
        (
            "Server=tcp:erp01.database.windows.net;Initial Catalog=Erp",
            "the location is not in storage",
            URL,
        ),
        (
            "https://m.openai.azure.com/openai/deployments/ada/embeddings",
            "the API version is missing",
            "copy the target URI of the deployment, without a key",
        ),
        ("archive", "this isn't a connection string", f"{URL};managed_identity=system"),
        (
            "AccountEndpoint=https://contoso.documents.azure.com/;Database=Shop",
            "the connection string has no Collection",
            "add Collection=NAME",
        ),
        (
            "https://m.openai.azure.com/openai/deployments/ada/embeddings?api-version=1;sign=in",
            "what follows ; isn't a known way to sign in",
            "write %3B for a ; in the name of a blob",
        ),
    ],
)
def test_a_location_elsewhere_is_refused(text, what, fix):
    with pytest.raises(errors.InvalidConnectionString) as raised:
        parse_location(text)

    assert (raised.value.what, raised.value.fix) == (what, fix)


def test_a_location_with_a_signature_says_what_to_leave_out():
    with pytest.raises(errors.CredentialsInLocation) as raised:
        parse_location("https://contosolake.blob.core.windows.net/archive?sv=1&sig=secret")

    assert str(raised.value).splitlines() == [
        "the location also says how to sign in",
        "  why: what follows ? may be a secret; the identity is given apart and needs none",
        f"  fix: write {BLOB}",
    ]
