"""Which requirements belong to which part of a diagram, and what is told of it on a line."""

import pytest

from adxmi_jupyter.actions.check.findings import CheckedKind, Observation
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.rendering.diagram_model import Part, Step, tracks_of
from tests.findings import allowed, assigned, azure_role, callout, exists, step, table, viewer

OWN = (
    step(exists("mi-export"), "met"),
    step(assigned("mi-export"), "met"),
    step(allowed("mi-export", "AutomatedFlows"), "met"),
    step(viewer("mi-export"), "not met", "missing role viewers on Sales"),
    step(table("Archive"), "met"),
)
BEYOND = (
    step(assigned("mi-backup"), "met"),
    step(allowed("mi-backup", "ExternalTable"), "warning", "it has a catch"),
    step(azure_role("mi-backup", "contosolake", "archive"), "unknown", "not to be seen"),
)


def lines(*steps):
    return [track.words for track in tracks_of("continuous-export", "Now", steps)]


def box(name, *steps, track=0):
    (found,) = [
        one for one in tracks_of("continuous-export", "Now", steps)[track].boxes if one.part == name
    ]
    return found


def test_a_line_has_a_sign_for_each_part_with_requirements():
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
    shared = step(allowed("mi-export", "ExternalTable"), "met")

    assert box("assigned", *OWN, shared, track=1).note == "as above"
    assert box("identity", *OWN, shared, track=1).about == ("mi-export",)


def test_an_external_table_that_impersonates_is_part_of_the_same_line():
    role = step(azure_role("mi-export", "contosolake", "archive"), "not met")

    assert lines(*OWN, role) == ["identity ✓ → assigned ✓ → policy ✓ → workflow ✗ → target ✗"]


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (("met", "met"), "met"),
        (("met", "unknown"), "unknown"),
        (("unknown", "warning"), "warning"),
        (("warning", "not met", "met"), "not met"),
    ],
)
def test_the_worst_of_a_part_counts(states, worst):
    steps = [step(callout(state, "sql"), state) for state in states]

    assert box("policy", *steps).state == worst


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("identity", ("mi-export",)),
        ("policy", ("AutomatedFlows",)),
        ("workflow", ("continuous-export", "Now")),
        ("target", ("external table Archive",)),
    ],
)
def test_a_part_says_what_it_is_about(name, about):
    assert box(name, *OWN).about == about


def test_before_any_requirement_is_known_no_part_is_checked():
    (track,) = tracks_of("external-table", "", ())

    assert {one.note for one in track.boxes} == {"not checked"}
    assert track.words == "identity … → assigned … → policy … → workflow … → target …"


def test_what_is_no_requirement_has_no_track():
    assert (
        tracks_of(
            "refusal", "Busy", (step(Observation(Concern.OUTAGE, place="contoso"), "warning"),)
        )
        == ()
    )


@pytest.mark.parametrize("kind", [CheckedKind.POLICY, CheckedKind.DENIAL])
def test_what_is_about_no_workflow_names_none(kind):
    (track,) = tracks_of("", "Busy", OWN[:3], kind)

    assert track.boxes[3].about == ()


def test_every_requirement_has_a_part_but_for_those_of_the_workflow():
    of_the_workflow = {key for key in Key if Step(Observation(key)).part is Part.WORKFLOW}

    assert of_the_workflow == {Key.PLUGIN, Key.SECURITY_ROLE, Key.TABLE}
