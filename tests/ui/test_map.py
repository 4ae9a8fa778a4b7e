"""The map in a real browser: a picture in what is saved, and boxes that filter while it is live."""

import pytest

from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("front", ["lab", "notebook", "voila"])
def test_a_box_shows_what_it_is_connected_to(open_notebook, front, picture):
    page = open_notebook(front, "%adxmi map")
    host = page.locator("[class*=adxmi-map-]")
    box = host.get_by_role("button", name="identity mi-ingest")
    other = host.get_by_role("button", name="target contosolake/delta")
    expect(host.get_by_label("Filter the map")).to_be_visible(timeout=LONG)
    expect(other).to_have_css("opacity", "1")

    box.focus()
    page.keyboard.press("Enter")

    expect(box).to_have_attribute("aria-pressed", "true")
    expect(other).to_have_css("opacity", "0.15")
    expect(host.get_by_role("button", name="target contosohub/orders")).to_have_css("opacity", "1")
    picture(page, f"map-{front}")

    page.keyboard.press("Escape")
    host.get_by_label("Filter the map").fill("delta")

    expect(other).to_have_css("opacity", "1")
    expect(box).to_have_css("opacity", "0.15")
