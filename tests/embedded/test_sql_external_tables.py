"""External tables of SQL Server and its like, by command."""

import json

import pytest

from adxmi_jupyter.embedded import DatabaseRole

TOKEN = "embedded-tester"
SERVER = "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
IDENTITY = 'Authentication="Active Directory Managed Identity"'
COSMOS = "AccountEndpoint=https://contosocosmos.documents.azure.com/;Database=d;Collection=c;"


def sql(auth=IDENTITY, *, verb=".create", table="table=Stock", more="", server=SERVER, columns=""):
    columns = columns or "Sku:string, Qty:int"
    return f"{verb} external table Stock ({columns}) kind=sql {table} (h@'{server}{auth};') {more}"


@pytest.fixture
def tester(azure):
    principal = azure.world.add_principal("tester", token=TOKEN)
    azure.world.grant(principal, DatabaseRole.USERS, database="Sales")
    return TOKEN


def test_table_as_the_service_shows_it(run):
    more = "with (createifnotexists=true, primarykey=Sku, firetriggers=true, docString='d')"

    (row,) = run(sql(table="table=['dbo.Stock']", more=more), database="Sales")

    assert (row["TableType"], row["DocString"]) == ("Sql", "d")
    assert json.loads(row["Properties"]) == {
        "TargetEntityKind": "sqltable",
        "TargetEntityName": "dbo.Stock",
        "TargetEntityConnectionString": f"{SERVER}{IDENTITY};",
        "FireTriggers": True,
        "CreateIfNotExists": True,
        "PrimaryKey": "Sku",
    }


def test_password_is_masked(run):
    (row,) = run(sql("User ID=u;Password=secret"), database="Sales")

    assert row["ConnectionStrings"] == [f"{SERVER}User ID=u;Password=*******;"]


@pytest.mark.parametrize("dialect", ["CosmosDbSql", "CosmosDbSQL", "cosmosdbsql"])
def test_cosmos_needs_no_table(run, dialect):
    more = f"with (sqlDialect='{dialect}')"

    (row,) = run(sql(table="", server=COSMOS, more=more), database="Sales")

    assert row["TableType"] == "Sql"


@pytest.mark.parametrize(
    "text",
    [
        sql(table=""),
        sql(server="Server=contososql;Database=x;"),
        sql(more="with (createifnotexists=true)"),
        sql(more="with (sqlDialect='Oracle')"),
        sql(more="with (firetriggers='x')"),
        sql(more="with (includeHeaders='all')"),
        sql("User ID=u;Password=p;" + IDENTITY),
        sql(table="", more="with (sqlDialect='CosmosDbSql')"),
        sql(server="Server=h;Database=d;", more="with (sqlDialect='MySQL')"),
    ],
)
def test_definitions_that_make_no_table_are_refused(refusal, text):
    error = refusal(text, database="Sales")

    assert error.code == "General_BadRequest"


def test_columns_cannot_be_altered(run, refusal):
    run(sql(), database="Sales")

    run(sql(verb=".alter", more="with (folder='f')"), database="Sales")
    error = refusal(sql(verb=".create-or-alter", columns="Sku:string"), database="Sales")

    assert "columns" in error.description


def test_a_database_user_may_not_name_an_identity(refusal, tester):
    assert refusal(sql(), database="Sales", token=tester).code == "Forbidden"


def test_a_database_user_may_use_a_password(run, tester):
    rows = run(sql("User ID=u;Password=p"), database="Sales", token=tester)

    assert len(rows) == 1


def test_there_are_no_artifacts(run, refusal):
    run(sql(), database="Sales")

    error = refusal(".show external table Stock artifacts", database="Sales")

    assert error.code == "General_BadRequest"
