"""How forms call identities: short names that tell them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.identity import SYSTEM

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity

_LONGEST_LABEL = 60
_START_OF_ID = 8


class Named(Protocol):
    """An identity, or who else has a name and an ID."""

    @property
    def label(self) -> str:
        """The name to show people."""

    @property
    def object_id(self) -> str:
        """What the directory knows it by; empty where that is not known."""


class Labels:
    """Short names for those who are shown together; no two bear the same."""

    def __init__(self, named: Iterable[Named]) -> None:
        self._bearers = Counter(_shortened(one.label).lower() for one in named)

    def of(self, one: Named) -> str:
        """Return the name of one; the beginning of its object ID follows where others share it."""
        label = _shortened(one.label)
        if self._bearers[label.lower()] > 1:
            return f"{label} ({one.object_id[:_START_OF_ID] or SYSTEM})"
        return label


def _shortened(name: str) -> str:
    label = one_line(name)
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1] + "…"


def beginning(an_id: str) -> str:
    """Return the beginning of an ID, as people compare them."""
    return f"{an_id[:_START_OF_ID]}…" if an_id else ""


def searched(identity: ManagedIdentity) -> str:
    """Return what a filter looks at."""
    system = SYSTEM if identity.is_system else ""
    return f"{identity.label} {identity.object_id} {identity.client_id} {system}"
