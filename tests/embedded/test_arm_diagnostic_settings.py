"""Diagnostic settings of a cluster, as templates and tools write them."""

import pytest

from tests.embedded.conftest import READER, SUBSCRIPTION

CLUSTER = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/analytics/providers/Microsoft.Kusto"
    "/clusters/contoso"
)
PATH = f"{CLUSTER}/providers/Microsoft.Insights/diagnosticSettings"
VERSION = "2021-05-01-preview"
WORKSPACE = "/subscriptions/x/resourceGroups/y/providers/Microsoft.OperationalInsights/workspaces/w"
LOGS = [{"category": "Command", "enabled": True}, {"category": "Query", "enabled": True}]


@pytest.fixture
def put(send):
    def make(name="audit", **properties):
        body = {"properties": {"workspaceId": WORKSPACE, "logs": LOGS, **properties}}
        return send("PUT", f"{PATH}/{name}", version=VERSION, json=body)

    return make


def test_a_setting_is_made_read_listed_and_deleted(put, send):
    made = put()
    read = send("GET", f"{PATH}/AUDIT", version=VERSION).json()
    listed = send("GET", PATH, version=VERSION).json()["value"]
    gone = [send("DELETE", f"{PATH}/audit", version=VERSION).status_code for _ in range(2)]

    assert made.status_code == 200
    assert read == made.json() == listed[0]
    assert read["id"].endswith("/providers/microsoft.insights/diagnosticSettings/audit")
    assert read["properties"]["logs"] == LOGS
    assert read["properties"]["storageAccountId"] is None
    assert gone == [200, 204]
    assert send("GET", f"{PATH}/audit", version=VERSION).status_code == 404


def test_the_categories_of_a_cluster(send):
    found = send("GET", f"{PATH}Categories", version=VERSION).json()["value"]

    kinds = {each["name"]: each["properties"]["categoryType"] for each in found}
    assert kinds["Journal"] == kinds["Command"] == kinds["SucceededIngestion"] == "Logs"
    assert kinds["AllMetrics"] == "Metrics"


@pytest.mark.parametrize(
    "properties",
    [
        {"workspaceId": None},
        {"logs": []},
        {"logs": [{"category": "Command", "enabled": False}]},
        {"logs": [{"category": "Gossip", "enabled": True}]},
        {"logs": [{"enabled": True}]},
        {"metrics": [{"category": "Command", "enabled": True}]},
        {"colour": "red"},
    ],
)
def test_a_setting_that_cannot_be_is_rejected(put, properties):
    assert put(**properties).status_code == 400


def test_a_category_goes_to_a_destination_once(put):
    put("audit")

    again = put("again")
    elsewhere = put("elsewhere", workspaceId=f"{WORKSPACE}2")
    replaced = put("audit", logs=[{"categoryGroup": "allLogs", "enabled": True}])
    group = put("group", logs=[{"category": "Journal", "enabled": True}])

    assert [each.status_code for each in (again, elsewhere, replaced, group)] == [
        409,
        200,
        200,
        409,
    ]


def test_a_resource_has_five_settings_at_most(put):
    answers = [put(f"s{n}", workspaceId=f"{WORKSPACE}{n}").status_code for n in range(6)]

    assert answers == [200] * 5 + [409]


def test_settings_are_per_cluster(azure, put, send):
    azure.world.add_cluster("contosowest", subscription="Contoso")
    put()

    there = send("GET", PATH.replace("/contoso/", "/contosowest/"), version=VERSION)

    assert there.json() == {"value": []}


def test_a_reader_reads_settings_and_makes_none(put, send):
    put()
    listed = send("GET", PATH, version=VERSION, token=READER)
    body = {"properties": {"workspaceId": WORKSPACE, "logs": LOGS}}
    denied = send("PUT", f"{PATH}/mine", version=VERSION, json=body, token=READER)

    assert len(listed.json()["value"]) == 1
    assert denied.status_code == 403
