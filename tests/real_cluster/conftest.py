"""The cluster that these tests read: a real one, or the embedded Azure."""

import pytest

from adxmi_jupyter.service.connections import Connections, Settings


class ReadOnly:
    """A cluster's endpoint that sends commands which show something, and no others."""

    def __init__(self, kusto):
        self._kusto = kusto

    def __getattr__(self, name):
        return getattr(self._kusto, name)

    def command(self, text, **options):
        assert text.lstrip().startswith(".show "), f"a test for real clusters sends {text[:40]!r}"
        return self._kusto.command(text, **options)

    def query(self, text, **options):
        assert not text.lstrip().startswith("."), f"a test for real clusters sends {text[:40]!r}"
        return self._kusto.query(text, **options)


@pytest.fixture(scope="module")
def address(pytestconfig):
    """Where the tests run: cluster (empty for the embedded Azure), database, credential."""
    return Settings(
        cluster=pytestconfig.getoption("--adx-cluster"),
        database=pytestconfig.getoption("--adx-database") or "Sales",
        credential=pytestconfig.getoption("--adx-credential"),
    )


@pytest.fixture(scope="module")
def cluster(address, tmp_path_factory):
    """A connection that only reads, for all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADXMI_DATA_DIR", str(tmp_path_factory.mktemp("real")))
        connections = Connections(address, lambda _line: None)
        connection = connections.current()
        connection.kusto = ReadOnly(connection.kusto)
        yield connection
        connections.close_all()
