"""What a check asks the cluster: each command once in a database, whatever needs its answer."""

import json
from collections import Counter

import pytest

from adxmi_jupyter.actions.check.checks import check_all, check_kind
from adxmi_jupyter.actions.check.overview import overview
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.model.declaration.registry import declaration_of
from tests.actions.filling import EXPORT, LAKE

DATABASES = ("Sales", "Telemetry", "Tom's Lab")
POLICY = f'[{{"Source": "Raw", "Query": "Clean()", "ManagedIdentity": "{EXPORT}"}}]'
EXPORTS = ".create-or-alter continuous-export Nightly to table Archive"
WANTED = (
    ".create table Raw (Id: long)",
    ".create-or-alter function Clean() { Raw }",
    ".create table Cleaned (Id: long)",
    f".alter table Cleaned policy update ```{POLICY}```",
    f"{EXPORTS} with (managedIdentity='{EXPORT}') <| Raw",
)


@pytest.fixture
def asked(azure, connection, proxy, proxied):
    """Every database has workflows that need one another; returns what was asked since."""
    for database in DATABASES:
        azure.world.add_external_table(
            "Archive", f"{LAKE}/archive;managed_identity={EXPORT}", database=database
        )
        for command in WANTED:
            connection.kusto.command(command, database=database)
    proxy.clear()
    return lambda: counted(proxy.requests)


def counted(requests):
    """Return how often each command, and each list of data connections, was asked for where."""
    in_azure = [one.path.split("/databases/") for one in requests if not one.is_kusto]
    return Counter(
        (json.loads(one.body)["db"], one.statement) for one in requests if one.statement
    ) + Counter(tuple(where[1].split("/")) for where in in_azure if len(where) > 1)


@pytest.mark.nightly
def test_a_check_of_everything_asks_each_command_once_in_a_database(asked, proxied):
    check_all(proxied, DATABASES)

    found = asked()
    assert {name for where, name in found if where == "Telemetry"} == {
        ".show database ['Telemetry'] policy managed_identity",
        ".show continuous-exports",
        ".show external tables",
        ".show external tables details",
        ".show table * policy update",
        "dataConnections",
    }
    assert set(found.values()) == {1}


def test_details_are_asked_where_there_may_be_a_delta_table(asked, proxied):
    check_all(proxied, DATABASES)

    details = {where for where, name in asked() if name == ".show external tables details"}
    assert details == {"Telemetry"}


@pytest.mark.parametrize("noun", ["external-table", "continuous-export", "update-policy"])
def test_a_check_of_a_kind_asks_each_command_once(asked, proxied, noun):
    names.all_identities(proxied)  # remembered for a minute, so no part of any one check

    before = asked()
    check_kind(proxied, declaration_of(noun), "Sales")

    assert set((asked() - before).values()) == {1}


def test_a_check_of_what_a_policy_allows_reads_each_policy_once(asked, proxied):
    names.all_identities(proxied)

    before = asked()
    checks = check_kind(proxied, declaration_of("sdk-ingestion"), "Sales")

    assert [one.name for one in checks.checked] == ["mi-ingest"]
    assert asked() - before == {
        ("Sales", ".show database ['Sales'] policy managed_identity"): 1,
        ("Sales", ".show cluster policy managed_identity"): 1,
    }


@pytest.mark.nightly
def test_an_overview_asks_for_what_a_check_asks_and_no_more(asked, proxied, proxy):
    check_all(proxied, DATABASES)  # what is remembered of the cluster is asked for once
    proxy.clear()
    check_all(proxied, DATABASES)
    checked = sorted((one.path, one.statement) for one in proxy.requests)
    proxy.clear()

    overview(proxied, DATABASES)

    assert sorted((one.path, one.statement) for one in proxy.requests) == checked
