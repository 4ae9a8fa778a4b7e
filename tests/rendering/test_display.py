"""What of a result is displayed: names first, short IDs, lists as text; the frame keeps all."""

import pandas as pd
import pytest

from adxmi_jupyter.rendering.display import Choice, display_table, displayed, shortened

ONE = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
OTHER = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b7"
MARKUP = "<img src=x onerror=alert(1)>"
POLICY = pd.DataFrame(
    {
        "scope": ["cluster", "database"],
        "database": ["", "Sales"],
        "display_name": ["contoso", "mi-ingest"],
        "object_id": ["3f6a1b8e-52d4-4c7f-8a90-1e7b6d2c5f41", ONE],
        "client_id": ["", "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"],
        "is_system": [True, False],
        "allowed_usages": [("All",), ("DataConnection", "NativeIngestion")],
    }
)


def test_names_stand_first_ids_short_and_last_and_usages_are_text():
    shown = display_table(POLICY)

    assert shown.columns == ("display_name", "database", "allowed_usages", "object_id")
    assert shown.rows == (
        ("contoso (system)", "(cluster)", "All", "3f6a1b8e…"),
        ("mi-ingest", "Sales", "DataConnection, NativeIngestion", "5b27c9d0…"),
    )
    assert shown.full_rows[1][-1] == ONE
    assert shown.left_out == ("scope", "client_id", "is_system")


def test_a_row_that_names_no_identity_has_no_mark():
    marks = pd.array([True, None], dtype="boolean")
    frame = pd.DataFrame({"display_name": ["contoso", ""], "is_system": marks})

    assert display_table(frame).rows == (("contoso (system)",), ("",))


def test_with_ids_every_id_is_shown_in_full():
    shown = display_table(POLICY, Choice(ids=True))

    assert shown.columns[-2:] == ("object_id", "client_id")
    assert shown.rows[1][-2:] == (ONE, "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38")


def test_wide_shows_every_column_in_the_order_of_the_frame():
    shown = display_table(POLICY, Choice(wide=True))

    assert shown.columns == tuple(POLICY.columns)
    assert shown.rows[0][-2:] == ("True", "All")
    assert shown.left_out == ()


def test_the_columns_do_not_depend_on_the_rows():
    assert display_table(POLICY.head(0)).columns == display_table(POLICY).columns


def test_ids_that_begin_alike_are_told_apart():
    assert shortened([ONE, OTHER, ONE]) == [ONE, OTHER, ONE]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        (ONE, "5b27c9d0…"),
        (f"aadapp={ONE};8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3", "aadapp=5b27c9d0…"),
        ("me@contoso.example", "me@contoso.example"),
        ("", ""),
    ],
)
def test_an_id_is_shortened_to_its_first_characters(text, short):
    assert shortened([text]) == [short]


def test_columns_of_the_same_name_are_all_displayed():
    frame = pd.DataFrame([["a", "b"]], columns=["name", "name"])

    assert display_table(frame).rows == (("a", "b"),)


def test_other_columns_keep_their_order():
    assert displayed(["kind", "name", "state"]) == ["name", "kind", "state"]


def test_numbers_are_known_for_their_alignment():
    assert display_table(pd.DataFrame({"a": ["x"], "n": [1]})).numbers == {1}


@pytest.mark.parametrize("verb", ["policy show", "policy show --ids", "identity list --all"])
def test_the_frame_keeps_all_columns_and_values(magic, verb):
    frame = magic(f"{verb}")
    whole = magic(f"{verb} --wide")

    pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(whole))
    assert "tenant_id" in frame.columns


def test_html_has_short_ids_with_the_whole_in_their_title(magic):
    shown = magic("policy show --database Sales")._repr_html_()

    assert f'title="{ONE}">5b27c9d0…</td>' in shown
    assert "not displayed: scope, client_id, tenant_id, is_system" in shown
    assert "('" not in shown


def test_html_needs_neither_script_nor_style_sheet_and_repeats_itself(magic):
    first, second = (magic("policy show")._repr_html_() for _ in range(2))

    assert "<script" not in first
    assert "<style" not in first
    assert first == second


def test_of_many_rows_the_first_are_saved_and_counted():
    from adxmi_jupyter.rendering.shown_frame import Whole

    shown = Whole({"n": range(5000)})._repr_html_()

    assert shown.count("<tr") == 21
    assert "20 of 5000 rows" in shown


def test_what_a_user_selects_is_shown_with_the_columns_selected(magic):
    made = magic("policy show --database Sales")[["client_id", "allowed_usages"]]

    assert "client_id" in made._repr_html_()
    assert "DataConnection, NativeIngestion" in made._repr_html_()


def test_a_name_with_markup_is_text_in_cell_title_and_head():
    from adxmi_jupyter.rendering.shown_frame import Whole

    shown = Whole({MARKUP: [MARKUP]})._repr_html_()

    assert "<img" not in shown
    assert shown.count("&lt;img src=x") == 2


def test_a_record_is_displayed_line_by_line_and_stays_a_row(magic):
    caller = magic("whoami")

    assert [line.split()[0] for line in repr(caller).splitlines()[2:]] == list(caller.columns)
    assert len(caller) == 1
    assert caller["tenant"][0] in caller._repr_html_()
