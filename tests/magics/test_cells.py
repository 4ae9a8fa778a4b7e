"""Commands that go on below the first line of a cell; what was a body before still is one."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.cell import Cell, Place, at_cursor, divided
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.magics.tree import knows_option, leaves
from adxmi_jupyter.magics.verbs import folded

CREATE = "external-table create Mine"
ALTER = "policy alter --database Sales"
SQL = "sql-request build --server contososql --catalog Erp"


@pytest.mark.parametrize(
    ("line", "cell", "command", "body"),
    [
        (CREATE, "-d Sales\n--identity mi-export\n", f"{CREATE} -d Sales --identity mi-export", None),
        (CREATE, "\n  --identity mi-export -d Sales\n\n--replace", f"{CREATE} --identity mi-export -d Sales --replace", None),
        ("export run", "--identity mi-export\n---\nOrders\n| take 1", "export run --identity mi-export", "Orders\n| take 1"),
        ("policy alter", "-d Sales\n---\n---\n- ObjectId: system", "policy alter -d Sales", "---\n- ObjectId: system"),
        (CREATE, '--columns "A:long,\n  B:string"\n-d Sales', f'{CREATE} --columns "A:long, B:string" -d Sales', None),
        (CREATE, "--identity \\\n mi-export \\\n -d Sales", f"{CREATE} --identity mi-export -d Sales", None),
        (f"{CREATE} \\", "--identity mi-export \\\n-d Sales", f"{CREATE} --identity mi-export -d Sales", None),
        ("query -d Sales \\", "-c embedded\nOrders", "query -d Sales -c embedded", "Orders"),
        ("query \\", "-d Sales\n-c embedded\n---\nOrders", "query -d Sales -c embedded", "Orders"),
        (CREATE, "--identiy mi-export\n-d Sales\n---\n", f"{CREATE} --identiy mi-export -d Sales", None),
    ],
)  # fmt: skip
def test_a_command_goes_on_in_the_lines_below(line, cell, command, body):
    assert divided(line, cell, knows_option) == Cell(command, body)


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        (ALTER, '[{"ObjectId": "system"}]'),
        (ALTER, "---\n- ObjectId: system\n"),
        (ALTER, "- ObjectId: system\n---\n- ObjectId: mi-export"),
        (ALTER, "\n---\n[]"),
        (SQL, "--comment\nselect 1"),
        (SQL, "--comment\n---\nselect 1"),
        (SQL, "-- identity\n---\nselect 1"),
        (SQL, "--identity of the row\nselect 1\n---\nselect 2"),
        ("query", "Orders\n--database Sales\n---\n"),
        ("query", "// --database Sales"),
        ("query -f C:\\", "Orders"),
        ("query", "print a = \\\n1"),
        ("query", ""),
    ],
)
def test_other_cells_are_a_line_and_its_body(line, cell):
    assert divided(line, cell, knows_option) == Cell(line, cell)


def test_a_cell_of_options_runs(magic):
    frame = magic(
        "external-table build Mine",
        "--identity mi-export --data-format csv\n"
        "--location https://contosolake.blob.core.windows.net/archive\n"
        '--columns "OrderId:long,\n           Region:string"\n',
    )

    assert "(['OrderId']:long, ['Region']:string)" in frame.loc[0, "text"]


def test_a_line_that_goes_on_runs(ip):
    done = ip.run_cell("x = %adxmi policy show \\\n  --database Sales \\\n  --by-usage")

    done.raise_error()
    assert set(ip.user_ns["x"]["database"]) == {"Sales"}


def test_the_fix_of_a_cell_of_options_is_one_line(magic):
    with pytest.raises(errors.UnknownOption) as caught:
        magic("policy grant mi-export", "--database Sales\n--usge AzureAI")

    assert caught.value.fix == "%adxmi policy grant mi-export --database Sales --usage AzureAI"


@pytest.mark.parametrize(
    ("before", "place"),
    [
        ("%adxmi policy ", Place("policy ")),
        ("1\nx = %adxmi policy \\\n show --d", Place("policy show --d")),
        ("%%adxmi policy gr", Place("policy gr")),
        ("%%adxmi policy alter\n--data", Place("policy alter --data")),
        ("%%adxmi policy alter\n--database Sales\n-", Place("policy alter", "--database Sales\n-")),
        ("%%adxmi policy alter\n--database Sales\n--", Place("policy alter --database Sales --")),
        ("%%adxmi policy alter -d Sales\n- Obj", Place("policy alter -d Sales", "- Obj")),
        ("%%adxmi query\n-d Sales\n---\nOr", Place("query -d Sales", "Or")),
        ("%%adxmi query \\\n-d S", Place("query -d S")),
        ("%%adxmi query\nOrders\n| wh", Place("query", "Orders\n| wh")),
        ("%%adxmi", None),
        ("%%timeit\n--d", None),
        ("text = 'use %adxmi pol", None),
    ],
)
def test_the_place_of_the_cursor(before, place):
    assert at_cursor(before) == place


@pytest.mark.parametrize("name", ["continuous-export create", "external-table create"])
def test_long_examples_go_on_in_lines_that_a_cell_runs(ip, name):
    (example,) = dict(leaves())[name].examples
    typed = example.as_typed("%adxmi")

    done = ip.run_cell(typed)

    done.raise_error()
    assert max(map(len, typed.splitlines())) <= 100


def test_a_folded_command_is_the_same_command():
    line = 'policy grant mi-export --usage AzureAI,SqlRequest --database "Tom\'s Lab" ' * 3

    assert [w.text for w in split(at_cursor(f"%adxmi {folded(line)}").words)] == [
        w.text for w in split(line)
    ]
