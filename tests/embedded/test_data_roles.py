"""Roles that targets keep themselves, given by name: SQL Server and Cosmos DB."""

import pytest

from tests.embedded.ingesting import COSMOS, INGEST_ID, PROVIDERS
from tests.embedded.links import allow

ERP = f"{PROVIDERS}/Microsoft.Sql/servers/contososql/databases/Erp"
DATA_READER = "Cosmos DB Built-in Data Reader"
STOCK = (
    "evaluate sql_request('Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"
    f'Authentication="Active Directory Managed Identity";User Id={INGEST_ID};\','
    " 'select * from dbo.Stock')"
)


@pytest.fixture
def held(azure):
    """Return (role, target) of what an identity holds."""

    def shown(object_id=INGEST_ID):
        return [(e.role, e.target) for e in azure.data_roles_held if e.principal_id == object_id]

    return shown


def test_where_they_can_be_given(azure):
    places = azure.data_roles

    assert places["db_datareader"] == places["db_datawriter"] == ("contososql/Erp",)
    assert places[DATA_READER] == (
        "contosocosmos",
        "contosocosmos/Shop",
        "contosocosmos/Shop/Baskets",
    )


def test_seeded_ones(azure, held):
    export = azure.world.identity("mi-export").object_id

    assert held(export) == [(DATA_READER, "contosocosmos"), ("db_datareader", "contososql/Erp")]


@pytest.mark.nightly
@pytest.mark.parametrize("target", ["contososql/Erp", "ContosoSql/erp", ERP, f"{ERP}/"])
def test_db_datareader_lets_sql_be_read(azure, run, refusal, held, target):
    world = azure.world
    allow(world.cluster, world.identity("mi-ingest"), "SqlRequest")
    before = refusal(STOCK, database="Sales")

    is_new = azure.assign_role("mi-ingest", "DB_DataReader", target)

    assert before.code == "General_AccessDenied"
    assert is_new
    assert azure.assign_role("mi-ingest", "db_datareader", target) is False
    assert len(run(STOCK, database="Sales")) == 3
    assert held() == [("db_datareader", "contososql/Erp")]


def test_db_datawriter_does_not_let_read(azure, refusal, held):
    allow(azure.world.cluster, azure.world.identity("mi-ingest"), "SqlRequest")

    azure.assign_role("mi-ingest", "db_datawriter", "contososql/Erp")

    assert azure.world.sql_servers["contososql"].databases["Erp"].writers == {INGEST_ID}
    assert held() == [("db_datawriter", "contososql/Erp")]
    assert refusal(STOCK, database="Sales").code == "General_AccessDenied"


@pytest.mark.parametrize(
    ("target", "scope"),
    [
        ("contosocosmos", ""),
        (COSMOS, ""),
        ("contosocosmos/Shop", "/dbs/Shop"),
        ("contosocosmos/Shop/Baskets", "/dbs/Shop/colls/Baskets"),
        (f"{COSMOS}/dbs/Shop/colls/Baskets", "/dbs/Shop/colls/Baskets"),
    ],
)
def test_cosmos_role_is_listed_by_resource_manager(azure, send, held, target, scope):
    is_new = azure.assign_role("mi-ingest", DATA_READER.lower(), target)

    listed = send("GET", f"{COSMOS}/sqlRoleAssignments", version="2024-11-15").json()["value"]
    assert is_new
    assert listed[-1]["properties"]["principalId"] == INGEST_ID
    assert listed[-1]["properties"]["scope"] == f"{COSMOS}{scope}"
    assert held()[0][0] == DATA_READER


@pytest.mark.parametrize(
    ("role", "target"),
    [
        ("db_datareader", "contososql"),
        ("db_datareader", "contosocosmos"),
        (DATA_READER, "contosolake"),
        (DATA_READER, "contosocosmos/Shop/Users"),
        (DATA_READER, "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"),
    ],
)
def test_a_target_without_the_role_is_told(azure, held, role, target):
    with pytest.raises(KeyError) as error:
        azure.assign_role("mi-ingest", role, target)

    assert error.value.args == (target,)
    assert held() == []


def test_an_azure_role_may_be_on_a_sql_database(azure):
    azure.assign_role("mi-ingest", "Reader", "contososql/Erp")

    assert azure.world.azure_roles[-1].scope == ERP
