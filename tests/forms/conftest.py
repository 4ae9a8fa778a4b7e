import pytest
from ipywidgets.widgets.widget import CallbackDispatcher

from adxmi_jupyter.actions.identity.identities import assigned
from adxmi_jupyter.forms.identity.form import IdentityForm
from adxmi_jupyter.forms.identity.state import IdentityState
from adxmi_jupyter.forms.policy.form import PolicyForm
from adxmi_jupyter.forms.policy.state import PolicyState
from adxmi_jupyter.forms.role.form import RoleForm
from adxmi_jupyter.forms.role.state import RoleState
from adxmi_jupyter.forms.workflow.form import WorkflowForm
from adxmi_jupyter.forms.workflow.state import WorkflowState
from adxmi_jupyter.magics.forms import written
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.policy import Scope
from tests.actions.conftest import fault, outsider, reader  # noqa: F401
from tests.magics.conftest import completions, ip, kept_extension, magic, magics, shell  # noqa: F401


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
        cells = [c for made in form.pages.rows for c in made.cells.values()]
        return next(c for c in cells if c.description == name)

    return find


@pytest.fixture
def state(connection):
    return IdentityState(connection)


@pytest.fixture
def make_identity_form(connection):
    def make(of=None):
        lines = lambda line: written("%adxmi", line)  # noqa: E731
        return IdentityForm(IdentityState(of or connection), lines, "embedded Azure")

    return make


@pytest.fixture
def identity_form(make_identity_form):
    return make_identity_form()


@pytest.fixture
def tick():
    """Return the checkbox of an identity in sight."""

    def find(form, name):
        return next(row.box for row in form.pages.rows if row.box.description == name)

    return find


@pytest.fixture
def holder():
    """Return a row of a role form by its label."""

    def find(state, label):
        return next(one for one in state.holders if state.label(one) == label)

    return find


@pytest.fixture
def want(who):
    def want(state, name, ticked):
        state.want(who(state, name), ticked=ticked)

    return want


@pytest.fixture
def names(connection):
    """The identities assigned to the cluster, read anew."""
    return lambda: [identity.display_name for identity in assigned(connection).all]


@pytest.fixture
def heard():
    return []


@pytest.fixture
def apply(heard):
    """Apply what is wished, with every question answered with yes."""
    return lambda state: state.apply(confirmed=True, tell=heard.append)


@pytest.fixture
def make_role_form(connection):
    def make(scope, of=None):
        state = RoleState(of or connection, scope)
        return RoleForm(state, lambda line: written("%adxmi", line), "embedded Azure")

    return make


@pytest.fixture
def make_workflow_state(connection):
    """Open what a workflow's form knows, with these fields filled in."""

    def make(noun, fields=(), *, database="Sales", of=None):
        state = WorkflowState(of or connection, declaration_of(noun), database)
        for name, value in dict(fields).items():
            state.enter(name, value)
        return state

    return make


@pytest.fixture
def make_workflow_form(make_workflow_state):
    """Open a workflow's form and fill fields in as a front end does."""

    def make(noun, fields=(), *, database="Sales", of=None, rest=0.0):
        state = make_workflow_state(noun, database=database, of=of)
        form = WorkflowForm(
            state, lambda line: written("%adxmi", line), "embedded Azure", rest=rest
        )
        form.more.click()
        for name, value in dict(fields).items():
            form.fields[name].input.value = value
        return form

    return make
