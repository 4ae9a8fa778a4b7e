"""What the tool sends stands in the cluster's logs under its own name, so that audits can tell."""

import pytest

OWN = "| where Application == 'adxmi_jupyter'"


@pytest.fixture
def logged(connection):
    """Return the texts of the tool's own requests."""

    def texts(command=".show commands-and-queries"):
        return list(connection.kusto.command(f"{command} {OWN}").frame()["Text"])

    return texts


def test_commands_and_queries_carry_the_name_of_the_tool(connection, logged):
    connection.kusto.command(".show database Sales policy managed_identity")
    connection.kusto.query("Orders | count", database="Sales")

    assert logged() == [".show database Sales policy managed_identity", "Orders | count"]


def test_the_tool_does_not_tell_the_name_of_the_account_on_the_machine(connection):
    connection.kusto.query("Orders | count", database="Sales")

    found = connection.kusto.command(f".show queries {OWN}").frame()

    assert list(found["User"]) == ["admin@contoso.example"]


def test_own_requests_can_be_left_out(connection, logged):
    connection.kusto.query("Orders | count", database="Sales")

    others = connection.kusto.command(
        ".show queries | where Application != 'adxmi_jupyter'"
    ).frame()

    assert "Orders | count" not in set(others["Text"])
    assert len(others) > 100
