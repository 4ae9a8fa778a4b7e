"""Log Analytics gets a token of its own cloud's host only, and no other host is contacted."""

import pytest

from adxmi_jupyter import errors

WORKSPACE = "c1957d48-80d3-5abf-a7aa-d3160b9125c0"


@pytest.mark.parametrize(
    ("cluster", "host"),
    [
        ("https://logs1.westeurope.kusto.windows.net", "api.loganalytics.io"),
        ("https://logs1.usgovvirginia.kusto.usgovcloudapi.net", "api.loganalytics.us"),
        ("https://logs1.chinaeast2.kusto.chinacloudapi.cn", "api.loganalytics.azure.cn"),
    ],
)
def test_a_token_is_for_the_host_of_the_cloud(connections, internet, scopes, cluster, host):
    connection = connections.open(cluster, credential="cli")
    del scopes[:], internet.requests[:]

    with pytest.raises(errors.AdxmiError):
        connection.log_analytics.rows(WORKSPACE, "AzureActivity | count", None)

    assert scopes == [f"https://{host}/.default"]
    assert {one.host for one in internet.requests} == {host}


def test_the_token_of_the_cluster_is_not_sent(connections, internet, scopes, monkeypatch):
    connection = connections.open("https://logs2.westeurope.kusto.windows.net", credential="token")
    monkeypatch.delenv("ADXMI_LOGS_TOKEN", raising=False)
    del internet.requests[:]

    with pytest.raises(errors.CredentialFailure, match="lacks ADXMI_LOGS_TOKEN"):
        connection.log_analytics.rows(WORKSPACE, "AzureActivity | count", None)

    assert internet.requests == []
