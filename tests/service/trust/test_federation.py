"""Workload identity federation: which credential each CI system gets, and where a token goes."""

import json

import pytest

from adxmi_jupyter.errors import AdxmiError, CredentialFailure
from adxmi_jupyter.service.credentials import check_name, make_credential
from tests.service.trust.conftest import cluster

PUBLIC = "login.microsoftonline.com"
TENANT = "12345678-1234-4234-8234-123456789abc"
SCOPE = "https://kusto.kusto.windows.net/.default"
ISSUER = "pipelines.actions.githubusercontent.com"
IDS = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": "an-app"}
GITHUB = {
    **IDS,
    "GITHUB_ACTIONS": "true",
    "ACTIONS_ID_TOKEN_REQUEST_URL": f"https://{ISSUER}/x/idtoken?api-version=2.0",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-token",
}
PIPELINES = {
    "TF_BUILD": "True",
    "SYSTEM_OIDCREQUESTURI": "https://dev.azure.com/org/project/_apis/oidctoken",
    "SYSTEM_ACCESSTOKEN": "job-token",
    "AZURESUBSCRIPTION_TENANT_ID": TENANT,
    "AZURESUBSCRIPTION_CLIENT_ID": "an-app",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "a-connection",
}
BY_HAND = {**PIPELINES, **IDS, "AZURE_SERVICE_CONNECTION_ID": "a-connection"}
for name in [one for one in BY_HAND if one.startswith("AZURESUBSCRIPTION_")]:
    del BY_HAND[name]
FILE = {**IDS, "AZURE_FEDERATED_TOKEN_FILE": "TOKEN-FILE"}


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Set the variables of a CI system, and no others of any."""

    file = tmp_path / "token"
    file.write_text("issued")

    def set_all(variables):
        for name in {*GITHUB, *PIPELINES, *BY_HAND, *FILE}:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value.replace("TOKEN-FILE", str(file)))

    return set_all


@pytest.mark.parametrize(
    ("variables", "kind"),
    [
        (GITHUB, "ClientAssertionCredential"),
        (PIPELINES, "AzurePipelinesCredential"),
        (BY_HAND, "AzurePipelinesCredential"),
        (FILE, "WorkloadIdentityCredential"),
        (GITHUB | FILE, "ClientAssertionCredential"),
    ],
)
def test_each_environment_gets_its_credential(environment, variables, kind):
    environment(variables)

    assert make_credential("workload-identity", PUBLIC).used == kind


@pytest.mark.parametrize("issuer", ["github", "azure-devops", "token-file"])
def test_an_issuer_can_be_chosen(environment, issuer):
    environment(GITHUB | PIPELINES | FILE)

    kinds = {
        "github": "ClientAssertionCredential",
        "azure-devops": "AzurePipelinesCredential",
        "token-file": "WorkloadIdentityCredential",
    }
    assert make_credential(f"workload-identity:{issuer}", PUBLIC).used == kinds[issuer]


def test_an_issuer_there_is_none_of_is_refused():
    with pytest.raises(CredentialFailure):
        check_name("workload-identity:gitlab")


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        (variables, name)
        for variables in (GITHUB, PIPELINES, FILE)
        for name in variables
        if name not in {"GITHUB_ACTIONS", "TF_BUILD", "AZURE_FEDERATED_TOKEN_FILE"}
    ],
)
def test_a_variable_that_is_missing_is_named(environment, variables, missing):
    environment({name: value for name, value in variables.items() if name != missing})

    with pytest.raises(CredentialFailure) as raised:
        make_credential("workload-identity", PUBLIC)

    assert raised.value.what == f"the credential 'workload-identity' lacks {missing}"


def test_where_no_variable_is_set_all_are_named(environment):
    environment({})

    with pytest.raises(CredentialFailure, match="no CI system issues a token here"):
        make_credential("workload-identity", PUBLIC)


ELSEWHERE = [
    f"http://{ISSUER}/x",
    f"https://{ISSUER}.evil.example/x",
    f"https://evil.example/{ISSUER}",
    f"https://{ISSUER}@evil.example/x",
    f"https://{ISSUER}:8443/x",
    f"https://evil.example\\@{ISSUER}/x",
    "https://actions.githubusercontent.com.evil.example/",
    "https://evilactions.githubusercontent.com/",
    "https://ghe.com/",
    "https://127.0.0.1/",
    "file:///etc/passwd",
    "x",
]


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize(
    ("variables", "variable"),
    [(GITHUB, "ACTIONS_ID_TOKEN_REQUEST_URL"), (PIPELINES, "SYSTEM_OIDCREQUESTURI")],
)
def test_no_token_is_sent_to_another_host(environment, internet, variables, variable, url):
    environment({**variables, variable: url})

    with pytest.raises(CredentialFailure, match="which gets no token"):
        make_credential("workload-identity", PUBLIC)

    assert internet.requests == []


def answers(request):
    """Answer as the issuer of a CI system, and as Microsoft Entra."""
    if request.host == ISSUER:
        return 200, {}, {"value": "issued"}
    if request.host == "dev.azure.com":
        return 200, {}, {"oidcToken": "issued"}
    if request.path.endswith("/token"):
        return 200, {}, {"access_token": "entra", "expires_in": 3600, "token_type": "Bearer"}
    return 200, {}, {}


@pytest.mark.parametrize(
    ("variables", "host"), [(GITHUB, ISSUER), (PIPELINES, "dev.azure.com")], ids=["github", "azure"]
)
def test_the_token_of_the_job_is_exchanged_and_goes_to_its_issuer_only(
    environment, internet, variables, host
):
    environment(variables)
    internet.answer = answers

    token = make_credential("workload-identity", PUBLIC).get_token(SCOPE)

    assert token.token == "entra"
    assert internet.tokens == {(host, "Bearer job-token")}
    assert b"client_assertion=issued" in internet.requests[-1].body


@pytest.mark.parametrize(
    ("authority", "audience"),
    [
        (PUBLIC, "AzureADTokenExchange"),
        ("login.microsoftonline.us", "AzureADTokenExchangeUSGov"),
        ("login.partner.microsoftonline.cn", "AzureADTokenExchangeChina"),
    ],
)
def test_github_issues_it_for_the_cloud(environment, internet, authority, audience):
    environment(GITHUB)
    internet.answer = answers

    make_credential("workload-identity", authority).get_token(SCOPE)

    assert internet.requests[0].path.endswith(f"api-version=2.0&audience=api://{audience}")


@pytest.mark.parametrize(
    "answer",
    [
        (403, {}, {}),
        (200, {}, {}),
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (200, {}, {"value": 3}),
        (302, {"Location": "https://evil.example/"}, {}),
    ],
    ids=["denied", "no token", "no JSON", "a list", "a number", "a redirect"],
)
def test_an_answer_without_a_token_is_a_typed_error(environment, internet, answer):
    environment(GITHUB)
    internet.answer = lambda _: answer

    with pytest.raises(AdxmiError):
        make_credential("workload-identity", PUBLIC).get_token(SCOPE)

    assert {one.host for one in internet.requests} == {ISSUER}


def test_a_token_file_that_is_not_there_is_named(environment):
    environment({**FILE, "AZURE_FEDERATED_TOKEN_FILE": "/no/token"})

    with pytest.raises(CredentialFailure, match="AZURE_FEDERATED_TOKEN_FILE can't be read"):
        make_credential("workload-identity", PUBLIC)


@pytest.mark.parametrize(
    ("variables", "denied", "why"),
    [
        (GITHUB, "the issuer", "HTTP 401"),
        (PIPELINES, "the issuer", "OIDC token endpoint"),
        (GITHUB, "Microsoft Entra", "AADSTS700213"),
        (PIPELINES, "Microsoft Entra", "AADSTS700213"),
        (FILE, "Microsoft Entra", "AADSTS700213"),
    ],
)
def test_who_gives_no_token_is_said_to_the_user(
    environment, internet, connections, variables, denied, why
):
    environment(variables)

    def denying(request):
        if request.path.endswith("/metadata"):
            return cluster(request)
        is_entra = request.host == PUBLIC
        if is_entra and request.path.endswith("/token") and denied == "Microsoft Entra":
            text = "AADSTS700213: No matching federated identity record found"
            return 401, {}, {"error": "invalid_client", "error_description": text}
        return answers(request) if is_entra or denied != "the issuer" else (401, {}, {})

    internet.answer = denying
    with pytest.raises(CredentialFailure) as raised:
        connections.open("https://help.kusto.windows.net", credential="workload-identity")

    assert "job-token" not in str(raised.value)
    assert why in raised.value.why


def test_neither_token_is_in_the_text_of_the_credential(environment):
    environment(GITHUB)

    credential = make_credential("workload-identity", PUBLIC)

    assert "job-token" not in json.dumps([repr(credential), str(vars(credential))])
