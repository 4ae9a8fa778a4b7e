"""A run over many clusters: how far it came with each, and why not further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """How far a run came with a cluster.

    Only ``reached`` says something about what the cluster has: no row of any other one means that
    there is nothing.
    """

    REACHED = "reached"
    STOPPED = "stopped"
    NOT_RUNNING = "not running"
    PRIVATE = "not reachable from here (private)"
    UNREACHABLE = "not reachable"
    NO_ANSWER = "no answer"
    THROTTLED = "throttled"
    CERTIFICATE = "certificate not trusted"
    OTHER_TENANT = "another tenant"
    NO_PERMISSION = "no permission"
    NOT_AUTHENTICATED = "not authenticated"
    NOT_TRUSTED = "host not trusted"
    NOT_SUPPORTED = "not supported"
    IN_PART = "read in part"
    ROLE_LEFT = "temporary role not removed"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_ASKED = "not asked"


@dataclass(frozen=True)
class Outcome:
    """How far a run came with one cluster, by its name and resource ID; `why` is for people."""

    cluster: str
    resource_id: str
    reach: Reach
    why: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether what was asked for is known."""
        return self.reach is Reach.REACHED


@dataclass(frozen=True)
class Reached:
    """The completeness of a run: the clusters by how far it came with them."""

    outcomes: Sequence[Outcome]

    @property
    def asked(self) -> int:
        """How many clusters were selected."""
        return len(self.outcomes)

    @property
    def count(self) -> int:
        """How many of them were reached."""
        return sum(one.is_reached for one in self.outcomes)

    @property
    def is_whole(self) -> bool:
        """Whether all of them were."""
        return self.count == self.asked

    @property
    def missing(self) -> Mapping[Reach, tuple[Outcome, ...]]:
        """The others by reason, the most frequent first."""
        counts = Counter(one.reach for one in self.outcomes if not one.is_reached)
        return {
            reach: tuple(one for one in self.outcomes if one.reach is reach)
            for reach, _ in counts.most_common()
        }
