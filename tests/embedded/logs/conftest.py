"""Logs, what a command shows of them, and callers with some roles."""

import pytest
from azure.kusto.data import KustoClient, KustoConnectionStringBuilder

from tests.embedded.conftest import READER
from tests.embedded.ingesting import TESTER

EVERYTHING = ".show commands-and-queries"


@pytest.fixture
def texts(run):
    """Run a command about the log and return the texts of its entries."""
    return lambda command=EVERYTHING, **options: [row["Text"] for row in run(command, **options)]


@pytest.fixture
def last(run):
    """Return the newest entry of a log."""
    return lambda command=EVERYTHING, **options: run(command, **options)[-1]


@pytest.fixture
def tester(azure):
    """Add a caller with one role, of a database or of the cluster."""

    def add(*roles):
        principal = azure.world.add_principal("tester", token=TESTER)
        for role, database in roles:
            azure.world.grant(principal, role, database=database)

    return add


@pytest.fixture
def named_client(azure):
    """Open a client that tells its own name and its user's."""
    builder = KustoConnectionStringBuilder.with_token_provider(azure.kusto_uri, lambda: READER)
    builder.application_for_tracing = "Nightly Report"
    builder.user_name_for_tracing = "CONTOSO\\nightly"
    with KustoClient(builder) as client:
        yield client
