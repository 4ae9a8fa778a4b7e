"""The noun ``history``, as it is typed."""

import pytest

from adxmi_jupyter.errors import HistoryUnavailable, InvalidValue, MissingOption

GRANT = "policy grant --database Telemetry --identity mi-ingest --usage ExportRequest"


def test_the_noun_alone_lists_the_writes(magic):
    magic(GRANT)

    listed = [magic(line) for line in ("history", "history list", "history --times")]

    assert [list(one["verb"]) for one in listed] == [["grant"]] * 3
    assert "time" in listed[2]


@pytest.mark.nightly
def test_a_change_is_shown_by_runs_times_and_applies(magic):
    magic("history record")
    magic(GRANT)
    magic("history record")
    run = magic("history runs").query("kind == 'record'")["run"].iloc[0]

    found = [magic(f"history diff {one}") for one in ("previous", "first last", run, run[:8])]

    assert [list(one["item"]) for one in found] == [["ExportRequest"]] * 4
    assert list(found[0]["change"]) == ["added"]
    shown = magic("history show --as-of first --kind policy --database Telemetry")
    assert (list(shown["item"]), magic("history diff last last").empty) == ([], True)


FILE = """
apiVersion: adxmi/v1
clusters: {demo: {uri: embedded}}
policy: {databases: {Telemetry: {mi-ingest: [ExportRequest]}}}"""


@pytest.mark.nightly
def test_each_command_that_reads_the_cluster_adds_a_run_once_there_is_a_history(magic):
    magic("plan", FILE)
    before = magic("history runs")
    magic("history record")

    magic("plan", FILE)
    magic("drift", FILE)
    magic("apply --dry-run", FILE)
    magic("apply", FILE)
    magic("snapshot --database Telemetry")
    magic("audit --fail-on none")

    kinds = list(magic("history runs")["kind"])
    assert (len(before), kinds) == (
        0,
        ["record", "plan", "drift", "plan", "plan", "apply", "snapshot", "audit"],
    )
    assert list(magic("history diff first last-snapshot")["item"]) == ["ExportRequest"]


@pytest.mark.nightly
def test_files_are_asked_like_this_machine(magic, tmp_path):
    magic("history record")

    magic(f"history sync --to {tmp_path}")

    asked = [magic(f"history show{more}") for more in ("", f" --from {tmp_path}")]
    assert asked[0].equals(asked[1])
    assert list(magic(f"history runs --verify --from {tmp_path}")["intact"]) == [True]


@pytest.mark.parametrize(
    ("line", "error", "fix"),
    [
        ("history sync", MissingOption, "add --to CLUSTER/DATABASE"),
        ("history sync --to here", InvalidValue, "%adxmi history sync --to ./here"),
        ("history show --as-of nonsense", InvalidValue, "write a date such as 2026-01-31"),
        ("history show --as-of 2026-01-31", HistoryUnavailable, "%adxmi history record"),
        ("history show --as-of 7", HistoryUnavailable, "%adxmi history"),
        ("history show --as-of 12345678-", HistoryUnavailable, "%adxmi history runs"),
        ("history show --kind polcy", InvalidValue, "%adxmi history show --kind policy"),
        (
            "history blame mi-export ExternalTabel",
            InvalidValue,
            "%adxmi history blame mi-export ExternalTable",
        ),
        (
            "history runs --from embedded/Sales",
            HistoryUnavailable,
            "%adxmi history sync --to CLUSTER/Sales --yes",
        ),
    ],
)
def test_bad_input_gets_an_error_with_a_fix(magic, line, error, fix):
    with pytest.raises(error) as raised:
        magic(line)

    assert raised.value.fix == fix


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("history show --as-of 2020-01-31", "no run read the cluster until 2020-01-31"),
        ("history show --as-of 2999-01-31", r"2999-01-31\S* is in the future"),
        ("history diff first 2999-01-31", r"2999-01-31\S* is in the future"),
    ],
)
def test_a_time_of_which_nothing_was_seen_has_no_state(magic, line, what):
    magic("history record")

    with pytest.raises(HistoryUnavailable, match=what) as raised:
        magic(line)

    assert raised.value.fix == "%adxmi history runs"


def test_options_of_the_list_complete_after_the_noun(completions):
    assert "--times" in [text for text, *_ in completions("%adxmi history --")]
