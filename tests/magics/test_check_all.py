"""`%adxmi check`: every workflow of the cluster, with what could not be seen."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.clusters import Identity, PolicyItem
from adxmi_jupyter.errors import NotAuthorized, ServiceUnavailable

COLUMNS = ["workflow", "name", "requirement", "subject", "state", "detail", "fix"]
LAKE = "https://contosolake.blob.core.windows.net"
TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
GONE = "0f6c1d52-9e3b-4a87-8c2d-b4e1f7a3905c"
LISTED = (
    "ai-chat-completion, ai-embeddings, cosmosdb-sql-request, externaldata, "
    "infer-storage-schema, python-plugin, sql-request"
)


@pytest.fixture
def as_viewer(magic, azure, monkeypatch):
    """Speak as somebody who may read Sales and nothing else."""
    principal = azure.world.add_principal("viewer", token="embedded-viewer")
    azure.world.grant(principal, DatabaseRole.VIEWERS, database="Sales")
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-viewer")
    magic(f"connect {azure.kusto_uri} --name viewer --credential token --database Sales")


def add_policy(world, scope, *usages, object_id=GONE, name="mi-gone", is_system=False):
    item = PolicyItem(object_id, object_id, TENANT, name, is_system, usages)
    scope.policy = [*(scope.policy or []), item]


@pytest.mark.nightly
def test_all_that_names_an_identity_is_looked_at_with_its_database(magic):
    frame = magic("check")

    assert list(frame.columns) == COLUMNS
    assert set(map(str, frame.dtypes)) == {"string"}
    assert list(dict.fromkeys(zip(frame["workflow"], frame["name"], strict=True))) == [
        ("event-hub", "Sales/sales-orders"),
        ("external-table", "Sales/ArchivedOrders"),
        ("external-table", "Telemetry/OrdersDelta"),
    ]
    assert list(frame[frame["state"] != "met"]["fix"]) == [
        "%adxmi policy grant --database Telemetry --identity mi-export --usage ExternalTable"
    ]


def test_one_database_is_enough(magic):
    frame = magic("check --database Telemetry")

    assert set(frame["name"]) == {"Telemetry/OrdersDelta"}


def test_where_there_is_nothing_that_is_told_in_the_same_columns(magic, azure):
    azure.world.add_database("Empty")

    frame = magic("check --database Empty")

    assert list(frame["detail"]) == [
        "none names a managed identity; those that authenticate otherwise: 0"
    ]
    assert list(frame.columns) == COLUMNS
    assert set(map(str, frame.dtypes)) == {"string"}
    assert repr(frame) is not None
    assert frame._repr_html_() is not None


@pytest.mark.nightly
def test_two_external_tables_of_one_name_are_told_apart(magic, azure):
    ingest = azure.world.identity("mi-ingest").object_id
    azure.world.add_external_table(
        "ArchivedOrders", f"{LAKE}/landing;managed_identity={ingest}", database="Telemetry"
    )

    frame = magic("check")

    granted = frame[
        (frame["requirement"] == "Azure role") & (frame["workflow"] == "external-table")
    ]
    assert dict(zip(granted["name"], granted["subject"], strict=True)) == {
        "Sales/ArchivedOrders": "mi-export on contosolake/archive",
        "Telemetry/OrdersDelta": "mi-export on contosolake/delta",
        "Telemetry/ArchivedOrders": "mi-ingest on contosolake/landing",
    }


@pytest.mark.nightly
def test_an_export_is_examined_through_the_table_of_its_own_database(magic, azure):
    export, ingest = (azure.world.identity(name).object_id for name in ("mi-export", "mi-ingest"))
    azure.world.add_external_table(
        "ArchivedOrders", f"{LAKE}/landing;managed_identity={ingest}", database="Telemetry"
    )
    for database in ("Sales", "Telemetry"):
        azure.world.add_continuous_export(
            "Nightly",
            database=database,
            external_table="ArchivedOrders",
            query="Orders",
            managed_identity=export,
        )

    frame = magic("check")

    granted = frame[
        (frame["requirement"] == "Azure role") & (frame["workflow"] == "continuous-export")
    ]
    assert dict(zip(granted["name"], granted["subject"], strict=True)) == {
        "Sales/Nightly": "mi-export on contosolake/archive",
        "Telemetry/Nightly": "mi-ingest on contosolake/landing",
    }


@pytest.mark.nightly
def test_what_names_no_identity_is_counted_and_not_shown(magic, azure, capsys):
    azure.world.add_external_table("Signed", f"{LAKE}/a?sv=1&sig=c2VjcmV0", database="Sales")
    azure.world.add_external_table("Mine", f"{LAKE}/a;impersonate", database="Telemetry")

    frame = magic("check")

    assert "workflows without a managed identity, not checked: 2" in capsys.readouterr().out
    assert not frame["name"].str.contains("Signed|Mine").any()


@pytest.mark.nightly
def test_without_any_of_them_nothing_is_said(magic, capsys):
    magic("check")

    assert "not checked" not in capsys.readouterr().out


@pytest.mark.nightly
def test_a_database_that_cannot_be_listed_is_told_with_the_right_it_takes(magic, azure, as_viewer):
    frame = magic("check")

    assert "external-table" in set(frame["workflow"])
    unread = frame[frame["requirement"] == "listing"]
    assert set(unread["state"]) == {"unknown"}
    assert list(unread["subject"]) == ["cosmosdb-connection, event-grid, event-hub"]
    assert unread["detail"].str.contains("requires Reader on the cluster").all()


def test_one_listing_that_fails_leaves_the_others(magic, azure):
    for command in (".show databases entities", ".show functions"):
        azure.faults.add("unavailable", match=command, times=None)

    frame = magic("check --database Sales")

    unread = frame[frame["requirement"] == "listing"]
    assert list(unread["subject"]) == [LISTED]
    assert list(unread["name"]) == ["Sales"]
    assert {"event-hub", "external-table"} <= set(frame["workflow"])


@pytest.mark.nightly
def test_where_nothing_can_be_listed_the_error_names_the_right_it_takes(magic, as_viewer):
    with pytest.raises(NotAuthorized) as caught:
        magic("check --database Telemetry")

    assert caught.value.why.endswith("requires Database User, Viewer or Monitor of Telemetry")


@pytest.mark.nightly
def test_where_nothing_answers_the_error_is_told(magic, azure):
    azure.faults.add("unavailable", match=".show", times=None)
    azure.faults.add("unavailable", match="GET", times=None)

    with pytest.raises(ServiceUnavailable):
        magic("check --database Sales")


@pytest.mark.nightly
@pytest.mark.parametrize("scope", ["Sales", "cluster"])
def test_an_entry_whose_identity_is_not_assigned_is_a_warning_and_can_be_revoked(
    ip, magic, azure, scope
):
    world = azure.world
    place = world.cluster if scope == "cluster" else world.cluster.databases[scope]
    add_policy(world, place, "NativeIngestion", "ExternalTable")

    (row,) = magic("check").query("workflow == 'policy'").to_dict("records")
    ip.run_cell(f"{row['fix']} --yes").raise_error()

    assert (row["requirement"], row["subject"]) == ("assigned to the cluster", "mi-gone")
    assert (row["name"], row["state"]) == (f"{scope}/mi-gone", "warning")
    assert "no effect" in row["detail"]
    assert row["fix"].startswith("%adxmi policy revoke ")
    assert GONE not in {item.object_id for item in place.policy or []}
    assert "policy" not in set(magic("check")["workflow"])


@pytest.mark.nightly
def test_artifacts_allowed_on_a_database_are_a_warning_and_can_be_revoked(ip, magic):
    magic("policy grant --database Sales --identity mi-ingest --usage SandboxArtifacts")

    (row,) = magic("check").query("workflow == 'policy'").to_dict("records")
    ip.run_cell(f"{row['fix']} --yes").raise_error()

    assert (row["requirement"], row["state"]) == ("allowed by policy", "warning")
    assert "only the cluster policy has an effect" in row["detail"]
    assert "policy" not in set(magic("check")["workflow"])


@pytest.mark.nightly
def test_an_entry_of_a_former_system_assigned_identity_is_revoked_and_the_present_one_stays(
    ip, magic, azure
):
    lab = azure.world.cluster.databases["Tom's Lab"]
    azure.world.cluster.system_identity = Identity("contoso", GONE, GONE, TENANT)

    (row,) = magic("check").query("workflow == 'policy'").to_dict("records")
    ip.run_cell(f"{row['fix']} --yes").raise_error()

    assert row["name"] == "Tom's Lab/contoso"
    assert not lab.policy


@pytest.mark.nightly
def test_hostile_names_are_text(magic, azure):
    hostile = "<img src=x onerror=alert(1)>"
    stranger = azure.world.identity("mi-stranger")
    stranger.display_name = hostile
    azure.world.add_external_table(
        hostile, f"{LAKE}/archive;managed_identity={stranger.object_id}", database="Sales"
    )
    add_policy(azure.world, azure.world.cluster.databases["Sales"], "All", name=hostile)

    frame = magic("check")

    assert f"Sales/{hostile}" in set(frame["name"])
    assert "<img" not in frame._repr_html_()
    assert "&lt;img src=x" in frame._repr_html_()
    assert "\n" not in "".join(frame["fix"])
