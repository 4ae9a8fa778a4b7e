"""What a refusal means is read from its codes, whatever it was copied from."""

import dataclasses
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import UnknownRefusal
from adxmi_jupyter.model.denial import known_codes, read
from adxmi_jupyter.model.usage import Usage
from tests.model.refusal_samples import SAMPLES, UNKNOWN

INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
BLOB = "https://contosolake.blob.core.windows.net/archive/a.csv"
IDENTITY = (
    f"/subscriptions/{TENANT}/resourcegroups/rg/providers/Microsoft.ManagedIdentity"
    "/userAssignedIdentities/mi-ingest"
)
SECRETS = ["c2VjcmV0c2VjcmV0c2VjcmV0", "hunter2hunter2", "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl"]


def concern(text):
    return read(text).meaning.concern.name


@pytest.mark.parametrize(("text", "expected", "source"), SAMPLES)
def test_what_people_met_is_understood(text, expected, source):
    assert concern(text) == expected


@pytest.mark.parametrize(("text", "source"), UNKNOWN)
def test_sentences_are_not_guessed_at(text, source):
    with pytest.raises(UnknownRefusal) as caught:
        read(text)

    assert "codes" in caught.value.why
    assert caught.value.fix == "%adxmi check"


@pytest.mark.parametrize("code", known_codes())
def test_every_code_is_understood_where_services_write_codes(code):
    assert code in read(json.dumps({"error": {"code": code}})).codes


@pytest.mark.parametrize(
    "text",
    [
        '{"error": {"code": "Forbidden", "message": "no"}}',
        "Forbidden: no",
        "(Forbidden) no",
        "azure.core.exceptions.HttpResponseError: (Forbidden) no\nCode: Forbidden",
        "a\tForbidden\tb",
        "a,Forbidden,b",
        "ErrorCode=Forbidden",
        '{\\"error\\":{\\"code\\":\\"Forbidden\\"}}',
        "2026-01-01 ERROR status: 403 for the request",
        "HTTP/1.1 403",
        "<Response [403]>",
    ],
)
def test_a_plain_word_counts_where_codes_stand(text):
    assert read(text).meaning.concern.name == "UNSPECIFIED"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Forbidden: ManagedIdentityNotAllowedByPolicyException: no", "ManagedIdentityNotAllowed"),
        ("KustoRequestDeniedException, Upload_Forbidden", "Upload_Forbidden"),
        ("KustoApiError HttpResponseError BadRequest_InvalidManagedIdentity", "BadRequest_Invalid"),
        ("(BadRequest) AADSTS700016", "AADSTS700016"),
    ],
)
def test_the_code_that_tells_most_comes_first(text, code):
    assert read(text).code.startswith(code)


def test_the_status_counts_where_there_is_no_better_code():
    assert concern("KustoServiceError, HTTP 429") == "THROTTLED"
    assert concern("HTTP 403\nDownload_Forbidden") == "TARGET"
    assert read("HTTP 503").code == "HTTP 503"


@pytest.mark.parametrize(
    "text",
    [
        "HTTP/1.1 401 Unauthorized",
        "KustoServiceError: 401. no",
        "requests.exceptions.HTTPError: 401 Client Error: no",
        "'status_code': 401",
        "status=401",
        "denied (401)",
        "<Response [401]>",
    ],
)
def test_statuses_are_found_as_they_are_written(text):
    assert read(text).status == 401


def test_a_family_of_codes_is_understood_without_its_members():
    assert concern("UpdatePolicy_SomethingNew") == "DATA"
    assert concern("SEM0257") == "STATEMENT"


def test_a_credential_in_a_chain_is_not_yet_about_the_host():
    assert concern("DefaultAzureCredential failed: ManagedIdentityCredential: no") == "SIGN_IN"
    assert concern("ManagedIdentityCredential: status 400") == "HOST"
    assert concern("GET http://169.254.169.254/metadata/identity/oauth2/token") == "HOST"


def test_what_a_text_names():
    names = read(
        f"""Download_Forbidden for {BLOB}?sv=1&sig=abc, 'SandboxArtifacts';managed_identity={INGEST}
        aadapp={INGEST};{TENANT} on {IDENTITY} by Microsoft.Kusto/clusters/write
        activityId: 00ecf1bc-bc73-4a54-9b23-17ae963238cc"""
    ).names

    assert names.identities == (INGEST,)
    assert names.principals == (f"aadapp={INGEST};{TENANT}",)
    assert names.usages == (Usage.SANDBOX_ARTIFACTS,)
    assert [place.uri for place in names.places] == [BLOB]
    assert names.identity_resources == (IDENTITY,)
    assert names.actions == ("Microsoft.Kusto/clusters/write",)
    assert names.guids == (INGEST,)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("abfss://archive@contosolake.dfs.core.windows.net/a", "contosolake.dfs.core.windows.net"),
        ("contosolake.blob.core.windows.net/archive/a.csv", "contosolake.blob.core.windows.net"),
        ("Server=tcp:contoso.database.windows.net,1433", "contoso.database.windows.net"),
        ("AccountEndpoint=https://contoso.documents.azure.com:443/", "contoso.documents.azure.com"),
        (
            "https://contoso.openai.azure.com/openai/deployments/d/embeddings?api-version=2024-06-01",
            "contoso.openai.azure.com",
        ),
        (
            r"https:\/\/contosolake.blob.core.windows.net\/archive",
            "contosolake.blob.core.windows.net",
        ),
    ],
)
def test_targets_are_found_by_their_form(text, host):
    names = read(f"General_AccessDenied {text} .").names

    assert host in [place.host for place in names.places]


@pytest.mark.parametrize(
    "text",
    [
        "managed_identity=system",
        '"ManagedIdentity": "system"',
        "--identity system",
        "the identity 'system'",
        r"\u0027system\u0027",
    ],
)
def test_the_system_assigned_identity_is_named_by_its_word(text):
    assert read(f"BadRequest_InvalidManagedIdentity {text}").names.identities == ("system",)


@pytest.mark.parametrize("noise", ["a", "a-", "/a", "'", "x=", " ", "\n", f"{INGEST} "])
def test_of_a_long_log_the_end_counts(noise):
    text = f"Forbidden: {noise * 200_000} Upload_Forbidden: {BLOB}"

    refusal = read(text)

    assert refusal.code == "Upload_Forbidden"
    assert [place.uri for place in refusal.names.places] == [BLOB]


def test_ids_of_requests_are_nobodys():
    names = read(
        f"Forbidden: ActivityId='{INGEST}' clientRequestId=KPC.execute;{INGEST} "
        f"x-ms-correlation-request-id: {INGEST} /subscriptions/{INGEST}/resourceGroups/rg"
    ).names

    assert names.guids == ()


def test_a_name_is_mentioned_as_a_whole():
    refusal = read("Forbidden: 'mi-ingest' and mi-export.example of \"Tom's Lab\"")

    assert refusal.mentioned(["mi-ingest", "mi-export", "ingest", "MI-INGEST"]) == (
        "mi-ingest",
        "MI-INGEST",
    )
    assert refusal.mentions("Tom's Lab", is_quoted=True)


def pieces():
    words = st.sampled_from([*known_codes(), "managed_identity=system", BLOB, IDENTITY, "HTTP 403"])
    return st.lists(words | st.text(max_size=30), max_size=12).map(" ".join)


@given(pieces())
def test_any_text_is_read_or_refused_in_our_own_words(text):
    with suppress(UnknownRefusal):
        assert read(text).meaning.says


@given(st.text())
def test_no_characters_hide_a_code(text):
    assert "Upload_Forbidden" in read(f"{text} Upload_Forbidden {text}").codes


def secrets():
    forms = st.sampled_from(
        [
            f"{BLOB}?sv=2024&sig=SECRET",
            f"{BLOB};SECRET",
            f"{BLOB};sharedkey=SECRET",
            "Server=tcp:contoso.database.windows.net,1433;User Id=x;Password=SECRET",
            "AccountEndpoint=https://contoso.documents.azure.com:443/;AccountKey=SECRET",
            "https://user:SECRET@contoso.openai.azure.com/openai",
            "client_secret=SECRET",
            "Authorization: Bearer SECRET",
            "password = Upload_SECRET",
            "token=aadapp_SECRET",
            "x?sig=SECRET&managed_identity=system",
        ]
    )
    return st.builds(
        lambda form, secret: form.replace("SECRET", secret), forms, st.sampled_from(SECRETS)
    )


@given(pieces(), secrets(), pieces())
def test_no_secret_survives(before, secret, after):
    refusal = read(f"Upload_Forbidden {before} {secret}\n{after}")

    shown = f"{refusal!r} {dataclasses.asdict(refusal)} {refusal.code}"

    assert [one for one in SECRETS if one in shown] == []
