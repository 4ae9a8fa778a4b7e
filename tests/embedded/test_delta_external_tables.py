"""External tables of delta tables, by command: opened when they are created."""

import pytest

EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
LAKE = "https://contosolake.blob.core.windows.net"


def delta(place="delta/orders", *, identity=EXPORT_ID, columns="", more="", verb=".create"):
    return (
        f"{verb} external table Lake {columns} kind=delta "
        f"(h@'{LAKE}/{place};managed_identity={identity}') {more}"
    )


def test_columns_are_inferred_from_the_log(run):
    (row,) = run(delta(), database="Sales")

    (schema,) = run(".show external table Lake cslschema", database="Sales")
    assert row["TableType"] == "Delta"
    assert schema["Schema"] == "OrderId:long,Region:string,Amount:real,Placed:datetime"
    assert len(run("external_table('Lake')", database="Sales")) > 0


def test_artifacts_are_the_files_of_the_latest_version(run):
    run(delta(), database="Sales")

    rows = run(".show external table Lake artifacts", database="Sales")

    assert [row["Partition"] for row in rows] == [{"Region": "north"}, {"Region": "south"}]
    assert all(row["Uri"].endswith(".parquet") for row in rows)


def test_columns_that_are_given_stay(run):
    run(delta(columns="(Region:string)"), database="Sales")

    (schema,) = run(".show external table Lake cslschema", database="Sales")
    assert schema["Schema"] == "Region:string"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            delta(identity="9c06e2b5-47d8-4f13-82ac-b5e97d10f348"),
            "BadRequest_InvalidManagedIdentity",
        ),
        (delta(identity="system"), "Forbidden"),
        (delta("archive/2024"), "General_BadRequest"),
        (delta("nowhere"), "Download_SourceNotFound"),
        (delta(more="with (compressionType='lzma')"), "General_BadRequest"),
        (delta(more="with (includeHeaders='All')"), "General_BadRequest"),
        (delta(columns="(a:long)", more="with (AutoUpdateSchema=true)"), "General_BadRequest"),
    ],
)
def test_tables_that_cannot_be_opened_are_refused(run, refusal, text, code):
    error = refusal(text, database="Sales")

    assert error.code == code
    assert len(run(".show external tables", database="Sales")) == 1


def test_repaired_link_lets_it_be_created(azure, run, refusal):
    azure.world.cluster.databases["Sales"].policy = []
    assert refusal(delta(), database="Sales").code == "Forbidden"

    run(
        ".alter-merge database Sales policy managed_identity \"[{'ObjectId': "
        f"'{EXPORT_ID}', 'AllowedUsages': 'ExternalTable'}}]\""
    )

    assert len(run(delta(), database="Sales")) == 1


def test_dry_run_opens_and_keeps_nothing(run, refusal):
    run(delta(more="with (dryRun=true)"), database="Sales")

    assert len(run(".show external tables", database="Sales")) == 1
    assert refusal(delta("nowhere", more="with (dryRun=true)"), database="Sales").code == (
        "Download_SourceNotFound"
    )


def test_create_or_alter_reads_the_log_again(run):
    run(delta(columns="(Region:string)"), database="Sales")

    (row,) = run(delta(verb=".create-or-alter"), database="Sales")

    assert row["Schema"].startswith("OrderId:long")
