import signal
import threading

import pytest

from adxmi_jupyter.actions.check.checks import check_one
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke
from adxmi_jupyter.actions.workflow import writes as workflow_writes
from adxmi_jupyter.actions.workflow.filling import fill_in
from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.role import Role
from tests.actions.filling import FIELDS, LAKE
from tests.told import examined, told

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"


@pytest.fixture
def reader(connections, connection):
    """The seeded principal with fewer rights, on the same embedded Azure."""
    return connections.open("embedded", name="reader", credential="as:reader")


@pytest.fixture
def outsider(connections, azure, monkeypatch):
    """A principal that may read the policies and has no right in Azure Resource Manager."""
    principal = azure.world.add_principal("outsider", token="embedded-outsider")
    azure.world.grant(principal, DatabaseRole.VIEWERS, database="Sales")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-outsider")
    return connections.open(azure.kusto_uri, name="outsider", credential="token", database="Sales")


@pytest.fixture
def fault(azure):
    """Switch a fault on that strikes each time."""

    def switch(name, match=""):
        azure.faults.add(name, match=match, times=None, retry_after=0, delay=0)

    return switch


@pytest.fixture
def grant(connection):
    """Plan a grant on Telemetry."""

    def plan(reference, role=Role.INGESTORS, *, tenant="", description=""):
        wanted = find(connection, reference.split(","), tenant=tenant)
        return plan_grant(connection, "Telemetry", role, wanted, description=description)

    return plan


@pytest.fixture
def revoke(connection):
    """Plan a revoke on Telemetry."""

    def plan(reference, role=Role.VIEWERS, *, tenant=""):
        unwanted = find(connection, reference.split(","), tenant=tenant)
        return plan_revoke(connection, "Telemetry", role, unwanted)

    return plan


@pytest.fixture
def members(azure):
    """Return who holds a role on Telemetry, in the world itself."""

    def held(role):
        roles = azure.world.cluster.databases["Telemetry"].roles
        return [one.principal.fqn for one in roles if one.role == role]

    return held


@pytest.fixture
def by_object_id(azure):
    """Put an identity into a role under its object ID, as Azure Resource Manager may do."""
    listed = Principal(PrincipalKind.APPLICATION, INGEST_OBJECT, TENANT, "mi-ingest", INGEST_OBJECT)
    azure.world.grant(listed, DatabaseRole.INGESTORS, database="Telemetry")
    return listed.fqn


@pytest.fixture
def filled(connection):
    """Fill a workflow in, for `connection` unless another one is given."""

    def fill(noun, *, by=None, **more):
        declaration = declaration_of(noun)
        return fill_in(by or connection, declaration, FIELDS[noun] | more).reading.required()

    return fill


@pytest.fixture
def carry_out(connection, filled):
    """Plan a workflow and carry it out, confirmed unless told otherwise."""

    def carry(noun, *, by=None, database="Sales", confirmed=True, waits=True, tell=None, **more):
        workflow = filled(noun, by=by, **more)
        write = workflow_writes.plan(by or connection, workflow, database)
        return workflow_writes.carry_out(
            by or connection, workflow, write, confirmed=confirmed, waits=waits, tell=tell
        )

    return carry


@pytest.fixture
def drop(connection):
    """Plan to drop what exists and do it, confirmed unless told otherwise."""

    def drop(noun, name, *, by=None, database="Sales", confirmed=True, waits=True, tell=None):
        write = workflow_writes.plan_drop(by or connection, declaration_of(noun), database, name)
        return workflow_writes.drop(
            by or connection, write, confirmed=confirmed, waits=waits, tell=tell
        )

    return drop


@pytest.fixture
def sales(azure):
    """The database Sales in the world itself."""
    return azure.world.cluster.databases["Sales"]


@pytest.fixture
def look(connection, filled):
    """Examine a workflow and return its links by name, the last of each."""

    def look(noun, *, by=None, database="Sales", **more):
        workflow = filled(noun, **more)
        found = examined(by or connection, workflow.requirements(), database)
        return {one.title: one for one in found}

    return look


@pytest.fixture
def interrupted_once_asked_about(azure):
    """Press Ctrl-C once an operation was begun and asked about twice."""
    world, stop = azure.world, threading.Event()

    def watch():
        while not world.operations and not stop.is_set():
            stop.wait(0.01)
        begun = azure.arm_requests_served
        while azure.arm_requests_served < begun + 2 and not stop.is_set():
            stop.wait(0.01)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=watch)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def check(connection):
    """Check an external table of Sales and return its links by name."""

    def check(name="ArchivedOrders", by=None):
        checks = check_one(by or connection, declaration_of("external-table"), "Sales", name)
        return {one.title: one for one in map(told, checks.checked[0].findings)}

    return check


@pytest.fixture
def named(azure):
    """Add an external table over the archive whose connection string has this word."""

    def named(word, place=f"{LAKE}/archive"):
        string = f"{place};managed_identity={word}"
        azure.world.add_external_table("Named", string, database="Sales")
        return "Named"

    return named
