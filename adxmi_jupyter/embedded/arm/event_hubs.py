"""Event hubs and their consumer groups.

Pages: Event Hubs - List By Namespace; Consumer Groups - List By Event Hub.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.arm.errors import child_not_found, not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.state.ids import group_id, same

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest

NAMESPACE_TYPE = "Microsoft.EventHub/namespaces"
HUB_TYPE = f"{NAMESPACE_TYPE}/eventhubs"
TYPE = f"{HUB_TYPE}/consumergroups"


def list_hubs(call: ArmRequest) -> Answer:
    """Return the event hubs of a namespace."""
    start = f"{_namespace(call)}/eventhubs/"
    return page_of(
        call,
        [
            {
                "id": hub.resource_id,
                "name": hub.resource_id.rsplit("/", 1)[1],
                "type": HUB_TYPE,
                "properties": {"status": "Active"},
            }
            for hub in call.world.sources.hubs
            if hub.resource_id.casefold().startswith(start.casefold())
        ],
    )


def list_consumer_groups(call: ArmRequest) -> Answer:
    """Return the consumer groups of an event hub."""
    hub_id = f"{_namespace(call)}/eventhubs/{call.names['hub']}"
    hub = call.world.sources.hub(hub_id)
    if hub is None or not same(hub.resource_id, hub_id):
        raise child_not_found(hub_id)
    return page_of(
        call,
        [
            {
                "id": f"{hub.resource_id}/consumergroups/{each}",
                "name": each,
                "type": TYPE,
                "properties": {},
            }
            for each in hub.consumer_groups
        ],
    )


def _namespace(call: ArmRequest) -> str:
    """Return the resource ID of the namespace in the path; an ArmError (404) without one."""
    names = call.names
    group = group_id(names["subscription"], names["group"])
    namespace = f"{group}/providers/{NAMESPACE_TYPE}/{names['namespace']}"
    if not any(same(each.resource_id, namespace) for each in call.world.resources):
        raise not_found(NAMESPACE_TYPE, names["namespace"], names["group"])
    return namespace
