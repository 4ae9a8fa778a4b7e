"""What the form of each workflow knows and does, without a widget."""

import pytest

from adxmi_jupyter.actions.workflow.filling import text_of
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.rendering.requirements import title
from tests.forms.workflow_state.samples import every, sample_of


@pytest.fixture
def connection(kept_connection):
    kept_connection.azure.faults.clear()
    return kept_connection


@every
def test_each_form_opens_with_something_to_fill_in_and_nothing_wrong(make_workflow_state, noun):
    state = make_workflow_state(noun)

    assert not state.is_valid
    assert state.missing
    assert state.problems == {}
    assert state.preview.text == ""
    assert state.last_check.steps == ()


@every
def test_the_sample_makes_it_valid(filled, noun):
    state = filled(noun)

    assert state.is_valid
    assert state.missing == ()
    assert state.problems == {}
    assert [step.state for step in state.last_check.steps] == ["unseen"] * len(
        state.draft.requirements
    )


@every
def test_the_preview_is_what_would_be_sent(filled, noun):
    state = filled(noun)

    assert state.preview.text == text_of(state.draft.workflow.product())
    assert state.preview.sent_to
    assert state.preview.connection_strings == state.draft.workflow.connection_strings()


@every
def test_every_field_is_shown_once_and_those_to_fill_in_at_once(make_workflow_state, noun):
    state = make_workflow_state(noun)

    shown = [spec.name for spec in (*state.main, *state.more)]
    assert sorted(shown) == sorted(spec.name for spec in state.specs)
    assert [spec for spec in state.more if spec.is_required] == []


@every
def test_typing_asks_nobody(make_workflow_state, fault, noun):
    state = make_workflow_state(noun)
    fault("unavailable")

    for name, value in sample_of(noun).items():
        for end in range(1, len(value) + 1):
            state.enter(name, value[:end])
            _ = (state.preview, state.problems, state.missing, state.last_check.steps, state.notes)

    assert state.is_valid


@every
def test_nothing_is_wrong_with_what_was_not_touched(make_workflow_state, noun):
    state = make_workflow_state(noun)
    first = next(spec for spec in state.main if spec.is_required)

    state.enter(first.name, sample_of(noun)[first.name])

    assert state.values
    assert state.problems == {}


@every
def test_clearing_leaves_what_there_was_at_the_start(filled, noun):
    state = filled(noun)
    state.look()

    state.clear()

    assert state.values == {}
    assert state.last_check.steps == ()
    assert not state.is_valid
    assert state.database == "Sales"


@every
def test_the_links_are_looked_at(filled, noun):
    state = filled(noun)

    found = state.look()

    assert [one.state for one in found if one.state not in {"met", "not met", "unknown"}] == []
    # A network that nothing restricts is not told.
    told = [one for one in state.draft.requirements if one.key is not Key.NETWORK]
    assert len(found) >= len(told) > 0
    assert "" not in {title(one.about) for one in found}
    assert state.last_check.is_current


@every
def test_a_half_filled_form_has_no_links(make_workflow_state, noun):
    state = make_workflow_state(noun)

    assert state.look() == ()


@every
def test_identities_are_offered_by_name(make_workflow_state, noun):
    state = make_workflow_state(noun)
    (spec,) = [spec for spec in state.specs if spec.kind is FieldKind.IDENTITY]

    assert {"system", "mi-export", "mi-ingest", "mi-stranger"} <= set(state.choices(spec))


@every
def test_an_unknown_identity_is_told_in_the_words_of_the_form(make_workflow_state, noun):
    state = make_workflow_state(noun, {**sample_of(noun), "identity": "mi-exprot"})

    problem = state.problems["identity"]
    assert not state.is_valid
    assert problem.what == "no identity is named 'mi-exprot'"
    assert problem.fix == 'Identity: mi-export, or press "Reload" if it is new or elsewhere'


@every
def test_no_problem_speaks_of_options(make_workflow_state, noun):
    state = make_workflow_state(noun)
    for spec in state.declaration.specs():
        state.enter(spec.name, "]]" if spec.kind is not FieldKind.FLAG else False)

    told = " ".join(line for problem in state.problems.values() for line in problem.lines)
    options = [spec.option for spec in state.declaration.specs() if f"{spec.option} " in told]
    assert state.problems
    assert options == []


@pytest.mark.parametrize("noun", ["event-hub", "event-grid", "cosmosdb-connection"])
def test_a_pasted_connection_string_is_not_repeated(make_workflow_state, noun):
    pasted = "Endpoint=sb://contosohub.servicebus.windows.net/;SharedAccessKey=c2VjcmV0a2V5"
    state = make_workflow_state(noun)

    for spec in state.specs:
        state.enter(spec.name, pasted if spec.kind is not FieldKind.FLAG else True)

    told = "".join(line for problem in state.problems.values() for line in problem.lines)
    assert "contosohub.servicebus.windows.net" in told
    assert "c2VjcmV0a2V5" not in told
