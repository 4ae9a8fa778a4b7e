"""The identity form as people use it: by mouse, by keyboard, in light and dark."""

import pytest

from tests.ui.helpers import AZURE, button, checkbox, nameless, outcome, tab, too_wide

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly  # test_smoke.py is for every change

FORM = "%adxmi identity form"
LONG_OPERATION = AZURE + "azure.arm.polls = 30"
MANY = AZURE + 'for n in range(200): azure.world.add_identity(f"mi-team-{n:03}", assigned=False)'
HOSTILE = AZURE + (
    'names = ["<img src=x onerror=\'document.title=1\'>", "\\u202eright to left", "x" * 300, "\\\\(y^2\\\\)",\n'
    '         r"$\\href{javascript:document.title=1}{x}$"]\n'
    "for name in names: azure.world.add_identity(name, assigned=False)"
)
ASSIGNED = """
frame = get_ipython().run_line_magic("adxmi", "identity list")
print(",".join(frame["display_name"]))
"""


@pytest.fixture
def assigned(run_cell):
    """Read what is assigned by another line of the same notebook."""
    return lambda: run_cell(ASSIGNED).splitlines()[-1].split(",")


@pytest.fixture
def open_tall(open_form):
    """Open the form in a window in which all of it can be seen."""

    def open_tall(front, *cells, theme="light"):
        form = open_form(front, *cells, theme=theme)
        form.page.set_viewport_size({"width": 1400, "height": 1500})
        return form

    return open_tall


def ids_of(form, name):
    return form.get_by_title(f"Which ID of {name} goes where", exact=True)


def test_a_removal_asks_with_what_depends_on_it(open_tall, assigned, picture):
    form = open_tall("lab", FORM)

    checkbox(form, "mi-ingest").uncheck()
    button(form, "Apply").click()
    question = form.get_by_role("alert")
    expect(question.get_by_role("listitem")).to_have_text(
        [
            "mi-ingest: policy entry DataConnection, NativeIngestion (Sales)",
            "mi-ingest: data connection sales-orders (Sales)",
        ]
    )
    assert assigned() == ["contoso", "mi-export", "mi-ingest"]
    picture(form, "identity-form-asks")
    button(form, "Yes, apply").click()

    expect(outcome(form)).to_contain_text("contoso: - mi-ingest")
    assert assigned() == ["contoso", "mi-export"]


def test_an_error_is_shown_in_the_form_and_can_be_tried_again(open_tall, run_cell, picture):
    form = open_tall("lab", FORM, "%adxmi embedded faults operation-fails")

    checkbox(form, "mi-stranger").check()
    button(form, "Apply").click()
    expect(outcome(form)).to_contain_text("OperationFailed: assigning mi-stranger failed")
    expect(outcome(form)).to_contain_text("why: Failed: Internal Server Error")
    expect(outcome(form)).to_contain_text("fix:")
    expect(checkbox(form, "mi-stranger")).to_be_checked()
    picture(form, "identity-form-error")
    button(form, "Try again").click()

    expect(outcome(form)).to_contain_text("contoso: + mi-stranger")


def test_the_form_shows_azures_word_while_it_waits(open_tall, picture):
    form = open_tall("lab", LONG_OPERATION, FORM)

    checkbox(form, "mi-stranger").check()
    button(form, "Apply").click()

    expect(outcome(form)).to_contain_text("assigning mi-stranger: Running")
    expect(button(form, "Apply")).to_be_disabled()
    picture(form, "identity-form-busy")
    expect(outcome(form)).to_contain_text("contoso: + mi-stranger")


@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_by_keyboard_alone(open_form, assigned, front):
    form = open_form(front, FORM)
    keys = form.page.keyboard

    form.get_by_label("Filter", exact=True).focus()
    keys.type("stranger")
    expect(form.get_by_role("checkbox")).to_have_count(1)
    tab(form, 2)  # Reload, the checkbox
    expect(checkbox(form, "mi-stranger")).to_be_focused()
    keys.press("Space")
    expect(button(form, "Apply")).to_be_enabled()
    tab(form, 2)  # its ids, the name to add
    expect(form.get_by_label("Add identity", exact=True)).to_be_focused()
    tab(form, 7)  # changes, request and line with their buttons, Apply
    expect(button(form, "Apply")).to_be_focused()
    keys.press("Enter")

    expect(outcome(form)).to_contain_text("contoso: + mi-stranger")
    assert assigned() == ["contoso", "mi-export", "mi-ingest", "mi-stranger"]


@pytest.mark.parametrize(
    ("front", "theme"),
    [("lab", "light"), ("lab", "dark"), ("notebook", "dark"), ("voila", "light")],
)
def test_nothing_stands_in_the_way_of_assistive_technology(
    open_tall, violations, picture, front, theme
):
    form = open_tall(front, FORM, theme=theme)
    checkbox(form, "mi-stranger").check()
    checkbox(form, "mi-ingest").uncheck()
    expect(form.locator(".adxmi-changes li")).to_have_count(2)
    ids_of(form, "mi-export").click()
    expect(form.get_by_label("resource ID for data connection")).to_be_visible()
    button(form, "Apply").click()
    expect(form.get_by_role("alert")).to_be_visible()
    picture(form, f"identity-form-{front}-{theme}")

    assert violations(form.page, ".adxmi-form") == {}
    assert nameless(form) == []


def test_the_form_fits_900_pixels(open_tall, picture):
    form = open_tall("lab", FORM)
    checkbox(form, "mi-stranger").check()
    ids_of(form, "mi-stranger").click()
    expect(form.get_by_label("resource ID for data connection")).to_be_visible()

    found = too_wide(form, 900)
    picture(form, "identity-form-900")

    assert found == []


def test_two_hundred_identities_are_filtered(open_form, picture):
    form = open_form("lab", MANY, FORM)
    expect(form).to_contain_text("Identities 1 to 10 of 204")

    form.get_by_label("Filter", exact=True).fill("team-123")
    expect(form).to_contain_text("Identities 1 to 1 of 1 (filtered from 204)")
    checkbox(form, "mi-team-123").check()
    form.get_by_label("Filter", exact=True).fill("")
    button(form, "Next").click()

    expect(form).to_contain_text("Identities 11 to 20 of 204")
    expect(form.locator(".adxmi-changes")).to_have_text("+ mi-team-123")
    picture(form, "identity-form-200")


def test_hostile_names_are_shown_as_text(open_tall, picture):
    form = open_tall("lab", HOSTILE, FORM)

    checkbox(form, "<img src=x onerror='document.title=1'>").check()
    ids_of(form, "<img src=x onerror='document.title=1'>").click()

    expect(form.locator(".adxmi-changes")).to_contain_text("+ <img src=x onerror=")
    expect(form.locator(".adxmi-places")).to_be_visible()
    expect(form.locator(":is(img, mjx-container)")).to_have_count(0)
    assert form.page.title() != "1"
    assert too_wide(form, 900) == []
    picture(form, "identity-form-hostile")
