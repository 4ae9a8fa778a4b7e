"""The event hubs that data connections read from; Cosmos DB is among the targets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_GROUP = "$Default"


@dataclass(frozen=True)
class Event:
    """One event of a hub; `properties` are those its sender has set, such as `Table`."""

    body: bytes
    properties: Mapping[str, str]
    sequence_number: int
    enqueued: datetime


@dataclass
class EventHub:
    """An event hub, or the built-in one of an IoT hub, with all events it was ever sent."""

    resource_id: str
    consumer_groups: list[str] = field(default_factory=lambda: [DEFAULT_GROUP])
    events: list[Event] = field(default_factory=list)

    @property
    def short_name(self) -> str:
        """Names of namespace and hub, such as `contosohub/orders`; of an IoT hub, its name."""
        segments = self.resource_id.split("/")
        return segments[-1] if self.is_built_in else f"{segments[-3]}/{segments[-1]}"

    @property
    def is_built_in(self) -> bool:
        """Whether it is that of an IoT hub, and not one of a namespace."""
        return self.resource_id.split("/")[-2].casefold() != "eventhubs"

    def send(self, body: bytes, properties: Mapping[str, str]) -> Event:
        """Keep an event."""
        event = Event(body, dict(properties), len(self.events), datetime.now(UTC))
        self.events.append(event)
        return event

    def since(self, start: datetime | None) -> list[Event]:
        """Return the events enqueued since then; none when there is no start."""
        return [each for each in self.events if start is not None and each.enqueued >= start]


@dataclass
class DataSources:
    """The hubs of the world."""

    hubs: list[EventHub] = field(default_factory=list)

    def hub(self, name: str) -> EventHub | None:
        """Return the hub of a resource ID or short name, ignoring case."""
        wanted = name.strip("/").casefold()
        return next((hub for hub in self.hubs if wanted in _names_of(hub)), None)


def _names_of(hub: EventHub) -> set[str]:
    return {hub.resource_id.strip("/").casefold(), hub.short_name.casefold()}
