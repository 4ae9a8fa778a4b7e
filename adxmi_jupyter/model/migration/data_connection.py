"""Data connections that use the key of an event hub or a storage account.

The service keeps a copy of the key, and shows none: the same connection without an identity uses
a key again. Source: REST reference of Microsoft.Kusto data connections; *Create an Event Hubs data
connection* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.stored import DataConnectionListing
from adxmi_jupyter.model.migration.objects import Migratable, Restoring

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity

IDENTITY = "managedIdentityResourceId"
KEY = "key"
_READ_ONLY = frozenset(("managedIdentityObjectId", "provisioningState"))


@dataclass(frozen=True)
class DataConnection(Migratable):
    """A data connection: `resource` is what Azure shows, `cluster_id` stands for ``system``."""

    resource: Mapping[str, Any] = field(default_factory=dict, repr=False)
    cluster_id: str = ""

    @property
    def properties(self) -> Mapping[str, Any]:
        """Its properties, without those that only the service sets."""
        told = self.resource.get("properties") or {}
        return {
            name: one for name, one in told.items() if name not in _READ_ONLY and one is not None
        }

    @property
    def restoring(self) -> Restoring:
        """Return that it can be made without an identity again."""
        return Restoring.YES

    @property
    def previous(self) -> str:
        """Return the body of the request that lets it use a key again."""
        return self._body({})

    @property
    def marker(self) -> str:
        """Return that it uses a key."""
        return KEY

    def definition(self, identity: ManagedIdentity) -> str:
        """Return the body of the request that lets it use an identity."""
        return self._body({IDENTITY: self._id(identity)})

    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return the resource ID of the identity."""
        return self._id(identity).lower()

    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what it needs with an identity."""
        listing = declaration_of(self.kind).listing
        if not isinstance(listing, DataConnectionListing):
            return ()
        return listing.chain({**self.properties, IDENTITY: self._id(identity)}, lambda _: identity)

    def can_name(self, identity: ManagedIdentity) -> bool:
        """Tell whether its resource ID is known."""
        return bool(self._id(identity))

    def _id(self, identity: ManagedIdentity) -> str:
        return self.cluster_id if identity.is_system else identity.resource_id

    def _body(self, more: Mapping[str, str]) -> str:
        body = {
            "location": self.resource.get("location"),
            "kind": self.resource.get("kind"),
            "properties": {**self.properties, **more},
        }
        return json.dumps(body, ensure_ascii=False)


def marker_of(resource: Mapping[str, Any]) -> str:
    """Return what a data connection authenticates with: a key, or the ID of an identity."""
    properties = resource.get("properties") or {}
    return str(properties.get(IDENTITY) or KEY).lower()
