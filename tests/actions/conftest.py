import pytest

from adxmi_jupyter.service.connections import Connections, Settings


@pytest.fixture
def said():
    return []


@pytest.fixture
def connections(said):
    found = Connections(Settings(), said.append)
    yield found
    found.close_all()


@pytest.fixture
def connection(connections):
    return connections.current()


@pytest.fixture
def azure(connection):
    return connection.azure


@pytest.fixture
def reader(connections, connection):
    """The seeded principal with fewer rights, on the same embedded Azure."""
    return connections.open("embedded", name="reader", credential="as:reader")
