"""Creating, altering, dropping and showing external tables by command."""

import json

import pytest

from adxmi_jupyter.embedded import DatabaseRole

TOKEN = "embedded-tester"
EXPORT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
LAKE = "https://contosolake.blob.core.windows.net"
CONTAINER = f"{LAKE}/exports"
AS_IDENTITY = f"{CONTAINER};managed_identity={EXPORT_ID}"
COLUMNS = "OrderId:long, Region:string, Amount:real, Placed:datetime"


def storage(connection=AS_IDENTITY, *, verb=".create", name="T", columns=COLUMNS, more="", by=""):
    return (
        f"{verb} external table {name} ({columns}) kind=storage {by} dataformat=csv "
        f"(h@'{connection}') {more}"
    )


@pytest.fixture
def caller(azure):
    """Give a caller a role on Sales; return the token."""
    tester = azure.world.add_principal("tester", token=TOKEN)

    def give(role):
        azure.world.grant(tester, role, database="Sales")
        return TOKEN

    return give


def test_created_table_is_shown_with_what_it_was_given(run):
    more = (
        "with (folder='lake', docString='orders of the lake', compressed=true, "
        "compressionType='gzip', includeHeaders='firstfile', namePrefix='o', fileExtension='.csv')"
    )

    (created,) = run(storage(more=more), database="Sales")

    (shown,) = run(".show external table T", database="Sales")
    assert created == shown
    assert (shown["TableType"], shown["Folder"]) == ("Blob", "lake")
    assert shown["DocString"] == "orders of the lake"
    assert shown["ConnectionStrings"] == [AS_IDENTITY]
    assert json.loads(shown["Properties"]) == {
        "Format": "Csv",
        "Compressed": True,
        "CompressionType": "gzip",
        "FileExtension": ".csv",
        "IncludeHeaders": "FirstFile",
        "Encoding": None,
        "NamePrefix": "o",
    }


def test_secrets_are_masked_when_created(run):
    (row,) = run(storage(f"{CONTAINER};' h'a2V5a2V5a2V5=="), database="Sales")

    assert row["ConnectionStrings"] == [f"{CONTAINER};*******"]


@pytest.mark.nightly
@pytest.mark.parametrize("literal", ["h'SECRET' x", "'SECRET", "H@\"SECRET\"  'x' 5"])
def test_refusals_do_not_repeat_literals(refusal, literal):
    error = refusal(
        f".create external table T (a:string) kind=storage dataformat=csv 5 {literal}",
        database="Sales",
    )
    other = refusal(f".show external table T {literal}", database="Sales")

    assert "SECRET" not in error.description + other.description


def test_storage_is_not_looked_at_when_created(run):
    rows = run(storage("https://nowhere.blob.core.windows.net/x;impersonate"), database="Sales")

    assert len(rows) == 1


@pytest.mark.parametrize(
    ("connection", "code"),
    [
        (f"{LAKE}/exports;managed_identity={EXPORT_ID}", "Download_SourceNotFound"),
        (f"{LAKE}/archive;managed_identity=system", "Forbidden"),
        ("https://nowhere.blob.core.windows.net/x", "Download_AccountNotFound"),
    ],
)
def test_validate_not_empty_looks_at_storage(refusal, connection, code):
    error = refusal(storage(connection, more="with (validateNotEmpty=true)"), database="Sales")

    assert error.code == code


def test_validate_not_empty_of_a_filled_folder(run):
    connection = f"{LAKE}/archive;managed_identity={EXPORT_ID}"

    rows = run(storage(connection, more="with (validateNotEmpty=true)"), database="Sales")

    assert len(rows) == 1


def test_dry_run_keeps_nothing(run):
    run(storage(more="with (dryRun=true)"), database="Sales")

    names = [row["TableName"] for row in run(".show external tables", database="Sales")]
    assert names == ["ArchivedOrders"]


def test_partitions_and_path_format_are_shown(run):
    by = (
        "partition by (Region:string, Day:datetime = bin(Placed, 1d), N:long = hash(OrderId, 8))"
        ' pathformat = ("region=" Region "/" datetime_pattern("yyyy/MM/dd", Day) "/" N)'
    )

    (row,) = run(storage(columns="OrderId:long, Placed:datetime", by=by), database="Sales")

    assert [each["Name"] for each in row["Partitions"]] == ["Region", "Day", "N"]
    assert [each["Argument"] for each in row["Partitions"]] == [None, "1.00:00:00", 8]
    assert row["PathFormat"] == '"region="Region"/"datetime_pattern("yyyy/MM/dd",Day)"/"N'


@pytest.mark.parametrize("pattern", ["y={yyyy}/m={MM}", "'y='yyyy'/m='MM"])
def test_a_pattern_is_shown_as_it_was_written(run, pattern):
    by = f'partition by (Day:datetime) pathformat = (datetime_pattern("{pattern}", Day) "/x")'

    (row,) = run(storage(columns="OrderId:long", by=by), database="Sales")

    assert row["PathFormat"] == f'datetime_pattern("{pattern}",Day)"/x"'


@pytest.mark.parametrize(
    "by",
    [
        "partition by (P:string=Nowhere)",
        "partition by (P:string=Amount)",
        "partition by (P:datetime=startofday(Region))",
        "partition by (P:datetime=bin(Placed, 5))",
        "partition by (P:datetime=bin(Placed, -1h))",
        "partition by (P:long=hash(Region, 0))",
        "partition by (P:long=hash(Region, 1h))",
        "partition by (Region:string)",
        "partition by (P:string, P:string)",
        'partition by (P:string) pathformat=(P "/" Q)',
        "partition by (P:string) pathformat=(P P)",
        'partition by (P:string) pathformat=("x" "P")',
        'partition by (P:string, Q:string) pathformat=("x" P)',
        'partition by (P:string) pathformat=(datetime_pattern("yyyy", P))',
        'partition by (P:datetime) pathformat=(datetime_pattern("yyyy-ff", P))',
        'partition by (P:datetime) pathformat=(datetime_pattern("-", P))',
        'partition by (P:datetime) pathformat=(datetime_pattern("yyyy{}", P))',
        'partition by (P:datetime) pathformat=(datetime_pattern("{year}", P))',
        'partition by (P:datetime) pathformat=(datetime_pattern("y=yyyy", P))',
    ],
)
def test_partitions_that_do_not_fit_are_refused(refusal, by):
    error = refusal(storage(by=by), database="Sales")

    assert error.code == "General_BadRequest"


@pytest.mark.parametrize(
    "more",
    [
        "with (color='red')",
        "with (folder='a', Folder='b')",
        "with (folder=1)",
        "with (compressed='maybe')",
        "with (compressed=1)",
        "with (compressionType='zip')",
        "with (compressionType='snappy')",
        "with (includeHeaders='some')",
        "with (encoding='latin1')",
    ],
)
def test_properties_outside_their_rules_are_refused(refusal, more):
    error = refusal(storage(more=more), database="Sales")

    assert error.code == "General_BadRequest"


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("ArchivedOrders", COLUMNS),
        ("Orders", COLUMNS),
        ("T", "['a*']:string"),
        ("T", "a:string, a:long"),
    ],
)
def test_names_that_are_taken_or_not_allowed_are_refused(refusal, name, columns):
    error = refusal(storage(name=name, columns=columns), database="Sales")

    assert error.code == "General_BadRequest"


def test_names_differ_by_letter_case(run):
    run(storage(name="archivedOrders"), database="Sales")

    assert len(run(".show external tables", database="Sales")) == 2


def test_a_thousand_external_tables_are_enough(azure, refusal):
    for number in range(999):
        azure.world.add_external_table(f"T{number}", CONTAINER, database="Sales")

    error = refusal(storage(), database="Sales")

    assert "1000" in error.description


@pytest.mark.parametrize("verb", [".alter", ".create-or-alter"])
def test_altering_replaces_the_definition(run, verb):
    text = storage(
        verb=verb, name="ArchivedOrders", columns="OrderId:long", more="with (folder='f')"
    )

    (row,) = run(text, database="Sales")

    assert (row["Schema"], row["Folder"]) == ("OrderId:long", "f")
    (shown,) = run(".show external table ArchivedOrders", database="Sales")
    assert shown["ConnectionStrings"] == [AS_IDENTITY]


def test_alter_needs_a_table_that_exists(refusal):
    error = refusal(storage(verb=".alter"), database="Sales")

    assert error.type.endswith("EntityNotFoundInContainerException")


def test_text_that_is_no_address_is_refused(refusal):
    error = refusal(storage("ftp://contosolake"), database="Sales")

    assert error.code == "BadRequest_InvalidBlobUri"


def test_dropped_table_is_answered_and_gone(run, refusal):
    (row,) = run(".drop external table ArchivedOrders", database="Sales")

    assert row["TableName"] == "ArchivedOrders"
    assert run(".show external tables", database="Sales") == []
    error = refusal(".drop external table ArchivedOrders", database="Sales")
    assert error.type.endswith("EntityNotFoundInContainerException")
    assert run(".drop external table ArchivedOrders ifexists", database="Sales") == []


def test_schema_in_both_forms(run):
    run(storage(columns="['Order Id']:long, ok:boolean"), database="Sales")

    (csl,) = run(".show external table T cslschema", database="Sales")
    (other,) = run(".show external table T schema as json", database="Sales")

    assert csl["Schema"] == '["Order Id"]:long,ok:bool'
    assert json.loads(other["Schema"])["OrderedColumns"][0] == {
        "Name": "Order Id",
        "Type": "System.Int64",
        "CslType": "long",
    }


def test_artifacts_are_the_blobs_of_the_folder(run):
    rows = run(".show external table ArchivedOrders artifacts", database="Sales")

    assert [row["Uri"] for row in rows] == [
        f"{LAKE}/archive/2024/orders.csv",
        f"{LAKE}/archive/2025/orders.csv",
    ]
    assert all(row["Size"] > 0 and row["Partition"] is None for row in rows)


def test_artifacts_of_partitions(run):
    by = 'partition by (Year:datetime, Region:string) pathformat=(datetime_pattern("yyyy", Year) "/x=" Region)'
    run(
        storage(f"{LAKE}/archive;managed_identity={EXPORT_ID}", by=by, columns="a:long"),
        database="Sales",
    )

    assert run(".show external table T artifacts", database="Sales") == []


def test_artifacts_with_values_of_their_partitions(azure, run):
    by = 'partition by (Year:datetime) pathformat=(datetime_pattern("yyyy", Year))'
    run(
        storage(f"{LAKE}/archive;managed_identity={EXPORT_ID}", by=by, columns="a:long"),
        database="Sales",
    )

    (row,) = run(".show external table T artifacts limit 1", database="Sales")

    assert row["Partition"] == {"Year": "2024-01-01T00:00:00Z"}


@pytest.mark.parametrize("limit", ["0", "'x'", "1.5"])
def test_limit_of_artifacts_is_a_number(refusal, limit):
    error = refusal(
        f".show external table ArchivedOrders artifacts limit {limit}", database="Sales"
    )

    assert error.code == "General_BadRequest"


def test_artifacts_need_every_link(azure, refusal):
    azure.world.cluster.databases["Sales"].policy = []

    error = refusal(".show external table ArchivedOrders artifacts", database="Sales")

    assert error.code == "Forbidden"
    assert "'ExternalTable'" in error.description


def test_ingestors_do_not_see_the_schema(refusal, caller):
    text = ".show external table ArchivedOrders cslschema"

    error = refusal(text, database="Sales", token=caller(DatabaseRole.INGESTORS))

    assert error.code == "Forbidden"


def test_details_without_query_acceleration(run):
    (row,) = run(".show external tables details", database="Sales")

    assert row == {
        "TableName": "ArchivedOrders",
        "QueryAccelerationPolicy": "",
        "QueryAccelerationState": "",
    }


def test_a_database_user_creates_and_becomes_admin(run, caller):
    token = caller(DatabaseRole.USERS)

    run(storage(), database="Sales", token=token)

    run(storage(verb=".alter"), database="Sales", token=token)
    (row,) = run(".drop external table T", database="Sales", token=token)
    assert row["TableName"] == "T"


@pytest.mark.parametrize(
    "text",
    [
        storage(verb=".alter", name="ArchivedOrders"),
        storage(CONTAINER, verb=".create-or-alter", name="ArchivedOrders"),
        storage(verb=".create-or-alter"),
        ".drop external table ArchivedOrders",
        ".drop external table Nowhere ifexists",
    ],
)
def test_what_a_database_user_may_not_do(refusal, caller, text):
    error = refusal(text, database="Sales", token=caller(DatabaseRole.USERS))

    assert error.code == "Forbidden"


def test_a_database_user_creates_or_alters_without_an_identity(run, caller):
    text = storage(f"{CONTAINER};impersonate", verb=".create-or-alter")

    rows = run(text, database="Sales", token=caller(DatabaseRole.USERS))

    assert len(rows) == 1


def test_create_or_alter_with_an_identity_needs_all_databases_admin(refusal, caller):
    text = storage(verb=".create-or-alter")

    error = refusal(text, database="Sales", token=caller(DatabaseRole.ADMINS))

    assert error.code == "Forbidden"


@pytest.mark.parametrize("role", [DatabaseRole.VIEWERS, DatabaseRole.INGESTORS])
def test_others_may_not_create(refusal, caller, role):
    assert refusal(storage(), database="Sales", token=caller(role)).code == "Forbidden"


def test_scripts_define_tables(run):
    text = f".execute database script <|\n{storage()}\n{storage(verb='.alter')}\n.drop external table T"

    rows = run(text, database="Sales")

    assert [(row["CommandType"], row["Result"]) for row in rows] == [
        ("ExternalTableCreate", "Completed"),
        ("ExternalTableAlter", "Completed"),
        ("ExternalTableDrop", "Completed"),
    ]
