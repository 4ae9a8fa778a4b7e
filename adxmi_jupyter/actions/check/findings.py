"""Links as they were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.model.declaration.requirements import (
    Allowed,
    Assigned,
    AssignedToFollowers,
    CalloutAllowed,
    Exists,
    GrantedInAzure,
    GrantedInCosmosDb,
    GrantedInKusto,
    GrantedInSqlServer,
    NamedBy,
    NotVerifiable,
    PluginEnabled,
    ReadsThrough,
    SameTenant,
    WritesThrough,
)

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.repairs import ForOwner, Repair
    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.model.declaration.requirements import Link


_NAMES = {
    NamedBy: "kind of ID",
    Exists: "identity exists",
    Assigned: "assigned to the cluster",
    Allowed: "allowed by policy",
    SameTenant: "same tenant",
    GrantedInAzure: "Azure role",
    GrantedInCosmosDb: "Cosmos DB role",
    GrantedInSqlServer: "right at the target",
    GrantedInKusto: "security role",
    CalloutAllowed: "callout policy",
    PluginEnabled: "plugin",
    NotVerifiable: "right at the target",
    WritesThrough: "external table",
    ReadsThrough: "external table",
    AssignedToFollowers: "follower clusters",
}


class State(StrEnum):
    """What is known of a link."""

    OK = "ok"
    MISSING = "missing"
    WARNING = "warning"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One link as it was found; `fix` is a line to paste, empty where nothing is to mend.

    `repair` is what the line does, where that is known.
    """

    link: str
    subject: str
    state: State
    detail: str = ""
    fix: str = ""
    repair: Repair | ForOwner | None = None

    def with_fix(self, fix: str) -> Finding:
        """Return it with the line as a front end would have it typed."""
        return replace(self, fix=fix)


def first_fix(findings: Sequence[Finding]) -> str:
    """Return what mends the first link that is missing; empty if none is."""
    return next((one.fix for one in findings if one.state is State.MISSING and one.fix), "")


def name_of(link: Link) -> str:
    """Return what a link is called, for people."""
    return _NAMES[type(link)]


def finding(link: Link, state: State, detail: str = "", fix: str = "") -> Finding:
    """Return how a link was found."""
    return Finding(name_of(link), link.subject, state, detail, fix)


def missing(link: Link, detail: str, repair: Repair | ForOwner | None) -> Finding:
    """Return how a link was found that is not in place, and what mends it."""
    return Finding(name_of(link), link.subject, State.MISSING, detail, repair=repair)


def unknown(link: Link, failure: AdxmiError) -> Finding:
    """Return how a link was found that could not be looked at."""
    return finding(link, State.UNKNOWN, f"{failure.what}: {failure.why}")
