"""Find the IDs of identities in a policy file, without asking Azure.

Each place takes another ID: policies the object ID, principals the client ID, a cluster's list of
identities the resource ID. What neither the file nor the known identities tell stays unknown.

Source: *Managed identity policy*, *Referencing security principals* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.values import Hub
    from adxmi_jupyter.model.policy_file.sections import Content


@dataclass(frozen=True)
class Identities:
    """The identities of a policy file on one of its clusters, and those that are known besides."""

    content: Content
    cluster: str
    known: Sequence[ManagedIdentity] = ()
    locked: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def in_hub(cls, hub: Hub, known: Sequence[ManagedIdentity]) -> Identities:
        """Return the identities of a hub."""
        return cls(hub.content, hub.cluster, known, hub.locked)

    def is_alias(self, reference: str) -> bool:
        """Tell whether the file itself says what a reference stands for."""
        return reference in self.content.identities

    def of(self, reference: str) -> ManagedIdentity:
        """Return what is known of an identity; IDs that are not are empty."""
        if reference.strip().lower() == SYSTEM and not self.is_alias(reference):
            system = next((one for one in self.known if one.is_system), None)
            return replace(system or ManagedIdentity(SYSTEM), object_id=SYSTEM, is_system=True)
        found = self._completed(self._written(reference))
        locked = self.locked.get(reference, "")
        return found if found.object_id or not locked else replace(found, object_id=locked)

    def _written(self, reference: str) -> ManagedIdentity:
        alias = self.content.identities.get(reference)
        if alias is None:
            return _by_word(reference)
        ids = (
            kind.get(self.cluster, kind.get("", ""))
            for kind in (alias.object_id, alias.name, alias.client_id, alias.resource_id)
        )
        object_id, name, client_id, resource_id = ids
        return ManagedIdentity(object_id, name, client_id, resource_id=resource_id)

    def _completed(self, written: ManagedIdentity) -> ManagedIdentity:
        """Return an identity with the IDs of the known one that it surely is."""
        ids: tuple[Callable[[ManagedIdentity], str], ...] = (
            lambda one: one.resource_id,
            lambda one: one.object_id,
            lambda one: one.client_id,
            lambda one: one.display_name,
        )
        for of in ids:
            wanted = of(written).casefold()
            if not wanted:
                continue
            same = [one for one in self.known if of(one).casefold() == wanted]
            if len(same) == 1:
                return same[0]
        return written


def _by_word(reference: str) -> ManagedIdentity:
    """Return an identity that is named by an ID or a name; a GUID is an object ID."""
    word = reference.strip()
    if word.startswith("/"):
        return ManagedIdentity("", resource_id=word)
    return ManagedIdentity(word.lower()) if is_guid(word) else ManagedIdentity("", word)
