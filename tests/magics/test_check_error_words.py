"""Of a denial, words beside its codes count: inner errors, endpoints, commands, ways to sign in."""

import pytest

LAKE = "https://contosolake.blob.core.windows.net/archive/a.csv"
BACKUP = "https://contosobackup.blob.core.windows.net/backups/a.csv"
GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
HUB = f"{GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
AT_INGESTION = (
    '{"error": {"code": "BadRequest_SyntaxError", "message": "Request is invalid.", "@message": '
    '"Syntax error: Query could not be parsed: . Query: \'Orders | take 1\'", "@context": '
    '{"serviceAlias": "INGEST-CONTOSO", "processName": "Kusto.WinSvc.DM.Svc"}}}'
)
OWN = "contoso.westeurope.kusto.windows.net"
AT_QUERIES = "Syntax error: Query could not be parsed: . Query: '.get ingestion resources'"
WRONG = "AdminCommandWrongEndpointException: the appropriate endpoint is most likely '{}'"
INNER = "{} at the source. Status: {} ({}) Content: <none>"


@pytest.fixture
def told(magic):
    """Return the rows of a text."""
    return lambda text: magic("check --error", text)


# Which endpoint


@pytest.mark.parametrize(
    ("text", "subject", "host"),
    [
        (AT_INGESTION, "the endpoint for queries", "has no ingest- before it"),
        (AT_INGESTION.replace('"', '\\"'), "the endpoint for queries", "has no ingest- before it"),
        (AT_QUERIES, "the ingestion endpoint", "begins with ingest-"),
        (f"BadRequest_SyntaxError {AT_QUERIES}", "the ingestion endpoint", "begins with ingest-"),
        (
            "SyntaxException: '.get kusto identity token' isn't a command",
            "the ingestion endpoint",
            "begins with ingest-",
        ),
        (
            f"BadRequest_SyntaxError at https://ingest-{OWN}/v1/rest/mgmt: Orders",
            "the endpoint for queries",
            "has no ingest- before it",
        ),
        (
            WRONG.format("https://ingest-contoso.westeurope.kusto.windows.net/"),
            "the ingestion endpoint",
            "begins with ingest-",
        ),
        (
            WRONG.format("https://contoso.westeurope.kusto.windows.net/"),
            "the endpoint for queries",
            "has no ingest- before it",
        ),
    ],
)
def test_a_command_at_the_wrong_endpoint_is_told_where_to_go(told, text, subject, host):
    frame = told(text)

    assert list(frame["requirement"]) == ["endpoint"]
    assert subject in frame["subject"][0]
    assert host in frame["fix"][0]


def test_a_syntax_error_elsewhere_is_one(told):
    frame = told(AT_INGESTION.replace("INGEST-CONTOSO", "CONTOSO").replace(".DM.", "."))

    assert list(frame["requirement"]) == ["request"]


def test_who_may_not_fetch_the_resources_of_ingestion_lacks_a_role(told):
    text = (
        "Error refreshing IngestionResources by '.get ingestion resources'. Principal "
        f"'aadapp={INGEST};8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3' is not authorized to perform "
        "operation 'Ingest' on 'any database'. UnauthorizedOperationException"
    )

    assert "security role" in set(told(text)["requirement"])


# What a code alone does not say

CERTAIN = ["SYN0002", "BadRequest_SyntaxError", "SyntaxException", "Stream_WrongNumberOfFields"]
OPEN = [
    *("SEM0100", "SemanticException", "BadRequest", "General_BadRequest", "Failed"),
    *("BadRequest_SomethingNew", "Download_SomethingNew", "Download_NotTransient", "Conflict"),
    *("InternalServiceError", "HTTP 500", "HTTP 404", "General_SomethingNew"),
]


def _says_nothing_is_missing(frame):
    said = " ".join(frame["detail"])
    return "no permission is missing" in said or "nothing is missing" in said


@pytest.mark.parametrize("code", CERTAIN)
def test_only_what_is_certain_is_said_to_lack_no_permission(told, code):
    assert _says_nothing_is_missing(told(f"error: {code}: x"))


@pytest.mark.parametrize("code", OPEN)
def test_a_family_of_codes_does_not_rule_a_permission_out(told, code):
    frame = told(f"error: {code}: x")

    assert not _says_nothing_is_missing(frame)
    assert "not met" not in set(frame["state"])


def test_a_syntax_error_is_not_about_the_identity_in_its_text(told):
    frame = told(f"SyntaxException: externaldata(a:long)[h'{BACKUP};managed_identity={INGEST}']")

    assert list(frame["requirement"]) == ["request"]


# Errors of other services inside


@pytest.mark.nightly
@pytest.mark.parametrize(
    "code", ["BadRequest", "General_BadRequest", "SEM0100", "KustoServiceError"]
)
def test_an_inner_403_is_of_the_target(told, code):
    text = INNER.format(
        f"HTTP 400 code: {code}, {BACKUP};managed_identity={INGEST}", 403, "Forbidden"
    )

    frame = told(text)

    missing = frame[frame["state"] == "not met"]
    assert list(missing["requirement"]) == ["Azure role"]


@pytest.mark.parametrize(
    ("status", "word", "link"),
    [(404, "Not Found", "address"), (503, "Busy", "service"), (429, "Too many", "request rate")],
)
def test_other_inner_statuses_mean_what_they_say(told, status, word, link):
    frame = told(INNER.format("HTTP 400 BadRequest:", status, word))

    assert list(frame["requirement"]) == [link]


def test_a_better_code_inside_counts_more(told):
    text = INNER.format("BadRequest:", 403, "Forbidden") + " ErrorCode: AuthorizationFailure"

    assert "network rules" in told(text)["detail"][0]


@pytest.mark.parametrize("code", ["AccountIsDisabled", "AuthenticationFailed"])
def test_codes_of_storage_as_xml(told, code):
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"

    frame = told(text)

    assert "sign-in of the caller" not in set(frame["requirement"])
    assert "not met" not in set(frame["state"])


def test_a_plain_word_as_xml_is_a_code(told):
    assert set(told("<Error><Code>Forbidden</Code></Error>")["name"]) == {"Forbidden"}


@pytest.mark.nightly
def test_a_storage_account_that_is_disabled_needs_no_role(told):
    frame = told(f"Download_Forbidden {BACKUP} <Code>AccountIsDisabled</Code>")

    assert "Storage Blob Data" not in frame.to_csv()


# Who signs in


@pytest.mark.nightly
@pytest.mark.parametrize(
    "principal", ["", "'aaduser=61e0c7d4-2b9f-4385-a7c6-d93f0b58e1a2;contoso.example'"]
)
def test_an_impersonated_caller_needs_the_role(told, principal):
    frame = told(f"Download_Forbidden: {principal} may not read '{BACKUP};impersonate'")

    assert list(frame["requirement"]) == ["Azure role"]
    assert list(frame["state"]) == ["unknown"]
    assert "as a trusted service" in frame["detail"][0]
    assert "mi-" not in frame.to_csv()
    assert "Storage Blob Data Reader" in frame["fix"][0]
    assert frame["fix"][0].endswith(
        f"--scope {GROUP}/Microsoft.Storage/storageAccounts/contosobackup/"
        "blobServices/default/containers/backups"
    )


@pytest.mark.nightly
def test_one_who_is_to_write_needs_another_role(told):
    frame = told(f"Upload_Forbidden '{BACKUP};impersonate'")

    assert "Storage Blob Data Contributor" in frame["fix"][0]


def test_a_managed_identity_that_calls_and_is_impersonated_needs_no_policy(told):
    principal = f"aadapp={INGEST};8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"

    frame = told(f"Download_Forbidden 'ExternalTable' {principal} '{BACKUP};impersonate'")

    assert "allowed by policy" not in set(frame["requirement"])
    assert "assigned to the cluster" not in set(frame["requirement"])


# What was run

RUN = {
    "DataIngestPull": "NativeIngestion",
    ".ingest into table Orders": "NativeIngestion",
    ".ingest async into table Orders": "NativeIngestion",
    ".ingest-from-storage-queued into": "NativeIngestion",
    ".export to csv (": "ExportRequest",
    ".export async compressed to parquet (": "ExportRequest",
    "externaldata (A:long)": "ExternalDataRequest",
    "evaluate infer_storage_schema(": "ExternalDataRequest",
    "inline_external_table(": "ExternalDataRequest",
    "external_table('X')": "ExternalTable",
}


@pytest.mark.parametrize("run", RUN)
def test_the_usage_of_what_was_run_belongs_to_the_answer(told, run):
    text = f"{run}: Access to persistent storage path '{LAKE};managed_identity=system' was denied"

    frame = told(text)

    allowed = frame[frame["requirement"] == "allowed by policy"]
    assert list(allowed["subject"]) == [f"contoso {RUN[run]}"]
    assert "Azure role" in set(frame["requirement"])


def test_a_usage_that_is_named_counts_more_than_what_was_run(told):
    text = f"ManagedIdentityNotAllowedByPolicyException 'ExternalTable' .export to csv {INGEST}"

    frame = told(text)

    assert list(frame[frame["requirement"] == "allowed by policy"]["subject"]) == [
        "mi-ingest ExternalTable"
    ]


# Validations of data connections


def test_a_validation_is_looked_up_by_what_it_names(told):
    text = (
        f"EventHubValidationErorFound: event hub '{HUB}' consumer group '$Default' is in use; "
        "table 'Orders' ok"
    )

    frame = told(text)

    assert list(frame["requirement"]) == ["consumer group", "table"]
    assert list(frame["state"]) == ["not met", "met"]


@pytest.mark.parametrize("kind", ["EventHub", "EventGrid", "CosmosDb", "IotHub", ""])
@pytest.mark.parametrize("spelled", ["ValidationErorFound", "ValidationErrorFound"])
def test_validations_of_all_kinds_are_known(told, kind, spelled):
    assert list(told(f'{{"code": "{kind}{spelled}"}}')["requirement"]) == ["validation"]
