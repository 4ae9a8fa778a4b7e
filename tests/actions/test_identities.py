import signal
import threading

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.actions.identity import writes as identity_writes
from adxmi_jupyter.actions.identity.dependents import dependents, dependents_frame
from adxmi_jupyter.actions.identity.identities import (
    assigned,
    assignment_frame,
    found,
    identities_frame,
    identity_frame,
    plan_assignment,
    plan_removal,
    visible,
)
from adxmi_jupyter.actions.identity.names import offered_in_azure, resolved
from adxmi_jupyter.actions.policy.policies import plan_grant, read_one
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.write.operations import operations_frame, wait_for_all
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.service.operation import Operation

SALES = Scope("Sales")


def named(connection, *references):
    return tuple(one.identity for one in found(connection, references))


def assign(connection, *references):
    change = plan_assignment(connection, named(connection, *references))
    identity_writes.apply(connection, change)
    return assigned(connection)


def remove(connection, *references):
    change = plan_removal(connection, named(connection, *references))
    identity_writes.apply(connection, change, confirmed=True)
    return assigned(connection)


def names(present):
    return [identity.display_name for identity in present.all]


def test_the_assigned_identities_are_listed_with_their_ids(connection):
    frame = identities_frame(connection)

    assert list(frame["display_name"]) == ["contoso", "mi-export", "mi-ingest"]
    assert list(frame["kind"]) == ["system", "user", "user"]
    assert list(frame["assigned"]) == [True, True, True]
    policy = read_one(connection, SALES).policy
    ids = [entry.identity.object_id for entry in policy]
    assert len(ids) == 2
    assert set(ids) <= set(frame["object_id"])


def test_all_shows_what_could_be_assigned_too(connection):
    frame = identities_frame(connection, everything=True).set_index("display_name")

    assert not frame.loc["mi-stranger", "assigned"]
    assert frame.loc["mi-ingest", "assigned"]


@pytest.mark.nightly
def test_the_schema_is_the_same_without_rows(connection, azure):
    full = identities_frame(connection)
    change = plan_removal(connection, assigned(connection).all)
    identity_writes.apply(connection, change, confirmed=True)

    empty = identities_frame(connection)

    assert len(empty) == 0
    assert list(empty.dtypes) == list(full.dtypes)


@pytest.mark.nightly
@pytest.mark.parametrize(
    "reference",
    [
        "mi-stranger",
        "MI-Stranger",
        "9c06e2b5-47d8-4f13-82ac-b5e97d10f348",
        "f3b9a812-d056-4e7c-9a61-08c4e5d7b2f9",
    ],
)
def test_an_identity_is_assigned_by_any_of_its_names_and_the_others_stay(connection, reference):
    present = assign(connection, reference)

    assert names(present) == ["contoso", "mi-export", "mi-ingest", "mi-stranger"]


@pytest.mark.nightly
def test_an_identity_is_assigned_by_resource_id_in_any_letter_case(connection):
    stranger = next(i for i in visible(connection) if i.display_name == "mi-stranger")

    present = assign(
        connection, stranger.resource_id.upper().replace("/SUBSCRIPTIONS", "/subscriptions")
    )

    assert "mi-stranger" in [name.lower() for name in names(present)]


@pytest.mark.nightly
def test_several_are_removed_at_once_and_the_others_stay(connection):
    present = remove(connection, "mi-ingest", "system")

    assert names(present) == ["mi-export"]


@pytest.mark.nightly
def test_after_the_assignment_a_policy_can_name_the_identity(connection):
    assign(connection, "mi-stranger")

    change = plan_grant(connection, SALES, resolved(connection, ("mi-stranger",)), ("AzureAI",))
    apply(connection, change, confirmed=True)

    labels = [entry.identity.label for entry in read_one(connection, SALES).policy]
    assert labels == ["mi-ingest", "mi-export", "mi-stranger"]


@pytest.mark.nightly
def test_a_policy_entry_outlives_its_identity_and_is_refused_from_then_on(connection):
    remove(connection, "mi-ingest")

    labels = [entry.identity.label for entry in read_one(connection, SALES).policy]
    change = plan_grant(connection, SALES, resolved(connection, ("mi-ingest",)), ("AzureAI",))

    assert labels == ["mi-ingest", "mi-export"]
    with pytest.raises(errors.CommandRefused) as raised:
        apply(connection, change, confirmed=True)
    assert raised.value.fix == "%adxmi identity assign --identity mi-ingest"


@pytest.mark.nightly
def test_the_system_identity_comes_back_with_another_object_id(connection):
    before = assigned(connection).system
    remove(connection, "system")

    after = assign(connection, "system").system

    assert after.object_id != before.object_id


def test_what_is_assigned_already_changes_nothing(connection):
    assert plan_assignment(connection, named(connection, "mi-ingest", "system")).is_empty


def test_removing_needs_confirmation_and_counts_what_depends(connection):
    change = plan_removal(connection, named(connection, "mi-ingest"))
    depending = dependents(connection, change.removed)

    with pytest.raises(errors.ConfirmationRequired) as raised:
        identity_writes.apply(connection, change, confirmed=False, dependents=depending.found)

    assert "1 × policy entry" in raised.value.why  # noqa: RUF001
    assert "1 × data connection" in raised.value.why  # noqa: RUF001
    assert names(assigned(connection)) == ["contoso", "mi-export", "mi-ingest"]


def test_removing_the_system_identity_warns_of_another_object_id(connection):
    change = plan_removal(connection, named(connection, "system"))

    with pytest.raises(errors.ConfirmationRequired, match="gets another object ID"):
        identity_writes.apply(connection, change, confirmed=False)


@pytest.fixture
def run_kql(connection):
    """Create a function in Sales."""
    return lambda text: connection.kusto.command(f".create function {text}", database="Sales")


def test_dependents_are_told_by_kind_and_place(connection):
    frame = dependents_frame(dependents(connection, named(connection, "mi-ingest")))

    assert frame[["identity", "kind", "database"]].to_dict("records") == [
        {"identity": "mi-ingest", "kind": "policy entry", "database": "Sales"},
        {"identity": "mi-ingest", "kind": "data connection", "database": "Sales"},
    ]


def test_everything_that_names_an_identity_is_found(connection, azure):
    export, system = named(connection, "mi-export", "system")
    azure.world.add_external_table(
        "Lake",
        "https://contosolake.blob.core.windows.net/c;managed_identity=system",
        database="Sales",
    )
    azure.world.add_continuous_export(
        "Hourly",
        database="Sales",
        external_table="Lake",
        query="Orders",
        managed_identity=export.object_id,
    )
    azure.world.add_update_policy(
        "Orders", database="Sales", source="Customers", query="Customers", managed_identity="system"
    )

    found = dependents(connection, (export, system))

    assert found.unseen == ()
    assert {(d.identity, d.kind, d.name) for d in found.found if d.database == "Sales"} == {
        ("mi-export", "policy entry", "ExternalTable"),
        ("mi-export", "external table", "ArchivedOrders"),
        ("mi-export", "continuous export", "Hourly"),
        ("contoso", "external table", "Lake"),
        ("contoso", "update policy", "Orders"),
    }


def test_functions_that_name_an_identity_are_found(connection, run_kql):
    export, system = named(connection, "mi-export", "system")
    lake = "https://contosolake.blob.core.windows.net/c"
    run_kql(f"Read() {{ externaldata(x:long) ['{lake};managed_identity={export.client_id}'] }}")
    run_kql(f"Both() {{ externaldata(x:long) [h'{lake};managed_identity=system'] }}")
    run_kql(f"Talk() {{ // {lake};managed_identity=system \n Orders }}")

    found = dependents(connection, (export, system))

    functions = {(d.identity, d.name) for d in found.found if d.kind == "stored function"}
    untold = "identities of stored functions Both of Sales: they are masked"
    assert ("mi-export", "Read") in functions
    assert ("contoso", "Both") in functions or untold in found.unseen
    assert not {name for _, name in functions} & {"Talk"}


@pytest.mark.parametrize(("user", "reader"), [("mi-export", "mi-export"), ("", "contoso")])
def test_the_identity_that_reads_the_customer_managed_key_is_found(connection, azure, user, reader):
    export, ingest, system = named(connection, "mi-export", "mi-ingest", "system")
    ids = {"mi-export": export.resource_id.upper(), "": None}
    azure.world.cluster.settings["keyVaultProperties"] = {
        "keyName": "disk",
        "userIdentity": ids[user],
    }

    found = dependents(connection, (export, ingest, system))

    assert found.lines[0] == f"{reader}: customer-managed key disk (cluster)"
    assert [d.kind for d in found.found].count("customer-managed key") == 1


@pytest.mark.nightly
def test_what_cannot_be_looked_at_is_listed(connection, azure):
    azure.faults.add("unavailable", match=".show external tables", times=None)
    azure.faults.add("throttled", match="dataConnections", times=None, retry_after=0)

    found = dependents(connection, named(connection, "mi-ingest"))

    assert "external tables of Sales: " in found.unseen[0]
    assert any(what.startswith("data connections of Sales") for what in found.unseen)


def test_what_is_not_assigned_cannot_be_removed(connection):
    with pytest.raises(errors.UnknownIdentity) as raised:
        plan_removal(connection, named(connection, "mi-stranger"))

    assert raised.value.why == "assigned are: contoso, mi-export, mi-ingest"


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("mi-strangr", errors.UnknownIdentity),
        ("12345678-1234-4234-8234-123456789abc", errors.UnknownIdentity),
        ("/subscriptions/s/resourceGroups/g/providers/p/t/n", errors.AdxmiError),
        ("12345678-1234-4234-8234-123456789ab", errors.InvalidGuid),
    ],
)
def test_an_identity_that_does_not_exist_is_told(connection, reference, error):
    with pytest.raises(error):
        found(connection, (reference,))


def test_the_change_is_shown_as_a_frame(connection):
    change = plan_assignment(connection, named(connection, "mi-stranger"))

    (row,) = assignment_frame(change).to_dict("records")

    assert (row["display_name"], row["change"]) == ("mi-stranger", "assigned")


def test_which_id_goes_where(connection):
    (ingest,) = named(connection, "mi-ingest")

    places = identity_frame(connection, ingest).set_index("place")["value"]

    assert places["managed identity policy"] == ingest.object_id
    assert places["connection string"] == f"managed_identity={ingest.object_id}"
    assert places["Kusto security role"] == f"aadapp={ingest.client_id};{ingest.tenant_id}"
    assert places["data connection"] == ingest.resource_id


def test_the_client_id_of_the_system_identity_is_found(connection):
    (system,) = named(connection, "system")

    places = identity_frame(connection, system).set_index("place")["value"]

    assert system.client_id == ""
    assert places["login of a program on its own host"] == "c90e7d25-1a3b-4f68-b5d2-70f4e8a9136c"
    assert places["connection string"] == "managed_identity=system"


@pytest.mark.nightly
def test_a_change_in_between_is_noticed_and_nothing_is_lost(connection):
    change = plan_removal(connection, named(connection, "mi-ingest"))
    assign(connection, "mi-stranger")

    with pytest.raises(errors.ClusterChanged):
        identity_writes.apply(connection, change, confirmed=True)

    assert names(assigned(connection)) == ["contoso", "mi-export", "mi-ingest", "mi-stranger"]


def test_a_failed_operation_keeps_azures_words(connection, azure):
    azure.faults.add("operation-fails", times=1)
    change = plan_assignment(connection, named(connection, "mi-stranger"))

    with pytest.raises(errors.OperationFailed) as raised:
        identity_writes.apply(connection, change)

    assert "200" not in raised.value.what
    assert raised.value.why
    assert names(assigned(connection)) == ["contoso", "mi-export", "mi-ingest"]


def test_a_lost_answer_of_which_nothing_can_be_learnt_is_unknown(connection, azure):
    change = plan_assignment(connection, named(connection, "mi-stranger"))
    azure.faults.add("dropped-before-write", times=None)

    with pytest.raises(errors.WriteOutcomeUnknown) as raised:
        identity_writes.apply(connection, change)

    assert "could not be read again" in raised.value.why


def test_operations_are_listed_and_waited_for(connection):
    change = plan_assignment(connection, named(connection, "mi-stranger"))
    identity_writes.apply(connection, change, waits=False)

    wait_for_all(connection)

    assert operations_frame(connection).to_dict("records") == [
        {"operation": "assigning mi-stranger", "state": "Succeeded", "done": True}
    ]


def test_interrupting_the_wait_says_that_azure_goes_on(connection, monkeypatch):
    change = plan_assignment(connection, named(connection, "mi-stranger"))

    def interrupted(_operation, _seconds):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return False

    with monkeypatch.context() as patch:
        patch.setattr(Operation, "wait", interrupted)
        with pytest.raises(errors.OperationContinues) as raised:
            identity_writes.apply(connection, change)

    assert raised.value.fix == "%adxmi identity operations --wait"
    wait_for_all(connection)
    assert "mi-stranger" in names(assigned(connection))


def test_a_reader_sees_the_cluster_but_neither_lists_nor_assigns_the_rest(reader, connection):
    change = plan_assignment(reader, named(connection, "mi-stranger"))

    assert names(assigned(reader)) == ["contoso", "mi-export", "mi-ingest"]
    assert [i.display_name for i in named(reader, "mi-export")] == ["mi-export"]
    with pytest.raises(errors.NotAuthorized):
        identities_frame(reader, everything=True)
    with pytest.raises(errors.NotAuthorized) as raised:
        identity_writes.apply(reader, change)
    assert "Microsoft.Kusto/clusters/write" in raised.value.why


def test_someone_without_rights_in_azure_still_has_the_names_of_the_policies(outsider):
    assert resolved(outsider, ("mi-export",))[0].identity.display_name == "mi-export"
    assert resolved(outsider, ("9c06e2b5-47d8-4f13-82ac-b5e97d10f348",))[0].note == ""
    with pytest.raises(errors.UnknownIdentity) as raised:
        resolved(outsider, ("mi-stranger",))

    assert "; and " in raised.value.why


def test_completion_offers_what_is_visible(connection):
    assert offered_in_azure(connection) == ("system", "mi-export", "mi-ingest", "mi-stranger")
