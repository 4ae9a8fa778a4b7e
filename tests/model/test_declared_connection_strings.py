"""What each declared workflow says of the connection strings it sends."""

import pytest

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import Method, parse
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of, declarations
from adxmi_jupyter.model.identity import ManagedIdentity

WHO = ManagedIdentity("e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d", resource_id="/subscriptions/…/mi")
SQL = {
    "name": "Stock",
    "kind": "sql",
    "server": "contososql.database.windows.net",
    "catalog": "Erp",
    "sql_table": "Stock",
    "columns": "Sku:string",
}
COSMOS = {
    "name": "Baskets",
    "kind": "cosmos",
    "account": "contosocosmos",
    "catalog": "Shop",
    "collection": "Baskets",
    "columns": "id:string",
}


def filled(declaration, raw):
    identities = {s.name: WHO for s in declaration.specs() if s.kind is FieldKind.IDENTITY}
    return read(declaration, {**raw, **identities}).required()


FILLED = {
    **{one.noun(): filled(one, one.about.sample.fields) for one in declarations()},
    "sql external-table": filled(declaration_of("external-table"), SQL),
    "cosmos external-table": filled(declaration_of("external-table"), COSMOS),
}


WITHOUT = (
    *("continuous-export", "query-acceleration", "update-policy"),
    *("cosmosdb-connection", "event-grid", "event-hub"),
)
"""Those that name an external table, a resource of Azure or nothing, and no connection string."""


@pytest.mark.parametrize("name", [name for name in FILLED if name not in WITHOUT])
def test_each_is_sent_and_names_the_identity(name):
    workflow = FILLED[name]

    (string,) = workflow.connection_strings()

    text, authentication = workflow.product().text, parse(string).authentication
    assert [kql.obfuscated_literal(string) in text, f'"{string}"' in text].count(True) == 1
    assert authentication.method is Method.MANAGED_IDENTITY
    assert authentication.identity == WHO.object_id


@pytest.mark.parametrize("name", sorted(WITHOUT))
def test_the_others_have_none(name):
    assert FILLED[name].connection_strings() == ()


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("external-table", 1),
        ("sql external-table", 1),
        ("cosmos external-table", 1),
        ("externaldata", 1),
        ("export", 1),
        ("infer-storage-schema", 1),
        ("python-plugin", 1),
        ("sdk-ingestion", 1),
        ("storage-ingestion", 1),
        ("sql-request", 1),
        ("cosmosdb-sql-request", 1),
        ("ai-embeddings", 1),
        ("ai-chat-completion", 1),
        ("continuous-export", 0),
        ("update-policy", 0),
        ("query-acceleration", 0),
        ("event-hub", 0),
        ("event-grid", 0),
        ("cosmosdb-connection", 0),
    ],
)
def test_a_workflow_has_one_unless_something_else_leads_to_its_target(name, number):
    assert len(FILLED[name].connection_strings()) == number


def test_several_locations_have_one_each():
    places = "https://contosolake.blob.core.windows.net/landing https://contosobackup.blob.core.windows.net/backups"
    raw = {**declaration_of("export").about.sample.fields, "location": places}

    strings = filled(declaration_of("export"), raw).connection_strings()

    assert [parse(one).target.account for one in strings] == ["contosolake", "contosobackup"]
