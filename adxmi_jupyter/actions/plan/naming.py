"""Find what the names in a policy file stand for, and say where in the file one stands for nothing.

An alias of the file comes first, then what `model.identity.resolve` knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.errors import AmbiguousIdentity, InvalidInput, UnknownIdentity
from adxmi_jupyter.model.identity import is_guid, resolve
from adxmi_jupyter.model.plan import Replacing
from adxmi_jupyter.model.policy import Scope
from adxmi_jupyter.model.policy_file.nodes import EVERY_DATABASE
from adxmi_jupyter.model.principal import looks_like_reference
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy_file.reading import ClusterContent
    from adxmi_jupyter.model.policy_file.sections import PolicyDatabases, RoleDatabases

Databases = TypeVar("Databases", bound="PolicyDatabases | RoleDatabases")


@dataclass(frozen=True)
class Naming:
    """The names of a file, and the world they are looked up in.

    `leaving` are the keys of the entries of those whom the file removes from the cluster.
    """

    file: ClusterContent
    world: World
    replacing: Replacing = field(default_factory=Replacing)
    leaving: frozenset[str] = frozenset()
    _known: dict[str, ManagedIdentity] = field(default_factory=dict, repr=False, compare=False)

    def identity(self, reference: str, path: Path) -> ManagedIdentity:
        """Return the identity that a reference stands for.

        Raises
        ------
        InvalidPolicyFile
            There is none, or there are several; the place is named.

        """
        if reference not in self._known:
            self._known[reference] = self._looked_up(reference, path)
        return self._known[reference]

    def _looked_up(self, reference: str, path: Path) -> ManagedIdentity:
        alias = self.file.content.identities.get(reference)
        if alias is None:
            return self._found(reference, path)
        references = alias.references(self.file.cluster)
        if not references:
            what = f"the identity {reference!r} isn't known on {self.file.cluster}"
            why = "its alias says what it is on other clusters only"
            raise self.file.mistake(path, what, why, f"add {self.file.cluster} to the alias")
        # Where Azure tells nothing, a name that policies know is all there is to go by.
        tried = references[:1] if self.world.assigned is not None else references
        for one in tried[:-1]:
            try:
                return self._resolved(one)
            except UnknownIdentity:
                continue
        return self._found(tried[-1], ("identities", reference))

    def _found(self, reference: str, path: Path) -> ManagedIdentity:
        try:
            return self._resolved(reference)
        except UnknownIdentity as unknown:
            known = (one.display_name for one in self.world.identities if one.display_name)
            others = (one for one in self.file.content.identities if one != reference)
            match = closest(reference, (*others, *known))
            fix = f"write {match}" if match else "define it below identities, or assign it first"
            raise self.file.mistake(path, unknown.what, unknown.why, fix) from unknown
        except AmbiguousIdentity as several:
            fix = "give its resourceId below identities"
            raise self.file.mistake(path, several.what, several.why, fix) from several
        except InvalidInput as invalid:
            raise self.file.mistake(path, invalid.what, invalid.why, invalid.fix) from invalid

    def _resolved(self, reference: str) -> ManagedIdentity:
        """Return an identity that there is; one that was deleted only if no other has the name."""
        if not is_guid(reference):
            try:
                return resolve(reference, self.world.present).identity
            except UnknownIdentity:
                pass
        try:
            return resolve(reference, self.world.identities).identity
        except UnknownIdentity:
            if not reference.strip().startswith("/") or self.world.assigned is None:
                raise
            return identities.by_resource_id(self.world.connection, reference.strip())

    def principal(self, reference: str, path: Path) -> ResolvedPrincipal:
        """Return the principal that a reference stands for; raises as `identity`."""
        connection = self.world.connection
        if not looks_like_reference(reference) or reference in self.file.content.identities:
            return principals.of_identity(connection, self.identity(reference, path))
        try:
            (found,) = principals.find(connection, (reference,))
        except InvalidInput as invalid:
            raise self.file.mistake(path, invalid.what, invalid.why, invalid.fix) from invalid
        return found


def scopes_named(
    databases: PolicyDatabases | RoleDatabases | None, existing: Sequence[str]
) -> Iterator[Scope]:
    """Yield the databases that a section manages, each once, as the cluster spells them."""
    if databases is None:
        return
    spelled = {name.casefold(): name for name in existing}
    for name, one in databases.named.items():
        if one is not None:
            yield Scope(spelled.get(name.casefold(), name))
    yield from (Scope(name) for name in existing if applies_everywhere(databases, name))


def applies_everywhere(databases: PolicyDatabases | RoleDatabases, name: str) -> bool:
    """Tell whether what stands below ``*`` is for a database."""
    everywhere = databases.everywhere
    return everywhere is not None and name.casefold() not in everywhere.excepted


def named_part(
    databases: PolicyDatabases | RoleDatabases, name: str
) -> Iterator[tuple[object, Path]]:
    """Yield what a section says of a database, and where: its own part, then that below ``*``."""
    written = databases.spelling(name)
    own = databases.named.get(written)
    if own is not None:
        yield own, ("databases", written)
    if databases.everywhere is not None and applies_everywhere(databases, name):
        yield databases.everywhere.entries, ("databases", EVERY_DATABASE, "entries")
