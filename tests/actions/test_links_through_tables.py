"""Links that lead through an external table: what it needs in its turn."""

import pytest

from tests.actions.filling import BACKUP, EXPORT, LAKE
from tests.told import examined


def chain(found):
    return [(one.title, one.subject, one.state.value) for one in found]


@pytest.mark.nightly
def test_an_export_needs_what_its_external_table_needs(connection, filled):
    found = examined(
        connection, filled("continuous-export", identity="mi-ingest").requirements(), "Sales"
    )

    assert chain(found)[4:] == [
        ("external table", "external table ArchivedOrders", "met"),
        ("kind of ID", f"mi-export as {EXPORT}", "met"),
        ("identity exists", "mi-export", "met"),
        ("assigned to the cluster", "mi-export", "met"),
        ("allowed by policy", "mi-export ExternalTable", "met"),
        ("callout policy", f"external_data {LAKE}/archive", "met"),
        ("same tenant", "mi-export and contosolake", "met"),
        ("Azure role", "mi-export on contosolake/archive", "met"),
    ]


@pytest.mark.nightly
def test_what_an_export_and_its_table_share_is_told_once(connection, filled):
    found = examined(connection, filled("continuous-export").requirements(), "Sales")

    assert len(set(chain(found))) == len(found)
    assert [one.title for one in found].count("assigned to the cluster") == 1


def test_an_external_table_that_is_not_there_is_missing(look):
    found = look("continuous-export", external_table="Nowhere")["external table"]

    assert (found.state, found.detail) == ("not met", "Sales has no external table of this name")
    assert found.fix == "%adxmi external-table create --help"


@pytest.mark.nightly
def test_an_external_table_that_impersonates_is_written_as_whoever_runs_the_export(
    azure, connection, filled
):
    azure.world.add_external_table("Mine", f"{BACKUP}/backups;impersonate", database="Sales")
    workflow = filled("continuous-export", external_table="Mine")

    found = examined(connection, workflow.requirements(), "Sales")

    assert chain(found)[-1] == ("Azure role", "mi-export on contosobackup/backups", "not met")
    assert '"Storage Blob Data Contributor"' in found[-1].fix


@pytest.mark.parametrize("secret", ["?sv=2024&sp=w&sig=c2VjcmV0", ";a2V5LW9mLXRoZS1hY2NvdW50"])
def test_an_external_table_that_signs_in_with_a_secret_is_unknown_and_keeps_it(
    azure, connection, filled, secret
):
    azure.world.add_external_table("Keyed", f"{BACKUP}/backups{secret}", database="Sales")
    workflow = filled("continuous-export", external_table="Keyed")

    found = examined(connection, workflow.requirements(), "Sales")

    assert found[-1].state == "unknown"
    assert "c2VjcmV0" not in str(found)
    assert "a2V5" not in str(found)


def test_an_external_table_that_leads_nowhere_known_is_unknown(azure, connection, filled):
    azure.world.add_external_table("Odd", "what is this", database="Sales")
    workflow = filled("continuous-export", external_table="Odd")

    found = examined(connection, workflow.requirements(), "Sales")

    assert chain(found)[-1] == ("external table", "external table Odd", "unknown")


@pytest.mark.nightly
def test_an_external_table_over_sql_server_needs_rights_there(azure, connection, filled):
    string = (
        "Server=tcp:contososql.database.windows.net,1433;"
        'Authentication="Active Directory Managed Identity";Initial Catalog=Erp;'
    )
    azure.world.add_external_table("Stock", string, database="Sales", table_type="Sql")
    workflow = filled("continuous-export", external_table="Stock")

    found = examined(connection, workflow.requirements(), "Sales")

    assert chain(found)[-1] == (
        "permission at the target",
        "contoso in contososql.database.windows.net",
        "unknown",
    )


@pytest.mark.nightly
def test_an_acceleration_reads_as_its_own_identity_what_impersonates(azure, connection, filled):
    azure.world.add_external_table(
        "Delta", f"{LAKE}/delta/orders;impersonate", database="Sales", table_type="Delta"
    )

    found = examined(connection, filled("query-acceleration").requirements(), "Sales")

    assert chain(found)[-4:] == [
        ("external table", "mi-export through external table Delta", "met"),
        ("callout policy", f"external_data {LAKE}/delta/orders", "met"),
        ("same tenant", "mi-export and contosolake", "met"),
        ("Azure role", "mi-export on contosolake/delta", "met"),
    ]
