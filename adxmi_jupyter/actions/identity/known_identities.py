"""The identities that could be seen at one moment: a name is found among them, without a request.

While somebody types, each keystroke makes another name. `names.resolved` and `identities.found`
may ask for every one of them; this does not, and finds the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.identity import resolve

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity, ResolvedIdentity
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class KnownIdentities:
    """Identities that policies name, and those that Azure shows; `notes` say what was not shown."""

    named: tuple[ManagedIdentity, ...] = ()
    visible: tuple[ManagedIdentity, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def every(self) -> tuple[ManagedIdentity, ...]:
        """All of them, each once."""
        return names.merged(self.named, self.visible)

    def find(self, reference: str) -> ResolvedIdentity:
        """Find an identity by any of its names; raises as `model.identity.resolve`."""
        return names.found_among(reference, self.named, lambda _unknown: self.every)

    def find_resource(self, reference: str) -> ResolvedIdentity:
        """Find an identity that has a resource ID, or the cluster's own.

        Raises
        ------
        UnknownIdentity, AmbiguousIdentity, InvalidGuid
            As `model.identity.resolve`.

        """
        return identities.checked_resource(resolve(reference, self.visible), reference)

    def with_others(self, others: tuple[ManagedIdentity, ...]) -> KnownIdentities:
        """Return these and others that were found one by one."""
        ids = {one.object_id.lower() for one in self.visible}
        new = tuple(one for one in others if one.object_id.lower() not in ids)
        return replace(self, visible=(*self.visible, *new))


def read(connection: Connection) -> KnownIdentities:
    """Read what can be seen now; what cannot is said in a note."""
    named, why_named = _read(lambda: names.known_identities(connection))
    visible, why_visible = _read(lambda: names.visible_identities(connection))
    notes = (
        why_named and f"Identities that policies name could not be read: {why_named}",
        why_visible and f"Identities could not be read in Azure: {why_visible}",
    )
    return KnownIdentities(named, visible, tuple(filter(None, notes)))


def _read(
    ask: Callable[[], tuple[ManagedIdentity, ...]],
) -> tuple[tuple[ManagedIdentity, ...], str]:
    try:
        return ask(), ""
    except AdxmiError as failure:
        return (), f"{failure.what} ({failure.why})"
