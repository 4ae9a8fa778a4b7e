"""What it takes to check a whole cluster, beside the same requests one after the other."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING
from unittest import mock

from adxmi_jupyter.service import gather
from tests.benchmarks.shells import bench, in_turns
from tests.benchmarks.table import Budget, Row, Unit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.benchmarks.shells import Bench

LATENCY = 0.03
DATABASES = 40
TABLES_EACH = 3
WORKFLOWS = 200


def checking_rows(home: Path, runs: int) -> list[Row]:
    """Measure ``%adxmi check`` on a cluster with many databases and workflows."""
    with bench(home) as started:
        _fill(started)
        started.azure.latency = LATENCY
        requests = _counted(started)
        together, one_by_one = in_turns(
            lambda: started.magic("check"), lambda: _one_by_one(started), max(3, runs // 5)
        )
    what = f"`check`, {DATABASES} databases, {WORKFLOWS} workflows, latency 30 ms"
    return [
        Row(what, together, budget=Budget(4.0)),
        Row("requests it sends", requests, Unit.COUNT),
        Row("the same requests one after the other", one_by_one),
        Row("how many times faster", one_by_one.median / together.median, Unit.TIMES),
    ]


def _fill(started: Bench) -> None:
    world = started.azure.world
    for number in range(DATABASES - len(world.cluster.databases)):
        world.add_database(f"Check{number:02}")
    ids = [identity.object_id for identity in world.identities]
    entry = f'[{{"ObjectId": "{ids[0]}", "AllowedUsages": "AutomatedFlows"}}]'
    started.bare("Sales", f".alter-merge cluster policy managed_identity ```{entry}```")
    for place, database in enumerate(world.cluster.databases):
        world.cluster.databases[database].external_tables.clear()
        for number in range(TABLES_EACH):
            container, identity = f"t{place}x{number}", ids[(place + number) % len(ids)]
            string = (
                f"https://contosolake.blob.core.windows.net/{container};managed_identity={identity}"
            )
            world.add_external_table(f"Table{number}", string, database=database)
        _add_flows(started, database, ids[0])
    if _there(started) != WORKFLOWS:
        raise SystemExit(f"there are {_there(started)} workflows instead of {WORKFLOWS}")


def _add_flows(started: Bench, database: str, identity: str) -> None:
    """Add a continuous export and an update policy."""
    for table in ("Source", "Target"):
        started.bare(database, f".create table {table} (Id: long)")
    started.bare(
        database,
        ".create-or-alter continuous-export Export to table Table0 "
        f"with (managedIdentity='{identity}') <| Source",
    )
    policy = f'[{{"Source": "Source", "Query": "Source", "ManagedIdentity": "{identity}"}}]'
    started.bare(database, f".alter table Target policy update ```{policy}```")


def _there(started: Bench) -> int:
    frame = started.magic("check")
    kinds = ("external-table", "continuous-export", "update-policy")
    mine = frame[frame["workflow"].isin(kinds)]
    return int(mine.groupby(["workflow", "name"]).ngroups)


def _counted(started: Bench) -> int:
    before = started.azure.requests_served + started.azure.arm_requests_served
    started.magic("check")
    return started.azure.requests_served + started.azure.arm_requests_served - before


def _one_by_one(started: Bench) -> None:
    # One worker sends what sixteen do; its progress bar is not part of the figure.
    with mock.patch.object(gather, "_WORKERS", 1), contextlib.redirect_stderr(io.StringIO()):
        started.magic("check")
