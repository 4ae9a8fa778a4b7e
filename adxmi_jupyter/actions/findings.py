"""Links as they were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.actions.repairs import GrantAzureRole, Repair


class State(StrEnum):
    """What is known of a link."""

    OK = "ok"
    MISSING = "missing"
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
    repair: Repair | GrantAzureRole | None = None

    def with_fix(self, fix: str) -> Finding:
        """Return it with the line as a front end would have it typed."""
        return replace(self, fix=fix)


def first_fix(findings: Sequence[Finding]) -> str:
    """Return what mends the first link that is missing; empty if none is."""
    return next((one.fix for one in findings if one.state is State.MISSING and one.fix), "")
