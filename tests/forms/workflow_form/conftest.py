"""Forms of an external table, filled in."""

import pytest

from tests.forms.workflow_form.seen import READY, TABLE


@pytest.fixture
def form(make_workflow_form):
    return make_workflow_form("external-table", TABLE)


@pytest.fixture
def ready(make_workflow_form):
    return make_workflow_form("external-table", READY)
