"""cosmosdb_sql_request: a query asks Cosmos DB, as an identity.

The callout policy has no rule for Cosmos DB by itself: one must be added.
"""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from adxmi_jupyter.errors import InvalidField
from adxmi_jupyter.fixes import ChangeOption, Explain, Label, Option
from adxmi_jupyter.model.connection_string import CosmosDb
from adxmi_jupyter.model.declaration import targets
from adxmi_jupyter.model.declaration.fields import field, identity_help
from adxmi_jupyter.model.declaration.plugins import (
    bag,
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
    Collection,
    Columns,
    CosmosAccount,
    Identity,
    JsonObject,
    Names,
    Text,
)
from adxmi_jupyter.model.declaration.workflow import About, Sample, Workflow
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.permission import Permission
from adxmi_jupyter.model.usage import Usage


def _reaching(identity: ManagedIdentity, account: str) -> tuple[Requirement, ...]:
    return acting_as(
        identity,
        Usage.SQL_REQUEST,
        CalloutAllowed("cosmosdb", f"https://{account}/"),
        *targets.in_cosmos_db(identity, targets.cosmos_target(account), account),
    )


def _chain(identity: ManagedIdentity, place: object) -> tuple[Requirement, ...]:
    return _reaching(identity, place.server) if isinstance(place, CosmosDb) else ()


class CosmosDbSqlRequest(Workflow):
    """Queries of Cosmos DB that authenticate with a managed identity."""

    about: ClassVar = About(
        title="cosmosdb_sql_request",
        does="run",
        action="Query Azure Cosmos DB with a managed identity",
        caller=Permission("Database Viewer"),
        pages=("cosmosdb_sql_request plugin", "SQL connection strings"),
        sample=Sample(
            {
                "account": "contosocosmos",
                "catalog": "Shop",
                "collection": "Baskets",
                "identity": "mi-export",
                "sql": "select * from c",
            },
        ),
        body="sql",
    )
    # The page on policies has the second name; no plugin is called that.
    listing: ClassVar = FunctionListing(("cosmosdb_sql_request", "cosmosdb_request"), _chain)

    account: CosmosAccount = field(
        "Account", "Azure Cosmos DB account: name or host name.", example="contosocosmos"
    )
    catalog: Catalog = field("Catalog", "Cosmos DB database.", example="Shop")
    collection: Collection = field("Collection", "Cosmos DB container.", example="Baskets")
    identity: Identity = field("Identity", identity_help("queries Cosmos DB"), example="mi-export")
    sql: Body = field("SQL", "SQL query.", example="select * from c")
    parameters: JsonObject = field(
        "Parameters",
        "Parameters of the SQL query, a JSON object of @names and values.",
        None,
        example='{"@region": "north"}',
    )
    preferred_locations: Names = field(
        "Preferred regions",
        "Azure regions to query, in order of preference.",
        (),
        example="West Europe",
    )
    columns: Columns = field(
        "Columns", "Columns of the result.", (), default_text="inferred", example="id:string"
    )
    then: Text = field("Then", "KQL operators to apply to the rows.", "", example="take 10")

    @model_validator(mode="after")
    def _parameters_have_an_at(self) -> Self:
        bare = next((name for name in self.parameters or {} if not name.startswith("@")), None)
        if bare is not None:
            raise InvalidField(
                Explain.of(Option("--parameters"), " cannot be used", Label("Parameters")),
                why="in Cosmos DB the name of each parameter begins with @",
                fix=ChangeOption("--parameters", f'{{"@{bare}": …}}'),
            )
        return self

    def requirements(self) -> tuple[Requirement, ...]:
        """Return the requirements: SqlRequest, the callout policy, and roles on the account."""
        return _reaching(self.identity, self.account)

    def connection_strings(self) -> tuple[str, ...]:
        """Return that of the container."""
        container = CosmosDb(self.account, self.catalog, self.collection)
        return (targets.connection_string(container, self.identity),)

    def product(self) -> Statement:
        """Return the query."""
        asked = call(
            "evaluate cosmosdb_sql_request",
            targets.literals(self.connection_strings()),
            text_literal(self.sql),
            dynamic(self.parameters) if self.parameters else "",
            bag({"preferredLocations": self.preferred_locations or None}),
        )
        source = asked + output_schema(self.columns)
        return Statement(piped_into(source, self.then), Endpoint.QUERY)
