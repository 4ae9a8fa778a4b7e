"""An identity that runs a query needs to read what stored functions in it read."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.entities import StoredFunction
from adxmi_jupyter.embedded.state.world import as_principal
from tests.told import examined


@pytest.fixture
def add_function(azure):
    def add(name, body, database="Sales"):
        function = StoredFunction(name, "()", f"{{ {body} }}")
        azure.world.cluster.databases[database].functions[name] = function

    return add


@pytest.fixture
def roles(azure, connection, filled):
    """Return how the security roles of an update policy are found; it may read Sales."""
    identity = as_principal(azure.world.identity("mi-export"))
    azure.world.grant(identity, DatabaseRole.VIEWERS, database="Sales")

    def look(query, *, by=None):
        found = examined(
            by or connection, filled("update-policy", query=query).requirements(), "Sales"
        )
        return [(one.state, one.fix) for one in found if one.title == "security role"]

    return look


GRANT = "%adxmi role grant --database Telemetry --role viewers --identity mi-export"


@pytest.mark.nightly
@pytest.mark.parametrize("query", ["Far", "Orders | union Far()", "['Far']()", "Near() | take 1"])
def test_a_function_that_reads_another_database(add_function, roles, query):
    add_function("Far", "database('Telemetry').Events")
    add_function("Near", "Far")

    assert roles(query) == [("met", ""), ("not met", GRANT)]


def test_a_function_of_another_database_reads_there_and_further(add_function, roles):
    add_function("Far", 'database("Tom\'s Lab").Experiments', database="Telemetry")

    found = roles("database('Telemetry').Far()")

    assert [state for state, _ in found] == ["met", "not met", "not met"]


@pytest.mark.parametrize(
    "query", ["Orders", "print 'Far'", "Orders // Far", "cluster('x').database('y').Far"]
)
def test_functions_that_are_not_called_do_not_count(add_function, roles, query):
    add_function("Far", "database('Telemetry').Events")

    assert [state for state, _ in roles(query)] == ["met"]


def test_functions_that_call_each_other_come_to_an_end(add_function, roles):
    add_function("Ping", "Pong")
    add_function("Pong", "Ping")

    assert [state for state, _ in roles("Ping")] == ["met"]


@pytest.mark.nightly
def test_functions_that_cannot_be_looked_at_leave_it_unknown(azure, roles):
    azure.faults.add("unavailable", match=".show functions", times=None)

    assert [state for state, _ in roles("Orders")] == ["met", "unknown"]
