import pytest

from adxmi_jupyter.errors import InvalidCluster
from adxmi_jupyter.service.address import parse_address


@pytest.mark.parametrize(
    ("text", "uri", "database"),
    [
        ("help", "https://help.kusto.windows.net", ""),
        ("help.westeurope", "https://help.westeurope.kusto.windows.net", ""),
        ("help.kusto.windows.net", "https://help.kusto.windows.net", ""),
        ("https://help.kusto.windows.net/", "https://help.kusto.windows.net", ""),
        (
            "https://help.kusto.windows.net/Tom%27s%20Lab",
            "https://help.kusto.windows.net",
            "Tom's Lab",
        ),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", ""),
        ("http://localhost:1", "http://localhost:1", ""),
        ("http://[::1]:1", "http://[::1]:1", ""),
    ],
)
def test_a_cluster_is_a_uri_a_host_or_a_short_name(text, uri, database):
    address = parse_address(text)

    assert (address.uri, address.database) == (uri, database)


@pytest.mark.parametrize(
    ("uri", "authority"),
    [
        ("https://c.kusto.windows.net", "login.microsoftonline.com"),
        ("https://c.kusto.usgovcloudapi.net", "login.microsoftonline.us"),
        ("https://c.kusto.chinacloudapi.cn", "login.partner.microsoftonline.cn"),
        ("https://c.kusto.azuresynapse.azure.cn", "login.partner.microsoftonline.cn"),
    ],
)
def test_tokens_come_from_the_cloud_of_the_host(uri, authority):
    assert parse_address(uri).authority == authority


def test_plain_http_to_another_machine_is_refused_with_the_https_address():
    with pytest.raises(InvalidCluster) as raised:
        parse_address("http://help.kusto.windows.net")

    assert raised.value.fix == "%adxmi connect https://help.kusto.windows.net"


@pytest.mark.parametrize(
    "text",
    ["", "https://", "ftp://help", "https://a b", "https://h:port", "two words", "https://h:0"],
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InvalidCluster):
        parse_address(text)


@pytest.mark.parametrize(
    "text",
    ["Data Source=https://h;AppKey=hunter2", "https://user:hunter2@h.kusto.windows.net"],
)
def test_a_text_that_may_hold_a_secret_is_refused_without_repeating_it(text):
    with pytest.raises(InvalidCluster) as raised:
        parse_address(text)

    assert "hunter2" not in str(raised.value)


def test_a_cluster_is_called_by_its_short_name():
    assert (
        parse_address("https://help.westeurope.kusto.windows.net").short_name == "help.westeurope"
    )
    assert parse_address("http://127.0.0.1:8080").short_name == "127.0.0.1"
