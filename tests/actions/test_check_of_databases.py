"""A check of many databases: what one answer tells of all, and when each database is asked."""

import json
from collections import Counter

import pytest

from adxmi_jupyter.actions.check.checks import check_all
from adxmi_jupyter.embedded import (
    ClusterRole,
    DatabaseRole,
    ExportIdentities,
    ShownScript,
    ShownStrings,
    ShownSystem,
)
from adxmi_jupyter.embedded.state.entities import StoredFunction
from adxmi_jupyter.embedded.state.world import as_principal
from adxmi_jupyter.model.kql import quote_name
from adxmi_jupyter.rendering.check_frames import checks_frame
from tests.told import written
from tests.worlds import add_workflows

MANY = tuple(f"Many{number}" for number in range(6))
BULK = (".show databases entities", ".show databases")


@pytest.fixture
def many(azure):
    """Let there be databases that have workflows of all kinds."""
    for name in MANY:
        add_workflows(azure.world, azure.world.add_database(name))
    return azure.world


@pytest.fixture
def opened(connections, azure, proxy, monkeypatch):
    """Connect through the proxy as a principal with a role in some databases."""

    def connect(role, *databases):
        principal = azure.world.add_principal("somebody", token="embedded-somebody")
        for name in databases:
            azure.world.grant(principal, role, database=name)
        monkeypatch.setenv("ADXMI_TOKEN", "embedded-somebody")
        return connections.open(proxy.uri, name="somebody", credential="token", database=MANY[0])

    return connect


def asked_of(proxy, database):
    """Return what was asked of one database: commands, and lists of Azure."""
    found = Counter()
    for one in proxy.requests:
        if one.is_kusto and one.statement.startswith(".show databases"):
            continue
        where = json.loads(one.body)["db"] if one.is_kusto and one.statement else ""
        if "cluster" in one.statement or ".show plugins" in one.statement:
            continue
        named = quote_name(database) in one.statement or f"/{database}/" in one.path
        if named or (where == database and "policy managed_identity" not in one.statement):
            found[one.statement or one.path.split("?")[0].rsplit("/", 1)[-1]] += 1
    return found


SOURCE = r"(; )?source: \.show database schema as csl script$"


def said(checks):
    """Return all that is said but which place told it, in an order of its own."""
    frame = checks_frame(checks, write=written, with_database=True).astype(str)
    frame["detail"] = frame["detail"].str.replace(SOURCE, "", regex=True)
    return sorted(map(tuple, frame.to_numpy().tolist()))


@pytest.mark.nightly
def test_each_database_is_asked_for_what_no_answer_tells_of_all(many, proxied, proxy):
    checks = check_all(proxied, MANY)

    assert {one.workflow for one in checks.checked} >= {
        "external-table",
        "continuous-export",
        "update-policy",
        "query-acceleration",
        "externaldata",
        "event-hub",
    }
    assert asked_of(proxy, MANY[1]) == {
        ".show database ['Many1'] policy managed_identity": 1,
        ".show continuous-exports": 1,
        ".show external tables details": 1,
        ".show table * policy update": 1,
        ".show database ['Many1'] schema as csl script": 1,
        "dataConnections": 1,
    }


@pytest.mark.nightly
@pytest.mark.parametrize(
    "settings",
    [
        {"export_identities": ExportIdentities.LEFT_OUT},
        {"connection_strings": ShownStrings.ADDRESSES},
        {
            "connection_strings": ShownStrings.LEFT_OUT,
            "export_identities": ExportIdentities.LEFT_OUT,
        },
        {"system": ShownSystem.WORD},
    ],
    ids=str,
)
def test_six_requests_are_enough_whatever_lists_leave_open(
    azure, many, proxied, proxy, connection, settings
):
    expected = said(check_all(connection, MANY))
    for name, value in settings.items():
        setattr(azure.world.behaviours, name, value)

    assert said(check_all(proxied, MANY)) == expected
    assert asked_of(proxy, MANY[1]).total() == 6


@pytest.mark.nightly
def test_lists_are_asked_where_the_script_is_not_shown(
    azure, connections, connection, proxy, monkeypatch
):
    add_workflows(azure.world, azure.world.cluster.databases["Telemetry"])
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-reader")
    reader = connections.open(proxy.uri, name="reader", credential="token", database="Sales")
    expected = said(check_all(reader, ["Sales", "Telemetry"]))
    azure.world.behaviours.csl_script = ShownScript.TO_ADMINS
    proxy.clear()

    assert said(check_all(reader, ["Sales", "Telemetry"])) == expected
    asked = asked_of(proxy, "Telemetry")
    assert asked[".show external tables"] == asked[".show table ['Raw'] ingestion mappings"] == 1


@pytest.mark.nightly
def test_a_mapping_that_the_script_lacks_is_looked_up_in_its_list(azure, many, proxied, proxy):
    azure.world.cluster.databases[MANY[1]].tables["Raw"].mappings.clear()

    found = said(check_all(proxied, MANY))

    assert [one for one in found if "there are: none" in one[5]]
    asked = asked_of(proxy, MANY[1])
    assert asked[".show table ['Raw'] ingestion mappings"] == 1
    assert ".show table ['Cleaned'] ingestion mappings" not in asked


@pytest.mark.nightly
def test_a_database_without_tables_is_asked_for_three_lists(azure, many, proxied, proxy):
    azure.world.add_database("Empty")

    check_all(proxied, ("Empty", *MANY))

    assert asked_of(proxy, "Empty") == {
        ".show database ['Empty'] policy managed_identity": 1,
        ".show continuous-exports": 1,
        "dataConnections": 1,
    }


def test_a_check_of_one_database_asks_for_no_other(many, proxied, proxy):
    check_all(proxied, [MANY[1]])

    (entities,) = {
        one.statement.partition(" | project")[0]
        for one in proxy.requests
        if one.statement.startswith(".show databases entities | ")
    }
    assert entities == f'.show databases entities | where DatabaseName =~ "{MANY[1]}"'
    others = [one for one in MANY if one != MANY[1]]
    assert not [one for one in others if asked_of(proxy, one)]
    assert not [one for one in proxy.requests if "policies" in one.statement]


@pytest.mark.nightly
@pytest.mark.parametrize("command", BULK)
def test_where_no_answer_tells_of_all_each_database_is_asked(azure, many, connection, command):
    expected = said(check_all(connection, MANY))
    azure.faults.add("plain-text-400", match=command, times=None)

    assert said(check_all(connection, MANY)) == expected


def test_obfuscated_literals_are_read_where_they_are_shown(many, proxied, proxy):
    checks = check_all(proxied, MANY)

    (found,) = (
        one for one in checks.checked if (one.database, one.workflow) == (MANY[1], "externaldata")
    )
    assert len(found.findings) > 1
    assert ".show functions" not in asked_of(proxy, MANY[1])


@pytest.mark.nightly
def test_where_they_are_not_shown_the_functions_of_that_database_are_asked(
    many, azure, opened, connection, proxy
):
    open_ones = azure.world.cluster.databases[MANY[2]].functions
    open_ones["Files"] = StoredFunction("Files", "()", "{ Raw }")
    somebody = opened(DatabaseRole.VIEWERS, *MANY)

    checks = check_all(somebody, MANY)

    reading = [one.database for one in checks.checked if one.workflow == "externaldata"]
    assert reading == [one for one in MANY if one != MANY[2]]
    assert asked_of(proxy, MANY[1])[".show functions"] == 1
    assert ".show functions" not in asked_of(proxy, MANY[2])


@pytest.mark.nightly
def test_databases_that_the_caller_may_not_read_are_told_as_such(many, opened):
    somebody = opened(DatabaseRole.VIEWERS, *MANY[:2])

    checks = check_all(somebody, MANY)

    unread = {one.database for one in checks.checked if not one.workflow and not one.name}
    named = {one.database for one in checks.checked if one.workflow == "externaldata"}
    assert named == set(MANY[:2])
    assert unread >= set(MANY[2:])


def roles(checks):
    """Return how security roles were found, by the workflow and its database."""
    frame = checks_frame(checks, write=written, with_database=True)
    found = frame[frame["requirement"] == "security role"]
    return {
        (workflow, name): state
        for workflow, name, state in zip(
            found["workflow"], found["name"], found["state"], strict=True
        )
    }


@pytest.fixture
def exporter(azure, many):
    """The identity of the exports, as roles name it, which reads half of the databases."""
    principal = as_principal(azure.world.identity("mi-export"))
    for name in MANY[::2]:
        azure.world.grant(principal, DatabaseRole.VIEWERS, database=name)
    return principal


@pytest.mark.nightly
def test_roles_on_many_databases_are_told_by_one_answer(exporter, proxied, proxy):
    found = roles(check_all(proxied, MANY))

    assert {name for (_, name), state in found.items() if state == "met"} == {
        f"{database}/{name}" for database in MANY[::2] for name in ("Cleaned", "Nightly")
    }
    assert set(found.values()) == {"met", "not met"}
    principals = [one.statement for one in proxy.requests if one.statement.endswith("principals")]
    assert principals == [".show database ['Many5'] principals"]


def test_a_role_on_the_whole_cluster_counts_in_each_of_many_databases(azure, exporter, connection):
    azure.world.grant(exporter, ClusterRole.VIEWER)

    found = roles(check_all(connection, MANY))

    assert len(found) == 2 * len(MANY)
    assert set(found.values()) == {"met"}


@pytest.mark.nightly
def test_who_is_no_admin_of_all_databases_asks_each_for_its_roles(
    exporter, opened, connection, proxy
):
    somebody = opened(DatabaseRole.ADMINS, *MANY)
    expected = roles(check_all(connection, MANY))

    assert roles(check_all(somebody, MANY)) == expected
    assert asked_of(proxy, MANY[1])[".show database ['Many1'] principals"] == 1


@pytest.mark.nightly
def test_roles_that_a_viewer_cannot_see_are_unknown(exporter, opened):
    somebody = opened(DatabaseRole.VIEWERS, *MANY)

    found = roles(check_all(somebody, MANY))

    assert len(found) == 2 * len(MANY)
    assert set(found.values()) == {"unknown"}
