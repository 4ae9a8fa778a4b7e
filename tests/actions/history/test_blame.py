"""Who allowed an identity a usage: what each source tells, and what none does."""

import pytest

from adxmi_jupyter.actions.history.blame import blame, blame_frame
from adxmi_jupyter.actions.history.places import KustoStore
from adxmi_jupyter.actions.history.recording import local_folder
from adxmi_jupyter.actions.history.syncing import Choices, sync_to_cluster
from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import plan_grant
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.embedded.state.resources import Script
from adxmi_jupyter.embedded.state.timestamps import now
from adxmi_jupyter.errors import UnknownIdentity
from adxmi_jupyter.model.history.granting import Action, BlameSource
from adxmi_jupyter.model.policy import Scope


@pytest.fixture
def granted(connection):
    """A grant that was made by this tool."""
    who = resolved(connection, ("mi-ingest",))
    change = plan_grant(connection, Scope("Telemetry"), who, ("ExportRequest",))
    return apply(connection, change, confirmed=True)


@pytest.fixture
def told(connection):
    """Ask who allowed a usage, and return action, source and database of each event."""

    def ask(identity, usage, *scopes, where=connection):
        found = blame(where, local_folder(connection), identity, usage, scopes)
        return [(one.action, one.source, one.scope.database) for one in found]

    return ask


@pytest.mark.usefixtures("granted")
def test_a_grant_by_this_tool_is_told_by_its_history_and_by_the_journal(told):
    assert told("mi-ingest", "ExportRequest") == [
        (Action.GRANTED, BlameSource.HISTORY, "Telemetry"),
        (Action.GRANTED, BlameSource.JOURNAL, "Telemetry"),
    ]


@pytest.mark.nightly
def test_a_grant_by_somebody_else_is_told_by_the_journal(connection, told):
    (event,) = blame(connection, local_folder(connection), "mi-export", "ExternalTable")

    assert (event.action, event.source) == (Action.GRANTED, BlameSource.JOURNAL)
    assert event.by.startswith("aaduser=")
    assert "AllowedUsages" in event.command


@pytest.mark.nightly
def test_who_deployed_a_script_is_told_by_the_activity_log(connection, azure, grant):
    grant("SqlRequest")
    put = {"createdBy": "pipeline", "createdAt": now(ago=60)}
    azure.world.cluster.databases["Sales"].scripts["allow"] = Script("allow", {}, put)

    found = blame(connection, local_folder(connection), "system", "SqlRequest", (Scope("Sales"),))

    assert [(one.action, one.source) for one in found] == [
        (Action.SCRIPT, BlameSource.ACTIVITY),
        (Action.GRANTED, BlameSource.JOURNAL),
    ]
    assert (found[0].by, found[0].command) == ("pipeline", "Databases/Sales/Scripts/allow")


@pytest.mark.nightly
def test_what_no_source_shows_is_unknown_with_the_permission(connections, told):
    limited = connections.open("embedded", name="limited", credential="as:reader")

    assert told("mi-export", "ExternalTable", where=limited) == [
        (Action.UNKNOWN, BlameSource.JOURNAL, ""),
        (Action.UNKNOWN, BlameSource.ACTIVITY, ""),
        (Action.ALLOWED, BlameSource.POLICY, "Sales"),
        (Action.UNKNOWN, BlameSource.POLICY, ""),
    ]
    frame = blame_frame(blame(limited, local_folder(limited), "mi-export", "ExternalTable"))
    assert "requires AllDatabasesMonitor" in set(frame["note"])


@pytest.mark.nightly
def test_an_unknown_identity_is_an_error(told):
    with pytest.raises(UnknownIdentity):
        told("nobody", "ExternalTable")


@pytest.mark.nightly
def test_grants_of_other_machines_are_told_by_the_history_in_a_database(connection, granted):
    store = KustoStore(connection, "Telemetry", connection.cluster)
    sync_to_cluster(connection, store, Choices(confirmed=True))

    first, *_ = blame(connection, store, "mi-ingest", "ExportRequest")

    assert (first.source, first.command) == (BlameSource.HISTORY, granted.command)
