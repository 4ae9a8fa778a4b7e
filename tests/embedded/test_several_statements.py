"""Several statements in one request, and queries over the result of a command."""

import pytest


def test_commands_separated_by_semicolons_all_run_and_the_last_one_answers(sales):
    rows = sales(
        ".create table A (x:long); .create table ['b;.c'] (s:string);\n"
        "// and then; .drop table A\n"
        ".show tables | project TableName;"
    )

    assert [row["TableName"] for row in rows] == ["Orders", "Customers", "A", "b;.c"]


def test_a_text_with_an_unknown_command_runs_none_of_them(sales, refused_in_sales):
    error = refused_in_sales(".create table A (x:long); .create tabel B (x:long)")

    assert error.code == "BadRequest_SyntaxError"
    assert "A" not in [row["TableName"] for row in sales(".show tables")]


def test_a_text_with_an_unknown_query_runs_none_of_its_commands(sales, refused_in_sales):
    error = refused_in_sales(".create table A (x:long); $command_results | no_operator")

    assert error.code == "BadRequest_SyntaxError"
    assert "A" not in [row["TableName"] for row in sales(".show tables")]


def test_commands_before_one_that_fails_have_run(sales, refused_in_sales):
    error = refused_in_sales(".create table A (x:long); .drop table Missing; .drop table A")

    assert error.code == "BadRequest_TableNotExist"
    assert "A" in [row["TableName"] for row in sales(".show tables")]


@pytest.mark.parametrize(
    "query",
    [
        "$command_results | count",
        "let wanted = 'Orders'; $command_results | where TableName != wanted | extend Count = 2",
        "$command_results | count;",
        "// how many\n$command_results | count // all of them",
    ],
)
def test_command_results_are_what_the_command_returned(sales, query):
    (row,) = sales(f".show tables; {query}")

    assert row["Count"] == 2


def test_a_query_may_stand_behind_piped_operators(sales):
    rows = sales(".show tables | project TableName; $command_results | where TableName != 'Orders'")

    assert rows == [{"TableName": "Customers"}]


def test_a_query_behind_a_command_need_not_read_its_result(sales):
    assert sales(".show tables; print Answer = 42") == [{"Answer": 42}]


def test_command_results_mean_nothing_without_a_command(refused_in_sales):
    assert refused_in_sales("$command_results | count").code == "General_BadRequest"


def test_the_answer_has_the_shape_of_a_query(connect):
    answer = connect("embedded-admin").execute_mgmt("Sales", ".show tables; $command_results")

    assert [table.table_kind.value for table in answer.tables][:2] == [
        "PrimaryResult",
        "QueryProperties",
    ]


def test_comments_may_stand_before_and_behind_a_command(connect):
    text = "// all; .of them\n\n  // really\n.show tables // and more"

    answer = connect("embedded-admin").execute_mgmt("Sales", text)

    assert len(answer.primary_results[0]) == 2


def test_commands_of_a_script_may_share_a_line(sales):
    rows = sales(
        ".execute database script <|\n"
        "// FinOps style; .no command\n"
        ".create-merge table A (x:long);.create-merge table B (x:long);\n"
        ".create-or-alter function F() { let n = 1; print n };\n"
        ".set-or-append A <| let n = 1; print x = n\n"
    )

    assert [(row["CommandType"], row["Result"]) for row in rows] == [
        ("TableCreateMerge", "Completed"),
        ("TableCreateMerge", "Completed"),
        ("FunctionCreateOrAlter", "Completed"),
        ("TableSetOrAppend", "Completed"),
    ]


def test_lines_of_data_that_begin_with_a_dot_are_no_commands(sales):
    rows = sales(
        ".execute database script <|\n"
        ".create table A (x:real)\n"
        ".ingest inline into table A <|\n.5\n1.5\n"
        ". set-or-append A <| print 2.5"
    )

    assert [row["Result"] for row in rows] == ["Completed"] * 3
    assert [row["x"] for row in sales("A")] == [0.5, 1.5, 2.5]


def test_each_command_has_its_own_entry_in_the_journal(sales):
    sales(".create table A (x:long); .create table B (x:long)")

    entries = sales(".show database Sales journal")

    assert [entry["ChangeCommand"] for entry in entries] == [
        ".create table A (x:long)",
        ".create table B (x:long)",
    ]
