"""Every address with every credential: who gets a token, and who gets a request at all."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.service.address import parse_address
from tests.service.trust.addresses import FOREIGN, INVALID, KNOWN, LOOPBACK
from tests.service.trust.conftest import KINDS, TOKEN


@pytest.mark.parametrize(("address", "host"), KNOWN, ids=repr)
def test_a_known_host_gets_the_token_and_nobody_else(address, host, tried, internet):
    outcomes = tried(address)

    assert outcomes == dict.fromkeys(KINDS)
    assert internet.tokens == {(host, f"Bearer {TOKEN}")}


@pytest.mark.parametrize("address", LOOPBACK, ids=repr)
def test_a_server_on_this_machine_gets_no_token_of_the_user(address, tried, internet, scopes):
    outcomes = tried(address.format(port=internet.port))

    assert outcomes.pop("default") in {None, errors.UntrustedCertificate}
    assert set(outcomes.values()) == {errors.UntrustedHost}
    assert (internet.tokens, scopes) == (set(), [])


@pytest.mark.parametrize("address", FOREIGN, ids=repr)
def test_a_foreign_host_gets_no_request(address, tried, internet, scopes):
    outcomes = tried(address)

    assert set(outcomes.values()) == {errors.UntrustedHost}
    assert (internet.requests, scopes) == ([], [])


@pytest.mark.parametrize("address", INVALID, ids=lambda text: repr(text[:60]))
def test_for_what_is_no_address_nothing_is_sent(address, tried, internet, scopes):
    outcomes = tried(address)

    assert set(outcomes.values()) == {errors.InvalidCluster}
    assert (internet.requests, scopes) == ([], [])


@pytest.mark.parametrize("address", INVALID, ids=lambda text: repr(text[:60]))
def test_what_is_no_address_is_told_in_three_short_lines(address):
    with pytest.raises(errors.InvalidCluster) as raised:
        parse_address(address)

    lines = str(raised.value).splitlines()
    assert len(lines) == 3
    assert all(len(line) < 200 and line.isprintable() for line in lines)
    assert "password" not in lines[0]


def test_there_are_enough_addresses():
    assert len(KNOWN) + len(LOOPBACK) + len(FOREIGN) + len(INVALID) >= 100
