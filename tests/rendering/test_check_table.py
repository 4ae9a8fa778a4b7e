"""The picture of ``check``."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from adxmi_jupyter.actions.check.findings import Checked, Checks
from adxmi_jupyter.fixes import AzCommand, Command
from adxmi_jupyter.rendering.check_table import CheckTable
from adxmi_jupyter.rendering.shown_frame import Whole
from tests.findings import allowed, assigned, azure_role, callout, exists, found
from tests.told import written

FOUND = (
    found(exists("mi-x")),
    found(assigned("mi-x"), "not met", "it is not", fix=Command.of("assign")),
    found(allowed("mi-x", "ExternalTable"), "not met", "no", fix=Command.of("grant")),
    found(callout("https://lake")),
    found(
        azure_role("mi-x", "lake", "archive"),
        "not met",
        "none",
        fix=AzCommand.of("az", "--role", "Reader"),
    ),
)
PLANNED = (
    "external-table check --name Backups --identity mi-stranger --data-format csv"
    ' --location https://contosobackup.blob.core.windows.net/backups --columns "OrderId:long"'
)


def shown_of(*checked):
    return CheckTable.of(
        Checks(tuple(Checked(noun, name, found, "Sales") for noun, name, found in checked)),
        write=written,
    )


@pytest.fixture
def chain():
    return shown_of(("external-table", "Backups", FOUND))


def table_of(chain):
    shown = chain._repr_html_()
    return ET.fromstring(shown[shown.index("<table") : shown.index("</table>") + len("</table>")])


def test_the_picture_has_a_mark_for_each_link_and_says_how_many_are_missing(chain):
    drawn = table_of(chain)

    assert [mark.text for mark in drawn.iter("span")] == ["✓", "✗", "✗", "✓", "✗"]
    assert drawn.get("aria-label") == "external-table Backups: 3 not met"


def test_a_diagram_stands_above_the_links(chain):
    shown = chain._repr_html_()

    assert shown.index('class="adxmi-diagram"') < shown.index('class="adxmi-chain"')
    assert shown.count("data:image/svg+xml,") == 5


def test_where_drawings_are_taken_out_the_words_are_left_in_a_table(chain):
    rows = ["".join(row.itertext()) for row in table_of(chain).iter("tr")]

    assert [row[: row.index(":")] for row in rows] == [
        "✓identity exists",
        "✗assigned to the cluster",
        "✗allowed by policy",
        "✓callout policy",
        "✗Azure role",
    ]


def test_the_pictures_of_a_diagram_say_what_they_show(chain):
    told = re.findall(r'<img [^>]*alt="([^"]*)"', chain._repr_html_())

    assert told[1] == "assigned, assigned to the cluster: mi-x: not met, it is not"
    assert [one.partition(" ")[0].rstrip(",") for one in told] == [
        *("identity", "assigned", "policy", "workflow", "target")
    ]


def test_the_signs_need_no_drawing_to_have_their_colours(chain):
    edges = [
        re.search("(dashed|solid) rgb", mark.get("style"))[1]
        for mark in table_of(chain).iter("span")
    ]

    assert edges == ["solid", "dashed", "dashed", "solid", "dashed"]
    assert not list(table_of(chain).iter("svg"))


@pytest.mark.nightly
def test_the_lines_that_fix_it_are_there_to_be_copied(magic):
    shown = magic(PLANNED)._repr_html_()

    assert "%adxmi identity assign --identity mi-stranger\n" in shown
    assert "azure-role --identity mi-stranger --role &quot;Storage Blob Data Reader&quot;" in shown


def test_each_fix_is_told_once(chain):
    assert chain._repr_html_().count("%adxmi assign") == 1


def test_nothing_comes_from_elsewhere(chain):
    shown = chain._repr_html_()

    assert "href" not in shown
    assert re.sub("src=.data:image/svg.xml,", "", shown).count("src=") == 0
    assert "<script" not in shown


def test_without_a_front_end_it_is_text(chain):
    assert repr(chain).splitlines()[:5] == [
        "external-table Backups",
        "  identity ✓ → assigned ✗ → policy ✗ → workflow → target ✗",
        "  ✓ identity exists: mi-x",
        "  ✗ assigned to the cluster: mi-x",
        "      it is not — %adxmi assign",
    ]


def test_a_check_of_nothing_shows_nothing():
    empty = shown_of()

    assert repr(empty) == ""
    assert empty._repr_html_() == ""


def test_what_is_made_from_it_is_a_plain_frame(chain):
    missing = chain[chain["state"] == "not met"]

    assert list(missing["requirement"]) == [
        "assigned to the cluster",
        "allowed by policy",
        "Azure role",
    ]
    assert "<img" not in missing._repr_html_()


CHANGES = {
    "a cell": lambda frame: frame.loc.__setitem__((1, "state"), "met"),
    "a row more": lambda frame: frame.loc.__setitem__(len(frame), ["x"] * frame.shape[1]),
    "a column for another": lambda frame: frame.isetitem(4, "met"),
    "a column less": lambda frame: frame.pop("fix"),
    "a column's name": lambda frame: setattr(frame, "columns", list("abcdefg")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_frame_changed_in_place_shows_what_it_holds(chain, change):
    change(chain)

    assert repr(chain) == repr(Whole(pd.DataFrame(chain)))
    assert "<img" not in chain._repr_html_()


def test_a_transposed_frame_shows_what_it_holds(chain):
    turned = chain.T

    assert repr(turned).split()[:5] == ["0", "1", "2", "3", "4"]
    assert "<img" not in turned._repr_html_()


def test_a_column_of_the_users_own_leaves_the_picture(chain):
    before = chain._repr_html_()

    chain["owner"] = "me"

    assert chain._repr_html_() == before


def test_names_of_the_service_are_text_in_the_picture(magic, azure):
    stranger = azure.world.identity("mi-stranger")
    stranger.display_name = "<img src=x onerror=alert(1)>"

    shown = magic(PLANNED.replace("mi-stranger", stranger.object_id))._repr_html_()

    assert "<img src=x" not in shown
    assert "&lt;img src=x" in shown


def test_of_a_few_what_is_not_met_comes_first_and_what_is_met_is_folded():
    several = shown_of(
        ("event-hub", "orders", FOUND[:1]),
        ("external-table", "Backups", FOUND),
        ("export", "x", FOUND[:1]),
    )
    counts = (
        "3 checked: 1 with requirements not met, 0 with unknown requirements or warnings, "
        "2 with all requirements met"
    )
    drawn = several._repr_html_()
    told = several.to_text().split("\n\n")

    assert re.findall("<summary>(.*?)</summary>", drawn) == [
        "✓ event-hub orders: all requirements met",
        "✓ export x: all requirements met",
    ]
    assert drawn.index(counts) < drawn.index("external-table Backups: 3 not met")
    assert drawn.index("external-table Backups: 3 not met") < drawn.index("<details>")
    assert told[0] == counts
    assert told[1].startswith("external-table Backups\n")
    assert told[2:] == [
        "✓ event-hub orders: all requirements met",
        "✓ export x: all requirements met",
    ]
