"""The fleet form, driven as a front end would: buttons clicked, the filter set."""

import pytest


@pytest.fixture
def fleet_form(magic):
    magic("embedded reset --world fleet")
    return magic("fleet form")


def _named(form):
    return [one.cluster.name for one in form.pages.shown]


def _row(form, name):
    form.pages.find(name)
    return form.pages.rows[0]


def test_a_state_shows_its_clusters(fleet_form):
    assert fleet_form.chips["Stopped"].description == "Stopped (2)"

    fleet_form.chips["Stopped"].click()

    assert _named(fleet_form) == ["contosoarchive", "contosolab"]
    assert [row.open.disabled for row in fleet_form.pages.rows[:2]] == [True, True]


def test_a_state_that_comes_up_later_has_its_chip_after_reload(magic, magics):
    form = magic("fleet form")
    before = set(form.chips)
    world = magics.connections.current().azure.world
    world.find_cluster("contosoarchive").state = "Deleting"

    form.reload.click()

    assert set(form.chips) - before == {"Deleting"}
    assert form.chips["Deleting"].description == "Deleting (1)"
    form.chips["Deleting"].click()
    assert _named(form) == ["contosoarchive"]


def test_one_is_opened(fleet_form, magics):
    _row(fleet_form, "contosoretaileu").open.click()

    assert magics.connections.current().name == "contosoretaileu"
    assert fleet_form.requests.outcome.lines[0] == "Connected to contosoretaileu."


@pytest.mark.nightly
def test_one_that_is_private_says_why_it_is_not_opened(fleet_form, magics):
    _row(fleet_form, "contosovault").open.click()

    assert magics.connections.current().name == "embedded"
    assert "cannot be reached" in fleet_form.outcome.value


@pytest.mark.nightly
def test_it_tells_where_nothing_shows_it(fleet_form):
    assert "without a front end: %adxmi fleet list" in repr(fleet_form)
