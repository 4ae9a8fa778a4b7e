"""The event hubs of the seeded world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.event_hubs import DEFAULT_GROUP, EventHub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.state.resources import Resource
    from adxmi_jupyter.embedded.state.world import World


def add_sources(world: World, resources: Mapping[str, Resource]) -> None:
    """Add hubs to the namespaces, and an IoT hub; on some of them no identity has a role.

    That of `fabrikamhub` is in another tenant.
    """
    hubs = resources["contosohub"].resource_id
    edge = resources["contosoedge"].resource_id
    world.sources.hubs += [
        EventHub(f"{hubs}/eventhubs/orders", [DEFAULT_GROUP, "analytics"]),
        EventHub(f"{hubs}/eventhubs/new-blobs"),
        EventHub(f"{edge}/eventhubs/sensors"),
        EventHub(resources["contosodevices"].resource_id),
        EventHub(f"{resources['fabrikamhub'].resource_id}/eventhubs/orders"),
    ]
