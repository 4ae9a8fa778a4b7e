"""What targets hold, as Resource Manager lists it to whoever may read them."""

import pytest

GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
LAKE = f"{GROUP}Microsoft.Storage/storageAccounts/contosolake/blobServices/default/containers"
COSMOS = f"{GROUP}Microsoft.DocumentDB/databaseAccounts/contosocosmos/sqlDatabases"


@pytest.mark.parametrize(
    ("path", "version", "names"),
    [
        (LAKE, "2023-05-01", ["archive", "artifacts", "delta", "exports", "landing"]),
        (f"{LAKE}?$filter=ar", "2023-05-01", ["archive", "artifacts"]),
        (
            f"{GROUP}Microsoft.EventHub/namespaces/contosohub/eventhubs",
            "2024-01-01",
            ["orders", "new-blobs"],
        ),
        (f"{GROUP}Microsoft.Sql/servers/contososql/databases", "2021-11-01", ["master", "Erp"]),
        (COSMOS, "2024-11-15", ["Shop"]),
        (f"{COSMOS}/Shop/containers", "2024-11-15", ["Baskets"]),
        (
            f"{GROUP}Microsoft.CognitiveServices/accounts/contosoai/deployments",
            "2024-10-01",
            ["text-embedding", "chat"],
        ),
    ],
)
def test_the_parts_of_a_target_are_listed(send, path, version, names):
    found = send("GET", path, version=version).json()["value"]

    assert [one["name"] for one in found] == names
    assert {one["id"].rpartition("/")[0] for one in found} == {path.partition("?")[0]}


def test_many_containers_come_in_pages(send, azure):
    for number in range(120):
        azure.world.storage_accounts["contosolake"].put(f"team-{number:03}", "a.csv", b"1")

    found = send("GET", LAKE, version="2023-05-01").json()

    assert len(found["value"]) == 100
    assert found["nextLink"].startswith("http://127.0.0.1")


@pytest.mark.parametrize(
    ("path", "version"),
    [(LAKE.replace("lake", "sea"), "2023-05-01"), (f"{COSMOS}/Shoe/containers", "2024-11-15")],
)
def test_what_is_not_there_has_no_parts(send, path, version):
    answer = send("GET", path, version=version)

    assert answer.status_code == 404


def test_who_may_not_read_a_target_gets_no_list(send):
    answer = send("GET", LAKE, version="2023-05-01", token="embedded-reader")

    assert answer.status_code == 403
    assert "blobServices/containers/read" in answer.json()["error"]["message"]
