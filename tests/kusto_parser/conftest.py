"""Microsoft's parser, and an embedded Azure to hold against it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.exceptions import KustoApiError

from adxmi_jupyter.embedded import EmbeddedAzure

from .agreement import NOT_SUPPORTED
from .judge import KustoParser, ParserUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def kusto_parser() -> Iterator[KustoParser]:
    """Microsoft's parser, one process for the whole run.

    Where it cannot be had the tests are skipped, except in CI: there a skip would go unseen.
    """
    try:
        with KustoParser() as parser:
            yield parser
    except ParserUnavailableError as reason:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"Microsoft's parser is not available: {reason}")


@pytest.fixture(scope="session")
def running_azure() -> Iterator[EmbeddedAzure]:
    with EmbeddedAzure() as azure:
        yield azure


@pytest.fixture
def client(running_azure: EmbeddedAzure) -> Iterator[KustoClient]:
    """A client of a freshly seeded embedded Azure."""
    running_azure.reset()
    token = f"embedded-admin.{running_azure.script_key}"  # scripts run for nobody else
    builder = KustoConnectionStringBuilder.with_token_provider(
        running_azure.kusto_uri, lambda: token
    )
    with KustoClient(builder) as client:
        yield client


@pytest.fixture
def refusal_code(client: KustoClient) -> Callable[[str], str]:
    """Send a command to the embedded Azure and return its error code, empty for a result.

    NOT_SUPPORTED stands for the error of a command that only Kusto knows.
    """

    def code(text: str) -> str:
        try:
            client.execute_mgmt("Sales", text)
        except KustoApiError as error:
            api_error = error.get_api_error()
            return NOT_SUPPORTED if NOT_SUPPORTED in api_error.description else api_error.code
        return ""

    return code


@pytest.fixture
def result_columns(client: KustoClient) -> Callable[[str], list[tuple[str, str]]]:
    """Send a command to the embedded Azure and return its (column name, Kusto type) pairs."""

    def columns(text: str) -> list[tuple[str, str]]:
        table = client.execute_mgmt("Sales", text).primary_results[0]
        return [(column.column_name, column.column_type) for column in table.columns]

    return columns
