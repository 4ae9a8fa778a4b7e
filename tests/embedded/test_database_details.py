"""Databases with their policies, sizes and roles."""

import json

import pytest

HEAD = [
    *("DatabaseName", "PersistentStorage", "Version", "IsCurrent"),
    *("DatabaseAccessMode", "PrettyName"),
]
POLICIES = {
    *("RetentionPolicy", "MergePolicy", "CachingPolicy", "ShardingPolicy"),
    *("StreamingIngestionPolicy", "IngestionBatchingPolicy"),
}


@pytest.mark.parametrize("flavor", ["details", "verbose", "policies"])
@pytest.mark.parametrize("which", ["databases", "cluster databases", "databases (Sal*, telemetry)"])
def test_roles_of_all_databases_in_one_command(run, which, flavor):
    rows = {row["DatabaseName"]: row for row in run(f".show {which} {flavor}")}

    principals = json.loads(rows["Sales"]["AuthorizedPrincipals"])
    assert [(each["Role"], each["DisplayName"]) for each in principals] == [
        ("viewers", "reader (upn: reader@contoso.example)")
    ]
    assert principals[0]["FQN"].startswith("aaduser=")
    assert rows["Sales"].keys() > POLICIES
    assert "Telemetry" in rows


def test_no_flavor_tells_the_managed_identity_policy(run):
    shown = [run(f".show databases {flavor}") for flavor in ("details", "policies")]

    assert "ExternalTable" not in json.dumps(shown)


def test_policies_are_what_resource_manager_says(run):
    (row,) = run(".show database policies", database="Sales")

    assert json.loads(row["RetentionPolicy"])["SoftDeletePeriod"] == "365.00:00:00"
    assert json.loads(row["CachingPolicy"])["DataHotSpan"] == "31.00:00:00"


@pytest.mark.parametrize(
    ("flavor", "columns"),
    [
        ("", [*HEAD, "ReservedSlot1", "DatabaseId", "InTransitionTo"]),
        ("identity", [*HEAD, "CurrentUserIsUnrestrictedViewer", "DatabaseId", "InTransitionTo"]),
        (
            "metadata",
            [
                *("DatabaseName", "Version", "PersistentStorage"),
                *("MetadataPersistentStorage", "DatabaseAccessMode"),
            ],
        ),
    ],
)
def test_columns_by_flavor(run, flavor, columns):
    (row,) = run(f".show database {flavor}", database="Sales")

    assert list(row) == columns


def test_sizes_follow_the_rows(run):
    (sales,) = [row for row in run(".show databases datastats") if row["DatabaseName"] == "Sales"]
    (details,) = run(".show database details", database="Sales")

    assert sales["RowCount"] == sales["HotRowCount"] == 9
    assert details["TotalSize"] == sales["ExtentSize"] > 0


def test_a_reader_sees_its_own_databases(run):
    rows = run(".show databases details", token="embedded-reader")

    assert [row["DatabaseName"] for row in rows] == ["Sales", "Telemetry"]


def test_details_of_tables(run):
    orders, customers = run(".show tables details", database="Sales")
    (one,) = run(".show table Orders details", database="Sales")

    assert orders == one
    assert (orders["TotalRowCount"], orders["TotalExtents"], customers["HotRowCount"]) == (6, 1, 3)
    assert json.loads(orders["RetentionPolicy"])["SoftDeletePeriod"] == "365.00:00:00"


def test_who_creates_a_table_is_among_its_principals(run):
    run(".create table T (a:string)", database="Sales")

    (row,) = run(".show tables (T) details", database="Sales")

    assert [each["DisplayName"] for each in json.loads(row["AuthorizedPrincipals"])] == [
        "admin (upn: admin@contoso.example)"
    ]
    assert (row["TotalExtents"], row["MinExtentsCreationTime"]) == (0, None)


def test_extents(run):
    (one,) = run(".show table Orders extents", database="Sales")
    many = run(".show tables (Orders, Customers) extents hot", database="Sales")
    named = run(f".show table Orders extents ({one['ExtentId']})", database="Sales")
    other = run(".show table Customers extents (guid(" + one["ExtentId"] + "))", database="Sales")

    assert (one["TableName"], one["RowCount"]) == ("Orders", 6)
    assert [row["TableName"] for row in many] == ["Orders", "Customers"]
    assert (named, other) == ([one], [])


def test_an_empty_table_has_no_extent(run):
    assert run(".show table Heartbeats extents", database="Telemetry") == []


def test_attributes_of_a_table(run):
    rows = run(".show table Customers", database="Sales")

    assert [(row["AttributeName"], row["AttributeType"]) for row in rows] == [
        ("CustomerId", "System.Int64"),
        ("Name", "System.String"),
        ("Active", "System.SByte"),
    ]
