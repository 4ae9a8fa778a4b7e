import pytest

from adxmi_jupyter.actions.history.kusto_store import KustoStore
from adxmi_jupyter.actions.history.recording import local_folder
from adxmi_jupyter.actions.history.syncing import Choices, sync_to_cluster


@pytest.fixture
def store(connection):
    """The history of the cluster in its database Telemetry."""
    return KustoStore(connection, "Telemetry", connection.cluster)


@pytest.fixture
def local(connection):
    return local_folder(connection)


@pytest.fixture
def sync(connection, store):
    """Send what was not sent, and return what became of each run."""
    return lambda **more: [
        one.result
        for one in sync_to_cluster(connection, store, Choices(confirmed=True, **more)).runs
    ]


@pytest.fixture
def grant(connection):
    """Allow the system-assigned identity a usage, without this tool."""

    def ask(usage, database="Sales"):
        entry = f'[{{"ObjectId": "system", "AllowedUsages": "{usage}"}}]'
        command = f".alter-merge database {database} policy managed_identity '{entry}'"
        connection.kusto.command(command)

    return ask
