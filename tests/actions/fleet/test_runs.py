"""What is kept of runs over many clusters: nothing is lost, no secret stays."""

from dataclasses import replace

import pytest

from adxmi_jupyter.actions.fleet.running import named_apart
from adxmi_jupyter.actions.fleet.runs import Piece, Runs
from adxmi_jupyter.actions.fleet.selecting import select
from adxmi_jupyter.model.fleet import FleetCluster, Selection
from adxmi_jupyter.model.fleet_run import Outcome, Reach
from adxmi_jupyter.service.many import ManyClusters
from adxmi_jupyter.service.pace import Clock, Pace

SECRET = "c2VjcmV0LXRoYXQtbm9ib2R5LXNlZXM="
ID = "/subscriptions/s/resourceGroups/{}/providers/Microsoft.Kusto/clusters/contoso"


@pytest.fixture
def run(tmp_path):
    return Runs(tmp_path).begin("apply")


def piece(group, reach=Reach.FAILED, **more):
    return Piece(Outcome("contoso", ID.format(group), reach, **more))


@pytest.mark.parametrize(
    "groups", [("data(1)", "data_1_"), ("groß", "grün"), ("a" * 300, "b" * 300)]
)
def test_clusters_of_groups_whose_names_look_alike_have_files_of_their_own(run, groups):
    for group in groups:
        run.keep(piece(group))

    assert len(run.pieces()) == len(groups)


def test_no_secret_of_an_error_is_kept(run, tmp_path):
    why = f"https://contoso.blob.core.windows.net/data?sv=2024-11-04&sig={SECRET} is denied"
    run.keep(Piece(Outcome("contoso", ID.format("data"), Reach.FAILED, why), notes=(why,)))

    kept = "".join(path.read_text() for path in tmp_path.rglob("*.json"))

    assert "contoso.blob.core.windows.net" in kept
    assert SECRET not in kept


def test_a_damaged_file_is_told(run, tmp_path):
    run.keep(piece("data"))
    (path,) = tmp_path.glob("1/*contoso*.json")
    path.write_text("{")

    assert run.pieces() == {}
    assert run.damaged() == (path.stem,)


def test_no_name_of_a_cluster_leads_to_another_directory(connections, connection):
    cluster = replace(select(connection, Selection()).clusters[0], name="../../other/name")
    many = ManyClusters(connections, connection, Pace(), Clock())

    with many.opened(cluster, many.in_flight()) as opened:
        assert opened.history_file.parent == connection.history_file.parent


def test_every_cluster_of_a_run_has_a_name_of_its_own():
    uri = "https://contoso.westeurope.kusto.windows.net"
    clusters = [FleetCluster(ID.format(group), "contoso", "s", uri=uri) for group in "ab"]

    assert len({one.name for one in named_apart(clusters)}) == len(clusters)
