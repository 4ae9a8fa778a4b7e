"""The verbs ``apply`` and ``undo``: what they show, and the codes they exit with."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded.state.callouts import CalloutRule

FILE = """\
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy: {mode: authoritative, databases: {Telemetry: {mi-export: [SqlRequest]}}}"""


@pytest.fixture
def telemetry(azure):
    return lambda: [one.usages for one in azure.world.cluster.databases["Telemetry"].policy or []]


@pytest.mark.nightly
def test_apply_tells_each_change_and_undo_brings_back_what_was_there(magic, telemetry, capsys):
    before = telemetry()

    frame = magic("apply --yes", FILE)

    assert list(frame["result"]) == ["applied"] * len(frame)
    assert "+ Telemetry: mi-export SqlRequest: applied" in repr(frame)
    assert "Undo: %adxmi undo --apply 1" in capsys.readouterr().out
    assert telemetry() == [("SqlRequest",)]
    assert list(magic("history")["apply"]) == [1] * len(magic("history"))

    undone = magic("undo --apply 1 --yes")

    assert set(undone["result"]) == {"undone"}
    assert telemetry() == before


@pytest.mark.nightly
def test_a_dry_run_and_a_missing_confirmation_show_the_plan_and_send_nothing(
    magic, telemetry, capsys
):
    before = telemetry()
    narrower = FILE.replace("Telemetry: {mi-export: [SqlRequest]}", "Sales: {}")

    shown = repr(magic("apply --dry-run --break-workflows", narrower))
    with pytest.raises(errors.ConfirmationRequired, match="removes 3"):
        magic("apply --break-workflows", narrower)

    assert "- Sales: mi-export ExternalTable" in shown
    assert "- Sales: mi-export ExternalTable" in capsys.readouterr().out
    assert telemetry() == before


def test_undo_takes_any_write_and_the_last_one_by_default(magic, azure):
    magic("callout allow --type kusto --pattern abc")
    magic("role grant --database Telemetry --role users --identity mi-export")

    magic("undo --yes")
    magic("undo 1 --yes")

    assert [one.role for one in azure.world.cluster.databases["Telemetry"].roles] == ["viewers"]
    assert not azure.world.cluster.callout_policy


def test_what_others_wrote_since_is_not_undone_with_it(magic, azure):
    magic("callout allow --type kusto --pattern abc")
    azure.world.cluster.callout_policy.append(CalloutRule("kusto", "theirs"))

    with pytest.raises(errors.PolicyChanged, match="after write 1"):
        magic("undo 1 --yes")


def test_there_may_be_nothing_to_undo(magic):
    with pytest.raises(errors.HistoryUnavailable, match="apply 7"):
        magic("undo --apply 7")


def test_an_age_that_is_no_time_is_told_with_the_option(magic, tmp_path):
    (tmp_path / "plan.json").write_text("{}")

    with pytest.raises(errors.InvalidValue, match=r"^--max-age soon can't be used"):
        magic(f"apply {tmp_path / 'plan.json'} --max-age soon")
