"""What a reader who looks an error up is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import AdxmiError
from adxmi_jupyter.fixes import Explain

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Part


@dataclass(frozen=True)
class Cause:
    """Why an error is usually raised, and its typical fix."""

    why: str
    fix: Explain


Causes = Mapping[type[AdxmiError], Cause]


def cause(why: str, *fix: Part) -> Cause:
    """Return a cause, with a fix of these parts."""
    return Cause(why, Explain.of(*fix))
