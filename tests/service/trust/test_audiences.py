"""For which audience a token is requested: what the cluster's metadata name is not believed."""

import itertools

import pytest

from adxmi_jupyter import errors
from tests.service.trust.conftest import CLOUDS, PUBLIC, cluster, metadata

# The SDK keeps the metadata of a host for as long as the process lives.
NUMBERS = itertools.count(1)
LOGIN, AUDIENCE = PUBLIC
FOREIGN = (
    "https://management.azure.com",
    "https://management.azure.com/",
    "https://management.core.windows.net",
    "https://graph.microsoft.com",
    "https://graph.windows.net",
    "https://storage.azure.com",
    "https://contoso.blob.core.windows.net",
    "https://vault.azure.net",
    "https://database.windows.net",
    "https://api.securitycenter.windows.com",
    "https://other.kusto.windows.net",
    "https://kusto.kusto.windows.net.evil.example",
    "https://kusto.kusto.windows.net@evil.example",
    "https://kusto.kusto.windows.net:8443",
    "https://kusto.kusto.windows.net/evil",
    "https://kusto.kusto.usgovcloudapi.net",
    "https://kusto.kusto.chinacloudapi.cn",
    "http://kusto.kusto.windows.net",
    "kusto.kusto.windows.net",
    "api://evil",
    "00000003-0000-0000-c000-000000000000",
    "",
)


@pytest.fixture
def told(internet):
    """Have the cluster name a sign-in address and an audience; return its address."""

    def told(login, audience, suffix=".kusto.windows.net", **more):
        host = f"c{next(NUMBERS)}{suffix}"
        internet.answer = lambda request: (
            (200, {}, metadata(login, audience.format(host=host), **more))
            if request.path.endswith("/metadata")
            else cluster(request)
        )
        return f"https://{host}"

    return told


@pytest.mark.parametrize("audience", FOREIGN)
def test_no_token_is_requested_for_another_service(connections, internet, scopes, told, audience):
    address = told(LOGIN, audience)

    with pytest.raises(errors.UntrustedAudience):
        connections.open(address, credential="cli")

    assert (scopes, internet.tokens) == ([], set())


@pytest.mark.parametrize("audience", FOREIGN)
def test_a_host_that_the_user_trusts_names_no_other_service_either(
    connections, internet, scopes, told, audience
):
    address = told(LOGIN, audience, ".contoso.example")

    with pytest.raises(errors.UntrustedAudience):
        connections.open(address, credential="cli", trust_host=True)

    assert (scopes, internet.tokens) == ([], set())


@pytest.mark.parametrize(
    "audience",
    [
        "https://kusto.kusto.windows.net",
        "https://KUSTO.kusto.windows.net/",
        "https://api.kusto.windows.net",
        "https://{host}",
    ],
)
def test_audiences_of_the_cloud_and_of_the_cluster_are_known(
    connections, scopes, internet, told, audience
):
    address = told(LOGIN, audience)

    connections.open(address, credential="cli")

    assert {scope.removesuffix("/.default") for scope in scopes} == {
        audience.format(host=address.removeprefix("https://"))
    }
    assert {host for host, _ in internet.tokens} == {address.removeprefix("https://")}


def test_a_cluster_may_ask_for_multifactor_authentication(connections, scopes, told):
    connections.open(told(LOGIN, AUDIENCE, mfa=True), credential="cli")

    assert set(scopes) == {"https://kusto.kustomfa.windows.net/.default"}


@pytest.mark.parametrize("suffix", CLOUDS)
def test_each_cloud_has_its_own_audience(connections, scopes, told, suffix):
    login, audience = CLOUDS[suffix]

    connections.open(told(login, audience, f".kusto{suffix}"), credential="cli")

    assert set(scopes) == {f"{audience}/.default"}


@pytest.mark.parametrize(
    "login", ["evil.example", "login.microsoftonline.us", "login.microsoftonline.com.evil.example"]
)
def test_a_cluster_names_no_sign_in_address_of_another_cloud(
    connections, scopes, internet, told, login
):
    with pytest.raises(errors.UntrustedAudience, match="sign-in address"):
        connections.open(told(login, AUDIENCE), credential="cli")

    assert (scopes, internet.tokens) == ([], set())


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{}", b'{"AzureAD": []}', b'{"AzureAD": {}}', b"<html>"]
)
def test_metadata_that_are_none_give_no_token(connections, scopes, internet, told, body):
    address = told(LOGIN, AUDIENCE)
    internet.answer = lambda _: (200, {}, body)

    with pytest.raises(errors.ConnectionFailure):
        connections.open(address, credential="cli")

    assert (scopes, internet.tokens) == ([], set())
