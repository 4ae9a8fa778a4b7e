"""Long tables become grids: what the browser is sent, and what is saved all the same."""

import pandas as pd
import pytest

from adxmi_jupyter.forms.grid import Grids, rows_of
from adxmi_jupyter.rendering.display import display_table
from adxmi_jupyter.rendering.html_table import grid_class
from adxmi_jupyter.rendering.policy_matrix import Matrix
from adxmi_jupyter.rendering.shown_frame import Whole, shown

IDS = [f"{n:08x}-8e14-4a6b-9f35-c2d18e70a4b6" for n in range(30)]


class Seen(list):
    """The tables that a frame wants shown as grids."""

    add = list.append

    def ready(self):
        """Note that a filter is wanted."""
        self.append("filter")


def table(rows):
    frame = Whole({"display_name": [f"mi-{n}" for n in range(rows)], "object_id": IDS[:rows]})
    return display_table(frame)


@pytest.fixture
def grids(monkeypatch):
    made = Grids()
    made.sent = []
    monkeypatch.setattr(made.loader, "send", made.sent.append)
    yield made
    made.close()


def ask(grids, name):
    grids.loader._handle_custom_msg({"table": name}, [])


def test_a_browser_that_asks_gets_the_rows_of_its_table(grids):
    grids.add(table(30))
    ask(grids, grid_class(table(30)))

    (sent,) = grids.sent
    assert sent["columns"] == ("display_name", "object_id")
    assert sent["rows"][29] == ("mi-29", "0000001d…")
    assert sent["whole"] == {1: tuple(IDS)}


def test_a_table_that_is_not_known_is_not_answered(grids):
    ask(grids, "adxmi-grid-0")

    assert grids.sent == []


def test_the_last_tables_are_kept(grids):
    for rows in range(1, 31):
        grids.add(display_table(Whole({"n": range(rows + 1)})))
    first = display_table(Whole({"n": range(2)}))
    grids.add(first)
    grids.add(table(5))

    for one in (first, display_table(Whole({"n": range(3)}))):
        ask(grids, grid_class(one))

    assert [len(sent["rows"]) for sent in grids.sent] == [2]


@pytest.mark.parametrize(("rows", "is_grid"), [(20, False), (21, True)])
def test_more_than_twenty_rows_are_a_grid(rows, is_grid):
    seen = Seen()
    frame = shown(Whole({"n": range(rows)}), None, seen)

    assert ("adxmi-grid-" in frame._repr_html_()) is is_grid
    assert (len(seen) == 1) is is_grid


def test_what_is_saved_is_the_same_with_and_without_a_browser():
    frame = Whole({"n": range(5000)})

    assert shown(frame, None, Seen())._repr_html_() == Whole(frame)._repr_html_()


def test_what_is_made_from_a_result_is_no_grid():
    seen = Seen()

    shown(Whole({"n": range(50)}), None, seen).head(30)._repr_html_()

    assert not seen


@pytest.mark.parametrize(("rows", "wanted"), [(20, []), (21, ["filter"])])
def test_a_long_matrix_is_filtered_in_the_page(rows, wanted):
    cells = {"database": "Sales", "display_name": "mi-x", "object_id": IDS[0], "All": "D"}
    frame, seen = Matrix.of(pd.DataFrame([cells] * rows)), Seen()
    frame.show_live(seen)

    assert ("adxmi-grid-filter" in frame._repr_html_()) is bool(wanted)
    assert seen == wanted


def test_rows_are_sent_as_text():
    assert rows_of(display_table(Whole({"n": [1, 2]})))["rows"] == (("1",), ("2",))
