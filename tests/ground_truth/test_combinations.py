import pytest

from tests.ground_truth.combinations import in_short, pairs, thoroughly, whole

THERE = {"a": ["a1", "a2"], "b": ["b1"], "c": ["c1", "c2", "c3"], "d": ["d1"]}
MISSING = {"a": ["a-"], "b": ["b-", "b--"], "c": ["c-"], "d": ["d-"]}
EVERY = {name: [*THERE[name], *MISSING[name]] for name in THERE}


def held(rows):
    """Return the pairs of levels that rows hold."""
    return {pair for row in rows for pair in pairs({name: [row[name]] for name in row})}


def states(rows):
    """Return the rows with + for a link that is there, and - for one that is missing."""
    return [
        {name: ["-" if level in MISSING[name] else "+"] for name, level in row.items()}
        for row in rows
    ]


def missing_alone(rows):
    """Return the levels that leave the only link missing of a row."""
    absent = [[level for level in row.values() if level.endswith("-")] for row in rows]
    return {levels[0] for levels in absent if len(levels) == 1}


@pytest.mark.parametrize("rows", [in_short, thoroughly, whole])
def test_every_level_occurs(rows):
    levels = {level for row in rows(THERE, MISSING) for level in row.values()}

    assert levels == {level for each in EVERY.values() for level in each}


@pytest.mark.parametrize("rows", [in_short, thoroughly, whole])
def test_every_level_that_leaves_a_link_missing_occurs_alone(rows):
    assert missing_alone(rows(THERE, MISSING)) == {"a-", "b-", "b--", "c-", "d-"}


def test_every_pair_of_states_occurs_in_short():
    found = {pair for row in states(in_short(THERE, MISSING)) for pair in pairs(row)}

    assert found == set(pairs(dict.fromkeys(THERE, "+-")))


def test_every_combination_of_states_occurs_where_there_are_few():
    found = states(in_short(THERE, MISSING, few=16))

    assert len({str(row) for row in found}) == 16


def test_thoroughly_every_pair_of_levels_and_every_combination_of_states_occurs():
    rows = thoroughly(THERE, MISSING)

    assert held(rows) == set(pairs(EVERY))
    assert len({str(row) for row in states(rows)}) == 16


def test_the_whole_is_the_product():
    assert len(whole(THERE, MISSING)) == 3 * 3 * 4 * 2


def test_rows_are_the_same_each_time():
    assert in_short(THERE, MISSING) == in_short(THERE, MISSING)
