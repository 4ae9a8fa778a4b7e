"""Results and errors as a terminal draws them."""

import pandas as pd
import pytest
from rich.cells import cell_len
from rich.text import Text

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.rendering.display import WIDE, DisplayTable, display_table
from adxmi_jupyter.rendering.shown_frame import ResultFrame
from adxmi_jupyter.rendering.terminal import Screen, drawn, error_text

GUID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
HOSTILE = (
    "[red]x[/red]",
    "[link=https://evil.example]x[/link]",
    ":smile:",
    "\x1b[31mx",
    "\x1b]8;;https://evil.example\x07x",
    "\x9b31mx",
    "a\rb",
    "a\u202eb",
    "a\x08b",
    "a\tb",
)
PLAIN = Screen(80, has_colours=False)
COLOURED = Screen(80, has_colours=True)


def table(*rows):
    columns = ["display_name", "database", "object_id", "client_id", "usages"][: len(rows[0])]
    return display_table(pd.DataFrame(rows, columns=columns), WIDE)


def lines(text):
    return Text.from_ansi(text).plain.split("\n")


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("rows", [1, 30])
def test_nothing_is_wider_than_the_terminal_and_nothing_is_left_out(width, rows):
    usages = "AzureAI, DataConnection, ExternalTable"
    made = table(*[(f"mi-{number}", "Telemetry", GUID, GUID, usages) for number in range(rows)])

    told = lines(drawn([made], Screen(width, has_colours=True)))

    assert max(map(cell_len, told)) <= width
    assert "".join(told).replace(" ", "").count(GUID) == 2 * rows


def test_ids_that_would_be_broken_stand_on_lines_of_their_own():
    told = lines(drawn([table(*[("mi", "Sales", GUID, GUID)] * 2)], PLAIN))

    assert told.count(f"object_id     {GUID}") == 2


def test_wide_signs_are_aligned():
    told = lines(drawn([table(("身元", "Sales"), ("mi-export", "Telemetry"))], PLAIN))

    assert told[2:] == ["身元          Sales", "mi-export     Telemetry"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("is_text", [False, True])
def test_a_name_is_text_whatever_it_holds(name, is_text):
    part = name if is_text else table((name, "Sales"), ("mi-export", "Sales"))

    told = drawn([part], PLAIN)

    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert name[:1].strip() == "" or name[0] not in "[:" or name in told


def test_without_colours_there_are_no_codes():
    error = InvalidValue("--usage x", why="no usage", fix="y")

    assert "\x1b" not in drawn([table(("mi", "Sales")), "✓ met"], PLAIN) + error_text(error, PLAIN)


def test_states_and_signs_have_colours():
    made = display_table(pd.DataFrame({"state": ["met", "not met"]}), WIDE)

    told = drawn([made, "  ✗ allowed by policy"], COLOURED)

    assert "\x1b[32mmet" in told
    assert "\x1b[31mnot met" in told
    assert "\x1b[1;31m✗" in told


def test_an_error_has_three_lines_whatever_it_says():
    error = InvalidValue("[red]a\x1b[31m\nb", why="why " * 60, fix="adxmi x")

    told = error_text(error, COLOURED)

    assert told.count("\n") == 2
    assert "[red]a" in told
    assert "\x1b[32madxmi x" in told


def test_a_table_names_what_it_does_not_display():
    frame = pd.DataFrame({"display_name": ["mi"], "client_id": [GUID]})

    assert lines(drawn([display_table(frame)], PLAIN))[-1] == "not displayed: client_id (--wide)"


def test_an_empty_table_says_so():
    frame = pd.DataFrame({"display_name": [], "database": []})

    assert lines(drawn([display_table(frame)], PLAIN))[-1] == "(no rows)"


def test_a_result_with_a_text_of_its_own_is_drawn_by_it():
    class Page(ResultFrame):
        def to_text(self):
            return "a page"

    assert drawn(Page({"a": [1]}).parts, PLAIN) == "a page"
    assert drawn(ResultFrame({"a": [1]}).parts, PLAIN).split()[0] == "a"


def test_names_of_columns_are_short_where_there_is_no_room_and_explained_below():
    usages = ("AutomatedFlows", "DataConnection", "ExternalTable")
    rows = (("mi-export", "C", ".", "."), ("mi-ingest", ".", "D", "."))
    made = DisplayTable(("identity", *usages), rows, rows, short={"AutomatedFlows": "AF"})

    narrow, wide = (lines(drawn([made], Screen(width, has_colours=False))) for width in (50, 80))

    assert "AF" in narrow[0]
    assert narrow[-1] == "AF = AutomatedFlows"
    assert wide[0].split() == ["identity", *usages]
    assert len(wide) == 4


def test_the_head_of_an_empty_result_is_not_broken_within_words():
    columns = tuple(f"a_rather_long_name_{number}" for number in range(6))

    told = lines(drawn([DisplayTable(columns, (), ())], PLAIN))

    assert " ".join(told).split() == [*columns, "(no", "rows)"]
