"""Whom tokens are sent to, as people decide it: on the line, in the console, by completion."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.fixes import Configure, Connect, Setting
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.console import Console

HOST = "adx.contoso.example"


@pytest.fixture
def trusting(magics):
    """The trusted hosts of the user, with one among them."""
    magics.connections.trusted_hosts.add(HOST)
    return magics.connections.trusted_hosts


def test_a_foreign_host_is_refused_with_the_command_that_trusts_it(magic):
    with pytest.raises(errors.UntrustedHost) as raised:
        magic(f"connect https://{HOST} --credential cli")

    assert raised.value.what == f"{HOST} is not a known host of Azure Data Explorer"
    assert raised.value.fix == (
        f"if it is your cluster: %adxmi connect https://{HOST} --trust-host"
    )


@pytest.mark.parametrize("credential", ["cli", "managed-identity:an-app", "app"])
def test_a_server_on_this_machine_is_told_apart_from_a_cluster(magic, azure, credential):
    with pytest.raises(errors.UntrustedHost) as raised:
        magic(f"connect {azure.kusto_uri} --credential {credential}")

    assert raised.value.why.startswith(f"the credential {credential!r} is yours")
    assert raised.value.fix == "%adxmi connect … --credential default"


def test_the_way_out_works_whatever_is_configured(magic, magics, azure):
    magics.credential = "cli"

    status = magic(f"connect {azure.kusto_uri} --credential default")

    assert status.loc[0, "credential"] == "default"


def test_the_console_has_its_own_ways_out():
    write = Call(Console()).dialect.fix

    assert write(Configure(Setting.CREDENTIAL, "default")) == "ADXMI_CREDENTIAL=default"
    assert write(Configure(Setting.MAX_ANSWER, "128")) == "ADXMI_MAX_ANSWER_MB=128"
    assert write(Connect(f"https://{HOST}", trusts_host=True)) == (
        f"adxmi connect https://{HOST} --trust-host"
    )


def test_trusted_hosts_are_listed(magic, trusting):
    assert magic("connections trusted")["host"].tolist() == [HOST]


def test_a_trusted_host_is_removed_in_any_spelling(magic, trusting):
    left = magic(f"connections distrust https://{HOST.upper()}/")

    assert left["host"].tolist() == []
    assert trusting.all() == ()


def test_trusted_hosts_complete(completions, trusting):
    found = completions("%adxmi connections distrust adx")

    assert [text for text, _, _ in found] == [HOST]


@pytest.mark.parametrize(
    "address", ["https://[::1", "https://evil.example\uff0f.kusto.windows.net"]
)
def test_an_address_that_cannot_be_read_is_told_in_three_lines(magic, address):
    with pytest.raises(errors.InvalidCluster) as raised:
        magic(f'connect "{address}"')

    assert len(str(raised.value).splitlines()) == 3


@pytest.mark.parametrize(
    "option", ["--max-answer-mb 0", "--max-answer-mb 5000", "--timeout 0", "--max-in-flight 17"]
)
def test_limits_are_checked_before_anything_is_sent(magic, azure, option):
    served = azure.requests_served

    with pytest.raises(errors.InvalidValue):
        magic(f"connect {azure.kusto_uri} {option}")

    assert azure.requests_served == served
