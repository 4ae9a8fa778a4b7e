"""What a report says about a place: for annotations in CI, and for SARIF.

A plan, and whatever else finds something, tells it as these values. `rendering.annotations` and
`rendering.sarif` write them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How grave it is, in the words of SARIF."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Rule:
    """A kind of finding.

    Parameters
    ----------
    id
        Names it in every report, and never changes.
    summary
        What is found, in one sentence.
    level
        How grave it is, unless an annotation says otherwise.
    help_url
        The page to learn more from.
    description
        Why it matters; the summary where that says it all.
    severity
        From 0.1 to 10.0, by which code scanning ranks it; 0 where it is no matter of security.

    """

    id: str
    summary: str
    level: Level
    help_url: str = ""
    severity: float = 0
    description: str = ""


@dataclass(frozen=True)
class Annotation:
    """Something that was found: what, how grave, and where.

    Parameters
    ----------
    rule, message
        The kind, and what was found here.
    level
        How grave it is.
    file, line, column
        Where in a file of the repository; an empty file and a line of 0 are unknown.
    address
        The object of the cluster, such as ``database/Sales/policy/mi-export/ExternalTable``.
    key
        What tells it from others of its rule, however it is worded, and stays the same from run to
        run.
    suppressed
        Why it is to be overlooked; empty where it is not.

    """

    rule: Rule
    message: str
    level: Level
    file: str = ""
    line: int = 0
    column: int = 0
    address: str = ""
    key: tuple[str, ...] = ()
    suppressed: str = ""

    @property
    def fingerprint(self) -> str:
        """What recognises it in the next run."""
        words = (self.rule.id, *(self.key or (self.address, self.message)))
        return hashlib.sha256("\0".join(words).encode()).hexdigest()[:32]
