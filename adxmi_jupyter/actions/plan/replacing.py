"""Notice names that stand for another identity than at the last apply.

Whoever deletes an identity and creates it again under the same name gets other IDs. What the
policies and roles of the cluster say of the former one is stale: nothing is taken over to the new
one, and all that concerns either waits until the user confirms the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import UnknownIdentity
from adxmi_jupyter.fixes import ChangeOption, LeaveOut
from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.plan import Replacement, Replacing
from adxmi_jupyter.model.policy import PolicyEntry
from adxmi_jupyter.model.principal import looks_like_reference
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.naming import Naming
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.lock import Names
    from adxmi_jupyter.model.policy_file.sections import (
        Content,
        Members,
        PolicySection,
        RoleSection,
    )

OPTION = "--replace"


def ids_of(identity: ManagedIdentity) -> frozenset[str]:
    """Return the IDs by which changes may name an identity, in lower case."""
    every = (PolicyEntry(identity, ()).key, identity.object_id, identity.client_id)
    return frozenset(one.casefold() for one in every if one)


def names_of(naming: Naming) -> Mapping[str, str]:
    """Return the object IDs of the names that a file uses, empty where unknown.

    Raises as `Naming.identity`.
    """
    found = {name: naming.identity(name, path) for name, path in _names_in(naming.file.content)}
    known = {name: one.object_id.lower() for name, one in found.items()}
    return {name: object_id if is_guid(object_id) else "" for name, object_id in known.items()}


def replacing(
    naming: Naming, names: Mapping[str, str], locked: Names, confirmed: Iterable[str]
) -> Replacing:
    """Compare names with those of the last apply.

    Raises
    ------
    UnknownIdentity
        A name that was confirmed is not in the file.

    """
    confirmed_names = frozenset(_confirmed(names, confirmed))
    places = _places(naming.file.content)
    found = tuple(
        Replacement(
            name, locked[name].lower(), now, naming.file.line(places[name]),
            name in confirmed_names,
        )
        for name, now in sorted(names.items())
        if now and name in locked and locked[name].lower() != now
    )  # fmt: skip
    return Replacing(
        found,
        _concerned(naming.world, (one for one in found if not one.is_confirmed)),
        _concerned(naming.world, (one for one in found if one.is_confirmed)),
        _former(naming.world, found, frozenset(names.values())),
    )


def _places(content: Content) -> dict[str, Path]:
    """Return where the file says what each name stands for, or else uses it first."""
    used = dict(reversed(tuple(_names_in(content))))
    return used | {name: ("identities", name) for name in content.identities}


def _confirmed(names: Mapping[str, str], confirmed: Iterable[str]) -> Iterator[str]:
    for name in confirmed:
        if name not in names:
            match = closest(name, names)
            raise UnknownIdentity(
                f"the file has no identity {name!r}",
                why=f"its identities are {', '.join(sorted(names))}" if names else "it has none",
                fix=ChangeOption(OPTION, match) if match else LeaveOut.of(OPTION),
            )
        yield name


def _concerned(world: World, found: Iterable[Replacement]) -> frozenset[str]:
    ids = (known_ids(world, one) for each in found for one in (each.before, each.after))
    return frozenset().union(*ids)


def _former(
    world: World, found: Iterable[Replacement], present: frozenset[str]
) -> dict[str, frozenset[str]]:
    former: dict[str, frozenset[str]] = {}
    for one in found:
        if one.before not in present:
            former[one.after] = former.get(one.after, frozenset()) | known_ids(world, one.before)
    return former


def known_ids(world: World, object_id: str) -> frozenset[str]:
    """Return the IDs of an identity by its object ID: those that Azure, policies or roles tell."""
    ids = {object_id}
    for identity in world.identities:
        if identity.object_id.casefold() == object_id:
            ids |= ids_of(identity)
    for held in world.roles.values():
        for one in held:
            if one.object_id.casefold() == object_id and one.reference is not None:
                ids.add(one.reference.identifier.casefold())
    return frozenset(ids)


def _names_in(content: Content) -> Iterator[tuple[str, Path]]:
    """Yield the names of identities that a file uses, and where; no object IDs."""
    for name, path in _references(content):
        is_reference = looks_like_reference(name) and name not in content.identities
        if not is_reference and (name in content.identities or not is_guid(name)):
            yield (SYSTEM if name.lower() == SYSTEM else name), path


def _references(content: Content) -> Iterator[tuple[str, Path]]:
    if content.assigned is not None:
        for number, name in enumerate(content.assigned.identities or ()):
            yield name, ("assigned", "identities", number)
    if content.policy is not None:
        yield from _in_policy(content.policy)
    if content.roles is not None:
        yield from _in_roles(content.roles)
    if content.azure_roles is not None:
        yield from ((name, ("azureRoles", name)) for name in content.azure_roles.identities)


def _in_policy(section: PolicySection) -> Iterator[tuple[str, Path]]:
    path: Path = ("policy",)
    for name in section.cluster or ():
        yield name, (*path, "cluster", name)
    if section.databases is None:
        return
    for database, entries in section.databases.named.items():
        yield from ((name, (*path, "databases", database, name)) for name in entries or ())
    if section.databases.everywhere is not None:
        for name in section.databases.everywhere.entries:
            yield name, (*path, "databases", "*", "entries", name)


def _in_roles(section: RoleSection) -> Iterator[tuple[str, Path]]:
    for place, roles in _role_places(section):
        for role, members in roles:
            for number, member in enumerate(members or ()):
                yield member.principal, ("roles", *place, str(role), number)


def _role_places(
    section: RoleSection,
) -> Iterator[tuple[Path, Iterable[tuple[str, Members | None]]]]:
    yield ("cluster",), (section.cluster or {}).items()
    if section.databases is None:
        return
    for database, roles in section.databases.named.items():
        yield ("databases", database), (roles or {}).items()
    if section.databases.everywhere is not None:
        yield ("databases", "*", "entries"), section.databases.everywhere.entries.items()
