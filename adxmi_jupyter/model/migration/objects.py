"""What authenticates by a secret or as the caller, whatever it is: what migrating it takes."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import NOTHING
from adxmi_jupyter.masking import MASK, masked
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.stored import Who


_KEY = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{20,}={1,2}(?![A-Za-z0-9+/=])")
"""A key of any length; what else has this form is shown as asterisks, too."""


class ObjectKind(StrEnum):
    """Kinds in the order in which they are migrated; what others use comes before them."""

    EXTERNAL_TABLE = "external-table"
    FUNCTION = "function"
    EVENT_HUB = "event-hub"
    EVENT_GRID = "event-grid"
    COSMOS_DB = "cosmosdb-connection"
    IOT_HUB = "iot-hub"
    CONTINUOUS_EXPORT = "continuous-export"
    UPDATE_POLICY = "update-policy"
    INGESTION = "ingestion"


class Restoring(StrEnum):
    """What becomes of the previous definition."""

    YES = "yes"
    UNTIL_DONE = "until apply ends"
    MASKED = "secret is masked"
    NOTHING_TO_RESTORE = "nothing to migrate"


@dataclass(frozen=True)
class Obstacle:
    """Why something cannot be migrated, and what to do instead."""

    why: str
    instead: Fix = NOTHING


@dataclass(frozen=True)
class Migratable(ABC):
    """Something that authenticates by a secret or as the caller.

    `authenticates_by` are the ways in words. `obstacle` says why it cannot be migrated, if it
    cannot. `notes` are what there is to say of it, and `lost` what its definition may not show.
    """

    kind: ObjectKind
    database: str
    name: str
    target: str
    authenticates_by: tuple[str, ...]
    obstacle: Obstacle | None = None
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    @property
    @abstractmethod
    def restoring(self) -> Restoring:
        """Return whether the previous definition can be restored."""

    @property
    @abstractmethod
    def previous(self) -> str:
        """Return what restores the previous definition, secrets included; empty if nothing does."""

    @property
    @abstractmethod
    def marker(self) -> str:
        """Return what tells this state of the object from another; it holds no secret."""

    @abstractmethod
    def definition(self, identity: ManagedIdentity) -> str:
        """Return what is sent to let it authenticate with an identity: it holds no secret."""

    @abstractmethod
    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return the marker that the object has once it authenticates with an identity."""

    @abstractmethod
    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what must be in place for it to work with an identity."""

    def can_name(self, identity: ManagedIdentity) -> bool:
        """Tell whether enough is known of an identity to name it in the definition."""
        return bool(identity.word)

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.kind.value, self.database, self.name

    @property
    def is_stored(self) -> bool:
        """Whether there is a definition that can be sent, or a sender has to be changed."""
        return self.restoring is not Restoring.NOTHING_TO_RESTORE

    def shown(self, definition: str) -> str:
        """Return a definition as it is shown and noted: what looks like a secret is masked."""
        return _KEY.sub(MASK, masked(definition))

    def kept(self, definition: str) -> Restoring:
        """Return how long a definition is kept that nothing masks: the history keeps no secret."""
        is_clean = self.shown(definition) == definition
        return Restoring.YES if is_clean else Restoring.UNTIL_DONE

    @property
    def noted(self) -> str:
        """What the history keeps to restore it: no text with a secret."""
        return self.previous if self.restoring is Restoring.YES else ""


def resolving(identity: ManagedIdentity) -> Who:
    """Return what finds the identity of a word: another one may be named beside the new one."""

    def of(word: str) -> ManagedIdentity:
        if word.lower() in {identity.word.lower(), identity.object_id.lower()}:
            return identity
        return ManagedIdentity(word, is_system=word.lower() == SYSTEM)

    return of
