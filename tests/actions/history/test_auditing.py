"""An audit of the whole cluster is a run of the history, and tells what changed since the last."""

from datetime import UTC, datetime

import pytest

from adxmi_jupyter.actions.audit.audit import Options, Selection, audit
from adxmi_jupyter.actions.history.auditing import SinceLast, keep_audit
from adxmi_jupyter.actions.history.recording import record
from adxmi_jupyter.actions.history.showing import state_of
from adxmi_jupyter.model.history.rows import Kind
from adxmi_jupyter.model.history.state import Change, differences


@pytest.fixture
def audited(connection):
    """Audit the whole cluster, and keep that."""

    def ask():
        names = ["Sales", "Telemetry", "Tom's Lab"]
        found = audit(connection, names, Selection(), Options())
        return found, keep_audit(connection, found, datetime.now(UTC))

    return ask


@pytest.mark.nightly
def test_an_audit_sees_what_a_record_sees_and_tells_what_changed(
    connection, audited, grant, sync, store, local
):
    record(connection)
    found, first = audited()
    grant("SqlRequest")
    _, second = audited()
    sync()

    recorded, *audits = local.recorded(local.runs())
    same = [one for one in recorded.state if one.kind != Kind.CALLOUT]
    assert list(audits[0].state) == same
    assert {one.fingerprint for one in audits[0].findings} == {
        one.fingerprint for one in found.findings if one.state != "passed"
    }
    assert (first, second) == (SinceLast(), SinceLast("previous", added=1))
    assert list(store.recorded(store.runs())) == [recorded, *audits]


@pytest.mark.nightly
def test_an_audit_that_is_not_the_previous_run_is_named_by_its_kind(
    connection, audited, grant, local
):
    audited()
    grant("SqlRequest")
    record(connection)
    _, second = audited()

    before, now = (state_of(connection, local, word) for word in (second.run, "now"))
    added = [one for one in differences(before, now) if one.change == Change.ADDED]
    assert (second.run, len(added)) == ("previous-audit", second.added)
