"""What happens around the cluster, by lines: roles, blobs, events, runs."""

import pytest

from adxmi_jupyter import errors

ORDER = '{"OrderId": 21, "Region": "north", "Amount": 10.5, "Placed": "2026-01-12T08:00:00Z"}'
ROLE = 'embedded azure-role --identity mi-export --role "Storage Blob Data Reader" --target '


def test_roles_are_listed_and_given(magic, printed):
    before = magic("embedded azure-role")

    after = magic(f"{ROLE} contosobackup/backups")

    assert len(after) == len(before) + 1
    assert ["mi-export", "Storage Blob Data Reader", "contosobackup/backups"] in (
        after.values.tolist()
    )
    assert printed() == []


def test_a_reader_of_cosmos_db_and_of_sql_server_is_made_by_the_same_line(magic, azure):
    line = "embedded azure-role --identity mi-ingest --role"

    magic(f'{line} "Cosmos DB Built-in Data Reader" --target contosocosmos')
    frame = magic(f"{line} db_datareader --target contososql/Erp")

    ingest = azure.world.identity("mi-ingest").object_id
    assert ingest in azure.world.cosmos_accounts["contosocosmos"].readers
    assert ingest in azure.world.sql_servers["contososql"].databases["Erp"].readers
    assert ["mi-ingest", "db_datareader", "contososql/Erp"] in frame.values.tolist()


def test_a_role_that_is_held_already_is_said(magic, printed):
    magic(f"{ROLE} contosobackup")
    magic(f"{ROLE} contosobackup")

    assert printed() == ["mi-export holds Storage Blob Data Reader on contosobackup already"]


def test_roles_can_be_late_until_faults_are_cleared(magic, azure):
    switched = magic("embedded faults late-roles")
    magic(f"{ROLE} contosobackup")
    before = azure.world.azure_roles[-1]

    magic("embedded faults --clear")

    after = azure.world.azure_roles[-1]
    assert switched[["fault", "match"]].values.tolist() == [["late-roles", ""]]
    assert switched["times"].isna().all()
    assert (before.in_effect, after.in_effect) == (False, True)
    assert after.created_on < before.created_on


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("embedded azure-role mi-export", "--role NAME --target NAME"),
        ("embedded azure-role --role Reader --target contosolake", "--identity NAME"),
        ("embedded azure-role --identity mi-export --role Reader", "--target NAME"),
    ],
)
def test_half_a_role_is_refused(magic, azure, line, missing):
    before = list(azure.world.azure_roles)

    with pytest.raises(errors.MissingOption) as caught:
        magic(line)

    assert caught.value.fix == f"%adxmi {line} {missing}"
    assert azure.world.azure_roles == before


def test_a_wrong_name_is_put_right_in_the_line(magic):
    with pytest.raises(errors.InvalidInput) as caught:
        magic(f"{ROLE} contosobakup")

    assert caught.value.fix == f"%adxmi {ROLE} contosobackup".replace("  ", " ")


def test_blobs_are_listed(magic):
    frame = magic("embedded blobs contosolake/landing")

    assert set(frame["container"]) == {"landing"}
    assert len(magic("embedded blobs")) > len(frame)


def test_a_place_that_is_not_there_is_refused(magic):
    with pytest.raises(errors.InvalidInput) as caught:
        magic("embedded blobs contosolake/landin")

    assert caught.value.fix == "%adxmi embedded blobs contosolake/landing"


def test_events_are_the_lines_of_the_cell_or_of_a_file(magic, azure, tmp_path):
    (tmp_path / "events.json").write_text(f"{ORDER}\n\n{ORDER}\n")

    in_cell = magic("embedded push-events contosohub/orders", f"{ORDER}\n")
    in_file = magic(f"embedded push-events contosohub/orders -f {tmp_path / 'events.json'}")

    assert in_cell.values.tolist() == [["contosohub/orders", 1, 1]]
    assert in_file.values.tolist() == [["contosohub/orders", 2, 2]]
    assert len(azure.world.cluster.databases["Sales"].tables["Orders"].rows) == 9


@pytest.mark.parametrize(
    ("line", "body", "what"),
    [
        ("embedded push-events contosohub/orders", None, "there is no event to send"),
        ("embedded push-events contosohub/orders", "{", "line 1 isn't JSON"),
        ("embedded push-events contosohub/nothing", ORDER, "there is no event hub"),
        ("embedded push-events", ORDER, "embedded push-events needs NAMESPACE/HUB"),
    ],
)
def test_what_cannot_be_sent_is_refused(magic, line, body, what):
    with pytest.raises(errors.AdxmiError, match=what):
        magic(line, body)


@pytest.mark.nightly
def test_an_export_runs_now(magic, azure):
    magic("role grant --database Sales --role viewers --identity mi-export")
    magic(
        "continuous-export create --database Sales --name Nightly --identity mi-export "
        "--external-table ArchivedOrders --query Orders"
    )

    frame = magic("embedded run-export Nightly")

    assert list(frame["state"]) == ["Completed"]
    assert len(magic("embedded blobs contosolake/archive")) == 3


def test_an_export_that_is_not_there_is_refused(magic):
    with pytest.raises(errors.InvalidInput) as caught:
        magic("embedded run-export Nightly")

    assert caught.value.why == "there are: none"


@pytest.mark.parametrize(
    "line",
    [
        "embedded azure-role",
        "embedded blobs",
        "embedded push-events contosohub/orders",
        "embedded run-export Nightly --database Sales",
    ],
)
def test_a_cluster_has_none_of_this(magic, azure, monkeypatch, line):
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-admin")
    magic(f"connect {azure.kusto_uri} --credential token --name served")

    with pytest.raises(errors.EmbeddedAzureNotInUse):
        magic(f"{line} -c served")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%adxmi embedded azure-role --identity mi-e", ["mi-export"]),
        ("%adxmi embedded azure-role --identity sys", ["system"]),
        (
            "%adxmi embedded azure-role --role Storage",
            ['"Storage Blob Data Contributor"', '"Storage Blob Data Reader"'],
        ),
        ("%adxmi embedded azure-role --role db_", ["db_datareader", "db_datawriter"]),
        ("%adxmi embedded azure-role --target contososql/", ["contososql/Erp"]),
        (
            "%adxmi embedded azure-role --target contosob",
            ["contosobackup", "contosobackup/backups"],
        ),
        (
            "x = %adxmi embedded blobs contosolake/a",
            ["contosolake/archive", "contosolake/artifacts"],
        ),
        ("%%adxmi embedded push-events contosoe", ["contosoedge/sensors"]),
        ("%adxmi embedded b", ["behaviours", "blobs"]),
    ],
)
def test_names_complete(azure, completions, code, expected):
    assert [text for text, _, _ in completions(code)] == expected
