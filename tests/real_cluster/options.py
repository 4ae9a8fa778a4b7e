"""``--adx-cluster`` and ``--adx-database``: the tests that are safe there, on a real cluster."""

from pathlib import Path

import pytest

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.service.address import parse_address
from adxmi_jupyter.service.trust import TrustedHosts, check_host

MARK = "real_cluster"


def add_to(parser):
    """Declare the options."""
    group = parser.getgroup("a real cluster")
    group.addoption(
        "--adx-cluster",
        metavar="URI",
        default="",
        help="Run the tests marked real_cluster, and no others, on this cluster. They only read.",
    )
    group.addoption(
        "--adx-database", metavar="DB", default="", help="Database of the cluster to read."
    )
    group.addoption(
        "--adx-credential", metavar="NAME", default="", help="Credential, as for adxmi connect."
    )


def check(config):
    """Refuse options that cannot be used, before any test runs."""
    cluster, database = config.getoption("--adx-cluster"), config.getoption("--adx-database")
    credential = config.getoption("--adx-credential")
    if not cluster and (database or credential):
        raise pytest.UsageError("--adx-database and --adx-credential require --adx-cluster URI")
    if not cluster:
        return
    if not database:
        raise pytest.UsageError("--adx-cluster requires --adx-database DB, a database to read")
    try:
        check_host(parse_address(cluster), TrustedHosts(lambda: Path("/nonexistent")))
    except AdxmiError as error:
        raise pytest.UsageError(f"--adx-cluster {cluster}: {error.what}: {error.why}") from error


def select(config, items):
    """Leave out all tests that are not for a real cluster, if there is one."""
    if not config.getoption("--adx-cluster"):
        return
    chosen = [item for item in items if item.get_closest_marker(MARK)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
