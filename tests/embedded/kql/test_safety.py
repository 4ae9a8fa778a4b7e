"""Neither files nor network nor DuckDB's own tables are in a query's reach."""

from __future__ import annotations

import pytest

from adxmi_jupyter.embedded.engine import libraries
from adxmi_jupyter.embedded.seed.targets import COSMOS_KEY
from adxmi_jupyter.embedded.state.clusters import Table

DENIED = ("There is no table", "not supported", "Syntax error", "There is no column")
SERVER = (
    "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
    "User ID=reporting;Password=embedded-reporting"
)
OWN_TABLES = ["sqlite_master", "duckdb_tables", "pg_class", "information_schema.tables"]
FILES = ["/etc/hostname", "/etc/passwd.csv", "https://example.org/a.parquet"]
CALLS = [
    "read_csv('/etc/hostname')",
    "read_text('/etc/hostname')",
    "glob('/etc/*')",
    "getenv('HOME')",
]


@pytest.mark.parametrize("name", [*OWN_TABLES, *FILES])
def test_names_of_files_and_own_tables_are_no_tables(refusal, name):
    error = refusal(f"['{name}'] | take 1", database="Sales")

    assert error.code == "General_BadRequest"
    assert name in error.description


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "text", ["{0}", "Orders | extend x = {0}", "print {0}", "Orders | where Region in ({0})"]
)
def test_own_functions_are_no_functions(refusal, text, call):
    error = refusal(text.format(call), database="Sales")

    assert error.description.removeprefix("Semantic error: ").startswith(DENIED)


@pytest.mark.parametrize(
    "text",
    [
        "attach '/tmp/x.db' as x",
        "copy Orders to '/tmp/x.csv'",
        "install httpfs",
        "load httpfs",
        "set memory_limit='9GB'; select 1",
        "select * from read_csv('/etc/hostname')",
        "Orders; attach '/tmp/x.db'",
        'Orders | project x = 1 --" from read_csv',
    ],
)
def test_sql_is_no_kql(refusal, text):
    assert refusal(text, database="Sales").code.endswith(("BadRequest", "SyntaxError"))


NAMES = [
    'x" from read_csv("/etc/hostname") --',
    "x'); attach '/tmp/x.db' as y; --",
    '"; copy (select 1) to "/tmp/x.csv',
    "$arriving",
    "$r0",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name_whatever_stands_in_it(azure, run, name):
    sales = azure.world.cluster.databases["Sales"]
    sales.tables[name] = Table(name, ((name, "string"),), rows=[("kept",)])
    written = "['" + name.replace("\\", "\\\\").replace("'", "\\'") + "']"

    rows = run(f"{written} | where {written} == 'kept' | extend n = 1", database="Sales")

    assert rows == [{name: "kept", "n": 1}]


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv(''/etc/hostname'')",
        "select * from ''/etc/hostname''",
        'select * from "/etc/hostname"',
        "attach ''/tmp/x.db'' as x",
        "copy Stock to ''/tmp/x.csv''",
        "select * from duckdb_settings()",
        "select * from sqlite_master",
        "select * from information_schema.tables",
        "select getenv(''HOME'') from Stock",
        "select current_setting(''memory_limit'') from Stock",
        "select * from Stock; drop table Stock",
        "with x as (select * from pg_class) select * from x",
        "select (select count(*) from duckdb_tables()) from Stock",
    ],
)
def test_sql_requests_reach_tables_of_their_server_only(refusal, statement):
    text = f"evaluate sql_request(@'{SERVER}', @'{statement}')"

    assert refusal(text, database="Sales").code == "General_BadRequest"


def test_cosmos_requests_reach_their_container_only(azure, refusal):
    account = (
        "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=Shop;"
        f"Collection=Baskets;AccountKey={COSMOS_KEY}"
    )
    azure.world.cluster.callout_policy = None
    text = (
        f"evaluate cosmosdb_sql_request('{account}', 'select * from read_csv(\"/etc/hostname\")')"
    )

    assert refusal(text, database="Sales").code in {"General_BadRequest", "Forbidden"}


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "attach '/tmp/adxmi.db' as x",
        "copy (select 1) to '/tmp/adxmi.csv'",
        "install httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '9GB'",
    ],
)
def test_the_connection_itself_is_locked(sql):
    connection = libraries.connect()

    with pytest.raises(Exception, match=r"disabled|configuration|locked"):
        connection.execute(sql)


def test_the_database_of_a_request_is_empty_for_the_next_one():
    first = libraries.begin()
    first.execute("create table kept as select 1 as n")
    first.execute("create temp view seen as select * from kept")
    libraries.end(first, keeps=True)

    second = libraries.begin()
    found = second.execute("select table_name from information_schema.tables").fetchall()
    libraries.end(second, keeps=True)

    assert (second, found) == (first, [])


def test_the_database_of_a_request_that_failed_is_not_used_again():
    first = libraries.begin()
    with pytest.raises(Exception, match=r"(?i)out of range"):
        first.execute(
            "select 9223372036854775807::bigint + n from (select 1::bigint as n)"
        ).fetchall()
    libraries.end(first, keeps=False)

    second = libraries.begin()
    libraries.end(second, keeps=False)

    assert second is not first
