"""The consumer groups of an event hub (page: Consumer Groups, List By Event Hub)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.arm.errors import child_not_found, not_found
from adxmi_jupyter.embedded.arm.paging import page_of
from adxmi_jupyter.embedded.state.ids import group_id, same

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.answer import Answer
    from adxmi_jupyter.embedded.arm.request import ArmRequest

NAMESPACE_TYPE = "Microsoft.EventHub/namespaces"
TYPE = f"{NAMESPACE_TYPE}/eventhubs/consumergroups"


def list_consumer_groups(call: ArmRequest) -> Answer:
    """Return the consumer groups of an event hub."""
    names = call.names
    group = group_id(names["subscription"], names["group"])
    namespace = f"{group}/providers/{NAMESPACE_TYPE}/{names['namespace']}"
    if not any(same(each.resource_id, namespace) for each in call.world.resources):
        raise not_found(NAMESPACE_TYPE, names["namespace"], names["group"])
    hub_id = f"{namespace}/eventhubs/{names['hub']}"
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
