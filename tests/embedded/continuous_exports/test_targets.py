"""What continuous exports write: blobs, delta tables, SQL tables."""

import json

import pytest

from .texts import COLUMNS, EXPORT_ID, LAKE, create


@pytest.mark.parametrize("form", ["tsv", "json", "parquet"])
def test_each_format_can_be_read_back(azure, run, table, viewer, form):
    table(form=form)
    run(create("Orders | where Region == 'north'"), database="Sales")

    azure.run_now("Sales", "Nightly")

    rows = run("external_table('Lake') | project OrderId, Region", database="Sales")
    assert rows == [{"OrderId": number, "Region": "north"} for number in (1, 3, 6)]


def test_blobs_are_named_compressed_and_headed_as_the_table_says(azure, run, table, viewer, lake):
    table(more="with (compressed=true, includeHeaders='All', namePrefix='o', fileExtension='.txt')")
    run(create("Orders | take 1"), database="Sales")

    azure.run_now("Sales", "Nightly")

    (path,) = lake
    assert path.startswith("daily/o_1_")
    assert path.endswith(".txt.gz")


def test_partitions_make_folders(azure, run, table, viewer, lake):
    by = (
        "partition by (Region2:string=Region, Month:datetime=startofmonth(Placed)) "
        'pathformat=("region=" Region2 "/" datetime_pattern("yyyy/MM", Month))'
    )
    table(by=by)
    run(create(), database="Sales")

    azure.run_now("Sales", "Nightly")

    folders = {path.rsplit("/", 1)[0] for path in lake}
    assert folders == {f"daily/region={name}/2026/01" for name in ("north", "south", "west")}


def test_virtual_partitions_are_columns_of_the_query(azure, run, viewer, lake):
    run(
        ".create external table Lake (OrderId:long) kind=storage partition by (Region:string) "
        f"dataformat=csv (h@'{LAKE}/exports;managed_identity={EXPORT_ID}')",
        database="Sales",
    )
    run(create("Orders | project OrderId, Region"), database="Sales")

    azure.run_now("Sales", "Nightly")

    south = next(path for path in lake if path.startswith("south/"))
    assert lake[south] == b"2\n5\n"
    assert len(run("external_table('Lake')", database="Sales")) == 6


def test_export_into_a_delta_table(azure, run, viewer, lake):
    lake["d/_delta_log/00000000000000000000.json"] = _first_commit(writer=1)
    run(
        f".create external table Lake kind=delta (h@'{LAKE}/exports/d;managed_identity={EXPORT_ID}')",
        database="Sales",
    )
    run(create("Orders | project OrderId"), database="Sales")

    azure.run_now("Sales", "Nightly")

    rows = run("external_table('Lake')", database="Sales")
    assert [row["OrderId"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert "d/_delta_log/00000000000000000001.json" in lake


def test_delta_table_of_newer_writers_is_refused(azure, run, viewer, lake, run_failed):
    lake["d/_delta_log/00000000000000000000.json"] = _first_commit(writer=2)
    run(
        f".create external table Lake kind=delta (h@'{LAKE}/exports/d;managed_identity={EXPORT_ID}')",
        database="Sales",
    )
    run(create("Orders | project OrderId"), database="Sales")

    row = run_failed()

    assert "protocol 2" in row["Details"]


def test_delta_table_with_partitions_is_refused(azure, run, viewer, lake, run_failed):
    lake["d/_delta_log/00000000000000000000.json"] = _first_commit(1, ["OrderId"])
    run(
        f".create external table Lake kind=delta (h@'{LAKE}/exports/d;managed_identity={EXPORT_ID}')",
        database="Sales",
    )
    run(create("Orders | project OrderId"), database="Sales")

    assert "has partitions" in run_failed()["Details"]
    assert len(lake) == 1


def test_export_into_a_sql_table(azure, run, viewer):
    erp = azure.world.sql_servers["contososql"].databases["Erp"]
    erp.writers.add(EXPORT_ID)
    run(
        f".create external table Lake ({COLUMNS}) kind=sql table=Sold "
        "(h@'Server=tcp:contososql.database.windows.net;Initial Catalog=Erp;"
        f'Authentication="Active Directory Managed Identity";User Id={EXPORT_ID}\') '
        "with (createifnotexists=true, primarykey=OrderId)",
        database="Sales",
    )
    run(create(), database="Sales")

    azure.run_now("Sales", "Nightly")

    assert len(erp.tables["Sold"].rows) == 6


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ("table=Nowhere", "no table 'Nowhere'"),
        ("table=Stock", "other columns"),
    ],
)
def test_sql_table_has_to_be_there_and_fit(azure, run, viewer, run_failed, definition, reason):
    azure.world.sql_servers["contososql"].databases["Erp"].writers.add(EXPORT_ID)
    run(
        f".create external table Lake ({COLUMNS}) kind=sql {definition} "
        "(h@'Server=tcp:contososql.database.windows.net;Initial Catalog=Erp;"
        f'Authentication="Active Directory Managed Identity";User Id={EXPORT_ID}\')',
        database="Sales",
    )
    run(create(), database="Sales")

    assert reason in run_failed()["Details"]


def _first_commit(writer, partitions=()):
    fields = [{"name": "OrderId", "type": "long", "nullable": True, "metadata": {}}]
    schema = json.dumps({"type": "struct", "fields": fields})
    actions = [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": writer}},
        {"metaData": {"schemaString": schema, "partitionColumns": list(partitions)}},
    ]
    return "\n".join(json.dumps(each) for each in actions).encode()
