"""End ``--elevate`` at random moments, and look whether the next start offers what is left."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.world import as_principal
from tests.nightly.clients import TRACEBACK, ran

if TYPE_CHECKING:
    from tests.nightly.clients import Place

CALLER = "mi-ingest"
ENVIRONMENT = {"ADXMI_CREDENTIAL": "token", "ADXMI_TOKEN": f"embedded-{CALLER}"}
_ELEVATED = ("policy", "grant", "mi-export", "--database", "Sales", "--elevate", "--usage")
_USAGES = ("NativeIngestion", "DataConnection", "AutomatedFlows", "AzureAI")
_OFFER = "role cleanup --yes"


def kill_elevated(place: Place, times: int, *, seed: int = 11) -> Counter[str]:
    """Kill an elevated command `times` times, each at another moment; count what is left after."""
    chance, count = random.Random(seed), Counter()
    _let_elevate(place)
    longest = _seconds_of_a_command(place)
    for number in range(times):
        client = place.start(ran, (*_ELEVATED, _USAGES[number % len(_USAGES)]), **ENVIRONMENT)
        client.wait_until_started()
        time.sleep(chance.uniform(0, longest))
        client.kill()
        count["kills"] += 1
        _judge(place, count)
    return count


def _let_elevate(place: Place) -> None:
    """Make the caller a Viewer, who is Contributor on the cluster in Azure."""
    azure = place.azure
    azure.world.grant(
        as_principal(azure.world.identity(CALLER)), DatabaseRole.VIEWERS, database="Sales"
    )
    azure.assign_role(CALLER, "Contributor", cluster_id(azure.world.cluster))
    azure.arm.unattended = 0.5
    azure.faults.add("late-cluster-roles", delay=0.3)


def _seconds_of_a_command(place: Place) -> float:
    line = (*_ELEVATED, _USAGES[0])
    place.run(*line, **ENVIRONMENT)  # the first one loads what the others find loaded
    began = time.perf_counter()
    place.run(*line, **ENVIRONMENT)
    return time.perf_counter() - began


def _judge(place: Place, count: Counter[str]) -> None:
    """Start again: what is there, or may yet come, is offered; what is offered is removed."""
    done = place.run("status", **ENVIRONMENT)
    is_offered = _OFFER in done.err
    removed = place.run("role", "cleanup", "--yes", **ENVIRONMENT)
    count["tracebacks"] += TRACEBACK in {done.code, removed.code}
    count["commands afterwards that failed"] += bool(done.code or removed.code)
    count["offered"] += is_offered
    time.sleep(2 * place.azure.arm.unattended)  # what was still under way ends by itself
    place.azure.world.settle()
    if _is_elevated(place):
        count["came later"] += 1
        again = place.run("status", **ENVIRONMENT)
        place.run("role", "cleanup", "--yes", **ENVIRONMENT)
        count["left and not offered"] += _OFFER not in again.err
    count["left after it was removed"] += _is_elevated(place)


def _is_elevated(place: Place) -> bool:
    return any(
        one.principal.display_name == CALLER and one.role == "AllDatabasesAdmin"
        for one in place.azure.world.cluster.roles
    )
