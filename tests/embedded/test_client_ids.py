"""A client ID where an object ID belongs: taken as the ID of nobody, wherever it stands."""

import pytest

from tests.embedded.links import allow

LAKE = "https://contosolake.blob.core.windows.net"
NOT_ASSIGNED = "BadRequest_InvalidManagedIdentity"
QUERY = "external_table('Mistaken')"


@pytest.fixture
def client_id(azure):
    """The client ID of `mi-export`, for whose object ID every link holds."""
    return azure.world.identity("mi-export").client_id


def test_external_table_is_made_and_its_queries_are_refused(run, refusal, client_id):
    made = run(
        ".create external table Mistaken (OrderId: long) kind=storage dataformat=csv"
        f" (h@'{LAKE}/archive;managed_identity={client_id}')",
        database="Sales",
    )

    error = refusal(QUERY, database="Sales")

    assert made[0]["TableName"] == "Mistaken"
    assert (error.code, error.permanent) == (NOT_ASSIGNED, True)
    assert client_id in error.description


@pytest.mark.parametrize(
    "text",
    [
        "externaldata(a: long) [h'{lake}/archive/2024/orders.csv;managed_identity={client_id}']",
        ".ingest into table Orders (h'{lake}/archive/2024/orders.csv;managed_identity={client_id}')",
        ".export to csv (h'{lake}/exports;managed_identity={client_id}') <| Orders",
        (
            "evaluate sql_request('Server=tcp:contososql.database.windows.net,1433;"
            'Initial Catalog=Erp;Authentication="Active Directory Managed Identity";'
            "User Id={client_id};', 'select * from dbo.Stock')"
        ),
        (
            ".create-or-alter continuous-export Nightly to table ArchivedOrders"
            ' with (managedIdentity="{client_id}", intervalBetweenRuns=1h) <| Orders'
        ),
    ],
)
def test_other_workflows_are_refused(refusal, client_id, text):
    error = refusal(text.format(lake=LAKE, client_id=client_id), database="Sales")

    assert error.code == NOT_ASSIGNED


def test_delta_table_is_not_even_made(refusal, client_id):
    error = refusal(
        ".create external table Mistaken kind=delta"
        f" (h@'{LAKE}/delta/orders;managed_identity={client_id}')",
        database="Sales",
    )

    assert error.code == NOT_ASSIGNED


@pytest.mark.parametrize("scope", ["cluster", "database Sales"])
@pytest.mark.parametrize("verb", [".alter", ".alter-merge"])
def test_policy_is_refused_and_stays_as_it_is(run, refusal, client_id, verb, scope):
    before = run(f".show {scope} policy managed_identity")

    error = refusal(
        f"{verb} {scope} policy managed_identity "
        f'\'[{{"ObjectId":"{client_id}","AllowedUsages":"All"}}]\''
    )

    assert error.code == "General_BadRequest"
    assert run(f".show {scope} policy managed_identity") == before


def test_entry_that_is_there_nevertheless_has_no_effect(azure, refusal, run):
    world = azure.world
    ingest = world.identity("mi-ingest")
    text = f"externaldata(a: long) [h'{LAKE}/archive/2024/orders.csv;managed_identity={{}}']"
    mistaken = azure.world.add_identity("mi-mistaken", object_id=ingest.client_id, assigned=False)
    allow(world.cluster, mistaken, "All")

    by_object_id = refusal(text.format(ingest.object_id), database="Sales")
    by_client_id = refusal(text.format(ingest.client_id), database="Sales")
    allow(world.cluster, ingest, "ExternalDataRequest")

    assert by_object_id.code == "Forbidden"
    assert by_client_id.code == NOT_ASSIGNED
    assert len(run(text.format(ingest.object_id), database="Sales")) > 0
