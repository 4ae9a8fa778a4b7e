"""Where an identity is used on the clusters of a fleet, and what is not known of that."""

from dataclasses import replace

import pandas as pd
import pytest

from adxmi_jupyter.actions.fleet.comparing import facts_frame
from adxmi_jupyter.actions.fleet.identity_use import named, use_of, uses_frame
from adxmi_jupyter.actions.fleet.listing import shared_identities
from adxmi_jupyter.actions.fleet.running import FleetResult
from adxmi_jupyter.actions.fleet.runs import Piece
from adxmi_jupyter.actions.fleet.selecting import select
from adxmi_jupyter.embedded.arm.cluster_body import cluster_body
from adxmi_jupyter.errors import NotAuthorized
from adxmi_jupyter.model.fleet import Completeness, GapKind, Selected, Selection
from adxmi_jupyter.model.fleet_comparison import Part
from adxmi_jupyter.model.fleet_run import Outcome, Reach

NOTHING = pd.DataFrame({"kind": [], "database": [], "name": []})


@pytest.fixture
def selected(connection):
    return select(connection, Selection())


def without_ids(selected, *names):
    """The same clusters, as Azure lists them without the object IDs of their identities."""
    clusters = [
        replace(
            one,
            identities=tuple(replace(each, object_id="", client_id="") for each in one.identities)
            if one.name in names
            else one.identities,
        )
        for one in selected.clusters
    ]
    return Selected(Selection(), tuple(clusters), selected.completeness)


def assigned(connection, selected, name):
    """To which clusters an identity is assigned, of none of which anything was read."""
    meant = named(name, shared_identities(connection, selected))
    pieces = [Piece(Outcome(one.name, one.resource_id, Reach.FAILED)) for one in selected.clusters]
    return uses_frame(FleetResult(1, tuple(pieces)), selected, meant).set_index("cluster").assigned


def test_an_identity_without_an_object_id_is_told_from_others(azure, connection, selected):
    azure.world.find_cluster("contosoarchive").identities = [azure.world.identity("mi-ingest")]
    both = select(connection, Selection())

    for known in ((), ("contoso",), ("contoso", "contosoarchive")):
        told = assigned(connection, without_ids(both, *known), "mi-export")
        assert told.to_dict() == {"contoso": "yes", "contosoarchive": "no"}


@pytest.mark.nightly
def test_what_depends_on_an_identity_without_an_object_id_is_not_known(connection, selected):
    listed = without_ids(selected, "contoso", "contosoarchive")
    meant = named("mi-export", shared_identities(connection, listed))

    answered = use_of(connection, listed.clusters[0], meant)

    assert answered.failure is not None
    assert any("object ID of mi-export" in note for note in answered.notes)


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["mi-export", "system"])
def test_a_cluster_that_was_read_in_part_may_have_more(connection, selected, name):
    meant = named(name, shared_identities(connection, selected))
    cluster = selected.clusters[1]
    one = Selected(Selection(), (cluster,), Completeness())
    piece = Piece(Outcome(cluster.name, cluster.resource_id, Reach.IN_PART), NOTHING)

    frame = uses_frame(FleetResult(1, (piece,)), one, meant)

    assert frame["kind"].isna().tolist() == [True]


@pytest.mark.nightly
def test_the_databases_of_a_caller_who_may_not_see_all_are_not_compared(reader):
    with pytest.raises(NotAuthorized):
        facts_frame(reader, (Part.DATABASES,))


def test_identities_in_an_unknown_form_are_told(azure, connection, monkeypatch):
    identity = {"identity": {"userAssignedIdentities": ["mi-export"]}}
    monkeypatch.setattr(
        "adxmi_jupyter.embedded.arm.resource_graph.cluster_body",
        lambda cluster: cluster_body(cluster) | identity,
    )

    gaps = select(connection, Selection()).completeness.gaps

    assert (GapKind.UNREADABLE_IDENTITIES, "contoso") in [(gap.kind, gap.subject) for gap in gaps]
