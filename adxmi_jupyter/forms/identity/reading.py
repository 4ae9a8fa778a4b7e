"""What the identity form needs to know of a cluster before it can be shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.identity.identities import assigned, in_subscription
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity

if TYPE_CHECKING:
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.service.connection import Connection

_SETTLED = {"succeeded", ""}
_WORKS = (
    "You can still read the page, and copy IDs and commands for someone who can change the "
    "cluster. Apply shows whether you can."
)


def key_of(identity: ManagedIdentity) -> str:
    """Return what makes two identities the same one to a cluster."""
    return SYSTEM if identity.is_system else identity.resource_id.lower()


@dataclass(frozen=True)
class Reading:
    """What is assigned to the cluster, and what else could be.

    `listed` are the identities of the cluster's subscription, None if they could not be read;
    `notes` say so, and what works all the same.
    """

    present: AssignedIdentities
    listed: tuple[ManagedIdentity, ...] | None
    notes: tuple[str, ...]

    @property
    def known(self) -> tuple[ManagedIdentity, ...]:
        """The identities that a line may call by name."""
        return tuple({key_of(i): i for i in (*self.present.all, *(self.listed or ()))}.values())

    def rows(
        self, added: Iterable[ManagedIdentity], kept: Iterable[ManagedIdentity]
    ) -> dict[str, ManagedIdentity]:
        """Return the identities to show, by key.

        The system-assigned one comes first, assigned or not; then the assigned users, those the
        user added, all others by name, and at the end those that are gone but wanted.
        """
        known = {key_of(identity): identity for identity in self.known}
        others = sorted(self.listed or (), key=lambda identity: identity.label.lower())
        order = (self._system, *self.present.users, *added, *others, *kept)
        return {key: known.get(key, identity) for identity in order for key in [key_of(identity)]}

    @property
    def _system(self) -> ManagedIdentity:
        """The system-assigned identity; it has no ids before it is assigned."""
        if self.present.system:
            return self.present.system
        name, resource_id = self.present.cluster_name, self.present.cluster_id
        return ManagedIdentity("", display_name=name, is_system=True, resource_id=resource_id)

    def is_elsewhere(self, identity: ManagedIdentity) -> bool:
        """Tell whether an identity is in another subscription than the cluster."""
        return _subscription(identity.resource_id) != _subscription(self.present.cluster_id)

    def is_gone(self, identity: ManagedIdentity) -> bool:
        """Tell whether an identity was deleted; it may be assigned all the same."""
        if self.listed is None or identity.is_system or self.is_elsewhere(identity):
            return False
        return key_of(identity) not in map(key_of, self.listed)


def read(connection: Connection) -> Reading:
    """Read what is assigned and what is visible.

    Raises
    ------
    AdxmiError
        The cluster itself could not be read. That the rest could not, a note says.

    """
    present = assigned(connection)
    is_settled = present.state.lower() in _SETTLED
    notes = () if is_settled else (f"The provisioning state of the cluster is {present.state}.",)
    try:
        return Reading(present, in_subscription(connection, present), notes)
    except AdxmiError as failure:
        return Reading(present, None, (*notes, *_without(failure)))


def _without(failure: AdxmiError) -> tuple[str, ...]:
    why = f"those of the subscription cannot be read: {failure.what} ({failure.why})"
    return (f"Only assigned identities are listed; {why}", _WORKS)


def _subscription(resource_id: str) -> str:
    return "/".join(resource_id.lower().split("/")[:3])


def resource_group(identity: ManagedIdentity) -> str:
    """Return the resource group in the resource ID of an identity."""
    parts = identity.resource_id.split("/")
    folded = [part.lower() for part in parts]
    if "resourcegroups" not in folded[:-1]:
        return ""
    return parts[folded.index("resourcegroups") + 1]
