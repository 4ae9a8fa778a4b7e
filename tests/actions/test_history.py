import json

import pandas as pd
import pytest

from adxmi_jupyter.actions.identity.names import resolved
from adxmi_jupyter.actions.policy.policies import (
    plan_alter,
    plan_delete,
    plan_grant,
    plan_revoke,
    read_one,
)
from adxmi_jupyter.actions.policy.writes import apply
from adxmi_jupyter.actions.write.history import entry, history_frame, plan_undo
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.errors import ConfirmationRequired, HistoryUnavailable, PolicyChanged
from adxmi_jupyter.model.policy import CLUSTER, Policy, Scope

SALES, TELEMETRY, LAB = Scope("Sales"), Scope("Telemetry"), Scope("Tom's Lab")


def grant(connection, scope, name, *usages):
    change = plan_grant(connection, scope, resolved(connection, (name,)), usages)
    return apply(connection, change, confirmed=True)


def revoke(connection, scope, name, *usages):
    change = plan_revoke(connection, scope, resolved(connection, (name,)), usages)
    return apply(connection, change, confirmed=True)


def undo(connection, number=None):
    return apply(connection, plan_undo(connection, number), confirmed=True)


@pytest.mark.nightly
def test_history_tells_each_write(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")
    revoke(connection, CLUSTER, "mi-export", "AutomatedFlows")
    undo(connection)

    frame = history_frame(connection)

    assert frame.to_dict("records") == [
        {
            "id": 1,
            "scope": "database",
            "database": "Sales",
            "verb": "grant",
            "change": "mi-export + SqlRequest",
            "outcome": "applied",
            "undone": False,
        },
        {
            "id": 2,
            "scope": "cluster",
            "database": "",
            "verb": "revoke",
            "change": "mi-export - AutomatedFlows",
            "outcome": "applied",
            "undone": True,
        },
        {
            "id": 3,
            "scope": "cluster",
            "database": "",
            "verb": "undo",
            "change": "mi-export + AutomatedFlows",
            "outcome": "applied",
            "undone": False,
        },
    ]


def test_times_are_shown_on_request_only(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")

    assert "time" not in history_frame(connection)
    assert str(history_frame(connection, times=True)["time"].dtype) == "datetime64[ns, UTC]"


def test_an_empty_history_has_the_same_schema(connection):
    empty = history_frame(connection, times=True)
    grant(connection, SALES, "mi-export", "SqlRequest")

    pd.testing.assert_series_equal(empty.dtypes, history_frame(connection, times=True).dtypes)
    assert len(empty) == 0


@pytest.mark.parametrize("scope", [SALES, LAB])
def test_undo_of_a_revoke_restores_the_policy_to_the_letter(connection, scope):
    before = read_one(connection, scope).text
    first = read_one(connection, scope).policy.entries[0]
    revoke(connection, scope, first.identity.label, first.allowed_usages[0])
    assert read_one(connection, scope).text != before

    undo(connection)

    assert read_one(connection, scope).text == before


def test_undo_of_a_delete_restores_the_policy_to_the_letter(connection):
    before = read_one(connection, SALES).text
    apply(connection, plan_delete(connection, SALES), confirmed=True)

    undo(connection)

    assert read_one(connection, SALES).text == before


def test_undo_of_the_first_grant_leaves_no_policy_again(connection):
    before = read_one(connection, TELEMETRY).text
    grant(connection, TELEMETRY, "mi-export", "SqlRequest")

    undo(connection)

    assert read_one(connection, TELEMETRY).text == before


@pytest.mark.nightly
def test_undo_restores_an_empty_policy_as_empty(connection):
    apply(connection, plan_alter(connection, SALES, Policy()), confirmed=True)
    before = read_one(connection, SALES).text
    grant(connection, SALES, "system", "SqlRequest")

    undo(connection)

    assert read_one(connection, SALES).text == before


def test_undo_that_takes_away_needs_confirmation(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")

    with pytest.raises(ConfirmationRequired, match="undo on the database Sales removes"):
        apply(connection, plan_undo(connection), confirmed=False)


@pytest.mark.nightly
def test_undo_walks_back_one_write_at_a_time(connection):
    before = read_one(connection, SALES).text
    grant(connection, SALES, "mi-export", "SqlRequest")
    grant(connection, SALES, "mi-export", "AzureAI")

    changes = [undo(connection), undo(connection)]

    assert [change.undoes for change in changes] == [2, 1]
    assert read_one(connection, SALES).text == before
    with pytest.raises(HistoryUnavailable, match="there is nothing to undo"):
        undo(connection)


@pytest.mark.nightly
def test_an_undo_can_itself_be_undone_by_number(connection):
    after = grant(connection, SALES, "mi-export", "SqlRequest").after
    undo(connection)

    undo(connection, 2)

    assert read_one(connection, SALES).policy == after


def test_a_change_since_is_not_undone_along_with_it(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")
    grant(connection, SALES, "mi-ingest", "AzureAI")

    with pytest.raises(PolicyChanged) as raised:
        undo(connection, 1)

    assert raised.value.why == "since then: mi-ingest + AzureAI"
    assert raised.value.fix.startswith("%adxmi policy diff --since 1")


def test_undo_of_what_is_already_as_before_sends_nothing(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")
    revoke(connection, SALES, "mi-export", "SqlRequest")

    change = plan_undo(connection, 1)

    assert change.command == ""
    assert change.notes == ("nothing to undo: it is as before",)


@pytest.mark.nightly
def test_a_write_that_was_refused_cannot_be_undone(connection, azure):
    azure.faults.add("plain-text-400", match=".alter-merge")
    with pytest.raises(Exception, match="rejected"):
        grant(connection, SALES, "mi-export", "SqlRequest")
    apply(connection, plan_delete(connection, SALES), confirmed=True)

    with pytest.raises(HistoryUnavailable, match="entry 1 cannot be undone"):
        undo(connection, 1)


@pytest.mark.parametrize(("number", "why"), [(1, "nothing was written yet"), (0, "nothing")])
def test_there_is_no_entry_of_that_number(connection, number, why):
    with pytest.raises(HistoryUnavailable) as raised:
        entry(connection, number)

    assert why in raised.value.why


def test_nothing_to_undo_before_anything_was_written(connection):
    with pytest.raises(HistoryUnavailable) as raised:
        plan_undo(connection)

    assert raised.value.why == "nothing was written yet"


def test_a_write_of_a_process_that_died_can_be_undone(connection):
    """The line before the write is there, the one after is not, and the last is torn."""
    before = read_one(connection, SALES).text
    grant(connection, SALES, "mi-export", "SqlRequest")
    lines = connection.history_file.read_text().splitlines()
    connection.history_file.write_text(f"{lines[0]}\n{lines[1][:20]}")

    assert list(history_frame(connection)["outcome"]) == ["sent"]
    undo(connection)

    assert read_one(connection, SALES).text == before


def test_the_history_holds_policies_and_nothing_secret(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")

    written, outcome = map(json.loads, connection.history_file.read_text().splitlines())

    assert set(written["write"]) == {
        "key",
        "time",
        "database",
        "verb",
        "command",
        "before",
        "wanted",
        "undoes",
        "apply",
        "kind",
        "target",
        "sender",
    }
    assert set(written["write"]["sender"]) == {"boot", "process", "uptime", "allowed"}
    assert set(outcome["outcome"]) == {"key", "outcome", "after"}
    assert "embedded-admin" not in connection.history_file.read_text()


def test_a_history_that_cannot_be_read_says_so(tmp_path):
    journal = Journal(tmp_path)

    with pytest.raises(HistoryUnavailable) as raised:
        journal.entries()

    assert raised.value.fix == "set ADXMI_DATA_DIR to a directory you may write to"


def test_the_history_of_the_embedded_azure_ends_with_its_world(connection):
    grant(connection, SALES, "mi-export", "SqlRequest")

    connection.embedded.reset()

    assert len(history_frame(connection)) == 0
