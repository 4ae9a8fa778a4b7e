"""Stored functions: made, shown and dropped by command, called by queries."""

import json

import pytest

from adxmi_jupyter.embedded.kusto.policies.update_runs import planned_updates
from adxmi_jupyter.embedded.state.security import DatabaseRole
from adxmi_jupyter.embedded.state.world import as_principal


def test_a_function_is_shown_as_it_was_written(run):
    text = ".create function with (docstring='all', folder='f') AllOrders( ) {\n  Orders // }\n}"

    created = run(text, database="Sales")

    expected = {
        "Name": "AllOrders",
        "Parameters": "( )",
        "Body": "{\n  Orders // }\n}",
        "Folder": "f",
        "DocString": "all",
    }
    assert created == [expected]
    assert run(".show functions", database="Sales") == [expected]
    assert run(".show function AllOrders", database="Sales") == [expected]


def test_a_database_has_no_functions_at_first(run):
    assert run(".show functions", database="Sales") == []


def test_functions_belong_to_their_database(run):
    run(".create function F() { Orders }", database="Sales")

    assert run(".show functions", database="Telemetry") == []


@pytest.mark.parametrize("query", ["North", "North()", "['North']()", "North() | take 9", "North;"])
def test_a_query_runs_the_body_of_a_function(run, query):
    run(".create function North() { Orders | where Region == 'north' }", database="Sales")

    rows = run(query, database="Sales")

    assert [row["OrderId"] for row in rows] == [1, 3, 6]


def test_a_body_may_have_statements_of_its_own(run):
    run(".create function F() { let least = 100; Orders | where Amount > least }", database="Sales")

    rows = run("F | count", database="Sales")

    assert rows == [{"Count": 2}]


def test_names_in_a_body_are_those_of_its_own_database(run):
    run(".create function AllEvents() { Events }", database="Telemetry")

    called = run("database('Telemetry').AllEvents() | count", database="Sales")
    named = run("database('Telemetry').AllEvents | count", database="Sales")

    assert called == named == [{"Count": 3}]


def test_a_function_goes_before_a_table_of_its_name(run):
    run(".create function Customers() { print who = 'nobody' }", database="Sales")

    assert run("Customers", database="Sales") == [{"who": "nobody"}]


def test_a_function_may_call_another_one(run):
    run(".create function Inner() { Orders | take 2 }", database="Sales")
    run(".create function Outer() { Inner() | count }", database="Sales")

    assert run("Outer()", database="Sales") == [{"Count": 2}]


def test_a_function_that_calls_itself_is_refused(run, refusal):
    run(".create function Ping() { Pong() }", database="Sales")
    run(".create function Pong() { Ping() }", database="Sales")

    error = refusal("Ping()", database="Sales")

    assert error.type == "Kusto.Data.Exceptions.SemanticException"


def test_a_function_with_parameters_is_kept_but_not_called(run, refusal):
    (made,) = run(".create function F(n:long=5, T:(*)) { T | take n }", database="Sales")

    error = refusal("F()", database="Sales")

    assert made["Parameters"] == "(n:long=5, T:(*))"
    assert error.type == "Kusto.Data.Exceptions.SemanticException"


@pytest.mark.parametrize("query", ["Nothing()", "Orders()", "database('Sales').Nothing()"])
def test_calling_what_is_no_function_is_a_semantic_error(refusal, query):
    error = refusal(query, database="Sales")

    assert error.type == "Kusto.Data.Exceptions.SemanticException"


def test_arguments_for_a_function_without_parameters_are_refused(run, refusal):
    run(".create function F() { Orders }", database="Sales")

    assert refusal("F(1)", database="Sales").code == "General_BadRequest"


def test_a_function_reaches_what_its_caller_may_read_only(run, refusal):
    run('.create function Notes() { database("Tom\'s Lab").Experiments }', database="Sales")

    error = refusal("Notes()", database="Sales", token="embedded-reader")

    assert error.code == "Forbidden"


def test_create_refuses_a_name_that_is_taken(run, refusal):
    run(".create function F() { Orders }", database="Sales")

    error = refusal(".create function F() { Customers }", database="Sales")

    assert error.type == "Kusto.Data.Exceptions.EntityAlreadyExistsException"


def test_create_ifnotexists_leaves_a_function_as_it_is(run):
    run(".create function F() { Orders }", database="Sales")

    (kept,) = run(".create function ifnotexists F() { Customers }", database="Sales")

    assert kept["Body"] == "{ Orders }"


@pytest.mark.parametrize("verb", ["alter", "create-or-alter"])
def test_a_function_is_replaced_as_a_whole(run, verb):
    run(".create function with (folder='f') F() { Orders }", database="Sales")

    (changed,) = run(f".{verb} function F() {{ Customers }}", database="Sales")

    assert (changed["Body"], changed["Folder"]) == ("{ Customers }", "")


@pytest.mark.parametrize(
    "text", [".alter function F() { Orders }", ".show function F", ".drop function F"]
)
def test_a_function_that_is_not_there_is_refused(refusal, text):
    error = refusal(text, database="Sales")

    assert error.type == "Kusto.Data.Exceptions.EntityNotFoundInContainerException"


def test_drop_returns_the_name(run):
    run(".create function F() { Orders }", database="Sales")

    dropped = run(".drop function F", database="Sales")

    assert dropped == [{"Name": "F"}]
    assert run(".show functions", database="Sales") == []
    assert run(".drop function F ifexists", database="Sales") == []


def test_a_viewer_sees_functions_and_makes_none(run, refusal):
    run(".create function F() { Orders }", database="Sales")

    seen = run(".show functions", database="Sales", token="embedded-reader")
    error = refusal(".create function G() { Orders }", database="Sales", token="embedded-reader")

    assert [row["Name"] for row in seen] == ["F"]
    assert error.code == "Forbidden"


def test_who_creates_a_function_is_its_admin(run):
    run(
        ".add database Sales users ('aaduser=reader@contoso.example')",
    )
    run(".create function F() { Orders }", database="Sales", token="embedded-reader")

    (changed,) = run(".alter function F() { Customers }", database="Sales", token="embedded-reader")

    assert changed["Body"] == "{ Customers }"


def test_a_user_may_not_alter_the_function_of_another(run, refusal):
    run(".add database Sales users ('aaduser=reader@contoso.example')")
    run(".create function F() { Orders }", database="Sales")

    error = refusal(
        ".create-or-alter function F() { Customers }", database="Sales", token="embedded-reader"
    )

    assert error.code == "Forbidden"


@pytest.mark.parametrize("given", ["color='red'", "view='perhaps'", "folder='a', folder='b'"])
def test_properties_that_a_function_has_not_are_refused(refusal, given):
    error = refusal(f".create function with ({given}) F() {{ Orders }}", database="Sales")

    assert error.code == "General_BadRequest"


def test_a_script_makes_functions(run):
    text = """.execute database script <|
.create function F() { Orders
| take 1 }
.create-or-alter function G() { F() }
"""

    outcomes = run(text, database="Sales")

    assert [(row["CommandType"], row["Result"]) for row in outcomes] == [
        ("FunctionCreate", "Completed"),
        ("FunctionCreateOrAlter", "Completed"),
    ]
    assert len(run("G()", database="Sales")) == 1


@pytest.mark.nightly
def test_the_function_of_an_update_policy_may_read_another_database(azure, run):
    exporter = azure.world.identity("mi-export")
    for database in ("Sales", "Telemetry"):
        azure.world.grant(as_principal(exporter), DatabaseRole.VIEWERS, database=database)
    run(".create table Loud (Message:string)", database="Sales")
    run(
        ".create function Messages() { database('Telemetry').Events | project Message }",
        database="Sales",
    )

    policy = {"Source": "Orders", "Query": "Messages()", "ManagedIdentity": exporter.object_id}
    run(f".alter table Loud policy update '{json.dumps([policy])}'", database="Sales")

    world, sales = azure.world, azure.world.cluster.databases["Sales"]
    outcome = planned_updates(world, sales, sales.tables["Orders"], sales.tables["Orders"].rows)

    assert outcome.failures == []
    assert [len(each.rows) for each in outcome.additions] == [3]
