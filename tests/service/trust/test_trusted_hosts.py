"""Hosts that the user trusts: an explicit decision that lasts until it is taken back."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.service.connections import Connections, Settings
from adxmi_jupyter.service.trust import TrustedHosts
from tests.service.trust.conftest import KINDS, TOKEN

HOST = "adx.contoso.example"


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_gets_tokens_once_the_user_trusts_it(connections, internet, scopes, said, kind):
    connections.open(f"https://{HOST}", credential=kind, trust_host=True)

    assert internet.tokens == {(HOST, f"Bearer {TOKEN}")}
    assert said == [
        f"{HOST} is a trusted host from now on (%adxmi connections distrust {HOST} removes it)."
    ]


def test_the_decision_lasts(connections, internet, scopes, said):
    connections.open(f"https://{HOST}", credential="cli", trust_host=True)
    later = Connections(Settings(cluster=f"https://{HOST}", credential="token"), said.append)

    later.current().kusto.command(".show version")

    assert internet.tokens == {(HOST, f"Bearer {TOKEN}")}
    later.close_all()


def test_what_is_configured_gets_no_token_unasked(connections, internet, scopes):
    connections.settings = Settings(cluster=f"https://{HOST}", credential="token")

    with pytest.raises(errors.UntrustedHost) as raised:
        connections.current()

    assert raised.value.fix.endswith(f"%adxmi connect https://{HOST} --trust-host")
    assert internet.requests == []


@pytest.mark.parametrize(
    "other",
    [f"sub.{HOST}", f"x{HOST}", "contoso.example", f"{HOST}.evil.example", "adx.contoso.example2"],
)
def test_exactly_that_host_is_trusted(connections, internet, scopes, other):
    connections.trusted_hosts.add(HOST)

    with pytest.raises(errors.UntrustedHost):
        connections.open(f"https://{other}", credential="cli")

    assert internet.requests == []


def test_the_ingestion_endpoint_of_a_trusted_host_is_another_host(connections, internet, scopes):
    trusted = connections.open(f"https://{HOST}", credential="cli", trust_host=True)

    with pytest.raises(errors.UntrustedHost) as raised:
        _ = trusted.ingestion

    assert f"https://ingest-{HOST} --trust-host" in raised.value.fix
    assert {one.host for one in internet.requests} == {HOST}


def test_plain_http_is_not_a_matter_of_trust(connections, internet, scopes):
    with pytest.raises(errors.InvalidCluster):
        connections.open(f"http://{HOST}", credential="cli", trust_host=True)

    assert connections.trusted_hosts.all() == ()
    assert internet.requests == []


@pytest.mark.parametrize(
    "address", ["https://known.kusto.windows.net", "http://localhost:{port}", "embedded"]
)
def test_where_no_trust_is_needed_none_is_recorded(connections, internet, scopes, address):
    connections.open(address.format(port=internet.port), trust_host=True)

    assert connections.trusted_hosts.all() == ()


def test_a_server_on_this_machine_cannot_be_trusted_with_tokens(connections, internet, scopes):
    with pytest.raises(errors.UntrustedHost):
        connections.open(f"http://localhost:{internet.port}", credential="cli", trust_host=True)

    assert internet.requests == []


def test_trust_that_is_taken_back_ends_its_connections(connections, internet, scopes):
    connections.open(f"https://{HOST}", credential="cli", trust_host=True)

    connections.distrust(HOST.upper())

    assert (connections.all(), connections.trusted_hosts.all()) == ((), ())
    with pytest.raises(errors.UntrustedHost):
        connections.open(f"https://{HOST}", credential="cli")


def test_a_host_that_was_not_trusted_is_told(connections, said):
    connections.distrust(HOST)

    assert said == [f"{HOST} was not a trusted host."]


def test_the_list_is_for_its_owner_only(tmp_path):
    trusted = TrustedHosts(lambda: tmp_path / "own")

    trusted.add(HOST)

    assert stat.S_IMODE((tmp_path / "own" / "trusted_hosts").stat().st_mode) == 0o600
    assert trusted.all() == (HOST,)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b".example\n*.example\nEVIL.example\nhttps://evil.example\nevil.example:443\nevil.example.",
        b"evil.example@x\nevil%2eexample\n127.1\n",
    ],
)
def test_what_is_no_host_is_not_trusted(tmp_path, content):
    (tmp_path / "trusted_hosts").write_bytes(content)

    assert TrustedHosts(lambda: tmp_path).all() == ()


def test_many_writers_lose_no_host(tmp_path):
    hosts = [f"h{number}.example" for number in range(20)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda host: TrustedHosts(lambda: tmp_path).add(host), hosts))

    assert TrustedHosts(lambda: tmp_path).all() == tuple(sorted(hosts))


def test_a_list_that_cannot_be_written_is_told(connections, internet, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ADXMI_DATA_DIR", str(tmp_path / "file"))

    with pytest.raises(errors.UntrustedHost, match="cannot be written"):
        connections.open(f"https://{HOST}", trust_host=True)

    assert internet.requests == []


@pytest.mark.parametrize("token", ["the-users-token", "eyJhbGciOi.x.y", "embedded-", "Embedded-a"])
def test_a_token_that_changes_is_checked_again_on_this_machine(
    connections, internet, monkeypatch, token
):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-admin")
    local = connections.open(f"http://localhost:{internet.port}", credential="token")
    monkeypatch.setenv("ADXMI_TOKEN", token)

    with pytest.raises(errors.UntrustedHost):
        local.kusto.command(".show version")

    assert {authorization for _, authorization in internet.tokens} == {"Bearer embedded-admin"}
