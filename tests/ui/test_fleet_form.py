"""The fleet form in a browser: a state, a filter, and one cluster opened."""

import pytest

from tests.ui.helpers import button, nameless, outcome, too_wide
from tests.ui.lab import LONG

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

WORLD = "%adxmi embedded reset --world fleet"
FORM = "%adxmi fleet form"


@pytest.fixture
def fleet(open_notebook):
    """Open the form over the clusters of the seeded fleet."""

    def opened(front, theme="light"):
        page = open_notebook(front, WORLD, FORM, theme=theme)
        page.set_viewport_size({"width": 1400, "height": 1400})
        form = page.locator(".adxmi-fleet-form")
        expect(button(form, "Reload")).to_be_visible(timeout=LONG)
        return form

    return opened


@pytest.mark.parametrize("front", ["lab", "notebook", "voila"])
def test_a_state_is_chosen_and_a_cluster_is_opened(fleet, front, picture):
    form = fleet(front)
    picture(form, f"fleet-form-{front}")

    button(form, "Stopped (2)").click()
    expect(form.get_by_role("button", name="Connect")).to_have_count(2)
    expect(form.get_by_role("button", name="Connect").first).to_be_disabled()
    form.get_by_label("Filter", exact=True).fill("retaileu")
    form.get_by_title("Connect to contosoretaileu", exact=True).click()

    expect(outcome(form)).to_contain_text("Connected to contosoretaileu.")
    picture(form, f"fleet-form-connected-{front}")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(fleet, violations, picture, theme):
    form = fleet("lab", theme)
    picture(form, f"fleet-form-{theme}")

    assert violations(form.page, ".adxmi-fleet-form") == {}
    assert nameless(form) == []


def test_the_form_fits_700_pixels(fleet, picture):
    form = fleet("lab")

    found = too_wide(form, 700)
    picture(form, "fleet-form-700")

    assert found == []
