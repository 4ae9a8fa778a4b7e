"""End ``--elevate`` at random moments, and look whether the next start offers what is left."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import DatabaseRole
from adxmi_jupyter.embedded.state.ids import cluster_id
from adxmi_jupyter.embedded.state.world import as_principal
from tests.fleets import FLEET_FILE, THREE, three_clusters
from tests.nightly.clients import TRACEBACK, ran

if TYPE_CHECKING:
    from adxmi_jupyter.embedded import Cluster
    from tests.nightly.clients import Line, Place

CALLER = "mi-ingest"
ENVIRONMENT = {"ADXMI_CREDENTIAL": "token", "ADXMI_TOKEN": f"embedded-{CALLER}"}
_ELEVATED = ("policy", "grant", "mi-export", "--database", "Sales", "--elevate", "--usage")
_USAGES = ("NativeIngestion", "DataConnection", "AutomatedFlows", "AzureAI")
_OFFER = "role cleanup --yes"
_FLEET_OFFER = re.compile(r"role cleanup --fleet (?P<names>\S+) --yes")
_AT_ONCE = {"ADXMI_FLEET_PER_SECOND": "0"}


def kill_elevated(place: Place, times: int, *, seed: int = 11) -> Counter[str]:
    """Kill an elevated command `times` times, each at another moment; count what is left after."""
    _let_elevate(place)
    lines = [(*_ELEVATED, usage) for usage in _USAGES]
    return _kill(place, lines, times, seed, _judge)


def kill_elevated_on_fleet(place: Place, times: int, *, seed: int = 11) -> Counter[str]:
    """Kill an elevated apply to three clusters; count as `kill_elevated`."""
    three_clusters(place.azure)
    _let_elevate(place, THREE)
    lines = []
    for usage in _USAGES:
        file = place.home / f"{usage}.yaml"
        file.write_text(FLEET_FILE.replace("NativeIngestion", usage), "utf-8")
        lines.append(("apply", "--fleet", "-f", str(file), "--elevate", "--yes"))
    return _kill(place, lines, times, seed, _judge_fleet)


def _kill(
    place: Place,
    lines: list[Line],
    times: int,
    seed: int,
    judge: Callable[[Place, Counter[str]], None],
) -> Counter[str]:
    chance, count = random.Random(seed), Counter[str]()
    longest = _seconds_of_a_command(place, lines)
    for number in range(times):
        client = place.start(ran, lines[number % len(lines)], **ENVIRONMENT, **_AT_ONCE)
        client.wait_until_started()
        time.sleep(chance.uniform(0, longest))
        client.kill()
        count["kills"] += 1
        judge(place, count)
    return count


def _let_elevate(place: Place, others: Iterable[str] = ()) -> None:
    """Make the caller a Viewer, who is Contributor on the clusters in Azure."""
    azure = place.azure
    azure.world.grant(
        as_principal(azure.world.identity(CALLER)), DatabaseRole.VIEWERS, database="Sales"
    )
    for cluster in (azure.world.cluster, *map(azure.world.find_cluster, others)):
        azure.assign_role(CALLER, "Contributor", cluster_id(cluster))
    if others:  # a run is whole only where the whole subscription can be read
        azure.assign_role(CALLER, "Reader", f"/subscriptions/{azure.world.cluster.subscription_id}")
    azure.arm.unattended = 0.5
    azure.faults.add("late-cluster-roles", delay=0.3)


def _seconds_of_a_command(place: Place, lines: list[Line]) -> float:
    """Return how long a command takes; the first one loads what the others find loaded."""
    place.run(*lines[-2], **ENVIRONMENT, **_AT_ONCE)
    began = time.perf_counter()
    done = place.run(*lines[-1], **ENVIRONMENT, **_AT_ONCE)
    if done.code:
        raise AssertionError(done.err)
    return time.perf_counter() - began


def _judge(place: Place, count: Counter[str]) -> None:
    """Start again: what is there, or may yet come, is offered; what is offered is removed."""
    done = place.run("status", **ENVIRONMENT)
    is_offered = _OFFER in done.err
    removed = place.run("role", "cleanup", "--yes", **ENVIRONMENT)
    count["tracebacks"] += TRACEBACK in {done.code, removed.code}
    count["commands afterwards that failed"] += bool(done.code or removed.code)
    count["offered"] += is_offered
    _let_azure_end(place)
    if _is_elevated(place.azure.world.cluster):
        count["came later"] += 1
        again = place.run("status", **ENVIRONMENT)
        place.run("role", "cleanup", "--yes", **ENVIRONMENT)
        count["left and not offered"] += _OFFER not in again.err
    count["left after it was removed"] += _is_elevated(place.azure.world.cluster)


def _judge_fleet(place: Place, count: Counter[str]) -> None:
    """Do as `_judge` on every cluster: each with a role left is named by what is offered."""
    offered = _offered(place, count)
    _let_azure_end(place)
    count["left"] += len(_elevated(place))
    _clean_up(place, offered, count)
    _let_azure_end(place)
    later = _elevated(place)
    if later:
        count["came later"] += len(later)
        again = _offered(place, count)
        count["left and not offered"] += len(later - again)
        _clean_up(place, again, count)
    count["left after it was removed"] += len(_elevated(place))
    count["offered with nothing left"] += bool(_offered(place, Counter()))


def _offered(place: Place, count: Counter[str]) -> set[str]:
    """Return the clusters that the next start offers to clean up."""
    done = place.run("status", **ENVIRONMENT)
    count["tracebacks"] += done.code == TRACEBACK
    count["commands afterwards that failed"] += bool(done.code)
    found = _FLEET_OFFER.search(done.err)
    count["offered"] += found is not None
    return set(found["names"].split(",")) if found else set()


def _clean_up(place: Place, names: set[str], count: Counter[str]) -> None:
    if not names:
        return
    listed = ",".join(sorted(names))
    done = place.run(*f"role cleanup --fleet {listed} --yes".split(), **ENVIRONMENT, **_AT_ONCE)
    count["tracebacks"] += done.code == TRACEBACK
    count["commands afterwards that failed"] += bool(done.code)


def _let_azure_end(place: Place) -> None:
    """Let what is still under way end by itself."""
    time.sleep(2 * place.azure.arm.unattended)
    place.azure.world.settle()


def _elevated(place: Place) -> set[str]:
    world = place.azure.world
    return {name for name in THREE if _is_elevated(world.find_cluster(name))}


def _is_elevated(cluster: Cluster) -> bool:
    return any(
        one.principal.display_name == CALLER and one.role == "AllDatabasesAdmin"
        for one in cluster.roles
    )
