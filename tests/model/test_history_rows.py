"""A history kept as intervals is what its runs saw, and a digest changes with any row."""

import csv
import io
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.model.history.intervals import advanced, seen_at, state_at
from adxmi_jupyter.model.history.rows import COMPLETE, Kind, Recorded, Run, StateRow
from adxmi_jupyter.model.history.sending import MOST_BYTES, parts_of
from adxmi_jupyter.model.history.state import Change, differences, seen_by, seen_until
from tests.examples import examples

DENIED = "requires Database Admin"
SECTIONS = [(Kind.POLICY, ""), (Kind.POLICY, "Sales"), (Kind.ROLE, "Sales")]
ITEMS = st.frozensets(st.sampled_from("abcd"))
READ = st.none() | st.just(DENIED) | ITEMS
STATES = st.lists(st.tuples(*(READ for _ in SECTIONS)), min_size=1, max_size=6)


def section(kind, database, completeness=COMPLETE):
    return StateRow("c", kind.value, database, completeness=completeness)


def atom(kind, database, item, **more):
    return StateRow("c", kind.value, database, item, **more)


def rows_of(read):
    """Return the rows of a run: of each section nothing, that it was denied, or its atoms."""
    for (kind, database), found in zip(SECTIONS, read, strict=True):
        if found is None:
            continue
        yield section(kind, database, COMPLETE if found != DENIED else DENIED)
        if found != DENIED:
            yield from (atom(kind, database, one) for one in found)


def recorded(number, state, previous="0"):
    moment = f"2026-01-01T00:00:{number:02}.000000Z"
    run = Run(f"{number:08}-0000-4000-8000-000000000000", moment, moment, "record", "c")
    return Recorded(run, tuple(state)).after(previous)


@examples(200)
@given(STATES)
def test_intervals_tell_what_each_run_saw_and_what_was_known(states):
    runs = [recorded(number, rows_of(one)) for number, one in enumerate(states)]

    intervals = ()
    for one in runs:
        intervals = advanced(intervals, one.run.ended, one.state)

    every = [one.run for one in runs]
    for number, one in enumerate(runs):
        assert state_at(intervals, one.run.ended) == one.state
        expected = seen_until(runs[: number + 1])
        assert seen_at(intervals, every, one.run.ended) == expected


def test_nothing_counts_as_removed_that_could_not_be_read():
    before = seen_by(recorded(1, [section(Kind.ROLE, "Sales"), atom(Kind.ROLE, "Sales", "a")]))
    after = seen_by(recorded(2, [section(Kind.ROLE, "Sales", DENIED)]))

    (found,) = differences(before, after)

    assert (found.change, found.reason) == (Change.UNKNOWN, DENIED)


def test_a_database_that_is_gone_has_nothing_left():
    names = [section(Kind.DATABASE, ""), atom(Kind.DATABASE, "", "Sales")]
    policy = [section(Kind.POLICY, "Sales"), atom(Kind.POLICY, "Sales", "All")]
    runs = [recorded(1, [*names, *policy]), recorded(2, [section(Kind.DATABASE, "")])]

    found = differences(seen_by(runs[0]), seen_until(runs))

    assert [(one.change, one.row.item) for one in found] == [
        (Change.REMOVED, "Sales"),
        (Change.REMOVED, "All"),
    ]


def test_a_value_that_changes_is_no_removal():
    rows = [
        atom(Kind.CALLOUT, "", "sql x", value=f'{{"allowed":{one}}}') for one in ("true", "false")
    ]
    before, after = (
        seen_by(recorded(n, [section(Kind.CALLOUT, ""), row])) for n, row in enumerate(rows)
    )

    (found,) = differences(before, after)

    assert (found.change, found.before, found.after) == (Change.CHANGED, *rows)


def test_the_digest_changes_with_any_row_and_with_the_one_before():
    state = [section(Kind.POLICY, "Sales"), atom(Kind.POLICY, "Sales", "All")]
    run = recorded(1, state)

    forged = replace(run, state=(replace(run.state[0], item="x"), *run.state[1:]))

    assert run.is_intact
    assert not forged.is_intact
    assert recorded(1, state, "1").run.digest != run.run.digest


TEXTS = st.text(st.sampled_from("'\"`|;,.<>\n\r\t \\{}[]x\u00e9\U0001f600"), max_size=12)


@examples(200)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_what_is_sent_is_read_back_by_any_reader_of_csv(texts):
    state = [atom(Kind.ROLE, "Sales", f"x{item}", identity_name=name) for item, name in texts]
    part, _ = parts_of(recorded(1, state))

    read = list(csv.reader(io.StringIO(part.data, newline="")))

    assert [row[12] for row in read] == [row.item for row in sorted(state)]
    assert [row[8] for row in read] == [row.identity_name for row in sorted(state)]
    assert part.command.endswith(part.data)


def test_a_large_run_is_sent_in_parts_with_a_tag_each_and_its_own_row_last():
    long = "x" * 3000
    state = [atom(Kind.WORKFLOW, "Sales", f"{long}{number}") for number in range(700)]

    *parts, last = parts_of(recorded(1, state))

    assert sum(part.rows for part in parts) == len(state)
    assert all(len(part.command.encode()) < MOST_BYTES + 1000 for part in parts)
    assert len({part.tag for part in parts}) == len(parts) > 2
    assert last.table == "AdxmiRuns"
    assert re.search(r"ingestIfNotExists=", last.command)
