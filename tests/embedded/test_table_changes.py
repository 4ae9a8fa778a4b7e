"""Tables created, altered, renamed, cleared and dropped, one or many at a time."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole

TOKEN = "embedded-tester"


@pytest.fixture
def sales(azure):
    return azure.world.cluster.databases["Sales"]


@pytest.fixture
def user(azure):
    azure.world.grant(
        azure.world.add_principal("tester", token=TOKEN), DatabaseRole.USERS, database="Sales"
    )
    return TOKEN


def columns(table):
    return [name for name, _ in table.columns]


def test_many_tables_at_once(run, sales):
    rows = run(
        ".create tables A (x:string), ['B b'] (y:long), Orders (z:string) with (folder='f')",
        database="Sales",
    )

    assert [(row["TableName"], row["Folder"]) for row in rows] == [
        ("A", "f"),
        ("B b", "f"),
        ("Orders", ""),
    ]
    assert columns(sales.tables["Orders"])[0] == "OrderId"


def test_many_tables_merged(run, sales):
    run(".create-merge tables Orders (Note:string), N (x:long)", database="Sales")

    assert columns(sales.tables["Orders"])[-1] == "Note"
    assert columns(sales.tables["N"]) == ["x"]


def test_nothing_is_created_when_one_of_many_cannot_be(refusal, sales):
    refusal(".create tables A (x:string), B (y:long, y:long)", database="Sales")

    assert "A" not in sales.tables


def test_a_table_like_another(run, sales):
    run(".alter table Orders docstring 'sold'", database="Sales")

    (row,) = run(".create table Copy based-on Orders with (folder='f')", database="Sales")

    assert (row["Folder"], row["DocString"]) == ("f", "sold")
    assert sales.tables["Copy"].columns == sales.tables["Orders"].columns
    assert sales.tables["Copy"].rows == []


def test_a_table_like_another_that_exists(run, refusal):
    run(".create table Customers based-on Orders ifnotexists", database="Sales")

    error = refusal(".create table Customers based-on Orders", database="Sales")

    assert error.type.endswith("EntityAlreadyExistsException")


def test_alter_gives_exactly_these_columns(run, sales):
    run(".alter table Orders docstring 'sold'", database="Sales")

    (row,) = run(".alter table Orders (Region:string, New:long, OrderId:long)", database="Sales")

    assert row["Schema"] == "Region:string,New:long,OrderId:long"
    assert sales.tables["Orders"].rows[0] == ("north", None, 1)
    assert row["DocString"] == ""


def test_alter_merge_keeps_columns_and_descriptions(run, sales):
    run(".alter table Orders folder 'f'", database="Sales")

    (row,) = run(".alter-merge table Orders (New:long) with (DocString='sold')", database="Sales")

    assert row["Schema"].endswith("Placed:datetime,New:long")
    assert (row["Folder"], row["DocString"]) == ("f", "sold")
    assert sales.tables["Orders"].rows[0][-1] is None


@pytest.mark.parametrize(
    "text",
    [
        ".alter table Orders (OrderId:string)",
        ".alter-merge table Orders (OrderId:string)",
        ".alter table Orders (a:string, a:string)",
        ".alter table None (a:string)",
        ".alter-merge table None (a:string)",
    ],
)
def test_alterations_that_cannot_be(refusal, text):
    assert refusal(text, database="Sales").code in {
        "General_BadRequest",
        "BadRequest_TableNotExist",
    }


def test_rename(run, sales):
    (row,) = run(".rename table Orders to Sold", database="Sales")

    assert row["TableName"] == "Sold"
    assert list(sales.tables) == ["Sold", "Customers"]
    assert run("Sold | count", database="Sales") == [{"Count": 6}]


def test_names_are_swapped(run, sales):
    run(".rename tables Orders=Customers, Customers=Orders, N=None ifexists", database="Sales")

    assert columns(sales.tables["Customers"])[0] == "OrderId"
    assert columns(sales.tables["Orders"])[0] == "CustomerId"


@pytest.mark.parametrize(
    "text",
    [
        ".rename table Orders to Customers",
        ".rename table Orders to ArchivedOrders",
        ".rename tables A=Orders, A=Customers",
        ".rename tables A=Orders, B=None",
        ".rename table None to A",
    ],
)
def test_a_renaming_is_done_as_a_whole_or_not_at_all(refusal, sales, text):
    assert refusal(text, database="Sales").code != "BadRequest_SyntaxError"
    assert list(sales.tables) == ["Orders", "Customers"]


def test_views_follow_a_table_that_is_renamed_when_asked(run, sales):
    run(
        ".create materialized-view V on table Orders { Orders | summarize count() by Region }",
        database="Sales",
    )

    run(".rename table Orders to Sold with (updateMaterializedViews=true)", database="Sales")

    assert sales.materialized_views["V"].source == "Sold"


def test_many_tables_are_dropped(run):
    assert run(".drop tables (Orders, None) ifexists", database="Sales") == [
        {"TableName": "Customers", "DatabaseName": "Sales"}
    ]


def test_no_table_is_dropped_when_one_is_missing(refusal, sales):
    assert refusal(".drop tables (Orders, None)", database="Sales").code == (
        "BadRequest_TableNotExist"
    )
    assert "Orders" in sales.tables


def test_clear_removes_the_rows(run):
    assert run(".clear table Orders data", database="Sales") == [{"Status": "Completed"}]
    assert run("Orders | count", database="Sales") == [{"Count": 0}]


def test_clear_in_the_background(run):
    (row,) = run(".clear async table Orders data", database="Sales")

    (operation,) = run(f".show operations {row['OperationId']}", database="Sales")

    assert operation["State"] == "Completed"


def test_new_rows_of_a_cleared_table_are_exported(azure, run, sales):
    azure.world.add_continuous_export(
        "Nightly", database="Sales", external_table="ArchivedOrders", query="Orders"
    )
    azure.run_now("Sales", "Nightly")

    run(".clear table Orders data", database="Sales")

    assert sales.continuous_exports["Nightly"].cursors.get("Orders", 0) == 0


@pytest.mark.parametrize(
    "text",
    [
        ".alter table Orders (a:string)",
        ".alter-merge table Orders (a:string)",
        ".alter table Orders folder 'x'",
        ".rename table Orders to A",
        ".drop tables (Orders)",
        ".clear table Orders data",
        ".create-merge tables Orders (a:string)",
    ],
)
def test_changes_need_an_admin_of_the_table(run, refusal, user, text):
    assert refusal(text, database="Sales", token=user).code == "Forbidden"


def test_who_creates_a_table_changes_it(run, user):
    run(".create tables Mine (a:string)", database="Sales", token=user)
    run(".alter-merge table Mine (b:long)", database="Sales", token=user)
    run(".rename table Mine to Ours", database="Sales", token=user)

    assert run(".clear table Ours data", database="Sales", token=user)
    assert run(".drop table Ours", database="Sales", token=user)


def test_changes_are_in_the_journal(run):
    for text in (
        ".create tables A (x:string), B (y:string)",
        ".alter table A (z:string)",
        ".rename table A to C",
        ".drop tables (B, C)",
        ".clear table Orders data",
    ):
        run(text, database="Sales")

    events = [(row["Event"], row["EntityName"]) for row in run(".show journal")]

    assert events == [
        ("CREATE-TABLES", "A"),
        ("ALTER-TABLE", "A"),
        ("RENAME-TABLE", "A"),
        ("DROP-TABLES", "B"),
    ]
