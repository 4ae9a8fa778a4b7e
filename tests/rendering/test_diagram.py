"""The diagram of a workflow: boxes and arrows, hostile and long names, and what is left of it."""

import html
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest

from adxmi_jupyter.actions.check.findings import Observation
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.rendering.diagram import SHEET, diagram, pictures
from tests.findings import allowed, assigned, azure_role, callout, exists, step, table

STEPS = (
    step(exists("mi-ingest"), "met"),
    step(assigned("mi-ingest"), "met"),
    step(allowed("mi-ingest", "ExternalTable"), "not met", "no policy allows it"),
    step(callout("https://contosolake.net/archive"), "met"),
    step(azure_role("mi-ingest", "contosolake", "archive"), "unknown", "not to be seen"),
)
HOSTILE = "<img src=x onerror=alert(1)>"
LONG = "x" * 300
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*steps, **how):
    return ET.fromstring(diagram("external-table", "Archive", steps, **how))


def boxes(*steps):
    return list(drawn(*steps).iter("svg"))


def texts(box):
    return [text.text for text in box.iter("text")]


def all_words(element):
    return " ".join("".join(element.itertext()).split())


def test_a_box_for_each_part_has_its_state():
    assert [(box.get("class"), texts(box)[0]) for box in boxes(*STEPS)] == [
        ("met", "identity"),
        ("met", "assigned"),
        ("not-met", "policy"),
        ("plain", "workflow"),
        ("unknown", "target"),
    ]


def test_an_arrow_leads_into_each_box_but_the_first():
    arrows = [[path.get("d") for path in box.iter("path")] for box in boxes(*STEPS)]

    assert [len(one) for one in arrows] == [0, 2, 2, 2, 2]
    assert arrows[2] != arrows[1]


def test_requirements_of_a_part_are_stacked_and_what_is_wrong_has_its_reason():
    assert texts(boxes(*STEPS)[2]) == [
        *("policy", "✗", "ExternalTable"),
        *("✗ allowed by policy", "no policy allows it", "✓ callout policy"),
    ]


def test_all_boxes_of_a_line_are_equally_high_and_fit_into_900_pixels():
    found = boxes(*STEPS)

    assert len({box.get("height") for box in found}) == 1
    assert sum(int(box.get("width")) for box in found) < 900


def test_it_has_a_name_in_words():
    track = drawn(*STEPS).find("div")

    assert track.get("role") == "img"
    assert "policy ExternalTable, allowed by policy: mi-ingest ExternalTable: not met" in (
        track.get("aria-label")
    )


def test_what_was_found_about_something_else_is_marked():
    old = drawn(*STEPS, is_old=True)

    assert "adxmi-old" in old.get("class")
    assert old.find("div").get("aria-label").startswith("Before the change: identity mi-ingest")


def test_hostile_names_are_text():
    hostile = step(assigned(HOSTILE), "not met", HOSTILE)

    shown = diagram(HOSTILE, HOSTILE, (hostile,))

    assert "<img" not in shown
    assert HOSTILE in ET.fromstring(shown).find("div").get("aria-label")


@pytest.mark.parametrize("name", [LONG, "/" * 300, "識" * 300, "a b " * 100, HOSTILE * 9])
def test_a_long_name_is_shortened_and_whole_where_one_points_at_it(name):
    span = drawn(step(assigned(name), "met")).find("div/span")

    assert len(texts(span)) == 3
    assert texts(span)[-1].endswith("…")
    assert name.strip() in span.get("title")


def test_nothing_comes_from_elsewhere():
    shown = SHEET + diagram("external-table", "Archive", STEPS)

    assert re.findall(r"href|src=|<script|url\(|@import", shown) == []


def images_of(*steps):
    return list(ET.fromstring(pictures("external-table", "Archive", steps)).iter("img"))


def drawing_in(image):
    kind, _, address = image.get("src").partition(",")
    assert kind == "data:image/svg+xml"
    return ET.fromstring(unquote(address))


def test_the_pictures_of_a_result_are_the_drawings_with_their_colours():
    found = list(map(drawing_in, images_of(*STEPS)))

    assert [one.get("class") for one in found] == ["met", "met", "not-met", "plain", "unknown"]
    assert [text.text for text in found[2].iter(f"{SVG}text")][:3] == [
        "policy",
        "✗",
        "ExternalTable",
    ]
    assert all("rect{fill:#ffffff}" in one.find(f"{SVG}style").text for one in found)


def test_a_picture_says_in_words_what_it_shows():
    image = images_of(*STEPS)[2]

    assert image.get("alt").startswith("policy ExternalTable, allowed by policy: mi-ingest")
    assert "no policy allows it" in image.get("title")


@pytest.mark.parametrize("name", [HOSTILE, "a\x00b\x1b[31m", "\ud800", "'\"&#x26;</svg>", "$x^2$"])
def test_hostile_names_cannot_break_a_picture(name):
    shown = pictures("external-table", name, (step(assigned(name), "not met", name),))
    images = list(ET.fromstring(shown.encode("utf-8", "replace").decode()).iter("img"))

    assert [drawing_in(one).tag for one in images] == [f"{SVG}svg"] * len(images)
    assert {one for image in images for one in image.attrib} == {"src", "alt", "title", "style"}


def luminance(colour):
    parts = [int(one) / 255 for one in colour]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return sum(share * one for share, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def colours(css):
    """Return the colour of letters, and those of the boxes they are on."""
    hexes = [
        [int(one[n : n + 2], 16) for n in (0, 2, 4)] for one in re.findall("fill:#(.{6})", css)
    ]
    tints = [list(map(int, one.split(","))) for one in re.findall(r"fill:rgb\(([^)]*)\)", css)]
    return hexes[0], [*hexes[1:], *tints]


def test_letters_of_a_picture_can_be_read_by_the_formula_of_wcag():
    (sheet,) = {drawing_in(one).find(f"{SVG}style").text for one in images_of(*STEPS)}

    for part in sheet.split("@media"):
        ink, grounds = colours(part)
        for ground in grounds:
            low, high = sorted((luminance(ink), luminance(ground)))
            assert (high + 0.05) / (low + 0.05) > 7


def test_without_tags_it_is_a_sentence():
    left = html.unescape(re.sub(r"<[^>]*>", "", diagram("external-table", "Archive", STEPS)))

    assert " ".join(left.split()) == (
        "identity ✓: mi-ingest; ✓ identity exists → assigned ✓: ✓ assigned to the cluster "
        "→ policy ✗: ExternalTable; ✗ allowed by policy: no policy allows it; ✓ callout policy "
        "→ workflow: external-table; Archive "
        "→ target ?: contosolake/archive; ? Azure role: not to be seen"
    )


def test_an_external_table_has_a_row_of_its_own():
    through = step(table("Archive"), "met")
    own = step(allowed("mi-backup", "ExternalTable"), "met")

    shown = drawn(*STEPS[:2], through, own)

    assert len(list(shown.iter("svg"))) == 10
    assert "Through the external table Archive, as mi-backup:" in all_words(shown)


def test_what_is_no_requirement_is_not_drawn():
    assert (
        diagram("refusal", "Busy", (step(Observation(Concern.OUTAGE, place="contoso"), "warning"),))
        == ""
    )
