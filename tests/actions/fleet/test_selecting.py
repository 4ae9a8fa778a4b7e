"""Which clusters a selection means, and what could not be read."""

import pytest

from adxmi_jupyter.actions.fleet.selecting import select
from adxmi_jupyter.embedded.state.resources import ManagementGroup, Resource
from adxmi_jupyter.errors import NoReadableSubscription, Throttled
from adxmi_jupyter.model.fleet import Filter, GapKind, Selection
from adxmi_jupyter.service.fleet_addresses import FleetAddresses

OWN = "4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07"
ARCHIVE = "b61d90e3-2f74-4a8c-8c15-5e0a7d3f9b42"
NOBODYS = "00000000-1111-4222-8333-444444444444"


@pytest.fixture
def found(connection):
    """Select clusters; return what was selected."""

    def found(exclude=None, **include):
        return select(connection, Selection(Filter(**include), exclude or Filter()))

    return found


@pytest.fixture
def names(found):
    """Select clusters; return their names."""

    def names(**options):
        return [each.name for each in found(**options).clusters]

    return names


@pytest.fixture
def tagged(azure):
    """Give both clusters tags."""
    for cluster, stage in zip(azure.world.clusters, ("prod", "test"), strict=True):
        cluster.tags = {"Stage": stage, "owner": "data"}


def test_every_cluster_that_can_be_seen_is_selected(found):
    selected = found()

    assert [(each.name, each.subscription) for each in selected.clusters] == [
        ("contoso", "Contoso"),
        ("contosoarchive", "Contoso Archive"),
    ]
    assert selected.completeness.is_whole
    assert [each.name for each in selected.completeness.readable] == [
        *("Contoso", "Contoso Archive", "Fabrikam")
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"subscriptions": ("contoso archive",)}, ["contosoarchive"]),
        ({"subscriptions": (OWN.upper(), "Contoso Archive")}, ["contoso", "contosoarchive"]),
        ({"clusters": ("*ARCHIVE",)}, ["contosoarchive"]),
        ({"clusters": (f"/subscriptions/{OWN}/*",)}, ["contoso"]),
        ({"resource_groups": ("ana*",)}, ["contoso"]),
        ({"tags": {"stage": "prod"}}, ["contoso"]),
        ({"tags": {"stage": "PROD"}}, []),
        ({"tags": {"stage": "*", "owner": "data"}}, ["contoso", "contosoarchive"]),
        ({"exclude": Filter(clusters=("contoso",))}, ["contosoarchive"]),
        ({"exclude": Filter(tags={"Stage": "test"})}, ["contoso"]),
        ({"exclude": Filter(subscriptions=("Contoso Archive",))}, ["contoso"]),
        ({"clusters": ("contoso*",), "subscriptions": ("Fabrikam",)}, []),
    ],
)
def test_selections(tagged, names, options, expected):
    assert names(**options) == expected


def test_what_was_asked_for_and_cannot_be_read_is_told(found):
    completeness = found(subscriptions=("Contoso", NOBODYS, "Contso")).completeness

    assert [(gap.kind, gap.subject) for gap in completeness.gaps] == [
        (GapKind.UNREADABLE_SUBSCRIPTION, NOBODYS),
        (GapKind.UNREADABLE_SUBSCRIPTION, "contso"),
    ]
    assert completeness.knows(OWN)
    assert not completeness.knows(NOBODYS)


def test_nothing_that_can_be_read_is_an_error(found):
    with pytest.raises(NoReadableSubscription) as caught:
        found(subscriptions=("Contso",))

    assert caught.value.fix == "--subscription Contoso"


def test_a_subscription_of_which_one_cluster_is_readable_is_told(reader):
    completeness = select(reader, Selection()).completeness

    assert [(gap.kind, gap.subject) for gap in completeness.gaps] == [
        (GapKind.PARTLY_READABLE_SUBSCRIPTION, OWN)
    ]
    assert not completeness.knows(OWN)


def test_a_cluster_whose_subscription_has_no_name_is_left_out_where_a_name_is_excluded(reader):
    exclude = Filter(subscriptions=("contoso",))

    selected = select(reader, Selection(exclude=exclude))
    by_id = select(reader, Selection(exclude=Filter(subscriptions=(ARCHIVE,))))

    assert selected.clusters == ()
    assert (GapKind.MAY_BE_EXCLUDED, OWN) in [
        (gap.kind, gap.subject) for gap in selected.completeness.gaps
    ]
    assert [each.name for each in by_id.clusters] == ["contoso"]


@pytest.mark.nightly
def test_a_management_group_excludes_clusters_of_subscriptions_without_a_name(azure, reader):
    azure.world.management_groups.append(ManagementGroup("data", "Data", [OWN]))

    selected = select(reader, Selection(exclude=Filter(management_groups=("data",))))

    assert selected.clusters == ()


def test_a_management_group_that_cannot_be_read_is_told(azure, found):
    azure.world.management_groups.append(ManagementGroup("data", "Data", [OWN]))

    included = found(management_groups=("data", "Nope"))
    excluded = found(exclude=Filter(management_groups=("Nope",)))

    assert [(gap.kind, gap.subject) for gap in included.completeness.gaps] == [
        (GapKind.UNREADABLE_GROUP, "Nope")
    ]
    assert included.completeness.gaps == excluded.completeness.gaps


@pytest.mark.nightly
def test_an_excluded_management_group_that_is_not_answered_is_an_error(azure, found):
    azure.faults.add("throttled", match='"managementGroups"', times=None, retry_after=100)

    with pytest.raises(Throttled):
        found(exclude=Filter(management_groups=("data",)))


def test_a_cluster_that_two_pages_list_is_selected_once(azure, names):
    azure.world.other_clusters.append(azure.world.cluster)

    assert names() == ["contoso", "contosoarchive"]


def test_synapse_pools_are_counted_and_left_out(azure, found):
    kind = "Microsoft.Synapse/workspaces/kustoPools"
    pool = f"/subscriptions/{OWN}/resourceGroups/analytics/providers/{kind}/old/pool"
    azure.world.resources.append(Resource(pool, kind, "westeurope"))

    selected = found()

    assert selected.completeness.synapse_pools == 1
    assert len(selected.clusters) == 2


def test_a_throttled_page_keeps_the_pages_before(azure, found, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.resource_graph._LARGEST_PAGE", 3)
    for name in ("contosoeast", "contosowest"):
        azure.world.add_cluster(name)
    azure.faults.add("throttled", match='"$skipToken": "3"', times=None, retry_after=100)

    selected = found()

    assert [(gap.kind, gap.read, gap.total) for gap in selected.completeness.gaps] == [
        (GapKind.THROTTLED, 3, 4)
    ]
    assert len(selected.clusters) == 3


def test_of_subscriptions_that_were_not_listed_nothing_is_claimed(azure, found, monkeypatch):
    monkeypatch.setattr("adxmi_jupyter.service.resource_graph._LARGEST_PAGE", 1)
    azure.faults.add("throttled", match='"$skipToken": "1"', times=None, retry_after=100)

    gaps = found(subscriptions=("Contoso", "Fabrikam")).completeness.gaps

    assert {(gap.kind, gap.subject) for gap in gaps} == {
        (GapKind.THROTTLED, ""),
        (GapKind.THROTTLED, "fabrikam"),
    }


def test_a_throttled_first_page_is_an_error(azure, found):
    azure.faults.add("throttled", match="ResourceGraph", times=None, retry_after=100)

    with pytest.raises(Throttled):
        found()


def test_each_cluster_has_its_address(connection, azure, found):
    addresses = FleetAddresses(connection)

    uris = {each.name: addresses.of(each).uri for each in found().clusters}

    assert uris == azure.uris
