import html.parser
import re

import pandas as pd
import pytest

from adxmi_jupyter.rendering.text import frame_table, plain, text_table

MI_INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"


class Structure(html.parser.HTMLParser):
    """Collects what a browser would make of a text."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.texts = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def matrix(magic):
    return magic("policy matrix --all-databases")


def test_the_matrix_is_a_dataframe(ip):
    ip.run_cell("df = %adxmi policy matrix").raise_error()

    df = ip.user_ns["df"]
    assert isinstance(df, pd.DataFrame)
    assert df.attrs["adxmi"]["connection"] == "embedded"
    assert type(df[df["database"] == "Sales"]) is pd.DataFrame


def test_the_matrix_as_text_shows_marks_and_legend(magic):
    assert repr(magic("policy matrix")).splitlines() == [
        "database  identity   AutomatedFlows  DataConnection  ExternalTable  NativeIngestion",
        "--------  ---------  --------------  --------------  -------------  ---------------",
        "Sales     mi-export  C               .               D              .",
        "Sales     mi-ingest  .               D               .              D",
        "C = the cluster policy allows it",
        "D = the database policy allows it",
        (
            "not allowed for any identity: All, AzureAI, ExportRequest, ExternalDataRequest, SandboxArtifacts, "
            "SqlRequest"
        ),
    ]


def test_the_matrix_has_accessible_markup(matrix):
    structure = Structure(matrix._repr_html_())

    scopes = {attrs.get("scope") for tag, attrs in structure.tags if tag == "th"}
    assert scopes == {"col", "row"}
    assert "caption" in dict(structure.tags)


def test_each_mark_says_in_words_what_it_means(matrix):
    structure = Structure(matrix._repr_html_())

    titles = {attrs["title"] for tag, attrs in structure.tags if tag == "td" and "title" in attrs}
    assert "the cluster policy allows it" in titles
    assert "the database policy allows it through All" in titles


def test_colours_are_half_transparent_in_styles_of_their_own(matrix):
    shown = matrix._repr_html_()

    assert "<style" not in shown
    assert "rgba(" in shown


def test_sandbox_artifacts_on_a_database_are_marked_without_effect(magic):
    magic("policy grant --database Sales --identity mi-ingest --usage SandboxArtifacts")

    matrix = magic("policy matrix")

    assert "(D) = allowed on the database, where SandboxArtifacts has no effect" in repr(matrix)
    assert re.search('repeating-linear[^>]*title="allowed on the database', matrix._repr_html_())


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onmouseover="x', "a&amp;b"])
@pytest.mark.parametrize("line", ["policy matrix", "policy show"])
def test_hostile_names_stay_text(magic, azure, name, line):
    azure.world.identity("mi-ingest").display_name = name
    magic(f"policy grant --database Sales --identity {MI_INGEST} --usage AzureAI")

    structure = Structure(magic(line)._repr_html_())

    assert {tag for tag, _ in structure.tags}.isdisjoint({"script"})
    assert [attrs for _, attrs in structure.tags if "onmouseover" in attrs] == []
    assert name in structure.texts


@pytest.mark.nightly
def test_a_matrix_without_entries_says_so(magic):
    magic("policy delete --database Sales --yes")
    magic("policy delete --cluster --yes")

    assert "no identity is named" in magic("policy matrix")._repr_html_()
    assert "(no rows)" in repr(magic("policy matrix"))


def test_a_text_table_is_aligned_and_wide_characters_count_double():
    table = text_table(["name", "n"], [["数据", 1], ["a", 22]])

    assert table.splitlines() == ["name  n", "----  --", "数据  1", "a     22"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (("AzureAI", "SqlRequest"), "AzureAI, SqlRequest"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        (True, "True"),
        ("two\nlines \x1b[0m", "two lines \\x1b[0m"),
    ],
)
def test_cells_are_plain_text(cell, shown):
    assert plain(cell) == shown


def test_a_frame_without_rows_shows_its_columns():
    assert frame_table(pd.DataFrame({"a": [], "b": []})) == "a  b\n(no rows)"
