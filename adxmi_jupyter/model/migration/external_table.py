"""External tables of storage, Delta Lake, SQL Server and Cosmos DB.

Source: *Create and alter Azure Storage external tables*, *Create and alter SQL external tables*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.connection_string import Method
from adxmi_jupyter.model.declaration import stored_tables, targets
from adxmi_jupyter.model.declaration.stored import with_column
from adxmi_jupyter.model.migration.definition import (
    renamed,
    replaced,
    strings_of_table,
    with_verb,
    without_strings,
)
from adxmi_jupyter.model.migration.objects import Migratable, Restoring, resolving

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.migration.definition import PlacedString


@dataclass(frozen=True)
class ExternalTable(Migratable):
    """An external table: `command` is what the csl script has of it, `row` what its list has.

    `is_written` tells whether a continuous export writes to it.
    """

    command: str = field(default="", repr=False)
    row: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_written: bool = False

    @property
    def strings(self) -> tuple[PlacedString, ...]:
        """Its connection strings, and where they stand in its definition."""
        return strings_of_table(self.command)

    @property
    def restoring(self) -> Restoring:
        """Return whether nothing of the definition is masked, and the history may keep it."""
        methods = {one.string.authentication.method for one in self.strings if one.is_to_migrate}
        return (
            self.kept(self._as_altered) if methods == {Method.IMPERSONATION} else Restoring.MASKED
        )

    @property
    def previous(self) -> str:
        """Return the definition as it was."""
        return "" if self.restoring is Restoring.MASKED else self._as_altered

    @property
    def _as_altered(self) -> str:
        return with_verb(self.command, ".alter")

    @property
    def marker(self) -> str:
        """Return its connection strings, secrets masked."""
        return marker_of(self.command)

    def definition(self, identity: ManagedIdentity) -> str:
        """Return the command that lets it authenticate with an identity."""
        command = with_verb(self.command, ".alter")
        return replaced(
            command, strings_of_table(command), lambda s: s.with_identity(identity.word)
        )

    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return the connection strings that name the identity."""
        return marker_of(self.definition(identity))

    def trial(self, identity: ManagedIdentity, name: str) -> str:
        """Return the command that makes a table of another name with the same new definition."""
        command = renamed(with_verb(self.command, ".create"), name)
        return replaced(
            command, strings_of_table(command), lambda s: s.with_identity(identity.word)
        )

    @property
    def rest(self) -> str:
        """Return its definition without connection strings: migrating changes none of it."""
        return rest_of(self.command)

    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what it needs; where an export writes to it, permission to write as well."""
        new = strings_of_table(self.definition(identity))
        row = with_column(self.row, "ConnectionStrings", [one.string.build() for one in new])
        reading = stored_tables.chain(row, resolving(identity))
        writing = (
            requirement
            for one in (new if self.is_written else ())
            for requirement in targets.beyond(identity, one.string.target, write=True)
        )
        return tuple(dict.fromkeys((*reading, *writing)))


def marker_of(command: str) -> str:
    """Return the connection strings of a definition, secrets masked; empty for none."""
    return "\n".join(one.string.masked() for one in strings_of_table(command))


def rest_of(command: str) -> str:
    """Return a definition without its verb and its connection strings."""
    plain = with_verb(command, ".alter")
    return without_strings(plain, strings_of_table(plain))
