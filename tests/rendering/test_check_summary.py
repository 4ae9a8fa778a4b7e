"""What a check of many workflows shows: counts, each cause once, what is met folded."""

import re

import pytest

from adxmi_jupyter.actions.check.findings import (
    Checked,
    CheckedKind,
    Checks,
    Observation,
    State,
    Topic,
)
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.rendering.check_causes import counted
from adxmi_jupyter.rendering.check_table import CheckTable
from tests.findings import allowed, assigned, azure_role, found
from tests.told import written

ASSIGN = Command.of("identity", "assign", "--identity", "mi-team-003")
GRANT = Command.of("policy", "grant", "--database", "Sales", "--usage", "ExternalTable")
LONG = "a-name-that-is-longer-than-most-" * 4
MARKUP = "<img src=x onerror=alert(1)>"


def workflow(name, *findings, noun="external-table", database="Sales"):
    return Checked(noun, name, findings, database)


def shown(*checked, **options):
    return CheckTable.of(Checks(checked), write=written, with_database=True, **options)


@pytest.fixture
def team():
    """Three tables of an identity that is not assigned, one unknown, three that are met."""
    lost = found(assigned("mi-team-003"), "not met", "it is not", fix=ASSIGN)
    dark = found(azure_role("mi-x", "lake", "a"), "unknown", "requires Reader on lake")
    return (
        *(workflow(f"Lost{n}", found(allowed("mi-team-003", "All")), lost) for n in range(3)),
        workflow("Dark", dark, noun="continuous-export"),
        *(workflow(f"Good{n}", found(assigned("mi-x"))) for n in range(3)),
    )


def cluster(causes, each=5, good=100):
    """A cluster with so many causes, each of several tables with long names."""
    return (
        *(
            workflow(
                f"{LONG}{cause}-{n}",
                found(
                    assigned(f"mi-{cause}{LONG}"),
                    "not met",
                    "no",
                    fix=Command.of("identity", "assign", "--identity", f"mi-{cause}{LONG}"),
                ),
            )
            for cause in range(causes)
            for n in range(each)
        ),
        *(workflow(f"{LONG}{n}", found(assigned("mi-x")), noun="event-hub") for n in range(good)),
    )


def test_counts_come_first_then_each_cause_once_and_what_is_met_on_a_line(team):
    assert repr(shown(*team)).splitlines() == [
        "7 checked: 3 with requirements not met, 1 with unknown requirements or warnings,",
        "3 with all requirements met",
        "✗ mi-team-003 is not assigned: 3 external tables",
        "    Sales/Lost0, Sales/Lost1, Sales/Lost2",
        "    %adxmi identity assign --identity mi-team-003",
        "? Azure role: mi-x on lake/a: 1 continuous export",
        "    Sales/Dark",
        "    requires Reader on lake",
        "All requirements met: 3 external tables",
        "Details of one: WORKFLOW check NAME. Filters: check --only, --identity, --database.",
    ]


def test_html_tells_the_same_without_pictures(team):
    told = shown(*team)._repr_html_()

    assert told.count("mi-team-003 is not assigned") == 1
    assert told.count("identity assign --identity mi-team-003") == 1
    assert "<summary>All requirements met: 3 external tables</summary>" in told
    assert not re.search("<svg|<style|<script|position|var\\(", told)


@pytest.mark.parametrize("causes", [0, 3, 20, 60])
def test_two_hundred_workflows_fit_one_screen(causes):
    lines = repr(shown(*cluster(causes, good=200 - 5 * min(causes, 38)))).splitlines()

    assert sum(-(-len(line) // 80) for line in lines) <= 40


def test_causes_beyond_a_screen_are_counted_by_their_requirement():
    table = shown(*cluster(40))

    assert re.search(r"^\d+ more: \d+ assigned to the cluster not met$", repr(table), re.MULTILINE)
    assert "<summary>28 more: 28 assigned to the cluster not met</summary>" in table._repr_html_()


def test_commands_are_never_cut():
    commands = [line for line in repr(shown(*cluster(4))).splitlines() if "assign --id" in line]

    assert [line.strip()[-20:] for line in commands] == [LONG[-20:]] * 4


def test_the_most_frequent_cause_comes_first():
    often, once = (found(assigned(name), "not met", "no") for name in ("mi-often", "mi-once"))

    text = repr(shown(workflow("A", once), *(workflow(f"B{n}", often) for n in range(5))))

    assert text.index("mi-often") < text.index("mi-once")


def test_one_missing_permission_is_one_cause_whatever_it_hides():
    dark = [
        workflow(
            f"T{n}", found(azure_role("mi-x", f"lake{n}", "a"), "unknown", "requires Reader on S")
        )
        for n in range(6)
    ]

    assert "? Azure role: mi-x on lake0/a and 5 more: 6 external tables" in repr(shown(*dark))


def test_what_the_policies_of_two_databases_lack_are_two_causes():
    lacks = found(allowed("mi-x", "ExternalTable"), "not met", "no", fix=GRANT)
    tables = [workflow(f"T{n}", lacks, database=d) for n in range(3) for d in ("A", "B")]

    text = repr(shown(*tables))

    assert "✗ mi-x is not allowed ExternalTable in A: 3 external tables" in text
    assert "✗ mi-x is not allowed ExternalTable in B: 3 external tables" in text


def test_only_some_states_are_shown_and_the_counts_stay(team):
    table = shown(*team, only=(State.UNKNOWN,))

    assert list(table["state"]) == ["unknown"]
    assert repr(table).startswith("7 checked: 3 with requirements not met")
    assert "mi-team-003" not in repr(table)
    assert table.lacks_a_requirement


def test_what_is_no_workflow_is_counted_by_what_it_is():
    about = Observation(Topic.LISTING, place="event-hub")
    unread = Checked("", "", (found(about, "unknown", "denied"),), "Sales", CheckedKind.UNREAD)

    assert "? listing: event-hub: 1 list" in repr(shown(unread, only=(State.UNKNOWN,)))


def test_names_with_markup_are_text():
    bad = [
        workflow(f"{MARKUP}{n}", found(assigned(MARKUP), "not met", MARKUP, fix=ASSIGN))
        for n in range(6)
    ]

    assert "<img" not in shown(*bad)._repr_html_()


def test_kinds_are_counted_in_the_plural():
    kinds = ["update policy"] * 2 + ["query acceleration", "policy entry", "policy entry"]

    assert counted(kinds) == "2 update policies, 1 query acceleration, 2 policy entries"
