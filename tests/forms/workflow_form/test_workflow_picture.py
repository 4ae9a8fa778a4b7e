"""The diagram in the form of a workflow: before any look, after one, and when it is old."""

import pytest

from tests.forms.workflow_form.seen import TABLE, every, fix_buttons


def states(form):
    """Return the parts that are drawn in a state, from the classes of their boxes."""
    drawn = form.picture.widget.value
    words = ("met", "not-met", "warning", "unknown", "unseen", "plain")
    return {word: drawn.count(f'<svg class="{word}"') for word in words if word in drawn}


@every
def test_before_any_look_no_station_is_checked(make_workflow_form, noun):
    form = make_workflow_form(noun)

    assert states(form)["unseen"] == 5
    assert form.picture.widget.value.count("not checked</text>") == 5


def test_what_is_filled_in_is_drawn_before_it_is_looked_at(form):
    assert states(form)["unseen"] == 4
    assert "contosolake/archive" in form.picture.widget.value


@pytest.mark.nightly
def test_it_shows_which_part_is_broken_and_that_it_is_fixed(form):
    form.check.click()
    assert states(form)["not-met"] == 1
    assert "✗ allowed by policy" in form.picture.widget.value

    fix_buttons(form)[0].click()

    assert "not-met" not in states(form)
    assert states(form)["met"] == 4


@pytest.mark.nightly
def test_it_is_marked_when_it_is_old(form):
    form.check.click()

    form.fields["identity"].input.value = "mi-export"

    assert "adxmi-old" in form.picture.widget.value
    assert "Before the change" in form.picture.widget.value


def test_a_keystroke_that_changes_no_link_draws_nothing(form):
    form.check.click()
    drawn = []
    form.picture.widget.observe(drawn.append, names="value")

    form.fields["name"].input.value = f"{TABLE['name']}2"

    assert drawn == []
