"""A database as the commands that create it again."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole

EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
SAS = "https://contosolake.blob.core.windows.net/archive?sig=secret"
TOKEN = "embedded-tester"
SET_UP = [
    ".create table ['Odd Name'] (['a b']:string, ['where']:long) with (docstring='say \"so\"')",
    '.create table Orders ingestion json mapping "m" \'[{"Column":"Region","Path":"$.it\\\'s"}]\'',
    ".create function with (folder='f') F(n:long=1) { Orders | where Region == h'north' }",
    ".create function G() { Orders | project Region }",
    (
        ".create materialized-view with (lookback=6h, dimensionTables=dynamic(['Customers'])) V "
        "on table Orders { Orders | summarize count() by Region }"
    ),
    (
        ".create external table Parts (OrderId:long, Placed:datetime) kind=storage partition by "
        "(Day:datetime = bin(Placed, 1d), Part:long = hash(OrderId, 4)) pathformat = "
        '(datetime_pattern("yyyy/MM/dd", Day) "/part=" Part) dataformat=csv '
        f"(h@'{SAS}') with (folder='x', compressed=true, includeHeaders='All', fileExtension='.gz')"
    ),
    (
        ".create external table Stock (Id:long) kind=sql table=['dbo.Stock'] "
        "(h@'Server=tcp:contososql.database.windows.net,1433;Database=Erp;User ID=reporting;"
        "Password=pw') with (createifnotexists=true, primarykey='Id')"
    ),
    '.alter-merge database Sales policy managed_identity \'[{"ObjectId":"'
    + EXPORT
    + '","AllowedUsages":"AutomatedFlows"}]\'',
    ".create table Copies (Region:string)",
    ".alter-merge database Sales policy retention softdelete = 30d",
    ".alter table Copies policy ingestiontime true",
    (
        ".alter table Copies policy caching hot = 7d, "
        "hot_window = datetime(2020-01-01) .. datetime(2020-02-01)"
    ),
    ".alter table Copies policy ingestionbatching '{\"MaximumNumberOfItems\": 5}'",
    '.alter table Copies policy update \'[{"Source":"Orders","Query":"Orders | project Region"}]\'',
    (
        ".create-or-alter continuous-export Nightly to table ArchivedOrders "
        f"with (intervalBetweenRuns=1h, managedIdentity='{EXPORT}') <| Orders"
    ),
    ".add database Sales viewers ('aaduser=reader@contoso.example') 'reads \"all\"'",
]


@pytest.fixture
def script(run):
    """The rows of the script of a database with something of each kind."""

    def rows(options="", **more):
        shown = run(f".show database Sales schema as csl script {options}", **more)
        return [row["DatabaseSchemaScript"] for row in shown]

    for text in SET_UP:
        run(text, database="Sales")
    return rows


def starting(rows, beginning):
    (found,) = [row for row in rows if row.startswith(beginning)]
    return found


@pytest.mark.nightly
def test_tables_and_their_mappings(script):
    rows = script()

    assert starting(rows, ".create-merge table Orders") == (
        ".create-merge table Orders (OrderId:long,Region:string,Amount:real,Placed:datetime)"
    )
    assert starting(rows, '.create-merge table ["Odd') == (
        '.create-merge table ["Odd Name"] (["a b"]:string,["where"]:long) '
        'with (docstring = "say \\"so\\"")'
    )
    assert starting(rows, ".create-or-alter table Orders") == (
        '.create-or-alter table Orders ingestion json mapping "m" '
        '\'[{"Column":"Region","Path":"$.it\\\'s"}]\''
    )


@pytest.mark.nightly
def test_functions_stand_as_the_service_writes_them(script):
    assert starting(script(), ".create-or-alter function with (folder") == (
        '.create-or-alter function with (folder = "f", skipvalidation = "true") '
        "F(n:long=1) { Orders | where Region == h'*******' }"
    )


@pytest.mark.nightly
def test_views(script):
    assert starting(script(), ".create-or-alter materialized-view") == (
        ".create-or-alter materialized-view with (lookback = time(06:00:00), "
        'dimensionTables = dynamic(["Customers"])) V on table Orders '
        "{ Orders | summarize count() by Region }"
    )


@pytest.mark.nightly
def test_identities_of_external_tables_can_be_read(script):
    assert starting(script(), ".create-or-alter external table ArchivedOrders") == (
        ".create-or-alter external table ArchivedOrders "
        "(OrderId:long,Region:string,Amount:real,Placed:datetime)\n"
        "kind = storage\n"
        "dataformat = csv\n"
        "(\n"
        f'    h@"https://contosolake.blob.core.windows.net/archive;managed_identity={EXPORT}"\n'
        ")"
    )


@pytest.mark.nightly
def test_partitions_and_properties_have_lines_of_their_own(script):
    assert starting(script(), ".create-or-alter external table Parts").split("\n")[1:] == [
        "kind = storage",
        "partition by (Day:datetime = bin(Placed, time(1.00:00:00)), Part:long = hash(OrderId, 4))",
        'pathformat = (datetime_pattern("yyyy/MM/dd",Day)"/part="Part)',
        "dataformat = csv",
        "(",
        '    h@"https://contosolake.blob.core.windows.net/archive?*******"',
        ")",
        'with (folder = "x", compressed = true, includeHeaders = "All", fileExtension = ".gz")',
    ]


@pytest.mark.nightly
def test_the_identity_of_a_continuous_export_comes_last(script):
    assert starting(script(), ".create-or-alter continuous-export") == (
        ".create-or-alter continuous-export Nightly to table ArchivedOrders with "
        "(forcedLatency=time(00:00:00), intervalBetweenRuns=time(01:00:00), "
        f"sizeLimit=104857600, distributed=True, managedIdentity='{EXPORT}') <| Orders"
    )


@pytest.mark.nightly
def test_policies_are_text_in_double_quotes(script):
    text = starting(script(), ".alter table Copies policy update")

    assert text.startswith('.alter table Copies policy update "[{\\"IsEnabled\\": true, ')


@pytest.mark.nightly
def test_stored_policies(script):
    rows = script()

    assert starting(rows, ".alter database Sales policy") == (
        '.alter database Sales policy retention "{\\"SoftDeletePeriod\\": \\"30.00:00:00\\", '
        '\\"Recoverability\\": \\"Enabled\\"}"'
    )
    assert ".alter table Copies policy ingestiontime true" in rows
    assert starting(rows, ".alter table Copies policy caching") == (
        ".alter table Copies policy caching hot = time(7.00:00:00), "
        "hot_window = datetime(2020-01-01) .. datetime(2020-02-01)"
    )


def test_roles_are_security_settings(script):
    role = ".add database Sales viewers ('aaduser="

    assert next(row for row in script() if row.endswith(') "reads \\"all\\""')).startswith(role)
    assert [row for row in script("with (IncludeSecuritySettings=false)") if ".add" in row] == []


def test_mappings_can_be_left_out(script):
    rows = script("with (includeingestionmappings=False)")

    assert [row for row in rows if " mapping " in row] == []


def test_admins_see_secrets_when_they_ask(script):
    rows = script("with (ShowObfuscatedStrings=true)")

    assert f'h@"{SAS}"' in starting(rows, ".create-or-alter external table Parts")
    assert "Password=pw" in starting(rows, ".create-or-alter external table Stock")
    assert "h'north'" in starting(rows, ".create-or-alter function with (folder")


@pytest.mark.nightly
def test_others_see_no_secrets(azure, script, run, refusal):
    azure.world.grant(
        azure.world.add_principal("tester", token=TOKEN), DatabaseRole.VIEWERS, database="Sales"
    )

    rows = script(token=TOKEN)
    error = refusal(
        ".show database Sales schema as csl script with (ShowObfuscatedStrings=true)", token=TOKEN
    )

    assert "Password=*******" in starting(rows, ".create-or-alter external table Stock")
    assert error.code == "Forbidden"


@pytest.mark.nightly
@pytest.mark.parametrize(
    "text",
    [
        ".show database Sales cslschema script",
        ".show database Sales schema as kql script",
        '.show database Sales schema if_later_than "v0.1" as csl script',
    ],
)
def test_other_spellings_of_the_command(script, run, text):
    assert [row["DatabaseSchemaScript"] for row in run(text)] == script()


@pytest.mark.nightly
def test_the_commands_create_the_database_again(azure, script, run):
    text = "\n\n".join(script("with (ShowObfuscatedStrings=true)"))
    before = script("with (ShowObfuscatedStrings=true)")
    sales = azure.world.cluster.databases["Sales"]
    for entities in (
        *(sales.tables, sales.functions, sales.materialized_views),
        *(sales.external_tables, sales.continuous_exports),
    ):
        entities.clear()
    sales.roles.clear()
    sales.stored_policies = {}

    outcomes = run(f".execute database script <|\n{text}", database="Sales")

    assert [row["Reason"] for row in outcomes if row["Result"] != "Completed"] == []
    assert script("with (ShowObfuscatedStrings=true)") == before
