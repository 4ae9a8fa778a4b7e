"""azure-kusto-data, as its documentation shows it: queries and commands, with and without async."""

from __future__ import annotations

import asyncio

from azure.kusto.data import (
    ClientRequestProperties,
    KustoClient,
    KustoConnectionStringBuilder,
)
from azure.kusto.data.aio import KustoClient as AsyncKustoClient
from azure.kusto.data.exceptions import KustoApiError
from steps import KUSTO, TOKEN, is_equal, step


def by_token():
    return KustoConnectionStringBuilder.with_token_provider(KUSTO, lambda: TOKEN)


def connect(builder=None):
    return KustoClient(builder or by_token())


def count(client):
    return client.execute("Sales", "Orders | count").primary_results[0][0]["Count"]


@step("query")
def query():
    with connect() as client:
        rows = client.execute_query("Sales", "Orders | take 2").primary_results[0]
        is_equal([row["OrderId"] for row in rows], [1, 2])


@step("command")
def command():
    with connect() as client:
        rows = client.execute_mgmt("Sales", ".show tables").primary_results[0]
        is_equal([row["TableName"] for row in rows], ["Orders", "Customers"])


@step("query behind a command")
def then_query():
    with connect() as client:
        text = ".show tables; $command_results | count"
        is_equal(client.execute("Sales", text).primary_results[0][0]["Count"], 2)


@step("streamed query")
def streamed():
    with connect() as client:
        answer = client.execute_streaming_query("Sales", "Orders | take 2")
        is_equal(len(list(answer.iter_primary_results().__next__())), 2)


@step("table filled by a command")
def filled():
    with connect() as client:
        client.execute("Sales", ".set-or-append Listed <| .show tables")
        client.execute("Sales", ".ingest inline into table Listed <| a,b,c,d")
        is_equal(client.execute("Sales", "Listed | count").primary_results[0][0]["Count"], 3)


@step("error of the service")
def error():
    with connect() as client:
        try:
            client.execute("Sales", ".drop table Nowhere")
        except KustoApiError as caught:
            is_equal(caught.get_api_error().code, "BadRequest_TableNotExist")
        else:
            raise AssertionError("no error")


@step("sign-in by a token")
def signed_in_by_token():
    builder = KustoConnectionStringBuilder.with_aad_application_token_authentication(KUSTO, TOKEN)
    with connect(builder) as client:
        is_equal(count(client), 6)


@step("sign-in with a managed identity")
def signed_in_with_identity():
    builder = KustoConnectionStringBuilder.with_aad_managed_service_identity_authentication(KUSTO)
    with connect(builder) as client:
        is_equal(count(client), 6)


@step("no sign-in")
def no_sign_in():
    with connect(KustoConnectionStringBuilder.with_no_authentication(KUSTO)) as client:
        is_equal(count(client), 6)


@step("async query and command")
def with_async():
    async def both():
        async with AsyncKustoClient(by_token()) as client:
            rows = await client.execute("Sales", "Orders | take 2")
            tables = await client.execute("Sales", ".show tables")
            return len(rows.primary_results[0]), len(tables.primary_results[0])

    is_equal(asyncio.run(both()), (2, 3))


@step("query parameters")
def parameters():
    properties = ClientRequestProperties()
    properties.set_parameter("wanted", "north")
    text = "declare query_parameters(wanted:string); Orders | where Region == wanted | count"
    with connect() as client:
        client.execute("Sales", text, properties)
