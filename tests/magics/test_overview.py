"""`%adxmi overview`: the cluster on one page, each row with the command that leads on."""

import pandas as pd
import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.clusters import PolicyItem
from adxmi_jupyter.errors import DatabaseNotFound

COLUMNS = [
    *("section", "name", "workflows", "not_met", "unknown", "warning", "detail", "command"),
]
COUNTS = COLUMNS[2:6]
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def as_viewer(magic, azure, monkeypatch):
    """Speak as somebody who may read Sales and has no role in Azure."""
    principal = azure.world.add_principal("viewer", token="embedded-viewer")
    azure.world.grant(principal, DatabaseRole.VIEWERS, database="Sales")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-viewer")
    magic(f"connect {azure.kusto_uri} --name viewer --credential token --database Sales")


def counts(frame, section):
    rows = frame[frame["section"] == section]
    return {row.name: list(row[COUNTS]) for _, row in rows.set_index("name").iterrows()}


@pytest.mark.nightly
def test_identities_databases_workflows_and_findings_are_counted(magic):
    frame = magic("overview")

    assert list(frame.columns) == COLUMNS
    assert {str(frame[name].dtype) for name in COUNTS} == {"Int64"}
    assert counts(frame, "identity") == {
        "contoso": [0, 0, 0, 0],
        "mi-export": [2, 1, 0, 0],
        "mi-ingest": [1, 0, 0, 0],
    }
    assert counts(frame, "database")["Telemetry"] == [1, 1, 0, 0]
    assert counts(frame, "workflow")["event-hub"] == [1, 0, 0, 0]
    assert counts(frame, "workflow")["update-policy"] == [0, 0, 0, 0]
    assert counts(frame, "finding") == {
        "not met": [1, 1, 0, 0],
        "unknown": [0, 0, 0, 0],
        "warning": [0, 0, 0, 0],
    }


@pytest.mark.nightly
def test_every_command_runs_as_it_is_told(ip, magic):
    commands = dict.fromkeys(magic("overview")["command"])

    failed = [one for one in commands if not ip.run_cell(f"_ = {one}").success]
    assert failed == []


@pytest.mark.nightly
def test_the_filtered_list_has_as_many_as_the_overview_counts(magic):
    frame = magic("overview").set_index("name")

    for name in ("mi-export", "Telemetry", "not met"):
        found = magic(frame.loc[name, "command"].removeprefix("%adxmi "))
        assert len(set(found["name"])) == frame.loc[name, "workflows"]


@pytest.mark.nightly
def test_an_identity_that_is_named_and_not_assigned_is_told(magic, azure):
    stranger = azure.world.identity("mi-stranger")
    item = PolicyItem(
        stranger.object_id, stranger.client_id, stranger.tenant_id, "mi-stranger", False, ("All",)
    )
    azure.world.cluster.databases["Sales"].policy.append(item)

    frame = magic("overview").set_index("name")

    assert list(frame.loc["mi-stranger", COUNTS]) == [0, 0, 0, 1]
    assert frame.loc["mi-stranger", "detail"] == "not assigned"


@pytest.mark.nightly
def test_what_cannot_be_read_is_unknown_with_the_permission_and_not_zero(magic, as_viewer):
    frame = magic("overview")

    kinds = frame[frame["section"] == "workflow"].set_index("name")
    assert kinds.loc["event-hub", COUNTS].isna().all()
    assert "requires Reader on the cluster" in kinds.loc["event-hub", "detail"]
    assert kinds.loc["external-table", "workflows"] == 1
    identities = frame[frame["section"] == "identity"]
    assert "assigned identities are unknown" in identities["detail"].iloc[0]
    assert set(identities["detail"].iloc[1:]) == {"unknown whether it is assigned"}
    assert "assigned identities: unknown" in repr(frame)
    assert "workflows: at least 1" in repr(frame)


def test_one_database(magic):
    frame = magic("overview --database Telemetry")

    assert list(counts(frame, "database")) == ["Telemetry"]


def test_a_database_that_there_is_not(magic):
    with pytest.raises(DatabaseNotFound):
        magic("overview --database Nowhere")


@pytest.mark.nightly
def test_the_page_shows_the_commands_and_says_what_leads_on(magic):
    shown = magic("overview")._repr_html_()

    assert (
        "<b>Identities</b> <code>%adxmi identity list --all</code> <code>%adxmi identity form</code>"
        in shown
    )
    assert "%adxmi check --identity mi-export" in shown
    assert "<script" not in shown


def test_a_console_names_no_forms(adxmi):
    assert "form" not in adxmi("overview").stdout


@pytest.mark.nightly
def test_of_many_databases_those_with_findings_are_shown(magic, azure):
    for number in range(10):
        azure.world.add_database(f"Db{number}")

    text = repr(magic("overview"))

    assert "Databases (8 of 13):" in text
    assert "Telemetry" in text


@pytest.mark.nightly
def test_names_of_the_service_are_text(magic, azure):
    azure.world.add_identity(HOSTILE)
    azure.world.add_database(HOSTILE)

    assert "<img" not in magic("overview")._repr_html_()


@pytest.mark.nightly
def test_what_is_made_from_it_is_a_table(magic):
    open_ones = magic("overview").query("not_met > 0")

    assert isinstance(open_ones, pd.DataFrame)
    assert "assigned identities" not in repr(open_ones)
