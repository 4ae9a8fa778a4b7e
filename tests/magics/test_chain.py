"""The picture of ``check``."""

import xml.etree.ElementTree as ET

import pytest

PLANNED = (
    "external-table check --name Backups --identity mi-stranger --data-format csv"
    ' --location https://contosobackup.blob.core.windows.net/backups --columns "OrderId:long"'
)


@pytest.fixture
def chain(magic):
    return magic(PLANNED)


def table_of(chain):
    shown = chain._repr_html_()
    return ET.fromstring(shown[shown.index("<table") : shown.index("</table>") + len("</table>")])


def test_the_picture_has_a_mark_for_each_link_and_says_how_many_are_missing(chain):
    drawn = table_of(chain)

    assert [text.text for text in drawn.iter("text")] == ["✗", "✗", "✓", "✗"]
    assert drawn.get("aria-label") == "external-table Backups: 3 missing"


def test_where_drawings_are_taken_out_the_words_are_left_in_a_table(chain):
    rows = ["".join(row.itertext()) for row in table_of(chain).iter("tr")]

    assert [row[: row.index(":")] for row in rows] == [
        "✗assigned to the cluster",
        "✗allowed by policy",
        "✓callout policy",
        "✗Azure role",
    ]


def test_links_are_joined_and_the_last_one_to_nothing(chain):
    marks = list(table_of(chain).iter("svg"))

    assert [len(list(mark.iter("line"))) for mark in marks] == [1, 1, 1, 0]


def test_the_lines_that_mend_it_are_there_to_be_copied(chain):
    shown = chain._repr_html_()

    assert "%adxmi identity assign --identity mi-stranger\n" in shown
    assert "azure-role --identity mi-stranger --role &quot;Storage Blob Data Reader&quot;" in shown


def test_nothing_comes_from_elsewhere(chain):
    shown = chain._repr_html_()

    assert "href" not in shown
    assert "src=" not in shown
    assert "<script" not in shown


def test_without_a_front_end_it_is_text(chain):
    lines = repr(chain).splitlines()

    assert lines[0] == "external-table Backups"
    assert lines[1] == "  ✗ assigned to the cluster: mi-stranger"
    assert (
        lines[2]
        == "      not assigned to the cluster — %adxmi identity assign --identity mi-stranger"
    )


def test_what_is_made_from_it_is_a_plain_frame(chain):
    missing = chain[chain["state"] == "missing"]

    assert list(missing["link"]) == ["assigned to the cluster", "allowed by policy", "Azure role"]
    assert "svg" not in missing._repr_html_()


def test_names_of_the_service_are_text_in_the_picture(magic, azure):
    stranger = azure.world.identity("mi-stranger")
    stranger.display_name = "<img src=x onerror=alert(1)>"

    shown = magic(PLANNED.replace("mi-stranger", stranger.object_id))._repr_html_()

    assert "<img" not in shown
    assert "&lt;img src=x" in shown
