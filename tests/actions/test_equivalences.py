"""What the service takes for the same is no change, and what it keeps apart is one."""

from dataclasses import replace

import pytest

from adxmi_jupyter.actions.plan.planning import Options, prepare
from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.embedded.state.callouts import CalloutRule
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.variables import Variables
from tests.actions.filling import EXPORT_ID
from tests.worlds import EXPORT

HEAD = "apiVersion: adxmi/v1\nclusters: {demo: {uri: embedded}}\n"
READER = "aaduser=reader@contoso.example"


@pytest.fixture
def planned(connection):
    """Return the signs, names and items of the changes of a plan."""

    def plan(sections, **options):
        file = read_policy_file(HEAD + sections, "adxmi.yaml", Variables())
        found = prepare(connection, file, Options(True, True, **options)).plan
        return [f"{one.action} {one.subject} {one.item}" for one in found.changes]

    return plan


def on(database, entries, mode="authoritative"):
    return f'policy: {{mode: {mode}, databases: {{"{database}": {{{entries}}}}}}}\n'


@pytest.fixture
def telemetry(azure):
    """The policy of Telemetry is that of one entry of the export identity."""
    database = azure.world.cluster.databases["Telemetry"]

    def put(usages, **changed):
        ids = {"client_id": "", "tenant_id": "", "display_name": "mi-export"}
        item = {"object_id": EXPORT, **ids, "is_system": False, "usages": usages, **changed}
        database.policy = [PolicyItem(**item)]
        return database

    return put


@pytest.mark.nightly
def test_names_that_the_service_fills_in_do_not_count(planned, telemetry):
    telemetry(("SqlRequest",), display_name="Renamed", client_id="x", tenant_id="y")

    assert planned(on("Telemetry", f"{EXPORT}: [SqlRequest]")) == []


def test_resource_ids_and_object_ids_have_no_letter_case(planned, telemetry):
    telemetry(("SqlRequest",), object_id=EXPORT.upper())
    alias = f"identities: {{lake: {{resourceId: {EXPORT_ID.upper()}}}}}\n"

    assert planned(alias + on("Telemetry", "lake: [sqlrequest]")) == []


def test_all_beside_others_is_all_alone(planned, telemetry):
    telemetry(("All", "SqlRequest"))

    assert planned(on("Telemetry", "mi-export: [All]")) == []
    assert planned(on("Telemetry", "mi-export: [All, ExternalTable]")) == []
    assert planned(on("Telemetry", "mi-export: [ExternalTable]", "additive")) == []


@pytest.mark.nightly
def test_a_usage_that_is_newer_than_the_tool_is_kept_and_its_removal_has_its_own_line(
    planned, telemetry
):
    telemetry(("FutureUsage", "SqlRequest"))

    assert planned(on("Telemetry", "mi-export: [SqlRequest]", "additive")) == []
    assert planned(on("Telemetry", "mi-export: [SqlRequest, FutureUsage]")) == []
    assert planned(on("Telemetry", "mi-export: [SqlRequest]")) == ["remove mi-export FutureUsage"]


@pytest.mark.parametrize("policy", [None, []])
def test_a_policy_that_is_null_or_empty_is_none(planned, azure, policy):
    azure.world.cluster.databases["Telemetry"].policy = policy

    assert planned(on("Telemetry", "")) == []
    assert planned(on("Telemetry", "mi-export: []")) == []


def test_an_orphan_is_compared_by_its_object_id(planned, azure, telemetry):
    telemetry(("SqlRequest",), object_id="0b1c7f52-3f6a-4d21-9d0e-5a7b1c2d3e4f")
    asked = "0B1C7F52-3F6A-4D21-9D0E-5A7B1C2D3E4F: [SqlRequest]"

    assert planned(on("Telemetry", asked, "additive")) == []


def test_roles_on_all_databases_are_not_those_of_the_database(planned, azure):
    listed = planned("roles: {mode: authoritative, databases: {Telemetry: {admins: []}}}")

    own = [one for one in azure.world.cluster.databases["Telemetry"].roles if one.role == "admins"]
    assert len(listed) == len(own)


def test_a_role_is_held_by_whom_it_is_whatever_it_is_listed_as(planned, azure):
    world = azure.world
    identity = world.identity("mi-export")
    ids = (identity.client_id, identity.tenant_id, "Other Name", identity.object_id)
    listed = Principal(PrincipalKind.APPLICATION, *ids)
    world.grant(listed, DatabaseRole.USERS, database="Telemetry")
    names = ("mi-export", f"aadapp={identity.client_id.upper()};{identity.tenant_id.upper()}")

    for name in names:
        asked = f"roles: {{mode: authoritative, databases: {{Telemetry: {{users: ['{name}']}}}}}}"
        assert planned(asked) == [], name


DESCRIBED = "roles: {mode: additive, databases: {Sales: {viewers: [{principal: READER, description: nightly}]}}}"


def test_a_description_of_a_role_counts_where_the_file_gives_one(planned, azure):
    sales = azure.world.cluster.databases["Sales"]
    asked = DESCRIBED.replace("READER", READER)

    before = planned(asked)
    sales.roles = [replace(one, notes="nightly") for one in sales.roles]

    assert before == [f"add {READER} viewers"]
    assert planned(asked) == []


def test_a_description_of_a_role_does_not_count_where_the_file_gives_none(planned, azure):
    sales = azure.world.cluster.databases["Sales"]
    sales.roles = [replace(one, notes="for reports") for one in sales.roles]

    asked = f"roles: {{mode: authoritative, databases: {{Sales: {{viewers: [{READER}]}}}}}}"
    assert planned(asked) == []


def test_rules_of_callouts_have_types_in_any_case_and_patterns_to_the_letter(planned, azure):
    azure.world.cluster.callout_policy = [CalloutRule("Kusto", "x[A]")]

    same = "callouts: {mode: authoritative, allow: [{type: kusto, uri: 'x[A]'}]}"
    assert planned(same) == []
    assert planned(same.replace("[A]", "[a]")) == [
        "remove allow Kusto x[A]",
        "add allow kusto x[a]",
    ]


def test_names_of_databases_have_no_letter_case(planned, telemetry):
    telemetry(("SqlRequest",))

    assert planned(on("TELEMETRY", "mi-export: [SqlRequest]")) == []
