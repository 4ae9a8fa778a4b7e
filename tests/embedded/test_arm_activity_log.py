"""The activity log of a subscription: who put the scripts of databases."""

import pytest

from adxmi_jupyter.embedded.state.resources import Script
from tests.embedded.conftest import SUBSCRIPTION

PATH = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
VERSION = "2015-04-01"
SINCE = "eventTimestamp ge '2026-01-01T00:00:00Z'"


@pytest.fixture
def events(azure, send):
    """Ask for the events that a filter wants; there is one of a script."""
    put = {"createdBy": "pipeline", "createdAt": "2026-02-01T00:00:00Z"}
    azure.world.cluster.databases["Sales"].scripts["allow"] = Script("allow", {}, put)
    return lambda wanted, **more: send("GET", f"{PATH}?$filter={wanted}", version=VERSION, **more)


def test_an_event_names_the_caller_and_the_script(events):
    (event,) = events(SINCE).json()["value"]

    assert event["caller"] == "pipeline"
    assert event["operationName"]["value"].endswith("/Scripts/write")
    assert event["resourceId"].endswith("/Databases/Sales/Scripts/allow")
    assert event["eventTimestamp"] == "2026-02-01T00:00:00.0000000Z"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ("resourceProvider eq 'Microsoft.Kusto'", 1),
        ("resourceProvider eq 'Microsoft.Storage'", 0),
        ("resourceGroupName eq 'Analytics'", 1),
        ("eventTimestamp le '2026-01-15T00:00:00Z'", 0),
    ],
)
def test_the_filter_counts(events, more, found):
    assert len(events(f"{SINCE} and {more}").json()["value"]) == found


@pytest.mark.parametrize("wanted", ["", "resourceProvider eq 'x'", f"{SINCE} or {SINCE}"])
def test_a_filter_without_a_time_or_of_another_form_is_rejected(events, wanted):
    assert events(wanted).status_code == 400


def test_who_may_not_read_the_subscription_is_denied(azure, events):
    azure.world.add_principal("visitor", token="visitor")

    assert events(SINCE, token="visitor").status_code == 403
