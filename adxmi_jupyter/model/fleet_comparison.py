"""Where clusters that should be alike differ: facts of each, compared with what most of them have.

A fact that more than half of the clusters have is missing on the others; any other one is
additional where it is. Only clusters that have a database are compared about it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What of clusters is compared."""

    POLICY = "policy"
    ROLES = "roles"
    CALLOUTS = "callouts"
    DATABASES = "databases"


@dataclass(frozen=True)
class Fact:
    """Something that a cluster has: of a database, or of the whole cluster where that is empty.

    `subject` is a name for people, `subject_id` what tells it from others on every cluster.
    """

    part: Part
    database: str
    subject: str
    subject_id: str
    value: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes two facts of two clusters the same."""
        return (self.part.value, self.database.lower(), self.subject_id.lower(), self.value)


@dataclass(frozen=True)
class Difference:
    """A fact that some clusters lack, or that only some have."""

    fact: Fact
    is_missing: bool
    clusters: tuple[str, ...]
    compared: int


@dataclass(frozen=True)
class Alike:
    """Clusters that have the same of one part, and the digest of it."""

    part: Part
    digest: str
    clusters: tuple[str, ...]


def digest_of(facts: Iterable[Fact], part: Part) -> str:
    """Return a digest that clusters with the same content of a part share, whatever its names."""
    keys = sorted({fact.key for fact in facts if fact.part is part})
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:12]


def alike(facts: Mapping[str, Sequence[Fact]], parts: Iterable[Part]) -> tuple[Alike, ...]:
    """Return which clusters are alike in each part, the largest group first."""
    found = []
    for part in parts:
        groups: dict[str, list[str]] = {}
        for cluster, own in facts.items():
            groups.setdefault(digest_of(own, part), []).append(cluster)
        found += sorted(
            (Alike(part, digest, tuple(names)) for digest, names in groups.items()),
            key=lambda one: -len(one.clusters),
        )
    return tuple(found)


def differences(facts: Mapping[str, Sequence[Fact]]) -> tuple[Difference, ...]:
    """Return where clusters differ from most of them, by part, database and subject."""
    databases = {
        name: {one.subject_id.lower() for one in own if one.part is Part.DATABASES}
        for name, own in facts.items()
    }
    holders: dict[tuple[str, str, str, str], list[str]] = {}
    shown: dict[tuple[str, str, str, str], Fact] = {}
    for name, own in facts.items():
        for key, fact in {fact.key: fact for fact in own}.items():
            holders.setdefault(key, []).append(name)
            shown.setdefault(key, fact)
    found = (
        _difference(fact, holders[key], _comparable(fact, databases)) for key, fact in shown.items()
    )
    return tuple(sorted(filter(None, found), key=_order))


def _comparable(fact: Fact, databases: Mapping[str, set[str]]) -> list[str]:
    name = fact.database.lower()
    return [cluster for cluster, own in databases.items() if not name or name in own]


def _difference(fact: Fact, having: Sequence[str], every: Sequence[str]) -> Difference | None:
    if len(having) >= len(every):
        return None
    is_missing = 2 * len(having) > len(every)
    lacking = [cluster for cluster in every if cluster not in having]
    return Difference(fact, is_missing, tuple(lacking if is_missing else having), len(every))


def _order(one: Difference) -> tuple[int, str, str, str, bool]:
    fact = one.fact
    place = list(Part).index(fact.part)
    return (place, fact.database.lower(), fact.subject.lower(), fact.value, one.is_missing)
