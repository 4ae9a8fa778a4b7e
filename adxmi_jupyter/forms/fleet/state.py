"""What the fleet form knows: the clusters, how much of them was seen, and how to connect to one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.listing import fleet_frame
from adxmi_jupyter.rendering.fleet_listing import completeness_lines, readable_frame

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.listing import FleetListing
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.fleet import FleetCluster


@dataclass(frozen=True)
class FleetRow:
    """A cluster of the form, and what is shown of it."""

    cluster: FleetCluster
    state: str
    identities: str
    network: str

    @property
    def searched(self) -> str:
        """What the filter looks at."""
        cluster = self.cluster
        tags = " ".join(f"{name}={value}" for name, value in cluster.tags.items())
        return " ".join(
            (
                *(cluster.name, self.state, self.network, cluster.location, self.identities),
                *(cluster.subscription or cluster.subscription_id, cluster.resource_group, tags),
            )
        )


class FleetState:
    """The clusters of a selection; `read` reads them, `connect` connects to one."""

    def __init__(
        self,
        read: Callable[[], FleetListing],
        connect: Callable[[FleetCluster], tuple[Note, ...]],
    ) -> None:
        self._read = read
        self.connect = connect
        self.rows: tuple[FleetRow, ...] = ()
        self.lines: Sequence[str] = ()
        self.reload()

    @property
    def states(self) -> Mapping[str, int]:
        """How many clusters there are in each state, the most frequent first."""
        return dict(Counter(one.cluster.state or "unknown" for one in self.rows).most_common())

    def reload(self) -> None:
        """Read the clusters again; raises as `listing.list_fleet`."""
        listing = self._read()
        texts = readable_frame(fleet_frame(listing)).to_dict("records")
        self.rows = tuple(
            FleetRow(one.cluster, str(row["state"]), str(row["identities"]), str(row["network"]))
            for one, row in zip(listing.clusters, texts, strict=True)
        )
        self.lines = completeness_lines(listing.selected)
