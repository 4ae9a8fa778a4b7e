"""What a user wants changed is kept as a difference from what is there."""

import pytest

from adxmi_jupyter.forms.pending import PendingChanges

HERE, ELSEWHERE = "Sales", "Telemetry"


@pytest.fixture
def there():
    """The cells that are ticked as things are."""
    return {"a"}


@pytest.fixture
def pending(there):
    return PendingChanges(HERE, there.__contains__)


def test_what_is_as_it_is_there_is_no_change(pending):
    pending.want("a", ticked=True)
    pending.want("b", ticked=False)

    assert not pending
    assert dict(pending.here) == {}


def test_a_change_that_is_taken_back_is_none(pending):
    pending.want("a", ticked=False)
    pending.want("a", ticked=True)

    assert "a" not in pending


def test_a_cell_will_be_what_is_wanted_or_else_what_is(pending):
    pending.want("b", ticked=True)

    assert [pending.will_be(cell) for cell in "abc"] == [True, True, False]


def test_changes_of_another_scope_wait_there(pending):
    pending.want("b", ticked=True)
    pending.turn(ELSEWHERE)

    assert dict(pending.here) == {}
    assert pending.elsewhere == (HERE,)
    assert dict(pending.of(HERE)) == {"b": True}


def test_what_has_come_true_is_dropped(pending, there):
    pending.want("b", ticked=True)
    pending.want("c", ticked=True)
    there.add("b")

    pending.turn(HERE)

    assert dict(pending.here) == {"c": True}


def test_only_the_scope_in_sight_is_discarded(pending):
    pending.want("b", ticked=True)
    pending.turn(ELSEWHERE)
    pending.want("c", ticked=True)

    pending.discard()

    assert not pending
    assert pending.elsewhere == (HERE,)


def test_cells_are_called_by_other_names_in_every_scope(pending):
    pending.want("b", ticked=True)
    pending.turn(ELSEWHERE)
    pending.want("b", ticked=True)

    pending.rename(str.upper)

    assert dict(pending.here) == dict(pending.of(HERE)) == {"B": True}


def test_what_is_shown_cannot_be_changed_from_outside(pending):
    with pytest.raises(TypeError):
        pending.here["b"] = True
