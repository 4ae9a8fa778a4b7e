"""sqlalchemy-kusto: both of its dialects, as an engine of SQLAlchemy."""

from __future__ import annotations

from sqlalchemy import create_engine, text
from steps import KUSTO, is_equal, step


def connect(dialect):
    # The host stands for nothing: the address of the cluster is an option.
    engine = create_engine(f"{dialect}+https://contoso/Sales?msi=True&cluster={KUSTO}")
    return engine.dialect, engine.connect()


@step("sign-in with a managed identity")
def sign_in():
    dialect, connection = connect("kustokql")
    is_equal("Sales" in dialect.get_schema_names(connection), True)


@step("tables")
def tables():
    dialect, connection = connect("kustokql")
    is_equal(dialect.get_table_names(connection), ["Orders", "Customers"])
    is_equal(dialect.has_table(connection, "Nowhere"), False)


@step("columns")
def columns():
    dialect, connection = connect("kustosql")
    names = [each["name"] for each in dialect.get_columns(connection, "Orders")]
    is_equal(names, ["OrderId", "Region", "Amount", "Placed"])


@step("rows by KQL")
def rows():
    _, connection = connect("kustokql")
    found = connection.execute(text("Orders | take 2")).fetchall()
    is_equal([row[0] for row in found], [1, 2])


@step("rows by SQL")
def rows_by_sql():
    _, connection = connect("kustosql")
    found = connection.execute(text("SELECT TOP 2 OrderId FROM Orders")).fetchall()
    is_equal(len(found), 2)
