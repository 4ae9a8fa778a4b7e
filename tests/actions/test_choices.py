"""What fields can offer: lists inside of lists, each asked for once, and why one is empty."""

import pytest

from adxmi_jupyter.actions.choices.lists import Lists
from adxmi_jupyter.actions.choices.values import Question, level
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.errors import AdxmiError, NotAuthorized, UnknownIdentity
from adxmi_jupyter.model.declaration.listed import Source

LAKE = "https://contosolake.blob.core.windows.net"
GROUP = "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
HUB = f"{GROUP}/Microsoft.EventHub/namespaces/contosohub/eventhubs/"


def lists_of(connection):
    return Lists(connection, lambda word: names.resolved(connection, (word,))[0].identity)


def labels(lists, source, **about):
    return [one.label for one in lists.of(Question(source, **about)).every]


@pytest.fixture
def lists(connection):
    return lists_of(connection)


@pytest.mark.parametrize(
    ("source", "about", "expected"),
    [
        (Source.LOCATIONS, {}, ["contosobackup", "contosolake"]),
        (Source.LOCATIONS, {"inside": f"{LAKE}/"}, ["archive", "artifacts", "delta", "exports", "landing"]),
        (Source.EVENT_HUBS, {}, ["contosoedge/", "contosohub/", "fabrikamhub/"]),
        (Source.EVENT_HUBS, {"inside": HUB}, ["contosohub/orders", "contosohub/new-blobs"]),
        (Source.CONSUMER_GROUPS, {"given": (f"{HUB}orders",)}, ["$Default", "analytics"]),
        (Source.STORAGE_ACCOUNTS, {}, ["contosobackup", "contosolake"]),
        (Source.COSMOS_ACCOUNT_IDS, {}, ["contosocosmos"]),
        (Source.COSMOS_ACCOUNTS, {}, ["contosocosmos"]),
        (Source.SQL_SERVERS, {}, ["contososql"]),
        (Source.CATALOGS, {"given": ("contososql.database.windows.net", "")}, ["Erp"]),
        (Source.CATALOGS, {"given": ("", "contosocosmos")}, ["Shop"]),
        (Source.COSMOS_CONTAINERS, {"given": ("contosocosmos", "Shop")}, ["Baskets"]),
        (Source.MODELS, {}, ["contosoai"]),
        (Source.MODELS, {"inside": "https://contosoai.openai.azure.com/"}, ["text-embedding: embeddings", "chat: chat/completions"]),
    ],
)  # fmt: skip
def test_what_is_listed(kept_connection, source, about, expected):
    assert labels(lists_of(kept_connection), source, **about) == expected


def test_ingestion_mappings_of_a_table_are_listed(connection, lists):
    create = """.create table Orders ingestion csv mapping "Plain" '[{"Column": "OrderId", "Properties": {"Ordinal": "0"}}]'"""
    connection.kusto.command(create, database="Sales")

    assert labels(lists, Source.MAPPINGS, database="Sales", given=("Orders",)) == ["Plain"]


def test_folders_and_files_are_those_that_the_identity_sees(lists):
    ask = {"database": "Sales", "given": ("mi-ingest",)}

    assert labels(lists, Source.LOCATIONS, inside=f"{LAKE}/archive/", **ask) == ["2024/", "2025/"]
    (file,) = lists.of(Question(Source.LOCATIONS, inside=f"{LAKE}/archive/2024/", **ask)).every

    assert (file.label, file.value) == ("orders.csv", f"{LAKE}/archive/2024/orders.csv")
    assert not file.goes_on


def test_folders_below_one_that_is_known_ask_nobody(proxied, proxy):
    lists = lists_of(proxied)
    ask = {"database": "Sales", "given": ("mi-ingest",)}
    labels(lists, Source.LOCATIONS, inside=f"{LAKE}/archive/", **ask)
    before = len(proxy.requests)

    assert labels(lists, Source.LOCATIONS, inside=f"{LAKE}/archive/2025/", **ask) == ["orders.csv"]
    assert len(proxy.requests) == before


def test_two_thousand_containers_are_asked_for_once(proxied, proxy, azure):
    account = azure.world.storage_accounts["contosolake"]
    for number in range(2000):
        account.put(f"team-{number:04}", "a.csv", b"1")
    azure.arm.page_size = 5000
    lists = lists_of(proxied)

    first = labels(lists, Source.LOCATIONS, inside=f"{LAKE}/")
    labels(lists, Source.LOCATIONS, inside=f"{LAKE}/")

    assert len(first) == 2005
    in_azure = [one for one in proxy.requests if not one.is_kusto]
    assert len(in_azure) == 2  # the accounts, and the containers of one


def test_what_is_not_visible_is_not_listed_and_the_permission_is_named(reader):
    answer = lists_of(reader).of(Question(Source.LOCATIONS, inside=f"{LAKE}/"))

    assert (answer.every, answer.required) == ((), "Reader on the storage account")


def test_what_failed_is_asked_again(lists, azure):
    azure.faults.add("unavailable", match="/containers", times=20, retry_after=0)
    question = Question(Source.LOCATIONS, inside=f"{LAKE}/")

    failure = lists.of(question).failure
    azure.faults.clear()

    assert isinstance(failure, AdxmiError)
    assert len(lists.of(question).every) == 5


def test_new_names_come_once_the_lists_are_forgotten(lists, azure):
    question = Question(Source.LOCATIONS, inside=f"{LAKE}/")
    lists.of(question)
    azure.world.storage_accounts["contosolake"].put("new", "a.csv", b"1")

    assert len(lists.of(question).every) == 5
    lists.forget()
    assert len(lists.of(question).every) == 6


def test_a_denied_list_of_files_says_what_it_takes(lists):
    answer = lists.of(Question(Source.LOCATIONS, "Sales", ("mi-export",), f"{LAKE}/archive/"))

    assert isinstance(answer.failure, NotAuthorized)
    assert answer.required.startswith("NativeIngestion and Storage Blob Data Reader")


def test_files_need_an_identity_that_is_known(lists):
    question = Question(Source.LOCATIONS, "Sales", ("",), f"{LAKE}/archive/")

    assert lists.of(question).missing == ("identity",)
    assert isinstance(
        lists.of(Question(Source.LOCATIONS, "Sales", ("mi-x",), f"{LAKE}/archive/")).failure,
        UnknownIdentity,
    )


@pytest.mark.parametrize(
    ("source", "text", "before", "inside"),
    [
        (Source.LOCATIONS, "", "", ""),
        (Source.LOCATIONS, "https://contosol", "", ""),
        (Source.LOCATIONS, f"{LAKE}/arch", "", f"{LAKE}/"),
        (Source.LOCATIONS, f"{LAKE}/archive/20", "", f"{LAKE}/archive/"),
        (Source.LOCATIONS, f"{LAKE}/a, {LAKE}/b", f"{LAKE}/a, ", f"{LAKE}/"),
        (Source.EVENT_HUBS, f"{HUB}ord", "", HUB),
        (Source.EVENT_HUBS, "contoso", "", ""),
        (Source.MODELS, "https://contosoai.openai.azure.com/openai", "", "https://contosoai.openai.azure.com/"),
        (Source.SQL_SERVERS, "contoso", "", ""),
    ],
)  # fmt: skip
def test_what_is_typed_tells_where_to_look(source, text, before, inside):
    assert level(source, text) == (before, inside)
