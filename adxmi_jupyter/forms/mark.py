"""What stands beside a checkbox of a matrix, and what it means."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Mark(StrEnum):
    """A sign beside a checkbox; each form has its own ones, with an empty one among them."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """Make a member from what is shown and what that means."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member
