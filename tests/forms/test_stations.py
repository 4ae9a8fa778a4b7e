"""Which links belong to which station of a chain, and what is told of it on a line."""

import pytest

from adxmi_jupyter.actions.check import findings
from adxmi_jupyter.rendering.diagram_model import Step, tracks_of

OWN = (
    Step("identity exists", "mi-export", "ok"),
    Step("assigned to the cluster", "mi-export", "ok"),
    Step("allowed by policy", "mi-export AutomatedFlows", "ok"),
    Step("security role", "mi-export viewers", "missing", "it does not hold viewers on Sales"),
    Step("external table", "external table Archive", "ok"),
)
BEYOND = (
    Step("assigned to the cluster", "mi-backup", "ok"),
    Step("allowed by policy", "mi-backup ExternalTable", "warning", "it has a catch"),
    Step("Azure role", "mi-backup on contosolake/archive", "unknown", "not to be seen"),
)


def lines(*steps):
    return [track.words for track in tracks_of("continuous-export", "Now", steps)]


def station(name, *steps, track=0):
    (found,) = [
        one
        for one in tracks_of("continuous-export", "Now", steps)[track].stations
        if one.name == name
    ]
    return found


def test_a_line_has_a_mark_for_each_station_with_links():
    assert lines(*OWN[:3]) == ["identity ✓ → assigned ✓ → policy ✓ → workflow → target"]


def test_an_external_table_that_acts_by_itself_has_a_line_of_its_own():
    assert lines(*OWN, *BEYOND) == [
        "identity ✓ → assigned ✓ → policy ✓ → workflow ✗ → target ✓",
        "identity → assigned ✓ → policy ! → external table → target ?",
    ]


def test_the_line_of_an_external_table_says_whose_it_is():
    assert tracks_of("continuous-export", "Now", (*OWN, *BEYOND))[1].caption == (
        "Through the external table Archive, as mi-backup:"
    )


def test_what_both_lines_share_is_said_to_stand_above():
    shared = Step("allowed by policy", "mi-export ExternalTable", "ok")

    assert station("assigned", *OWN, shared, track=1).note == "as above"
    assert station("identity", *OWN, shared, track=1).about == ("mi-export",)


def test_an_external_table_that_impersonates_is_part_of_the_same_line():
    role = Step("Azure role", "mi-export on contosolake/archive", "missing")

    assert lines(*OWN, role) == ["identity ✓ → assigned ✓ → policy ✓ → workflow ✗ → target ✗"]


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (("ok", "ok"), "ok"),
        (("ok", "unknown"), "unknown"),
        (("unknown", "warning"), "warning"),
        (("warning", "missing", "ok"), "missing"),
        (("ok", "unheard of"), "unknown"),
    ],
)
def test_the_worst_of_a_station_counts(states, worst):
    steps = [Step("callout policy", f"sql {state}", state) for state in states]

    assert station("policy", *steps).state == worst


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("identity", ("mi-export",)),
        ("policy", ("AutomatedFlows",)),
        ("workflow", ("continuous-export", "Now")),
        ("target", ("external table Archive",)),
    ],
)
def test_a_station_says_what_it_is_about(name, about):
    assert station(name, *OWN).about == about


def test_before_any_link_is_known_no_station_is_checked():
    (track,) = tracks_of("external-table", "", ())

    assert {one.note for one in track.stations} == {"not checked"}
    assert track.words == "identity … → assigned … → policy … → workflow … → target …"


def test_what_is_no_chain_has_no_stations():
    assert tracks_of("refusal", "Busy", (Step("the service", "contoso", "warning"),)) == ()


@pytest.mark.parametrize("workflow", ["policy", "refusal"])
def test_what_is_about_no_workflow_names_none(workflow):
    (track,) = tracks_of(workflow, "Busy", OWN[:3])

    assert track.stations[3].about == ()


def test_every_link_of_the_tool_has_a_station_but_for_those_of_the_workflow():
    names = set(findings._NAMES.values())

    assert {one for one in names if station("workflow", OWN[0], Step(one, "", "ok")).steps} == {
        "plugin",
        "security role",
    }
