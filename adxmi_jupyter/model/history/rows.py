"""Runs, and the rows that they leave: the state of a cluster, changes and findings.

A row of state is an atom: one usage that a policy allows an identity, one principal in one role.
So the difference of two states is that of two sets. A row without an item stands for a section,
such as the roles of a database, and tells whether it could be read: without it, an empty section
could not be told from one that was not read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from adxmi_jupyter.model.identity import is_guid

COMPLETE = "complete"
"""The completeness of a section that was read as a whole."""
START = "0" * 64
"""What the chain of digests of a cluster begins with."""


class Kind(StrEnum):
    """What a row of state is about."""

    DATABASE = "database"
    POLICY = "policy"
    ROLE = "role"
    ASSIGNMENT = "assignment"
    CALLOUT = "callout"
    CONNECTION = "connection"
    WORKFLOW = "workflow"


class RunKind(StrEnum):
    """What a run was: reading a state, or writing.

    A plan, a drift and a snapshot read what they are about, which may be a part of the cluster. An
    apply is all of its writes; what it read before them is a run of a plan.
    """

    RECORD = "record"
    AUDIT = "audit"
    PLAN = "plan"
    DRIFT = "drift"
    SNAPSHOT = "snapshot"
    WRITE = "write"
    APPLY = "apply"

    @property
    def has_state(self) -> bool:
        """Whether such a run saw a state."""
        return self not in {RunKind.WRITE, RunKind.APPLY}


class SectionKey(NamedTuple):
    """Which rows are read together: those of a kind, of one scope."""

    cluster: str
    kind: str
    database: str = ""


def canonical(value: object) -> str:
    """Return a value as JSON that is the same text for the same value, on one line."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def as_guid(text: str) -> str:
    """Return a GUID as the service writes it; empty for what is none, such as ``system``."""
    return text.lower() if is_guid(text) else ""


def clean(text: str) -> str:
    """Return a text that can be sent: halves of surrogate pairs cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def time_text(moment: datetime) -> str:
    """Return a moment to the microsecond, in UTC; texts of moments sort as the moments do."""
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(timespec="microseconds") + "Z"


@dataclass(frozen=True, order=True)
class StateRow:
    """One atom, or a section where `item` is empty; `value` is canonical JSON."""

    cluster: str
    kind: str
    database: str = ""
    item: str = ""
    object_id: str = ""
    resource_id: str = ""
    value: str = "{}"
    identity_name: str = ""
    client_id: str = ""
    cluster_id: str = ""
    completeness: str = COMPLETE

    @property
    def scope(self) -> str:
        """``cluster`` or ``database``."""
        return "database" if self.database else "cluster"

    @property
    def section(self) -> SectionKey:
        """The section that it is part of."""
        return SectionKey(self.cluster, self.kind, self.database)

    @property
    def is_section(self) -> bool:
        """Whether it stands for a section."""
        return not self.item

    @property
    def atom(self) -> tuple[str, ...]:
        """What makes two rows the same atom: names of identities, which may change, are none."""
        key = (self.cluster, self.kind, self.database, self.item, self.object_id)
        return (*key, self.resource_id, self.value)

    @property
    def subject(self) -> tuple[str, ...]:
        """What an atom is about, whatever its value is."""
        return (self.cluster, self.kind, self.database, self.item, self.object_id)

    @property
    def told(self) -> Mapping[str, Any]:
        """The value, parsed."""
        found = json.loads(self.value)
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, order=True)
class ChangeRow:
    """A write that was made from this machine, and how it ended."""

    at: str
    cluster: str
    database: str
    kind: str
    action: str
    object_id: str = ""
    before: str = "null"
    after: str = "null"
    command: str = ""
    outcome: str = ""
    by: str = ""
    ticket: str = ""
    undo_of: str = ""

    @property
    def scope(self) -> str:
        """``cluster`` or ``database``."""
        return "database" if self.database else "cluster"


@dataclass(frozen=True, order=True)
class FindingRow:
    """A finding of an audit, or a change of a plan: its rule is then the kind of the run.

    `evidence` is canonical JSON, `until` a moment or empty.
    """

    fingerprint: str
    rule: str
    severity: str
    state: str
    cluster: str
    database: str = ""
    object_id: str = ""
    usage: str = ""
    evidence: str = "{}"
    reason: str = ""
    until: str = ""


@dataclass(frozen=True)
class Run:
    """A run; moments are as `time_text` writes them.

    `digest` is the head of the chain of the cluster after it, `previous` the head before;
    `findings` counts, as canonical JSON. `cluster` is that of the chain.
    """

    id: str
    started: str
    ended: str
    kind: str
    cluster: str
    tool: str = ""
    by: str = ""
    tenant: str = ""
    clusters: int = 1
    reached: int = 1
    findings: str = "{}"
    previous: str = START
    digest: str = ""

    @property
    def has_state(self) -> bool:
        """Whether it saw a state."""
        return self.kind not in {RunKind.WRITE.value, RunKind.APPLY.value}


class Sizes(NamedTuple):
    """How many rows of each kind a run has, without its own."""

    state: int = 0
    changes: int = 0
    findings: int = 0

    def has(self, other: Sizes) -> bool:
        """Tell whether there are as many rows of each kind as there, or more."""
        return all(here >= there for here, there in zip(self, other, strict=True))


@dataclass(frozen=True)
class Recorded:
    """A run with all of its rows."""

    run: Run
    state: tuple[StateRow, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()

    def after(self, previous: str) -> Recorded:
        """Return it as the next one of a chain, with its rows in the order of the chain."""
        ordered = self.ordered
        run = replace(self.run, previous=previous, digest="")
        return replace(ordered, run=replace(run, digest=_digest(replace(ordered, run=run))))

    @property
    def ordered(self) -> Recorded:
        """The same with its rows in the order of the chain."""
        return Recorded(
            self.run,
            tuple(sorted(self.state)),
            tuple(sorted(self.changes)),
            tuple(sorted(self.findings)),
        )

    @property
    def digests(self) -> tuple[str, ...]:
        """The digest of each row of state, in order: each contains the one before."""
        return tuple(_chain(self.run.previous, self.run, self.state))

    @property
    def is_intact(self) -> bool:
        """Whether the rows are those that the digest was made of."""
        return self.after(self.run.previous).run.digest == self.run.digest

    @property
    def size(self) -> int:
        """The number of its rows, without that of the run itself."""
        return len(self.state) + len(self.changes) + len(self.findings)


def _chain(previous: str, run: Run, state: Iterable[StateRow]) -> Iterator[str]:
    head = previous
    for row in state:
        head = _hashed(head, [run.id, run.ended, *asdict(row).values()])
        yield head


def _digest(recorded: Recorded) -> str:
    run = recorded.run
    head = (run.previous, *_chain(run.previous, run, recorded.state))[-1]
    others = sorted(
        [
            *(list(asdict(one).values()) for one in recorded.changes),
            *(list(asdict(one).values()) for one in recorded.findings),
        ]
    )
    told = [getattr(run, one.name) for one in fields(run) if one.name not in {"digest", "previous"}]
    return _hashed(head, [others, told])


def _hashed(head: str, content: object) -> str:
    return hashlib.sha256(f"{head}{canonical(content)}".encode()).hexdigest()
