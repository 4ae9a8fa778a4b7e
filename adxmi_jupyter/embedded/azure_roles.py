"""Azure roles: what they permit, and who holds them where (page: Azure built-in roles)."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World

ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
_BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers"
BLOB_READ = f"{_BLOB}/blobs/read"
BLOB_WRITE = f"{_BLOB}/blobs/write"
_HUB = "Microsoft.EventHub"


@dataclass(frozen=True)
class RoleDefinition:
    """A built-in role; actions may hold `*`."""

    role_id: str
    name: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()

    def permits(self, action: str) -> bool:
        """Tell whether the role permits a management action, ignoring case."""
        return _matches(action, self.actions) and not _matches(action, self.not_actions)

    def reaches(self, data_action: str) -> bool:
        """Tell whether the role permits an action on the data itself: Owner does not."""
        return _matches(data_action, self.data_actions)


OWNER = RoleDefinition("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ("*",))
READER = RoleDefinition("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",))
CONTRIBUTOR = RoleDefinition(
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Contributor",
    ("*",),
    ("Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"),
)
BLOB_READER = RoleDefinition(
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "Storage Blob Data Reader",
    (f"{_BLOB}/read",),
    data_actions=(BLOB_READ,),
)
BLOB_CONTRIBUTOR = RoleDefinition(
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Storage Blob Data Contributor",
    (f"{_BLOB}/read", f"{_BLOB}/write", f"{_BLOB}/delete"),
    data_actions=(BLOB_READ, BLOB_WRITE, f"{_BLOB}/blobs/delete"),
)
HUB_RECEIVER = RoleDefinition(
    "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
    "Azure Event Hubs Data Receiver",
    (f"{_HUB}/*/eventhubs/read", f"{_HUB}/*/eventhubs/consumergroups/read"),
    data_actions=(f"{_HUB}/*/receive/action",),
)
ROLES = (
    OWNER,
    CONTRIBUTOR,
    READER,
    BLOB_READER,
    BLOB_CONTRIBUTOR,
    HUB_RECEIVER,
    RoleDefinition(
        "2b629674-e913-4c01-ae53-ef4638d8f975",
        "Azure Event Hubs Data Sender",
        (f"{_HUB}/*/eventhubs/read",),
        data_actions=(f"{_HUB}/*/send/action",),
    ),
    RoleDefinition(
        "f526a384-b230-433a-b45c-95f59c4a2dec",
        "Azure Event Hubs Data Owner",
        (f"{_HUB}/*",),
        data_actions=(f"{_HUB}/*",),
    ),
    RoleDefinition(
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Operator",
        ("Microsoft.ManagedIdentity/userAssignedIdentities/read", ASSIGN),
    ),
    RoleDefinition(
        "fbdf93bf-df7d-467e-a4d2-9458aa1360c8",
        "Cosmos DB Account Reader Role",
        ("Microsoft.DocumentDB/*/read",),
    ),
    RoleDefinition(
        "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd",
        "Cognitive Services OpenAI User",
        ("Microsoft.CognitiveServices/*/read",),
        data_actions=("Microsoft.CognitiveServices/accounts/OpenAI/*",),
    ),
    RoleDefinition(
        "73c42c96-874c-492b-b04d-ab87d138a893",
        "Log Analytics Reader",
        ("*/read", "Microsoft.OperationalInsights/workspaces/search/action"),
    ),
    RoleDefinition(
        "1e241071-0855-49ea-94dc-649edcd759de",
        "EventGrid Contributor",
        ("Microsoft.EventGrid/*",),
    ),
    RoleDefinition(
        "e147488a-f6f5-4113-8e2d-b22465e65bf6",
        "Key Vault Crypto Service Encryption User",
        data_actions=("Microsoft.KeyVault/vaults/keys/*",),
    ),
)


def may(world: World, caller: Principal, action: str, scope: str) -> bool:
    """Tell whether the caller holds a role at or above the scope that permits the action."""
    return any(role.permits(action) for role in _held(world, caller.object_id, scope))


def may_reach(world: World, object_id: str, data_action: str, scope: str) -> bool:
    """Tell whether a principal may do this to the data of what is at the scope.

    A managed identity reaches its own tenant only (page: Managed identities overview).
    """
    identity = next((i for i in world.identities if i.object_id == object_id.casefold()), None)
    if identity is not None and world.tenant_of(scope) != identity.tenant_id:
        return False
    return any(role.reaches(data_action) for role in _held(world, object_id, scope))


def covers(outer: str, inner: str) -> bool:
    """Tell whether a scope is the other one or above it, ignoring case."""
    above = outer.casefold().strip("/")
    return f"{inner.casefold().strip('/')}/".startswith(f"{above}/")


def _held(world: World, object_id: str, scope: str) -> list[RoleDefinition]:
    """Return the roles that a principal holds at or above the scope, those in effect."""
    folded = object_id.casefold()
    ids = {
        each.role_id
        for each in world.azure_roles
        if each.counts and each.principal_id.casefold() == folded and covers(each.scope, scope)
    }
    return [role for role in ROLES if role.role_id in ids]


def _matches(action: str, patterns: tuple[str, ...]) -> bool:
    folded = action.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)
