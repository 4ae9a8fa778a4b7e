"""`%adxmi WORKFLOW check NAME` of one that names no identity: what it authenticates with instead."""

import pytest

from adxmi_jupyter.embedded.state.entities import StoredFunction

LAKE = "https://contosolake.blob.core.windows.net"
SAS = f"{LAKE}/landing/orders.csv?sp=r&sig=c2VjcmV0"
WITHOUT_IDENTITY = {
    "a shared access signature": (f"externaldata(A:int)[h@'{SAS}']", "shared access signature"),
    "the caller": (f"externaldata(A:int)['{LAKE}/landing;impersonate']", "impersonation"),
    "nobody": (f"externaldata(A:int)['{LAKE}/landing']", "none"),
    "a variable": ("externaldata(A:int)[where]", "that you can read"),
}


@pytest.fixture
def sales(azure):
    return azure.world.cluster.databases["Sales"]


def add_function(database, name, body):
    database.functions[name] = StoredFunction(name, "()", f"{{ {body} }}")


@pytest.mark.parametrize(("body", "told"), WITHOUT_IDENTITY.values(), ids=WITHOUT_IDENTITY)
def test_a_function_without_identity_says_how_it_signs_in(magic, sales, body, told):
    sales.functions["F"] = StoredFunction("F", "()", f"{{ {body} }}")

    frame = magic("externaldata check F --database Sales")

    assert len(frame) == 1
    assert told in frame["detail"][0]
    assert list(frame["state"]) == ["unknown"]
    assert "c2VjcmV0" not in frame.to_csv()


def test_what_the_service_runs_itself_says_so(magic, azure):
    azure.world.add_external_table("Keyed", f"{LAKE}/landing;key", database="Sales")
    query = "Orders | project OrderId"
    azure.world.add_continuous_export("Own", database="Sales", external_table="Keyed", query=query)

    frame = magic("continuous-export check Own --database Sales")

    assert frame["requirement"][0] == "authentication"
    assert frame["detail"][0].startswith("no managed identity: the service runs it")


def test_a_usage_that_nobody_has_is_told_by_both_policies(magic):
    frame = magic('storage-ingestion check --database "Tom\'s Lab"')

    assert len(frame) >= 1
    assert "not met" not in set(frame["state"])
