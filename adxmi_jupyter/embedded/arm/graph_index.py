"""How late the resource graph is, and how much it is asked (page: Resource Graph GET/LIST API).

The index of the graph knows a resource some time after it was created: `graph_age` seconds.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.arm.errors import ArmError

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest

_MINUTE = 60.0


def note_made(call: ArmRequest, resource_id: str) -> None:
    """Note that a resource was created now."""
    call.world.graph_made[resource_id.casefold()] = time.monotonic()


def is_indexed(call: ArmRequest, resource_id: str) -> bool:
    """Tell whether the graph knows a resource already."""
    made = call.world.graph_made.get(resource_id.casefold())
    return made is None or time.monotonic() - made >= call.settings.graph_age


def not_indexed(resource_id: str) -> ArmError:
    """Return the error of a resource that the graph does not know yet."""
    return ArmError(
        404,
        "ResourceNotFound",
        f"Resource Graph has no resource '{resource_id}'. One that was created or changed in the "
        "last minutes may be missing: ask without useResourceGraph.",
    )


def count_get(call: ArmRequest) -> None:
    """Count a GET through the graph: per caller and subscription.

    An ArmError: 422 where the graph can't answer and the caller is to ask without it, 429 over the
    quota of a minute.
    """
    settings, now = call.settings, time.monotonic()
    if settings.graph_declines:
        raise ArmError(
            422,
            "UnprocessableContent",
            "Resource Graph can't answer this request: ask without useResourceGraph.",
        )
    key = f"{call.caller.object_id}/{call.names.get('subscription', '').casefold()}"
    times = call.world.graph_queries.setdefault(key, [])
    times[:] = [each for each in times if now - each < _MINUTE]
    if len(times) >= settings.graph_gets:
        seconds = str(math.ceil(_MINUTE - (now - times[0]))) if times else "60"
        raise ArmError(
            429,
            "RateLimiting",
            "The requests of the last minute exceed the quota of this subscription.",
            headers={"Retry-After": seconds},
        )
    times.append(now)
