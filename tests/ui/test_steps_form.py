"""The page of the three steps as people use it: by mouse, by keyboard, in light and dark."""

import json

import pytest

from tests.ui.helpers import AZURE, button, checkbox, nameless, outcome, tab, too_wide

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

FORM = "%adxmi form"
LONG = 60_000
BY_MAGICS = (
    "%adxmi identity assign --identity mi-stranger",
    "%adxmi policy grant --database Sales --identity mi-stranger --usage NativeIngestion",
    "%adxmi role grant --database Sales --role ingestors --identity mi-stranger",
)
STATE = """
lines = ("identity list --all", "policy show --database Sales", "role list --database Sales")
frames = [get_ipython().run_line_magic("adxmi", line) for line in lines]
print("[" + ",".join(frame.to_json(orient="split") for frame in frames) + "]")
"""
HOSTILE = AZURE + (
    'names = ["<img src=x onerror=\'document.title=1\'>", "\\u202eright to left", "x" * 300]\n'
    "made = [azure.world.add_identity(name) for name in names]"
)
VERSION = AZURE + "print(azure.world.cluster.version)"
SLOW = AZURE + "azure.arm.polls = 20"


@pytest.fixture
def open_page(open_notebook):
    """Open the page of the three steps and return it once a form in it can be used."""

    def open_page(front, *cells, theme="light"):
        page = open_notebook(front, *cells, theme=theme)
        page.set_viewport_size({"width": 1400, "height": 1500})
        page.on("dialog", lambda dialog: dialog.accept())  # leaving asks whether to save
        form = page.locator(".adxmi-steps-form")
        expect(button(form, "Apply")).to_be_visible(timeout=LONG)
        return form

    return open_page


@pytest.fixture
def state(run_cell):
    """Read identities, policy and roles by other lines of the open notebook."""
    return lambda: json.loads(run_cell(STATE).splitlines()[-1])


def head(form, number):
    """Return the line that tells where a step stands."""
    return form.locator(".adxmi-step-line").nth(number - 1)


def test_by_mouse_and_by_magics_the_three_steps_come_to_the_same(
    open_page, open_notebook, state, picture
):
    form = open_page("lab", FORM)
    form.get_by_label("For which identity").fill("mi-stranger")
    form.page.keyboard.press("Enter")
    expect(head(form, 1)).to_contain_text("○ to do mi-stranger is not assigned")

    checkbox(form, "mi-stranger").check()
    button(form, "Apply").click()
    expect(head(form, 1)).to_contain_text("✓ done mi-stranger is assigned to contoso")
    button(form, "Open step 2").click()
    checkbox(form, "mi-stranger NativeIngestion").check()
    button(form, "Apply").click()
    expect(head(form, 2)).to_contain_text("✓ done Sales: NativeIngestion")
    picture(form, "steps-form-allowed")
    button(form, "Open step 3").click()
    checkbox(form, "mi-stranger ingestors").check()
    button(form, "Apply").click()
    expect(head(form, 3)).to_contain_text("✓ done role ingestors (Sales)")
    picture(form, "steps-form-used")
    by_mouse = state()

    open_notebook("lab", *BY_MAGICS)
    by_magics = state()

    assert by_mouse == by_magics
    assert "mi-stranger" in json.dumps(by_magics[2])


def test_by_keyboard_alone_and_nothing_is_lost_by_folding(open_page, picture):
    form = open_page("lab", FORM)
    keys = form.page.keyboard

    form.get_by_label("For which identity").focus()
    keys.type("mi-stranger")
    keys.press("Enter")
    expect(head(form, 1)).to_contain_text("○ to do")
    tab(form, 2)
    expect(button(form, "Fold step 1")).to_be_focused()
    tab(form, 3)  # filter, its Reload, the checkbox
    expect(checkbox(form, "mi-stranger")).to_be_focused()
    keys.press("Space")
    expect(button(form, "Apply")).to_be_enabled()
    button(form, "Open step 2").focus()
    keys.press("Enter")

    expect(button(form, "Fold step 2")).to_be_focused()
    expect(head(form, 1)).to_contain_text("(changes not applied)")
    expect(checkbox(form, "mi-stranger NativeIngestion")).to_be_visible()
    expect(checkbox(form, "mi-stranger")).to_be_hidden()
    picture(form, "steps-form-pending")
    button(form, "Open step 1").focus()
    keys.press("Enter")
    expect(checkbox(form, "mi-stranger")).to_be_checked()
    expect(button(form, "Apply")).to_be_enabled()


def test_while_one_step_is_busy_nothing_else_is_sent(open_page, run_cell, picture):
    form = open_page("lab", SLOW, f"{FORM} --identity mi-stranger")
    checkbox(form, "mi-stranger").check()
    apply, second = button(form, "Apply"), button(form, "Open step 2")

    form.page.evaluate("window.scrollTo(0, 0)")
    apply.dblclick()
    expect(outcome(form)).to_contain_text("assigning mi-stranger: Running")
    picture(form, "steps-form-busy")
    second.click(force=True)  # as impatient people do; the mouse is without effect meanwhile

    expect(head(form, 1)).to_contain_text("✓ done", timeout=LONG)
    expect(button(form, "Fold step 1")).to_be_visible()
    expect(outcome(form)).to_contain_text("contoso: + mi-stranger")
    assert run_cell(VERSION).split() == ["1"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_technology(open_page, violations, picture, theme):
    form = open_page("lab", f"{FORM} --identity mi-stranger", theme=theme)
    checkbox(form, "mi-stranger").check()
    button(form, "Open step 3").click()
    form.get_by_label("Use it by").select_option(label="External table")
    expect(form.get_by_label("Identity *")).to_have_value("mi-stranger")
    button(form, "Open step 2").click()
    expect(checkbox(form, "mi-stranger AzureAI")).to_be_visible()
    picture(form, f"steps-form-{theme}")

    assert violations(form.page, ".adxmi-steps-form") == {}
    assert nameless(form) == []
    # Assign, allow, use, and access to the target.
    expect(form.get_by_role("heading", level=3)).to_have_count(4)


def test_hostile_names_are_shown_as_text_and_900_pixels_are_enough(open_page, picture):
    form = open_page("lab", HOSTILE, FORM)

    form.get_by_label("For which identity").fill("<img src=x onerror='document.title=1'>")
    form.page.keyboard.press("Enter")
    expect(head(form, 1)).to_contain_text("<img src=x onerror=")
    button(form, "Open step 2").click()
    expect(checkbox(form, "<img src=x onerror='document.title=1'> AzureAI")).to_be_visible()
    found = too_wide(form, 900)
    picture(form, "steps-form-900")

    assert found == []
    expect(form.locator("img")).to_have_count(0)
    assert form.page.title() != "1"
