"""A continuous export of Sales, and what it needs."""

import pytest

from .texts import COLUMNS, EXPORT_ID, LAKE, SHOW, create


@pytest.fixture
def lake(azure):
    """Return the blobs of the container that exports go to."""
    return azure.world.storage_accounts["contosolake"].containers["exports"]


@pytest.fixture
def table(run):
    """Create an external table of the container `exports`; by default as mi-export."""

    def create_table(auth=f"managed_identity={EXPORT_ID}", *, form="csv", by="", more=""):
        run(
            f".create external table Lake ({COLUMNS}) kind=storage {by} dataformat={form} "
            f"(h@'{LAKE}/exports/daily;{auth}') {more}",
            database="Sales",
        )

    return create_table


@pytest.fixture
def viewer(azure, run):
    """Give mi-export the role that the query needs."""
    run(f".add database Sales viewers ('aadapp={EXPORT_ID};{azure.world.tenant_id}')")


@pytest.fixture
def nightly(run, table, viewer):
    table()
    return run(create(), database="Sales")


@pytest.fixture
def run_failed(azure, run):
    """Run the export, which must fail, and return the row of `.show … failures`."""

    def run_once():
        assert azure.run_now("Sales", "Nightly").last_run_result == "Failed"
        return run(f"{SHOW} failures", database="Sales")[-1]

    return run_once
