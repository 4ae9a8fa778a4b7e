"""Each way in which the embedded Azure can behave is found out by verify."""

import pytest

from adxmi_jupyter.actions.verify.verifying import verification_frame, verify
from adxmi_jupyter.embedded import QUESTIONS, alternatives
from adxmi_jupyter.model.verification.probe import every_probe
from adxmi_jupyter.service.pace import Clock, PacedInFlight

EACH = [(name, word) for name in QUESTIONS for word in alternatives(name)]
TO_ADMINS = ("csl-script", "to-admins")
OTHERS = {
    **{name: alternatives(name)[1] for name in QUESTIONS},
    "csl-script": "without-secrets",
    "journal-of-policies": "states",
    "no-policy": "no-row",
}


@pytest.fixture
def caller(connection, connections, azure, monkeypatch):
    """Who asks: the admin, or somebody to whom the script may be denied."""

    def of(name, word):
        if (name, word) != TO_ADMINS:
            return connection
        monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
        return connections.open(azure.kusto_uri, name="reader", credential="token")

    return of


def test_every_behaviour_is_a_question_of_verify():
    assert {one.key for one in every_probe()} == set(QUESTIONS)


@pytest.mark.parametrize("probe", every_probe(), ids=lambda one: one.key)
def test_verify_knows_every_alternative(probe):
    assert set(alternatives(probe.key)) <= set(probe.answers)
    assert probe.handled <= set(probe.answers)


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "word"), EACH)
def test_verify_finds_out_each_alternative(azure, rich, caller, answers, name, word):
    azure.world.behaviours.choose({name: word})
    rich()

    found = answers(caller(name, word))

    assert found[name] == word


@pytest.mark.nightly
@pytest.mark.parametrize(("name", "word"), [pair for pair in EACH if pair != TO_ADMINS])
def test_one_alternative_leaves_the_other_answers_alone(
    azure, rich, answers, connection, name, word
):
    rich()
    usual = answers(connection)
    azure.world.behaviours.choose({name: word})

    found = answers(connection)

    told = {key: answer for key, answer in found.items() if key != name and answer}
    assert told == {key: usual[key] for key in told}


def test_many_alternatives_are_found_out_together(azure, rich, connection, answers):
    azure.world.behaviours.choose(OTHERS)
    rich()

    assert answers(connection) == OTHERS


def test_without_examples_it_is_unknown_and_says_why(azure, connection):
    frame = verification_frame(verify(connection, ["Telemetry"]).answered).set_index("question")

    row = frame.loc["Identities in .show continuous-exports"]
    assert row["answer"].startswith("unknown: no continuous export")
    assert row["differs"] == "unknown"


class Counted:
    """Counts what it hears of."""

    requests = 0

    def answered(self, _request, _answer):
        self.requests += 1


def test_a_cluster_is_asked_no_faster_than_its_pace(connection):
    waited, counted = [], Counted()
    pace = PacedInFlight(1, 5.0, Clock(lambda: sum(waited), waited.append))

    verify(connection, ["Sales"], recorder=counted, pace=pace)

    assert sum(waited) == pytest.approx((counted.requests - 1) / 5)


def test_an_interrupt_keeps_what_was_read(azure, connection, interrupted):
    interrupted(".show capacity")

    found = verify(connection)

    answers = {one.probe.key: one for one in found.answered}
    assert found.was_interrupted
    assert answers["capacity"].answer == "unknown: interrupted before it was read"
    assert azure.faults.active() == []
