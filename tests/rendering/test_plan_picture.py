"""The picture of a plan: what was, what will be, and what must not be, in signs and colours."""

import re
from html import unescape

import pytest

from adxmi_jupyter.errors import NotAuthorized
from adxmi_jupyter.model.plan import (
    Action,
    Change,
    Plan,
    PlannedStep,
    Reason,
    Section,
    Status,
    Unseen,
)
from adxmi_jupyter.model.policy import CLUSTER
from adxmi_jupyter.rendering.plan_picture import plan_picture
from tests.magics.test_untrusted import ATTRIBUTES, STRIPPED, STYLES, TAGS, Seen

LAKE, EXPORT = "9c06e2b5-lake", "e84d3f17-export"
MINUS = "\N{MINUS SIGN}"


def change(action, database, subject, key, item, **more):
    return Change(more.pop("section", Section.POLICY), database, action, subject, key, item, **more)


def plan(*changes, **more):
    return Plan("demo", "adxmi.yaml", "digest", changes, **more)


def rows(picture):
    """Return the cells of each row of each table as texts."""
    found = []
    for row in re.findall(r"<tr.*?</tr>", picture, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found.append([unescape(re.sub("<[^>]*>", "", one)) for one in cells])
    return found


MOVED = (
    change(Action.REMOVE, "", "mi-lake", LAKE, "ExternalTable"),
    change(Action.ADD, "Sales", "mi-lake", LAKE, "ExternalTable"),
)
HOSTILE = '<img src=x onerror=alert(1)> $x$ "\u202e'


def test_what_was_and_will_be_stand_side_by_side():
    kept = frozenset({("policy", "Sales", LAKE, "DataConnection")})

    assert rows(plan_picture(plan(*MOVED, unchanged=kept))) == [
        ["scope", "identity", "DataConnection", "ExternalTable"],
        ["cluster", "mi-lake", "", MINUS],
        ["Sales", "mi-lake", "✓", "+"],
    ]


def test_what_is_the_same_on_many_databases_is_one_row():
    names = [f"Db{number}" for number in range(200)]
    changes = [change(Action.ADD, name, "mi-lake", LAKE, "SqlRequest") for name in names]
    kept = frozenset({("policy", "Db7", LAKE, "All")})

    _, row = rows(plan_picture(plan(*changes, unchanged=kept)))

    assert row == ["200 databases (Db0, Db1, Db2, Db3, …)", "mi-lake", "(✓)", "+"]


def test_of_many_rows_the_first_are_shown_and_the_others_counted():
    changes = [change(Action.ADD, "Sales", f"mi-{n}", f"key-{n}", "All") for n in range(250)]

    steps = tuple(PlannedStep(f".command {one.subject}", (one,)) for one in changes)

    picture = plan_picture(plan(*changes, steps=steps))

    assert len(rows(picture)) == 101
    assert "150 more rows are in the DataFrame" in picture
    assert "Commands: 250" in picture
    assert picture.count(".command") == 100
    assert "150 more commands are in the DataFrame" in picture


def test_what_is_blocked_is_hatched_and_says_why():
    blocked = change(
        Action.REMOVE, "Sales", "mi-lake", LAKE, "DataConnection", status=Status.BLOCKED,
        reason=Reason.WORKFLOW, breaks=("event-hub orders (Sales)",),
    )  # fmt: skip

    picture = plan_picture(plan(blocked))

    assert rows(picture)[1][2:] == [
        f"! {MINUS}",
        "a workflow needs it; needed by event-hub orders (Sales)",
    ]
    assert "linear-gradient" in picture


def test_what_is_only_observed_and_what_could_not_be_read_are_told_apart():
    missing = change(Action.ADD, "Sales", "mi-lake", LAKE, "All", status=Status.OBSERVED)
    denied = NotAuthorized("not readable", why="requires AllDatabasesMonitor", fix="ask")
    unseen = Unseen(Section.POLICY, CLUSTER, denied)

    picture = plan_picture(plan(missing, unseen=(unseen,)))

    assert rows(picture)[1][2] == "~ missing"
    assert "policy of the cluster: requires AllDatabasesMonitor" in picture


def test_identities_of_one_name_are_told_apart():
    changes = (change(Action.ADD, "Sales", "mi", key, "All") for key in (LAKE, EXPORT))

    assert [row[1] for row in rows(plan_picture(plan(*changes)))[1:]] == [
        "mi (9c06e2b5…)",
        "mi (e84d3f17…)",
    ]


def test_a_plan_of_nothing_has_no_picture():
    assert plan_picture(plan()) == ""


@pytest.mark.parametrize("section", Section)
def test_hostile_names_are_text_and_a_notebook_that_is_not_trusted_shows_it_all(section):
    item = HOSTILE if section in {Section.CALLOUTS, Section.AZURE_ROLES} else "All"
    one = change(
        Action.REMOVE, HOSTILE, HOSTILE, HOSTILE, item, section=section, breaks=(HOSTILE,),
        why=HOSTILE,
    )  # fmt: skip

    picture = plan_picture(plan(one, steps=(PlannedStep(HOSTILE, (one,)),)))
    seen = Seen(picture)

    assert "<img" not in picture
    assert "\u202e" not in picture
    assert seen.tags <= TAGS
    assert seen.attributes <= ATTRIBUTES | STRIPPED
    assert [one for one in seen.styles if STYLES.search(one)] == []
