import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import (
    plan_alter,
    plan_alter_merge,
    plan_delete,
    plan_grant,
    plan_revoke,
    read,
    read_one,
    scopes_of,
)
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.errors import (
    CommandRefused,
    ConfirmationRequired,
    DatabaseNotFound,
    MissingOption,
    NotAuthorized,
    NothingToRevoke,
    PartialRead,
    PolicyChanged,
)
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.policy import CLUSTER, Policy, PolicyEntry, Scope

SALES, LAB, TELEMETRY = Scope("Sales"), Scope("Tom's Lab"), Scope("Telemetry")
SYSTEM = ManagedIdentity("system", is_system=True)


def usages(connection, scope):
    return {
        entry.identity.label: entry.allowed_usages for entry in read_one(connection, scope).policy
    }


def grant(connection, scope, names, *usages_):
    change = plan_grant(connection, scope, resolved(connection, names), usages_)
    return apply(connection, change, confirmed=False)


def revoke(connection, scope, names, *usages_):
    change = plan_revoke(connection, scope, resolved(connection, names), usages_ or None)
    return apply(connection, change, confirmed=True)


def test_the_seeded_policies_are_read(connection):
    scopes = scopes_of(connection, cluster=True, all_databases=True)

    reading = read(connection, scopes)

    assert [scoped.scope for scoped in reading.policies] == [CLUSTER, SALES, TELEMETRY, LAB]
    assert usages(connection, SALES) == {
        "mi-ingest": ("DataConnection", "NativeIngestion"),
        "mi-export": ("ExternalTable",),
    }
    assert usages(connection, LAB) == {"contoso": ("All",)}
    assert usages(connection, TELEMETRY) == {}
    assert usages(connection, CLUSTER) == {"mi-export": ("AutomatedFlows",)}


def test_a_read_defaults_to_the_current_database(connection):
    assert scopes_of(connection) == (SALES,)
    assert scopes_of(connection, database="Telemetry") == (TELEMETRY,)
    assert scopes_of(connection, cluster=True) == (CLUSTER,)


def test_a_read_without_any_database_asks_for_one(connection):
    connection.database = ""

    with pytest.raises(MissingOption) as raised:
        scopes_of(connection)

    assert raised.value.fix.startswith("add --database NAME")


def test_the_two_column_shape_is_read_as_well(connection, azure):
    azure.faults.add("two-column-policy")

    assert "mi-ingest" in usages(connection, SALES)


def test_an_unknown_database_gets_the_closest_match(connection):
    with pytest.raises(DatabaseNotFound) as raised:
        read_one(connection, Scope("Slaes"))

    assert raised.value.what == "there is no database 'Slaes'"
    assert raised.value.fix == "--database Sales"
    assert raised.value.service.code == "BadRequest_DatabaseNotExist"


def test_a_grant_adds_and_keeps_the_rest(connection):
    change = grant(connection, SALES, ("mi-export",), "ExportRequest")

    assert usages(connection, SALES) == {
        "mi-ingest": ("DataConnection", "NativeIngestion"),
        "mi-export": ("ExportRequest", "ExternalTable"),
    }
    assert change.after == read_one(connection, SALES).policy
    assert change.entry_id == 1


def test_a_grant_of_what_is_allowed_sends_nothing(connection, azure):
    before = azure.requests_served

    change = grant(connection, LAB, ("system",), "SqlRequest")

    assert change.command == ""
    assert change.notes == ("already allowed",)
    assert change.entry_id == 0
    assert azure.requests_served > before


def test_a_client_id_is_granted_as_its_object_id_and_said(connection):
    known = {e.identity.label: e.identity for e in read_one(connection, SALES).policy}

    change = grant(connection, TELEMETRY, (known["mi-ingest"].client_id,), "NativeIngestion")

    assert known["mi-ingest"].object_id in change.command
    assert "is the client ID of mi-ingest" in change.notes[0]


def test_sandbox_artifacts_on_a_database_are_said_to_have_no_effect(connection):
    change = grant(connection, SALES, ("mi-ingest",), "SandboxArtifacts")

    assert change.notes == ("SandboxArtifacts has no effect here, only in the cluster policy",)


@pytest.mark.nightly
def test_an_unassigned_identity_is_refused_and_nothing_changes(connection, azure):
    stranger = next(i for i in azure.world.identities if i.display_name == "mi-stranger")
    before = read_one(connection, SALES).text

    with pytest.raises(CommandRefused) as raised:
        grant(connection, SALES, (stranger.object_id,), "ExternalTable")

    assert raised.value.service.status == 400
    assert raised.value.service.permanent is True
    assert stranger.object_id in raised.value.why
    assert read_one(connection, SALES).text == before


def test_revoke_keeps_everything_else(connection):
    change = revoke(connection, SALES, ("mi-ingest",), "NativeIngestion")

    assert usages(connection, SALES) == {
        "mi-ingest": ("DataConnection",),
        "mi-export": ("ExternalTable",),
    }
    assert [(c.usage, c.change) for c in change.diff] == [("NativeIngestion", "removed")]


def test_revoking_every_usage_removes_the_identity(connection):
    revoke(connection, SALES, ("mi-ingest",))

    assert usages(connection, SALES) == {"mi-export": ("ExternalTable",)}


def test_revoking_the_last_entry_leaves_no_policy(connection):
    revoke(connection, LAB, ("system",), "All")

    assert read_one(connection, LAB).policy == Policy()


def test_a_revoke_says_what_the_cluster_policy_still_allows(connection):
    grant(connection, SALES, ("mi-export",), "AutomatedFlows")

    change = revoke(connection, SALES, ("mi-export",), "AutomatedFlows")

    assert change.notes == (
        "the cluster policy still allows mi-export AutomatedFlows in every database",
    )


def test_a_revoke_planned_without_rights_on_the_cluster_says_so(reader):
    change = plan_revoke(reader, SALES, resolved(reader, ("mi-export",)), ("ExternalTable",))

    assert change.notes == ("you can't read the cluster policy, which may still allow this",)


@pytest.mark.parametrize(
    ("scope", "name", "usage", "why"),
    [
        (SALES, "system", "All", "it names mi-ingest, mi-export"),
        (TELEMETRY, "mi-ingest", "All", "it names no identity"),
        (SALES, "mi-ingest", "SqlRequest", "it allows DataConnection, NativeIngestion"),
        (LAB, "contoso", "SqlRequest", "allows All, which the service stores as one usage"),
    ],
)
def test_what_is_not_allowed_by_name_cannot_be_revoked(connection, scope, name, usage, why):
    with pytest.raises(NothingToRevoke) as raised:
        revoke(connection, scope, (name,), usage)

    assert why in raised.value.why


def test_taking_away_needs_confirmation_and_says_what_may_stop(connection):
    before = read_one(connection, SALES).text
    change = plan_delete(connection, SALES)

    with pytest.raises(ConfirmationRequired) as raised:
        apply(connection, change, confirmed=False)

    assert raised.value.what == (
        "delete on the database Sales removes: mi-ingest DataConnection, "
        "mi-ingest NativeIngestion, mi-export ExternalTable"
    )
    assert raised.value.why == (
        "may stop working: Event Hubs, Event Grid and Cosmos DB data connections; "
        "SDK ingestion from storage; external tables"
    )
    assert raised.value.remediation == Retry.having("--yes")
    assert read_one(connection, SALES).text == before


def test_many_losses_are_counted(connection):
    grant(connection, SALES, ("mi-export",), "SqlRequest", "AzureAI")

    with pytest.raises(ConfirmationRequired, match="and 2 more"):
        apply(connection, plan_delete(connection, SALES), confirmed=False)


def test_alter_replaces_the_whole_policy(connection):
    wanted = Policy((PolicyEntry(SYSTEM, ("AzureAI",)),))

    change = apply(connection, plan_alter(connection, SALES, wanted), confirmed=True)

    assert usages(connection, SALES) == {"contoso": ("AzureAI",)}
    assert change.after == wanted


def test_an_alter_that_only_adds_needs_no_confirmation(connection):
    before = read_one(connection, TELEMETRY).policy
    wanted = before.merge(Policy((PolicyEntry(SYSTEM, ("AzureAI",)),)))

    apply(connection, plan_alter(connection, TELEMETRY, wanted), confirmed=False)

    assert usages(connection, TELEMETRY) == {"contoso": ("AzureAI",)}


def test_alter_merge_adds(connection):
    added = Policy((PolicyEntry(SYSTEM, ("AzureAI", "NewerUsage")),))

    change = plan_alter_merge(connection, SALES, added)

    assert change.command.startswith(".alter-merge database ['Sales'] policy managed_identity")
    assert change.notes == ("NewerUsage is not known to this release; it is sent as it is",)
    assert [c.usage for c in change.diff] == ["AzureAI", "NewerUsage"]


def test_delete_leaves_no_policy(connection):
    apply(connection, plan_delete(connection, SALES), confirmed=True)

    assert read_one(connection, SALES).policy == Policy()


def test_somebody_elses_change_in_between_is_not_overwritten(connection):
    change = plan_revoke(
        connection, SALES, resolved(connection, ("mi-ingest",)), ("NativeIngestion",)
    )
    grant(connection, SALES, ("mi-export",), "SqlRequest")

    with pytest.raises(PolicyChanged) as raised:
        apply(connection, change, confirmed=True)

    assert raised.value.why == "since it was read: mi-export + SqlRequest"
    assert usages(connection, SALES) == {
        "mi-ingest": ("DataConnection", "NativeIngestion"),
        "mi-export": ("ExternalTable", "SqlRequest"),
    }


def test_a_principal_with_fewer_rights_reads_but_does_not_write(reader, connection):
    before = read_one(connection, SALES).text

    with pytest.raises(NotAuthorized) as raised:
        grant(reader, SALES, ("mi-ingest",), "AzureAI")

    assert raised.value.service.status == 403
    assert read_one(connection, SALES).text == before


def test_what_cannot_be_read_is_named_or_skipped_on_request(reader):
    scopes = scopes_of(reader, cluster=True, all_databases=True)

    with pytest.raises(PartialRead) as raised:
        read(reader, scopes)
    reading = read(reader, scopes, skip_unreadable=True)

    assert raised.value.what == "1 of 3 policies could not be read: cluster"
    assert [scoped.scope for scoped in reading.policies] == [SALES, TELEMETRY]
    assert [scope for scope, _ in reading.unreadable] == [CLUSTER]


def test_when_nothing_can_be_read_the_first_reason_is_told(reader):
    with pytest.raises(NotAuthorized):
        read(reader, (CLUSTER, LAB), skip_unreadable=True)
