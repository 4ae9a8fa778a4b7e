"""What is no full cluster: connecting says so, and what takes identities stops with that reason."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.service.connections import Connections, Settings

FABRIC = "https://trd-abc.z0.kusto.fabric.microsoft.com"
SYNAPSE = "https://pool.space.kusto.azuresynapse.net"
FREE = "https://kvc1a2b3c.southcentralus.kusto.windows.net"
INGESTION = "https://ingest-trd-abc.z0.kusto.fabric.microsoft.com:443"
BLOBS = "https://contosolake.blob.core.windows.net/archive"
CSV = "--columns A:string --data-format csv"
GUID = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
CALLER = "aadapp=9c06e2b5-47d8-4f13-82ac-b5e97d10f348;8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
HUB = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers/"
    "Microsoft.EventHub/namespaces/contosohub/eventhubs/orders"
)
LINES = (
    "policy show",
    "policy show --cluster",
    "policy show --all-databases",
    "policy matrix --all-databases",
    f"policy grant --database Sales --identity {GUID} --usage All",
    "policy grant --database Sales --identity system --usage All --dry-run",
    f"policy revoke --cluster --identity {GUID} --usage All --yes",
    "policy delete --database Sales --yes",
    "policy form",
    "identity list",
    "identity list --all",
    "identity show system",
    f"identity assign --identity {GUID}",
    "identity remove --identity system --yes",
    "identity form",
    "form",
    f"external-table create --database Sales --name T --identity system --location {BLOBS} {CSV}",
    f"externaldata run --database Sales --identity {GUID} --location {BLOBS} --columns A:string",
    f"event-hub create --database Sales --name a --table T --identity system --event-hub {HUB}",
    "external-table form",
    "event-hub form",
)
REASONS = {
    FABRIC: "is a Fabric eventhouse: it has no managed identity policy",
    INGESTION: "is a Fabric eventhouse: it has no managed identity policy",
    SYNAPSE: "these pools were retired on October 7, 2025",
    FREE: "it supports no managed identities, no external tables and no continuous export",
}


@pytest.fixture
def configured(magics, magic):
    """Run a line with a cluster configured of which nothing answers."""
    former = magics.connections

    def run(cluster, line):
        said = []
        magics.connections = Connections(Settings(cluster, "Sales"), lambda n: said.append(str(n)))
        with pytest.raises(errors.AdxmiError) as caught:
            magic(line)
        return caught.value, said

    yield run
    magics.connections.close_all()
    magics.connections = former


@pytest.mark.parametrize("line", LINES)
def test_what_takes_identities_stops_before_anything_is_sent(configured, line):
    error, _ = configured(FABRIC, line)

    assert isinstance(error, errors.NotInThisEdition)
    assert error.what == "trd-abc.z0.kusto.fabric.microsoft.com has no managed identities"
    assert "%adxmi connect CLUSTER" in error.fix


@pytest.mark.parametrize("line", ["policy show", "identity list", "external-table form"])
@pytest.mark.parametrize("cluster", REASONS)
def test_the_reason_is_that_of_the_edition(configured, cluster, line):
    error, said = configured(cluster, line)

    assert isinstance(error, errors.NotInThisEdition)
    assert REASONS[cluster] in error.why
    assert [REASONS[cluster] in note for note in said] == [True]


def test_on_fabric_the_caller_takes_the_place_of_an_identity(configured):
    error, (note,) = configured(FABRIC, "policy show")

    assert ";impersonate" in error.fix
    assert "There are: queries, security roles and external tables" in note


def test_roles_on_the_whole_of_it_are_not_in_azure(configured):
    error, _ = configured(
        FABRIC, f"role grant --cluster --role AllDatabasesViewer --identity {CALLER}"
    )

    assert isinstance(error, errors.NotInThisEdition)
    assert error.what == "trd-abc.z0.kusto.fabric.microsoft.com isn't a resource of Azure"


def test_connecting_tells_the_edition_even_where_nothing_answers(configured):
    error, said = configured(FREE, f"connect {SYNAPSE}")

    assert isinstance(error, errors.ConnectionFailure)
    assert [REASONS[SYNAPSE] in note for note in said] == [True]


def test_a_full_cluster_has_nothing_to_be_told(magic, capsys):
    magic("connect embedded")

    assert "is a " not in capsys.readouterr().out
