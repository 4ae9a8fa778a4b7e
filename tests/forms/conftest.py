import pytest
from ipywidgets.widgets.widget import CallbackDispatcher

from adxmi_jupyter.forms.policy_form import PolicyForm
from adxmi_jupyter.forms.policy_state import PolicyState
from adxmi_jupyter.magics.forms import written
from adxmi_jupyter.model.policy import Scope
from tests.actions.conftest import reader  # noqa: F401
from tests.magics.conftest import ip, magic, magics, shell  # noqa: F401


@pytest.fixture(autouse=True)
def callbacks_raise(monkeypatch):
    """ipywidgets only logs what a click raises; a test must see it."""

    def call(self, *args, **kwargs):
        for callback in self.callbacks:
            callback(*args, **kwargs)

    monkeypatch.setattr(CallbackDispatcher, "__call__", call)


@pytest.fixture
def who():
    """Return an identity of the seeded world by its name."""

    def find(state, name):
        return next(i for i in state.identities if i.display_name == name)

    return find


@pytest.fixture
def sales(connection):
    return PolicyState(connection, Scope("Sales"))


@pytest.fixture
def telemetry(connection):
    return PolicyState(connection, Scope("Telemetry"))


@pytest.fixture
def make_form(connection):
    def make(scope):
        state = PolicyState(connection, scope)
        return PolicyForm(state, lambda line: written("%adxmi", line), "embedded Azure")

    return make


@pytest.fixture
def form(make_form):
    return make_form(Scope("Sales"))


@pytest.fixture
def cell():
    """Return the checkbox with an accessible name."""

    def find(form, name):
        cells = [c for made in form.matrix.rows for c in made.cells.values()]
        return next(c for c in cells if c.description == name)

    return find
