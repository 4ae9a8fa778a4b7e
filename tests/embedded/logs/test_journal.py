"""`.show journal`: what a change of metadata leaves there, in which order, and for whom."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from adxmi_jupyter.embedded import ClusterRole, DatabaseRole
from tests.embedded.ingesting import TESTER

READER = "embedded-reader"
SHOW = ".show journal"
SYSTEM = '\'[{"ObjectId":"system","AllowedUsages":"%s"}]\''
ALTER = f".alter-merge database Sales policy managed_identity {SYSTEM % 'ExternalTable'}"
ALTER_CLUSTER = f".alter cluster policy managed_identity {SYSTEM % 'NativeIngestion'}"
ALTER_TELEMETRY = f".alter database Telemetry policy managed_identity {SYSTEM % 'All'}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")
THREADS = 12
NS = 1_000_000_000
NOON = 1_780_315_200 * NS


@pytest.fixture
def commands(run):
    """Run `.show journal` or a form of it and return the commands of its entries."""
    return lambda text=SHOW, **options: [r["ChangeCommand"] for r in run(text, **options)]


@pytest.fixture
def noon(azure):
    """Stop the clock of the world; returned is what sets it to so many seconds later."""

    def wait(seconds=0.0):
        moment = NOON + round(seconds * NS)
        azure.world.clock = lambda: moment

    wait()
    return wait


def test_alter_leaves_one_entry(azure, run):
    run(ALTER, database="Telemetry")

    (row,) = run(SHOW)

    told = {name: row[name] for name in ("Event", "Database", "EntityName", "EntityContainerName")}
    assert told == {
        "Event": "ALTER-MERGE-DATABASE-POLICY-MANAGED-IDENTITY",
        "Database": "Sales",
        "EntityName": "Sales",
        "EntityContainerName": "Sales",
    }
    assert row["ChangeCommand"] == ALTER
    assert row["Principal"] == azure.world.principal("embedded-admin").fqn
    assert (row["OriginalEntityVersion"], row["EntityVersion"]) == ("v1.0", "v1.1")
    assert len(json.loads(row["UpdatedEntityState"])) == 3
    assert len(json.loads(row["OriginalEntityState"])) == 2


CUSTOMERS = (
    "Name: Customers, Attributes: Name='[Customers].[CustomerId]', Type='I64', "
    "Name='[Customers].[Name]', Type='StringBuffer', Name='[Customers].[Active]', Type='I8'"
)


@pytest.mark.parametrize(
    ("text", "names", "states"),
    [
        (
            ".create table T (a:long, b:dynamic)",
            ("T", "T"),
            ("", "Name: T, Attributes: Name='[T].[a]', Type='I64', Name='[T].[b]', Type='Dynamic'"),
        ),
        (".drop table Customers", ("Customers", "Customers"), (CUSTOMERS, "")),
        (
            ".rename table Customers to Clients",
            ("Customers", "Clients"),
            (CUSTOMERS, CUSTOMERS.replace("Customers", "Clients")),
        ),
        (
            ".alter-merge table Customers (Since:datetime)",
            ("Customers", "Customers"),
            (CUSTOMERS, f"{CUSTOMERS}, Name='[Customers].[Since]', Type='DateTime'"),
        ),
    ],
)
def test_entry_tells_what_became_of_a_table(run, text, names, states):
    run(text, database="Sales")

    (row,) = run(SHOW)

    assert (row["EntityName"], row["UpdatedEntityName"]) == names
    assert (row["OriginalEntityState"], row["UpdatedEntityState"]) == states


def test_tables_that_change_their_names(run):
    run(".rename tables Orders=Customers, Customers=Orders", database="Sales")

    (row,) = run(SHOW)

    assert (row["EntityName"], row["UpdatedEntityName"]) == ("Customers", "Orders")
    assert row["OriginalEntityState"] == CUSTOMERS
    assert row["UpdatedEntityState"] == CUSTOMERS.replace("Customers", "Orders")


def test_update_policy_is_told_before_and_after(run):
    policy = '[{"Source":"Customers","Query":"Orders"}]'
    run(f".alter table Orders policy update '{policy}'", database="Sales")
    run(".delete table Orders policy update", database="Sales")

    altered, deleted = run(SHOW)

    assert altered["OriginalEntityState"] == deleted["UpdatedEntityState"] == "null"
    assert json.loads(altered["UpdatedEntityState"])[0]["Source"] == "Customers"
    assert deleted["OriginalEntityState"] == altered["UpdatedEntityState"]


def test_entry_tells_which_request_it_was(post, run):
    changed = post(ALTER, headers={"x-ms-client-request-id": "adxmi;1"})

    (row,) = run(SHOW)

    assert row["ClientRequestId"] == "adxmi;1"
    assert row["RootActivityId"] == changed.headers["x-ms-activity-id"]


def test_time_of_an_entry_has_seven_digits(post):
    post(ALTER)

    (row,) = post(".show journal | project EventTimestamp").json()["Tables"][0]["Rows"]

    assert MOMENT.fullmatch(row[0])


def test_version_of_a_database_moves_with_its_entries(run):
    run(ALTER)
    run(ALTER_CLUSTER)
    run(ALTER)

    versions = {row["DatabaseName"]: row["Version"] for row in run(".show databases")}

    assert versions == {"Sales": "v1.2", "Telemetry": "v1.0", "Tom's Lab": "v1.0"}


def test_what_did_not_happen_is_not_there(run, refusal, commands):
    refusal(".alter database Sales policy managed_identity '[{'")
    refusal(ALTER, token=READER)
    refusal(".drop table Nothing", database="Sales")
    run(".show database Sales policy managed_identity")
    run("Orders", database="Sales")

    assert commands() == []


def test_scope_of_the_three_commands(run, commands):
    run(ALTER)
    run(ALTER_CLUSTER)
    run(ALTER_TELEMETRY)

    assert commands() == [ALTER, ALTER_CLUSTER, ALTER_TELEMETRY]
    assert commands(".show database Sales journal") == [ALTER]
    assert commands(".show database ['Tom\\'s Lab'] journal") == []
    assert commands(".show cluster journal") == [ALTER_CLUSTER]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("| where EventTimestamp > ago(5m)", [ALTER, ALTER_CLUSTER]),
        ("| where EventTimestamp > now()", []),
        ("| where EventTimestamp > now(-30s)", [ALTER_CLUSTER]),
        ("| where EventTimestamp >= datetime(2026-06-01T12:00:00.5Z)", [ALTER, ALTER_CLUSTER]),
        ("| where EventTimestamp > datetime(2026-06-01T12:00:00.5000000Z)", [ALTER_CLUSTER]),
        ("| where EventTimestamp > datetime(2026-06-01T12:00:00.4999999Z) | take 1", [ALTER]),
        ("| where EventTimestamp < datetime(2026-06-01T12:01:00Z)", [ALTER]),
        ('| where Database == "Sales"', [ALTER]),
        ('| where ChangeCommand contains "Managed_Identity" and Database == ""', [ALTER_CLUSTER]),
        ("| where Database == 'Sales' | where ChangeCommand contains 'callout'", []),
    ],
)
def test_journal_goes_through_the_pipe(noon, run, commands, conditions, expected):
    noon(0.5)
    run(ALTER)
    noon(60)
    run(ALTER_CLUSTER)
    noon(70)

    found = commands(f".show journal {conditions}")

    assert found == expected


def test_moment_is_not_compared_with_a_text(run, refusal):
    run(ALTER)

    error = refusal(".show journal | where EventTimestamp > '2026-01-01'")

    assert "datetime" in error.description


def test_times_move_on_while_the_clock_stands_or_goes_back(noon, run):
    run(ALTER)
    run(ALTER)
    noon(-3600)
    run(ALTER)

    seconds = [
        row["EventTimestamp"]
        for row in run(f"{SHOW} | project EventTimestamp=strcat(EventTimestamp)")
    ]

    assert seconds == [f"2026-06-01T12:00:00.000000{tick}Z" for tick in ("0", "1", "2")]


def test_journal_keeps_thirty_days(noon, run, commands):
    run(ALTER)
    noon(86400)
    run(ALTER_CLUSTER)

    noon(30 * 86400 + 1)

    assert commands() == [ALTER_CLUSTER]


@pytest.mark.nightly
def test_journal_keeps_ten_thousand_entries(azure, run, commands):
    for _ in range(3):
        run(ALTER)
    (first, *_) = azure.world.journal.entries
    for _ in range(10_000):
        azure.world.journal.record(first.change, 0)

    assert len(commands()) == 10_000


@pytest.mark.nightly
def test_journal_keeps_no_more_than_its_room(azure, run, commands):
    run(f".create table T (a:long) with (docstring='{'x' * 1024**2}')", database="Sales")
    (first,) = azure.world.journal.entries
    for _ in range(40):
        azure.world.journal.record(first.change, 0)

    assert 25 < len(commands()) < 32


def test_reset_clears_the_journal(azure, run, commands):
    run(ALTER)

    azure.reset(with_history=False)

    assert commands() == []


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([(DatabaseRole.VIEWERS, "Sales")], []),
        ([(DatabaseRole.MONITORS, "Sales")], []),
        ([(DatabaseRole.ADMINS, "Sales")], [ALTER]),
        ([(DatabaseRole.ADMINS, "Telemetry")], [ALTER_TELEMETRY]),
        ([(ClusterRole.MONITOR, "")], []),
        ([(ClusterRole.VIEWER, "")], []),
        ([(ClusterRole.ADMIN, "")], [ALTER, ALTER_CLUSTER, ALTER_TELEMETRY]),
    ],
)
def test_roles_decide_which_entries_of_others_are_seen(run, commands, tester, roles, expected):
    tester(*roles)
    run(ALTER)
    run(ALTER_CLUSTER)
    run(ALTER_TELEMETRY)

    assert commands(token=TESTER) == expected


def test_own_entries_are_seen_without_being_admin(run, commands, tester):
    tester((DatabaseRole.USERS, "Sales"))
    run(ALTER)
    run(".create table Mine (a:long)", database="Sales", token=TESTER)

    assert commands(token=TESTER) == [".create table Mine (a:long)"]
    assert commands(".show database Sales journal", token=TESTER) == [".create table Mine (a:long)"]
    assert commands(".show cluster journal", token=TESTER) == []


def test_journal_needs_some_role(refusal, tester):
    tester()

    error = refusal(SHOW, token=TESTER)

    assert error.code == "Forbidden"


def test_journal_of_a_database_needs_some_role_there(refusal, tester):
    tester((DatabaseRole.ADMINS, "Sales"))

    error = refusal(".show database Telemetry journal", token=TESTER)

    assert error.code == "Forbidden"
    assert "Telemetry" in error.description


def test_journal_of_an_unknown_database(refusal):
    error = refusal(".show database Nowhere journal")

    assert error.code == "BadRequest_DatabaseNotExist"


def test_each_command_of_a_script_has_an_entry(run, commands):
    script = ".create table A (a:long)\n.drop table Nothing\n.create table B (b:long)"

    run(f".execute database script with (ContinueOnErrors=true) <|\n{script}", database="Sales")

    assert commands() == [".create table A (a:long)", ".create table B (b:long)"]


@pytest.mark.nightly
def test_entries_come_in_the_order_of_the_changes(azure, run, connect):
    clients = [connect("embedded-admin") for _ in range(THREADS)]

    def grant(place):
        for turn in range(5):
            name = f"T{place}x{turn}"
            clients[place].execute_mgmt("Sales", f".create table {name} (a:long)")

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(grant, range(THREADS)))

    rows = run(SHOW)
    made = [name for name in azure.world.cluster.databases["Sales"].tables if "x" in name]
    times = [row["EventTimestamp"] for row in rows]
    assert [row["EntityName"] for row in rows] == made
    assert len(made) == 5 * THREADS
    assert times == sorted(set(times))
    assert [row["EntityVersion"] for row in rows] == [f"v1.{n}" for n in range(1, len(rows) + 1)]


@pytest.mark.nightly
def test_each_change_begins_where_the_one_before_ended(run, connect):
    usages = ["NativeIngestion", "ExternalTable", "DataConnection", "AutomatedFlows"]
    clients = [connect("embedded-admin") for _ in range(THREADS)]

    def alter(place):
        for usage in usages:
            text = f".alter database Sales policy managed_identity {SYSTEM % usage}"
            clients[place].execute_mgmt("Sales", text)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(alter, range(THREADS)))

    rows = run(".show database Sales journal")
    (now,) = run(".show database Sales policy managed_identity")
    states = [row["UpdatedEntityState"] for row in rows]
    assert len(rows) == THREADS * len(usages)
    assert [row["OriginalEntityState"] for row in rows][1:] == states[:-1]
    assert now["Policy"] == states[-1]
