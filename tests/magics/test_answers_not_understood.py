"""Answers with a good status that are none: typed errors, and no conclusions drawn from them."""

import pytest

from adxmi_jupyter import errors
from tests.examples import sampled
from tests.faults.catalogue import FAULTS, answered
from tests.faults.messages import anything, kusto, resource_manager, statement, target

POLICY = ".show database ['Sales'] policy"


@pytest.fixture
def baseline(magic, proxied):
    """The requirements that are met, and those that are not, without a fault."""
    return states(magic("check"))


def states(frame):
    keys = zip(
        frame["workflow"], frame["name"], frame["requirement"], frame["subject"], strict=True
    )
    return dict(zip(keys, frame["state"], strict=True))


@pytest.mark.parametrize(
    ("line", "fault", "when"),
    [
        ("policy show", "200 deep list", anything),
        ("policy show", "200 deep object", anything),
        ("policy show", "400 deep error", anything),
        ("policy show", "429 Retry-After -1", anything),
        ("policy show --raw", "rows: too long", anything),
        ("policy show --raw", "columns: one name for all", anything),
        ("policy show --all-databases", "columns: renamed", anything),
        ("policy show --all-databases", "columns: none", anything),
        ("policy show --all-databases", "cells: list", anything),
        ("policy matrix", "rows: none", statement(".show database")),
        ("identity list", "200 {}", resource_manager),
        ("identity list", "list: of texts", anything),
        ("identity list", "item: identity of unknown type", target("/clusters/contoso")),
        ("identity list --all", "list: object", target("userAssignedIdentities")),
        ("identity show mi-ingest", "object: all numbers", anything),
        ("identity remove --identity mi-export --yes", "object: keys renamed", resource_manager),
        ("role list", "columns: one dropped", anything),
        ("status", "rows: none", anything),
        ("status", "columns: last dropped", statement("print")),
        ("callout list", "rows: none", anything),
        ("external-table list", "cells: object", anything),
        ("external-table drop ArchivedOrders --yes --database Sales", "cells: number", anything),
        ("event-hub list", "item: properties text", anything),
        ("query", "frames: last one missing", anything),
    ],
)
def test_an_answer_that_is_none_is_a_typed_error(magic, proxied, proxy, line, fault, when):
    strike = proxy.strike(FAULTS[fault], when)

    with pytest.raises(errors.AdxmiError):
        magic(line, "Orders" if line == "query" else None)

    assert strike.hits


HALF_READ = [
    ("200 {}", target("ResourceGraph")),
    ("302", target("ResourceGraph")),
    ("list: number", target("ResourceGraph")),
    ("200 {}", target("roleAssignments")),
    ('200 {"error": "text"}', target("roleAssignments")),
    ("list: missing", target("roleAssignments")),
    ("item: properties of nulls", target("roleAssignments")),
    ("404 HTML", target("roleAssignments")),
    ("200 {}", target("/clusters/")),
    ("item: identity null", target("/clusters/contoso")),
    ("200 null", target("userAssignedIdentities")),
    ("404 HTML", target("userAssignedIdentities")),
    ("item: without id", target("listFollowerDatabases")),
    ("200 {}", target("dataConnections")),
    ("rows: none", statement(POLICY)),
    ("cells: object", statement(POLICY)),
    ("rows: empty", statement(POLICY)),
    ("columns: renamed", statement(".show cluster policy managed_identity")),
    ("columns: last dropped", statement(".show external tables")),
    ("rows: none", statement(".show cluster policy callout")),
    ("columns: none", kusto),
]


@pytest.mark.nightly
@pytest.mark.parametrize(("fault", "when"), sampled(HALF_READ, each=3))
def test_check_knows_nothing_of_what_it_cannot_read(magic, baseline, proxy, fault, when):
    strike = proxy.strike(FAULTS[fault], when)

    try:
        found = states(magic("check"))
    except errors.UnreadableAnswer:
        found = {}

    assert strike.hits
    assert {key: state for key, state in found.items() if state != baseline.get(key)} == {
        key: "unknown" for key, state in found.items() if state != baseline.get(key)
    }


@pytest.mark.nightly
def test_check_tells_why_it_does_not_know(magic, proxied, proxy):
    proxy.strike(answered(200, {}), target("roleAssignments"))

    found = magic("check")

    unknown = found[(found["requirement"] == "Azure role") & (found["state"] == "unknown")]
    assert set(unknown["detail"]) == {
        (
            "the answer about the role assignments could not be understood: "
            "where a list belongs there is null"
        )
    }


@pytest.mark.nightly
def test_an_identity_that_nobody_tells_the_object_id_of_is_not_called_disallowed(
    magic, proxied, proxy
):
    for place in ("/clusters/contoso", "userAssignedIdentities"):
        proxy.strike(FAULTS["object: all texts"], lambda one, end=place: one.path.endswith(end))

    found = magic("event-hub check sales-orders --database Sales")

    assert list(found[found["requirement"] == "allowed by policy"]["state"]) == ["unknown"]


@pytest.mark.nightly
def test_the_kind_of_an_id_is_unknown_where_nobody_could_be_asked(magic, proxied, proxy, azure):
    client_id = azure.world.identity("mi-stranger").client_id
    url = f"https://contosolake.blob.core.windows.net/archive;managed_identity={client_id}"
    azure.world.add_external_table("Other", url, database="Sales")
    before = magic("external-table check Other --database Sales")
    proxy.strike(FAULTS["200 {}"], target("userAssignedIdentities"))
    proxied.forget()

    after = magic("external-table check Other --database Sales")

    kinds = [list(one[one["requirement"] == "kind of ID"]["state"]) for one in (before, after)]
    assert kinds == [["not met"], ["unknown"]]


@pytest.mark.nightly
def test_principals_without_names_of_principals_are_not_believed(magic, proxied, proxy):
    line = "continuous-export check --database Sales --name ExportOrders --query Orders"
    proxy.strike(FAULTS["cells: text"], statement(".show database ['Sales'] principals"))

    found = magic(f"{line} --external-table ArchivedOrders --identity mi-export")

    assert list(found[found["requirement"] == "security role"]["state"]) == ["unknown"]


def test_a_list_of_databases_without_the_current_one_is_not_believed(magic, proxied, proxy):
    proxy.strike(FAULTS["rows: none"], statement(".show databases"))

    with pytest.raises(errors.UnreadableAnswer) as raised:
        magic("policy show --all-databases")

    assert raised.value.why == "Sales is not among them, and it exists"


def test_what_depends_on_an_identity_is_not_taken_for_nothing(magic, proxied, proxy, capsys):
    proxy.strike(FAULTS["columns: renamed"], statement(".show external tables"))

    with pytest.raises(errors.ConfirmationRequired):
        magic("identity remove --identity mi-export")

    assert "not seen: external tables of Sales" in capsys.readouterr().out


@pytest.mark.nightly
def test_keys_that_begin_with_a_capital_are_read(magic, baseline, proxy):
    strike = proxy.strike(FAULTS["object: keys with capitals"], resource_manager)

    assert states(magic("check")) == baseline
    assert strike.hits


@pytest.mark.nightly
def test_a_deleted_identity_is_told_by_azure_alone(magic, proxied, proxy, azure):
    azure.world.identities.remove(azure.world.identity("mi-export"))
    proxy.strike(FAULTS["404 HTML"], target("userAssignedIdentities/mi-export"))

    found = magic("external-table check ArchivedOrders --database Sales")

    assert list(found[found["requirement"] == "identity exists"]["state"]) == ["unknown"]
