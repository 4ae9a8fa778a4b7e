"""Managed identities and the many ways to name one.

Source: *Managed identities overview*, *Managed identity policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adxmi_jupyter.errors import AmbiguousIdentity, InvalidGuid, InvalidInput, UnknownIdentity
from adxmi_jupyter.fixes import ChangeOption, Command, Explain, Several
from adxmi_jupyter.model.usage import closest

SYSTEM = "system"
"""The service's word for the system-assigned identity of the cluster a command runs on."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NEARLY_GUID = re.compile(
    r"\{?[0-9a-z]{4,12}(-[0-9a-z]{2,6}){3}-[0-9a-z]{6,16}\}?|[0-9a-f]{32}", re.IGNORECASE
)


@dataclass(frozen=True)
class ManagedIdentity:
    """A managed identity as far as the caller may see it; unknown ids are empty."""

    object_id: str
    display_name: str = ""
    client_id: str = ""
    tenant_id: str = ""
    is_system: bool = False
    resource_id: str = ""

    @property
    def label(self) -> str:
        """The name to show people."""
        return self.display_name or self.object_id

    @property
    def word(self) -> str:
        """What policies, connection strings and statements call it: object ID or ``system``."""
        return SYSTEM if self.is_system else self.object_id


Key = Callable[[ManagedIdentity], str]
"""What makes two identities the same one."""


@dataclass(frozen=True)
class ResolvedIdentity:
    """What a user's word for an identity stands for, and what there is to say about it."""

    identity: ManagedIdentity
    note: str = ""


def is_guid(text: str) -> bool:
    """Tell whether the text is a GUID in the service's 8-4-4-4-12 form."""
    return _GUID.fullmatch(text) is not None


def resolve(reference: str, known: Sequence[ManagedIdentity]) -> ResolvedIdentity:
    """Find the identity a user means by object ID, client ID, resource ID, name or ``system``.

    An unknown GUID passes as an object ID: only the service can tell whether it is assigned.
    A client ID is translated to the object ID, which policies and connection strings need.

    Raises
    ------
    InvalidGuid
        The text is nearly a GUID.
    UnknownIdentity
        A name nothing known bears.
    AmbiguousIdentity
        A name of several identities; they are listed.

    """
    word = reference.strip()
    if word.lower() == SYSTEM:
        return ResolvedIdentity(_system(known))
    if word.startswith("/"):
        return ResolvedIdentity(_by_resource_id(word, known))
    if is_guid(word):
        return _by_guid(word.lower(), known)
    if _NEARLY_GUID.fullmatch(word):
        raise InvalidGuid(
            f"{word!r} is not an object ID",
            why="an object ID has 8-4-4-4-12 hexadecimal digits",
            fix="copy the Object (principal) ID of the identity, or name it by its display name",
        )
    return ResolvedIdentity(_by_name(word, known))


def _system(known: Sequence[ManagedIdentity]) -> ManagedIdentity:
    found = next((identity for identity in known if identity.is_system), None)
    return found or ManagedIdentity(SYSTEM, display_name=SYSTEM, is_system=True)


def _by_guid(guid: str, known: Sequence[ManagedIdentity]) -> ResolvedIdentity:
    for identity in known:
        if identity.object_id.lower() == guid:
            return ResolvedIdentity(identity)
    for identity in known:
        if identity.client_id.lower() == guid:
            return ResolvedIdentity(
                identity,
                f"{guid} is the client ID of {identity.label}: its object ID {identity.object_id} "
                "is used, as policies and connection strings need",
            )
    return ResolvedIdentity(ManagedIdentity(guid))


def _by_resource_id(resource_id: str, known: Sequence[ManagedIdentity]) -> ManagedIdentity:
    # Azure itself spells the same resource ID in different letter case.
    wanted = resource_id.rstrip("/").lower()
    found = next((i for i in known if i.resource_id.lower() == wanted), None)
    if found is None:
        raise UnknownIdentity(
            f"there is no identity {resource_id!r}",
            why="neither the cluster nor its subscription has an identity with this resource ID",
            fix=Command.of("identity", "list", "--all"),
        )
    return found


def _by_name(name: str, known: Sequence[ManagedIdentity]) -> ManagedIdentity:
    found = [identity for identity in known if identity.display_name.lower() == name.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousIdentity(
            f"{len(found)} identities are named {name!r}",
            why=Explain.of("their object IDs are ", Several.of(one.object_id for one in found)),
            fix=ChangeOption("--identity", found[0].object_id),
        )
    raise _unknown(name, [identity.display_name for identity in known if identity.display_name])


def _unknown(name: str, names: Sequence[str]) -> UnknownIdentity:
    match = closest(name, names)
    listed = Several.of(sorted(set(names), key=str.lower))
    return UnknownIdentity(
        f"no identity is named {name!r}",
        why=Explain.of("the identities known here are ", listed)
        if names
        else "no identity is known here yet",
        fix=ChangeOption("--identity", match) if match else "give the object ID of the identity",
    )


def word_among(
    identity: ManagedIdentity, known: Sequence[ManagedIdentity], key: Key, otherwise: str
) -> str:
    """Return how a line names an identity: by name where that is certain among the known ones."""
    if identity.is_system:
        return SYSTEM
    name = identity.display_name
    if not name or "," in name or "{{" in name or not name.isprintable():
        return otherwise  # it would be read as several, as a variable, or not at all
    try:
        is_certain = key(resolve(name, known).identity) == key(identity)
    except InvalidInput:
        is_certain = False
    return name if is_certain else otherwise
