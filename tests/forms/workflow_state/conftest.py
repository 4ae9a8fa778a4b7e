"""States of forms of workflows, filled in."""

import pytest

from tests.forms.workflow_state.samples import TABLE, sample_of


@pytest.fixture
def filled(make_workflow_state):
    return lambda noun: make_workflow_state(noun, sample_of(noun))


@pytest.fixture
def table(make_workflow_state):
    return make_workflow_state("external-table", TABLE)
