"""How far an identity is: what is seen, what is not there, what cannot be seen."""

import os
import subprocess
import sys

import pytest

from adxmi_jupyter.errors import DatabaseNotFound, UnknownIdentity
from adxmi_jupyter.forms.steps.state import Part, Progress, Standing, Step, StepsState

STRANGER_CLIENT = "f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9"
HERE = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
LAZY = """
import sys
import adxmi_jupyter.forms.steps.state
print("ipywidgets" in sys.modules)
"""


@pytest.fixture
def make_steps(connection):
    def make(reference="", of=None):
        state = StepsState(of or connection, "Sales")
        state.choose(reference)
        return state

    return make


@pytest.fixture
def told():
    """Return progress and words of each step."""
    return lambda state: [(one.progress, one.told) for one in map(state.standing, Step)]


@pytest.mark.nightly
def test_what_the_page_knows_needs_no_widgets(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LAZY],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
    )

    assert done.stdout.strip() == "False"


def test_without_an_identity_each_step_says_what_it_is_about(make_steps, told):
    state = make_steps()

    assert told(state) == [
        (Progress.NONE, "the cluster has the identity"),
        (Progress.NONE, "a policy allows the identity for a usage"),
        (Progress.NONE, "a role, or a workflow that names it"),
    ]
    assert (state.label, state.word, state.next_step) == ("", "", Step.ASSIGN)


@pytest.mark.nightly
def test_an_identity_in_use_is_done_in_each_step_with_the_places(make_steps, told):
    state = make_steps("mi-export")

    assert told(state) == [
        (Progress.DONE, "mi-export is assigned to contoso"),
        (Progress.DONE, "cluster: AutomatedFlows; Sales: ExternalTable"),
        (
            Progress.DONE,
            "external table ArchivedOrders (Sales); external table OrdersDelta (Telemetry)",
        ),
    ]
    assert state.next_step is Step.USE


@pytest.mark.nightly
def test_a_stranger_has_everything_before_it(make_steps, told):
    state = make_steps("mi-stranger")

    assert told(state) == [
        (Progress.TO_DO, "mi-stranger is not assigned to the cluster"),
        (Progress.TO_DO, "no policy names mi-stranger"),
        (Progress.TO_DO, "mi-stranger holds no role, and nothing names it"),
    ]
    assert state.next_step is Step.ASSIGN


def test_the_signs_say_the_same_as_the_words():
    assert {one.value: one.sign for one in Progress if one} == {
        "done": "✓",
        "to do": "○",
        "cannot see": "?",
    }


@pytest.mark.nightly
def test_roles_on_databases_and_on_the_cluster_count(magic, magics):
    magic("role grant --database Telemetry --role ingestors --identity mi-stranger")
    magic("role grant --cluster --role viewers --identity mi-stranger")
    state = StepsState(magics.connections.current(), "Sales")

    state.choose("mi-stranger")

    assert state.standing(Step.USE) == Standing(
        Progress.DONE, "role AllDatabasesViewer (cluster); role ingestors (Telemetry)"
    )


@pytest.mark.nightly
def test_a_data_connection_names_the_identity_by_its_resource_id(make_steps):
    state = make_steps("mi-ingest")

    assert state.standing(Step.USE).told == "data connection sales-orders (Sales)"


@pytest.mark.nightly
def test_what_is_allowed_before_the_identity_is_assigned_has_no_effect_yet(make_steps, azure):
    state = make_steps("mi-ingest")
    azure.world.cluster.identities.remove(azure.world.identity("mi-ingest"))

    state.applied(Part.ASSIGNED)

    assert state.standing(Step.ASSIGN).progress is Progress.TO_DO
    assert state.standing(Step.ALLOW) == Standing(
        Progress.DONE, "Sales: DataConnection, NativeIngestion (no effect until it is assigned)"
    )


@pytest.mark.nightly
def test_sandbox_artifacts_on_a_database_do_not_count(magic, magics):
    magic("policy grant --database Telemetry --identity mi-ingest --usage SandboxArtifacts")
    magic("policy revoke --database Sales --identity mi-ingest --every-usage --yes")
    state = StepsState(magics.connections.current(), "Sales")

    state.choose("mi-ingest")

    assert state.standing(Step.ALLOW) == Standing(
        Progress.TO_DO,
        "no policy names mi-ingest",
        ("Telemetry: SandboxArtifacts (has an effect only in the cluster policy)",),
    )


@pytest.mark.nightly
def test_a_long_line_is_cut_and_told_whole_below(connection, azure, make_steps):
    for number in range(5):
        name = f"Db{number}"
        azure.world.add_database(name)
        policy = azure.world.cluster.databases["Sales"].policy
        azure.world.cluster.databases[name].policy = list(policy)

    standing = make_steps("mi-export").standing(Step.ALLOW)

    assert standing.told == (
        "cluster: AutomatedFlows; Db0: ExternalTable; Db1: ExternalTable and 4 more"
    )
    assert len(standing.details) == 7
    assert standing.details[-1] == "Sales: ExternalTable"


@pytest.mark.nightly
def test_without_rights_in_azure_what_cannot_be_seen_is_not_to_do(outsider, make_steps):
    state = make_steps("mi-export", of=outsider)

    assigned, allowed, used = map(state.standing, Step)
    assert assigned.progress is Progress.UNSEEN
    assert assigned.told.startswith("not seen: what is assigned: ")
    assert (allowed.progress, allowed.told) == (Progress.DONE, "Sales: ExternalTable")
    assert "not seen: policy of the cluster: the service did not authorize this" in allowed.details
    assert used.progress is Progress.DONE
    assert any(line.startswith("not seen: the lists of roles: ") for line in used.details)


@pytest.mark.nightly
def test_nothing_found_where_not_all_was_seen_is_not_to_do(outsider, make_steps):
    state = make_steps("9c06e2b5-47d8-4f13-82ac-b5e97d10f348", of=outsider)

    assert [state.standing(step).progress for step in Step] == [Progress.UNSEEN] * 3


@pytest.mark.nightly
def test_a_service_that_fails_leaves_the_others_in_sight(make_steps, azure, fault):
    state = make_steps("mi-export")

    fault("unavailable", ".show external tables")
    state.look(Part.WORKFLOWS)

    assert state.standing(Step.ASSIGN).progress is Progress.DONE
    used = state.standing(Step.USE)
    assert used.progress is Progress.UNSEEN
    assert used.told.startswith("not seen: external tables of ")


@pytest.mark.nightly
def test_an_identity_is_found_by_a_client_id_and_that_is_said(make_steps):
    state = make_steps()

    note = state.choose(STRANGER_CLIENT)

    assert state.label == "mi-stranger"
    assert "is the client ID of mi-stranger" in note


@pytest.mark.nightly
def test_an_identity_of_another_subscription_is_found_by_its_resource_id(make_steps, azure):
    far = azure.world.add_identity("mi-far", assigned=False, resource_group="archive")
    far.resource_id = far.resource_id.replace(HERE, ARCHIVE)

    state = make_steps(far.resource_id)

    assert state.standing(Step.ASSIGN).told == "mi-far is not assigned to the cluster"


@pytest.mark.nightly
def test_a_name_nobody_bears_is_refused_and_all_stays_as_it_was(make_steps):
    state = make_steps("mi-export")

    with pytest.raises(UnknownIdentity):
        state.choose("mi-exprt")

    assert state.label == "mi-export"
    assert state.standing(Step.ASSIGN).progress is Progress.DONE


@pytest.mark.nightly
def test_nobody_can_be_chosen_again(make_steps):
    state = make_steps("mi-export")

    state.choose(" ")

    assert (state.label, state.standing(Step.ASSIGN).progress) == ("", Progress.NONE)


@pytest.mark.nightly
def test_a_system_identity_is_followed_to_its_new_ids(magic, magics):
    state = StepsState(magics.connections.current(), "Sales")
    state.choose("system")
    before = state.identity.object_id

    magic("identity remove --identity system --yes")
    state.applied(Part.ASSIGNED)
    is_there = state.standing(Step.ASSIGN).progress
    magic("identity assign --identity system")
    state.applied(Part.ASSIGNED)

    assert is_there is Progress.TO_DO
    assert state.standing(Step.ASSIGN).progress is Progress.DONE
    assert state.identity.object_id != before
    assert state.standing(Step.ALLOW) == Standing(
        Progress.TO_DO,
        "no policy names contoso (system-assigned)",
        ("Tom's Lab: All (stale entry of an earlier system identity: no effect)",),
    )


@pytest.mark.nightly
def test_a_cluster_without_a_system_identity_has_none_in_use(make_steps, azure):
    azure.world.cluster.system_identity = None
    azure.world.cluster.databases["Tom's Lab"].policy = []

    state = make_steps("system")

    assert [state.standing(step).progress for step in Step] == [Progress.TO_DO] * 3
    assert state.word == "system"


@pytest.mark.nightly
def test_reload_sees_what_others_did(make_steps, azure):
    state = make_steps("mi-stranger")
    azure.world.cluster.identities.append(azure.world.identity("mi-stranger"))

    state.reload()

    assert state.standing(Step.ASSIGN).progress is Progress.DONE


def test_the_names_to_choose_from_are_those_of_policies_and_of_azure(make_steps):
    assert set(make_steps().offered) == {"system", "mi-export", "mi-ingest", "mi-stranger"}


def test_a_database_that_is_not_there_is_refused_only_if_the_user_named_it(connection):
    with pytest.raises(DatabaseNotFound):
        StepsState(connection, "Slaes", named=True)

    assert StepsState(connection, "", named=False).database == ""


@pytest.mark.nightly
def test_targets_that_grant_access_and_those_that_do_not_are_told(make_steps, azure):
    named = "contosobackup.blob.core.windows.net/backups;managed_identity=system"
    azure.world.add_external_table("Backups", f"https://{named}", database="Sales")

    granted, missing, nobody = (make_steps(who).access for who in ("mi-export", "system", ""))

    assert granted.progress is Progress.DONE
    assert "Azure role: mi-export on contosolake/archive" in granted.told
    assert (missing.progress, missing.told) == (
        Progress.TO_DO,
        "missing: Azure role: contoso on contosobackup/backups",
    )
    assert nobody.told == "the target resources grant the identity access"
