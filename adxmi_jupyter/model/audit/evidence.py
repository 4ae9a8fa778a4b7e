"""Evidence of the use of identities: its layers and grades, and what could not be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Self, TypeVar

Value = TypeVar("Value")

ENOUGH = timedelta(days=14)
"""A shorter window shows no usage to be unused."""


class Layer(StrEnum):
    """What a piece of evidence tells: an object names it, the cluster ran it, a target saw it."""

    DECLARED = "declared"
    RUN = "run"
    TOUCHED = "touched"


class Grade(StrEnum):
    """How certain the use of a usage is."""

    IN_USE = "in use"
    DECLARED = "declared"
    WANTED = "wanted"
    NO_TRACE = "no trace"
    CANNOT_TELL = "cannot tell"


class Source(StrEnum):
    """Where something is read."""

    OBJECTS = "objects of the databases"
    REQUESTS = ".show commands-and-queries"
    DATA = ".show data operations"
    JOURNAL = ".show journal"
    POLICIES = "managed identity policies"
    ROLES = "security roles"
    CLUSTER = "the cluster in Azure"
    DATA_CONNECTIONS = "data connections in Azure"
    CLUSTER_ROLES = "roles on all databases in Azure"
    AZURE_ROLES = "Azure role assignments"
    CLUSTERS = "clusters in Azure Resource Graph"
    DIAGNOSTICS = "diagnostic settings"
    SCRIPTS = "scripts in Azure"
    SIGN_INS = "AADManagedIdentitySignInLogs"
    STORAGE = "StorageBlobLogs"
    ACTIVITY = "AzureActivity"
    WORKSPACE = "the Log Analytics workspace"
    ADX_QUERY = "ADXQuery"
    ADX_COMMAND = "ADXCommand"
    ADX_JOURNAL = "ADXJournal"


@dataclass(frozen=True)
class Trace:
    """A piece of evidence: how often within the window, and when first and last.

    `what` names the object, the construct or the target; `failed` counts requests that failed.
    """

    layer: Layer
    source: Source
    what: str
    times: int = 0
    failed: int = 0
    first: datetime | None = None
    last: datetime | None = None


class Reason(StrEnum):
    """Why something cannot be told."""

    DENIED = "requires"
    FAILED = "could not be read"
    OWN_ONLY = "shows only your own requests"
    NO_LOG = "leaves no trace that can be read"
    HIDDEN = "requests don't show their identity"
    UNTOLD = "objects don't show their identity"
    SEVERAL = "a target was reached, by one of several usages"
    YOUNG = "was allowed within the window"
    UNKNOWN_AGE = "it is unknown since when it is allowed"
    SHORT = "the window is too short"
    NEWER = "the usage is newer than this release"
    GONE = "ran for objects that no longer exist"
    INTERVAL = "runs less often than the window is long"
    PART = "only a part of the cluster was read"
    CALLS = "the identity sends requests of its own"
    NOT_SENT = "is not in the workspace"
    LATE = "begins within the window"
    KEPT = "usages that leave no object may need it"
    NO_ID = "its object ID is not known yet"
    FOLLOWED = "other clusters follow the database"


@dataclass(frozen=True)
class Unseen:
    """Something that was not visible: where, why, and the permission or log that shows it."""

    source: Source
    reason: Reason
    requires: str = ""
    where: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Part(Generic[Value]):
    """A part of what is known of a cluster: a value, or why there is none."""

    value: Value | None = None
    unseen: Unseen | None = None

    @classmethod
    def of(cls, value: Value) -> Self:
        """Return a part that is known."""
        return cls(value)

    @classmethod
    def missing(cls, unseen: Unseen) -> Self:
        """Return a part that could not be read."""
        return cls(None, unseen)

    @property
    def known(self) -> Value:
        """The value of a part that is known."""
        if self.value is None:
            raise AssertionError(self.unseen)
        return self.value


@dataclass(frozen=True)
class Graded:
    """How certain a use is, by which evidence, and what could not be seen."""

    grade: Grade
    traces: tuple[Trace, ...] = ()
    unseen: tuple[Unseen, ...] = ()

    @property
    def last(self) -> datetime | None:
        """When it was used last, as far as the evidence tells."""
        moments = [one.last for one in self.traces if one.last and one.times > one.failed]
        return max(moments, default=None)
