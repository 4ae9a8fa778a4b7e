"""sql_request: a query of SQL Server, where the identity is a user of the database."""

from __future__ import annotations

from typing import ClassVar

from adxmi_jupyter.model.connection_string import SqlServer
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.locations import OTHER_DATABASES, database_at
from adxmi_jupyter.model.declaration.plugins import (
    call,
    dynamic,
    output_schema,
    piped_into,
    text_literal,
)
from adxmi_jupyter.model.declaration.products import Endpoint, Statement
from adxmi_jupyter.model.declaration.requirements import CalloutAllowed, Requirement, acting_as
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.declaration.types import (
    Body,
    Catalog,
    Columns,
    Identity,
    JsonObject,
    SqlServerHost,
    Text,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage


def _reaching(identity: ManagedIdentity, server: str, catalog: str) -> tuple[Requirement, ...]:
    return acting_as(
        identity,
        Usage.SQL_REQUEST,
        CalloutAllowed("sql", server.partition(",")[0]),
        *targets.in_sql_server(identity, server, catalog),
    )


def _chain(identity: ManagedIdentity, place: object) -> tuple[Requirement, ...]:
    if not isinstance(place, SqlServer):
        return ()
    return _reaching(identity, place.server, place.catalog)


class SqlRequest(Workflow):
    """Queries of SQL Server that authenticate with a managed identity."""

    about: ClassVar = About(
        title="sql_request",
        does="run",
        action="Query SQL Server with a managed identity",
        caller=Permission("Database Viewer"),
        pages=("sql_request plugin", "SQL connection strings"),
        sample=Sample(
            {
                "server": "contososql.database.windows.net",
                "catalog": "Erp",
                "identity": "mi-export",
                "sql": "select * from Stock",
            },
        ),
        body="sql",
        without_identity=(OTHER_DATABASES,),
    )
    listing: ClassVar = FunctionListing(("sql_request",), _chain)

    server: SqlServerHost = field(
        "Server", "Host name of the SQL server.", example="contososql.database.windows.net"
    )
    catalog: Catalog = field("Catalog", "SQL database.", example="Erp")
    identity: Identity = field("Identity", identity_help("queries SQL Server"), example="mi-export")
    sql: Body = field("SQL", "SQL query.", example="select * from Stock")
    parameters: JsonObject = field(
        "Parameters",
        "Parameters of the SQL query, a JSON object of @names and values.",
        None,
        example='{"@sku": "A1"}',
    )
    columns: Columns = field(
        "Columns",
        "Columns of the result.",
        (),
        default_text="inferred",
        example="Sku:string, Qty:int",
    )
    then: Text = field("Then", "KQL operators to apply to the rows.", "", example="where Qty > 0")

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: SqlRequest, the callout policy, and rights inside SQL Server."""
        return _reaching(self.identity, self.server, self.catalog)

    def connection_strings(self) -> tuple[str, ...]:
        """Return that of the database."""
        database = database_at(self.server, self.catalog)
        return (targets.connection_string(database, self.identity),)

    def product(self) -> Statement:
        """Return the query."""
        asked = call(
            "evaluate sql_request",
            targets.literals(self.connection_strings()),
            text_literal(self.sql),
            dynamic(self.parameters) if self.parameters else "",
        )
        source = asked + output_schema(self.columns)
        return Statement(piped_into(source, self.then), Endpoint.QUERY)
