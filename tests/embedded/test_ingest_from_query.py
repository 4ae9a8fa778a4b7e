"""`.set`, `.append`, `.set-or-append`, `.set-or-replace`: tables filled by queries and `.show`."""

import contextlib

import pytest
from azure.kusto.data.exceptions import KustoApiError

from adxmi_jupyter.embedded import DatabaseRole
from tests.embedded.ingesting import TESTER, add_tester

NO_EXTENT = "00000000-0000-0000-0000-000000000000"
COLUMNS = ["ExtentId", "OriginalSize", "ExtentSize", "ColumnSize", "IndexSize", "RowCount"]
ROLES = {
    "viewer": DatabaseRole.VIEWERS,
    "user": DatabaseRole.USERS,
    "ingestor": DatabaseRole.INGESTORS,
    "admin": DatabaseRole.ADMINS,
}


@pytest.fixture
def numbers(sales):
    """Make a table Numbers with the row 1, and return what gives its rows."""
    sales(".set Numbers <| print n = 1")
    return lambda: [row["n"] for row in sales("Numbers")]


def test_set_makes_a_table_of_the_columns_of_its_query(sales):
    (row,) = sales(".set Greeting <|\nlet text='Hello, World!';\nprint str=text")

    assert list(row) == COLUMNS
    assert row["RowCount"] == 1
    assert row["ExtentId"] != NO_EXTENT
    assert sales("Greeting") == [{"str": "Hello, World!"}]
    assert sales(".show table Greeting cslschema")[0]["Schema"] == "str:string"


def test_set_refuses_a_table_that_is_there(refused_in_sales, numbers):
    error = refused_in_sales(".set Numbers <| print n = 2")

    assert error.type.endswith("EntityAlreadyExistsException")
    assert numbers() == [1]


def test_append_refuses_a_table_that_is_not_there(refused_in_sales):
    assert refused_in_sales(".append Missing <| print 1").code == "BadRequest_TableNotExist"


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (".append Numbers <| print 2", [1, 2]),
        (".append Numbers <| range other from 2 to 3 step 1", [1, 2, 3]),
        (".set-or-append Numbers <| print 2", [1, 2]),
        (".set-or-append Numbers <| Numbers", [1, 1]),
        (".set-or-replace Numbers <| print 2", [2]),
        (".set-or-replace Numbers <| Numbers | extend n = 5", [5]),
        (".set-or-replace Numbers <| Numbers | where n > 1", []),
        (".append Numbers with (folder='f', distributed=true) <| Numbers | where n > 1", [1]),
    ],
)
def test_what_happens_to_rows_that_are_there(sales, numbers, command, rows):
    (answer,) = sales(command)

    assert numbers() == rows
    assert (answer["ExtentId"] == NO_EXTENT) == (answer["RowCount"] == 0)


@pytest.mark.parametrize("verb", ["set", "set-or-append", "set-or-replace"])
def test_what_is_not_there_is_made(sales, verb):
    sales(f".{verb} ['New one'] with (folder='f', docstring=\"d\") <| print a=1, b='x'")

    (table,) = sales(".show tables (['New one'])")
    assert sales("['New one']") == [{"a": 1, "b": "x"}]
    assert (table["Folder"], table["DocString"]) == ("f", "d")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (".show tables", ["Orders", "Customers"]),
        (".show tables | where TableName == 'Orders'", ["Orders"]),
        (".show tables; $command_results | where TableName != 'Orders'", ["Customers"]),
        ("// which\n.show tables (Customers)", ["Customers"]),
    ],
)
def test_show_commands_fill_a_table(sales, source, names):
    sales(f".set-or-append Listed <| {source}")

    assert [row["TableName"] for row in sales("Listed")] == names
    assert list(sales("Listed")[0]) == ["TableName", "DatabaseName", "Folder", "DocString"]


def test_other_commands_fill_no_table(sales, refused_in_sales):
    error = refused_in_sales(".set-or-append T <| .drop table Orders")

    assert error.code == "General_BadRequest"
    assert len(sales(".show tables")) == 2


def test_a_show_command_asks_for_its_own_role(azure, refused_in_sales):
    add_tester(azure, DatabaseRole.USERS, "Sales")

    error = refused_in_sales(".set T <| .show cluster policy managed_identity", token=TESTER)

    assert error.code == "Forbidden"


@pytest.mark.parametrize(
    ("query", "found", "wanted"),
    [
        ("print 'x'", "string", "long"),
        ("print 1, 2", "long, long", "long"),
        ("print 1.5", "real", "long"),
    ],
)
def test_columns_are_matched_by_order_and_type(refused_in_sales, numbers, query, found, wanted):
    error = refused_in_sales(f".append Numbers <| {query}")

    assert error.code == "General_BadRequest"
    assert f"({found})" in error.description
    assert f"({wanted})" in error.description
    assert numbers() == [1]


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        (
            ".append Numbers with (extend_schema=true) <| print 2, word='x'",
            [{"n": 1, "word": ""}, {"n": 2, "word": "x"}],
        ),
        (
            ".set-or-append Numbers with (extend_schema=true) <| print 2, when=datetime(null)",
            [{"n": 1, "when": None}, {"n": 2, "when": None}],
        ),
        (
            ".set-or-replace Numbers with (extend_schema=true) <| print 2, word='x'",
            [{"n": 2, "word": "x"}],
        ),
        (
            ".set-or-replace Numbers with (recreate_schema=true) <| print word='x'",
            [{"word": "x"}],
        ),
        (
            ".set-or-replace Numbers with (extend_schema=true, recreate_schema=true) <| print w=1.5",
            [{"w": 1.5}],
        ),
    ],
)
def test_columns_change_where_that_is_wanted(sales, numbers, command, rows):
    sales(command)

    assert sales("Numbers") == rows


def test_append_does_not_recreate_columns(refused_in_sales, numbers):
    refused_in_sales(".append Numbers with (recreate_schema=true) <| print word='x'")

    assert numbers() == [1]


def test_names_with_a_dollar_are_refused(refused_in_sales):
    error = refused_in_sales(".set T <| Orders | project $table = OrderId")

    assert error.code == "General_BadRequest"


@pytest.mark.nightly
def test_async_answers_with_an_operation(sales, numbers):
    (row,) = sales(".append async Numbers <| print 2")

    (operation,) = sales(f".show operations {row['OperationId']}")
    assert list(row) == ["OperationId"]
    assert (operation["Operation"], operation["State"]) == ("TableAppend", "Completed")
    assert numbers() == [1, 2]


def test_async_keeps_its_failure(sales, numbers):
    (row,) = sales(".set-or-append async Numbers <| print 'x'")

    (operation,) = sales(f".show operations {row['OperationId']}")
    assert (operation["Operation"], operation["State"]) == ("TableSetOrAppend", "Failed")
    assert "does not match" in operation["Status"]


def test_details_are_kept_when_that_is_wanted(sales):
    (kept,) = sales(".set async A with (persistDetails=true) <| print 1")
    (other,) = sales(".set async B <| print 1")

    assert list(sales(f".show operation {kept['OperationId']} details")[0]) == COLUMNS
    assert sales(f".show operation {other['OperationId']} details") == []


def test_tags_keep_rows_from_coming_in_twice(sales, numbers):
    properties = """tags='["ingest-by:run 7"]', ingestIfNotExists='["run 7"]'"""

    sales(f".set-or-append Numbers with ({properties}) <| print 2")
    (again,) = sales(f".set-or-append Numbers with ({properties}) <| print 2")

    assert (again["ExtentId"], again["RowCount"]) == (NO_EXTENT, 0)
    assert numbers() == [1, 2]


@pytest.mark.parametrize(
    "properties",
    ["colour='red'", "distributed=maybe", "tags='x'", "folder='a', folder='b'"],
)
def test_wrong_properties_are_refused(refused_in_sales, numbers, properties):
    properties = properties.replace("=maybe", "='maybe'")

    error = refused_in_sales(f".append Numbers with ({properties}) <| print 2")

    assert error.code == "BadRequest_MalformedIngestionProperty"
    assert numbers() == [1]


@pytest.mark.nightly
def test_update_policies_run_over_the_rows(sales, numbers):
    sales(".create table Target (n:long)")
    policy = """[{"IsEnabled": true, "Source": "Numbers", "Query": "Numbers | where n > 1"}]"""
    sales(f".alter table Target policy update @'{policy}'")

    sales(".append Numbers <| range n from 1 to 3 step 1")

    assert sales("Target") == [{"n": 2}, {"n": 3}]
    assert numbers() == [1, 1, 2, 3]


@pytest.mark.nightly
def test_a_transactional_policy_keeps_the_rows_out(azure, sales, refused_in_sales, numbers):
    sales(".create table Target (n:long)")
    policy = """[{"IsEnabled": true, "Source": "Numbers", "Query": "Numbers", "IsTransactional": true}]"""
    sales(f".alter table Target policy update @'{policy}'")
    azure.world.cluster.databases["Sales"].tables["Target"].columns = (("other", "string"),)

    error = refused_in_sales(".set-or-replace Numbers <| print n = 2")

    assert error.code == "UpdatePolicy_FailedDescendantTransaction"
    assert numbers() == [1]


@pytest.mark.parametrize(
    ("command", "permitted"),
    [
        (".set T <| print 1", {"user", "admin"}),
        (".set-or-append T <| print 1", {"user", "admin"}),
        (".set-or-replace T <| print 1", {"user", "admin"}),
        (".append Numbers <| print 1", {"ingestor", "admin"}),
        (".set-or-append Numbers <| print 1", {"ingestor", "admin"}),
        (".set-or-replace Numbers <| print 1", {"admin"}),
        (".append Numbers with (extend_schema=true) <| print 1", {"admin"}),
    ],
)
def test_roles_that_each_command_takes(numbers, outcome, command, permitted):
    seen = {name for name, role in ROLES.items() if outcome(role, command) != "Forbidden"}

    assert seen == permitted


@pytest.fixture
def outcome(azure, run, refusal):
    """Run a command as one who holds a role and may read, and return the error's code, if any."""

    def try_it(role, command):
        azure.world.cluster.databases["Sales"].tables.pop("T", None)
        azure.world.cluster.databases["Sales"].roles = []
        add_tester(azure, DatabaseRole.VIEWERS, "Sales")
        add_tester(azure, role, "Sales")
        try:
            run(command, database="Sales", token=TESTER)
        except KustoApiError as error:
            return error.get_api_error().code
        return ""

    return try_it


def test_the_creator_of_a_table_may_replace_its_rows(azure, sales):
    add_tester(azure, DatabaseRole.USERS, "Sales")

    sales(".set Own <| print a = 1", token=TESTER)
    sales(".set-or-replace Own <| print a = 2", token=TESTER)

    assert sales("Own") == [{"a": 2}]


def test_an_ingestor_who_may_not_read_cannot_query(azure, refused_in_sales, numbers):
    add_tester(azure, DatabaseRole.INGESTORS, "Sales")

    error = refused_in_sales(".append Numbers <| Orders | project OrderId", token=TESTER)

    assert error.code == "Forbidden"
    assert numbers() == [1]


def test_a_table_named_like_a_word_of_the_command_takes_brackets(sales):
    sales(".set ['async'] <| print a = 1")

    assert sales("['async']") == [{"a": 1}]


@pytest.mark.parametrize(
    ("commands", "events"),
    [
        ([".set T <| print a = 1"], ["CREATE-TABLE"]),
        ([".set-or-append async T <| print a = 1"], ["CREATE-TABLE"]),
        ([".set-or-append T <| print a = 1"] * 2, ["CREATE-TABLE"]),
        ([".set-or-append async T <| print a = 1 | no_operator"], []),
        ([".append Orders <| Orders"], []),
        (
            [
                ".set T <| print a = 1",
                ".set-or-replace T with (recreate_schema=true) <| print a = 'x'",
            ],
            ["CREATE-TABLE", "ALTER-TABLE"],
        ),
    ],
)
def test_the_journal_tells_of_tables_that_are_made_or_changed(sales, commands, events):
    before = len(sales(".show database Sales journal"))

    for command in commands:
        with contextlib.suppress(KustoApiError):
            sales(command)

    entries = sales(".show database Sales journal")[before:]
    assert [entry["Event"] for entry in entries] == events
    assert {entry["EntityName"] for entry in entries} <= {"T"}
