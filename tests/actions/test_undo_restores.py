"""Undo of every kind of write: `.show` tells what it told before, texts, order and modes too."""

from functools import partial

import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.plan.applying import Applying, apply
from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.actions.plan.undoing import undo
from adxmi_jupyter.actions.policy import callouts, policies
from adxmi_jupyter.actions.policy.writes import apply as apply_policy
from adxmi_jupyter.actions.roles.principals import find
from adxmi_jupyter.actions.roles.roles import plan_grant, plan_revoke
from adxmi_jupyter.actions.roles.writes import apply as apply_roles
from adxmi_jupyter.errors import RolesChanged
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from adxmi_jupyter.model.role import Role
from tests.worlds import LAKE

SALES = Scope("Sales")
HOSTILE = 'it\'s the "old" <b>text</b> | =1+1 $x$'
POLICIES = (
    ".show cluster policy managed_identity",
    ".show database Sales policy managed_identity",
)
ROLES = (".show database Sales principals",)
CALLOUTS = (".show cluster policy callout",)
TABLES = (".show external tables",)
EXPORTS = (".show continuous-exports",)
BY_ITSELF = {"ExportedTo", "LastRunTime", "StartCursor", "LastRunResult"}
FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
roles:
  mode: additive
  databases: {Sales: {viewers: [{principal: mi-ingest, description: new}]}}
"""


class Somebody:
    """Writes that this tool makes, after what was there before them was made without it."""

    def __init__(self, connection, carry_out, drop):
        self.connection, self.carry_out, self.drop = connection, carry_out, drop

    def sends(self, command):
        self.connection.kusto.command(command, database="Sales")

    def policy(self, plan, *args):
        change = plan(self.connection, *args)
        return partial(apply_policy, self.connection, change, confirmed=True)

    def grants(self):
        return self.policy(
            policies.plan_grant, SALES, resolved(self.connection, ("mi-ingest",)), ("AzureAI",)
        )

    def deletes(self, scope=SALES):
        return self.policy(policies.plan_delete, scope)

    def role(self, plan, **more):
        change = plan(
            self.connection, "Sales", Role.VIEWERS, find(self.connection, ["mi-ingest"]), **more
        )
        return partial(apply_roles, self.connection, change, confirmed=True)

    def has_viewer(self, description):
        mine = find(self.connection, ["mi-ingest"])
        (who,) = plan_grant(self.connection, "Sales", Role.VIEWERS, mine).principals
        names = [str(who.reference)]
        self.sends(kql.add_to_role("Sales", Role.VIEWERS, names, description))

    def revokes_described(self):
        self.has_viewer(HOSTILE)
        return self.role(plan_revoke)

    def describes(self, before):
        self.has_viewer(before)
        file = read_policy_file(FILE, "x", Variables())
        prepared = partial(prepare, self.connection, file, Options())
        return partial(apply, self.connection, prepared, Applying())

    def allows(self):
        change = callouts.plan_allow(self.connection, "sql", pattern="^a$")
        return partial(callouts.apply, self.connection, change, confirmed=True)

    def revokes_a_rule(self):
        for host in ("z", "a", "m"):
            rule = f'{{"CalloutType": "sql", "CalloutUriRegex": "^{host}$", "CanCall": true}}'
            self.sends(f".alter-merge cluster policy callout '[{rule}]'")
        change = callouts.plan_revoke(self.connection, "sql", "^a$")
        return partial(callouts.apply, self.connection, change, confirmed=True)

    def has_table(self):
        self.sends(
            ".create-or-alter external table ArchivedOrders (OrderId:int) kind=storage "
            f"dataformat=csv (h@'{LAKE}/archive;managed_identity=system') "
            'with (folder="a/b", docstring="old <b>text</b>", includeHeaders="All")'
        )

    def drops_a_table(self):
        self.has_table()
        return partial(self.drop, "external-table", "ArchivedOrders")

    def replaces_a_table(self):
        self.has_table()
        return partial(
            self.carry_out, "external-table",
            name="ArchivedOrders", location=f"{LAKE}/other", replace="true",
        )  # fmt: skip

    def drops_a_disabled_export(self):
        limits = {"forced_latency": "10m", "size_limit": "200000000", "distributed": "false"}
        self.carry_out("continuous-export", **limits)
        self.sends(".disable continuous-export Nightly")
        return partial(self.drop, "continuous-export", "Nightly")


WRITES = {
    "grant": (POLICIES, Somebody.grants),
    "delete": (POLICIES, Somebody.deletes),
    "delete on the cluster": (POLICIES, lambda one: one.deletes(CLUSTER)),
    "role": (ROLES, lambda one: one.role(plan_grant, description="why not")),
    "role with a description": (ROLES, Somebody.revokes_described),
    "another description": (ROLES, lambda one: one.describes(HOSTILE)),
    "a first description": (ROLES, lambda one: one.describes("")),
    "callout rule": (CALLOUTS, Somebody.allows),
    "order of callout rules": (CALLOUTS, Somebody.revokes_a_rule),
    "external table": (TABLES, Somebody.drops_a_table),
    "texts of an external table": (TABLES, Somebody.replaces_a_table),
    "disabled export": (EXPORTS, Somebody.drops_a_disabled_export),
}


@pytest.fixture
def shown(connection):
    """Return what commands show, without what changes by itself."""

    def shown(commands):
        return [
            sorted(
                str({name: one for name, one in row.items() if name not in BY_ITSELF})
                for row in connection.kusto.command(one, database="Sales").rows()
            )
            for one in commands
        ]

    return shown


@pytest.fixture
def somebody(connection, carry_out, drop):
    return Somebody(connection, carry_out, drop)


@pytest.mark.nightly
@pytest.mark.parametrize("name", WRITES)
def test_after_undo_everything_is_shown_as_before(connection, somebody, shown, name):
    commands, prepared = WRITES[name]
    write = prepared(somebody)
    before = shown(commands)
    write()
    between = shown(commands)

    done = undo(connection, None, None, confirmed=True)

    assert between != before
    assert [(one.failure, one.result, one.notes) for one in done] == [(None, "undone", ())]
    assert shown(commands) == before


@pytest.mark.nightly
def test_a_description_that_somebody_changed_since_is_not_overwritten(connection, somebody, shown):
    somebody.describes("old")()
    somebody.has_viewer("of somebody else")
    before = shown(ROLES)

    (done,) = undo(connection, None, None, confirmed=True)

    assert isinstance(done.failure, RolesChanged)
    assert shown(ROLES) == before
