import pytest

from adxmi_jupyter.service.connections import Settings


@pytest.fixture
def ask(connections, monkeypatch):
    """Send a command, or a query, to a server with a prepared answer."""

    def ask(uri, text=".show version"):
        monkeypatch.setenv("ADXMI_TOKEN", "embedded-secret-token")
        connections.settings = Settings(cluster=uri, credential="token", timeout=5)
        kusto = connections.current().kusto
        return kusto.command(text) if text.startswith(".") else kusto.query(text, database="db")

    return ask
