import pytest


@pytest.fixture
def reader(connections, connection):
    """The seeded principal with fewer rights, on the same embedded Azure."""
    return connections.open("embedded", name="reader", credential="as:reader")
