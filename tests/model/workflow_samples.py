"""Workflows filled in with their samples, some fields changed."""

from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.reading import read
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.identity import ManagedIdentity

GUID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
USER = ManagedIdentity(GUID, "mi-export", resource_id="/subscriptions/x/mi-export")
SYSTEM = ManagedIdentity("system", "contoso", is_system=True)
LAKE = "https://contosolake.blob.core.windows.net"
SQL = {
    "kind": "sql",
    "location": "",
    "data_format": "",
    "server": "erp01.database.windows.net",
    "catalog": "Erp",
    "sql_table": "dbo.Stock",
}
COSMOS = {
    "kind": "cosmos",
    "location": "",
    "data_format": "",
    "account": "contosoorders",
    "catalog": "shop",
    "collection": "orders",
}


def workflow(noun, identity=USER, **changes):
    """Fill the sample of a declaration in, with some fields changed."""
    declaration = declaration_of(noun)
    who = {spec.name: identity for spec in declaration.specs() if spec.kind is FieldKind.IDENTITY}
    return read(declaration, {**declaration.about.sample.fields, **who, **changes}).required()


def text(noun, identity=USER, **changes):
    return workflow(noun, identity, **changes).product().text
