"""Puts the history into the logs of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.seed.history.cast import cast_of
from adxmi_jupyter.embedded.seed.history.changes import add_changes
from adxmi_jupyter.embedded.seed.history.timeline import Timeline
from adxmi_jupyter.embedded.seed.history.workflows import add_workflows
from adxmi_jupyter.embedded.state.data_log import put_before

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.world import World


def recall(world: World, seeded: World, began_ns: int) -> None:
    """Put what happened before a moment, as seen by a freshly seeded world, before all entries."""
    line = Timeline(seeded.cluster, began_ns)
    cast = cast_of(seeded)
    add_changes(line, cast)
    add_workflows(line, cast)
    logs = world.cluster.logs
    logs.requests.put_before(sorted(line.requests, key=lambda each: each.head.started_ns))
    put_before(logs.data.operations, sorted(line.data, key=lambda each: each.happened_ns))
    put_before(logs.data.streams, sorted(line.streams, key=lambda each: each.begun_ns))
    put_before(world.service.operations, sorted(line.operations, key=lambda each: each.started_ns))
    put_before(world.ingestion.failures, sorted(line.failures, key=lambda each: each.failed_ns))
    world.journal.put_before(line.entries())
