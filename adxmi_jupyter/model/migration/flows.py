"""Flows that run in the background: continuous exports and update policies.

They hold no secret. Without an identity of their own they depend on how an external table
authenticates: with one that impersonates they cannot run.

Source: *Use a managed identity to run a continuous export job*, *Run an update policy with a
managed identity* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.csl_script import read_csl_script
from adxmi_jupyter.model.declaration.registry import declaration_of
from adxmi_jupyter.model.declaration.stored import KustoListing, with_column
from adxmi_jupyter.model.migration.definition import with_property
from adxmi_jupyter.model.migration.objects import Migratable
from adxmi_jupyter.model.shape import json_cell

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.migration.objects import Restoring

NO_IDENTITY = "no identity"


@dataclass(frozen=True)
class ContinuousExport(Migratable):
    """A continuous export without an identity; `command` is what the csl script has of it."""

    command: str = field(default="", repr=False)
    row: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def restoring(self) -> Restoring:
        """Return that nothing of it is masked; its query may hold what the history must not."""
        return self.kept(self.previous)

    @property
    def previous(self) -> str:
        """Return the command that takes the identity from it."""
        return self.command

    @property
    def marker(self) -> str:
        """Return that it names no identity."""
        return NO_IDENTITY

    def definition(self, identity: ManagedIdentity) -> str:
        """Return the command that lets it run as an identity."""
        return with_property(self.command, "managedIdentity", kql.string_literal(identity.word))

    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return the word by which it names the identity."""
        return identity.word.lower()

    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what running as the identity needs, and writing through the external table."""
        row = with_column(self.row, "ManagedIdentity", identity.word)
        return _chain(self.kind, row, identity)


@dataclass(frozen=True)
class UpdatePolicy(Migratable):
    """An update policy with entries that name no identity; `row` is what its list has."""

    row: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def entries(self) -> tuple[Mapping[str, Any], ...]:
        """Its entries."""
        return tuple(json_cell(self.row, "Policy", "Policies") or ())

    @property
    def restoring(self) -> Restoring:
        """Return that nothing of it is masked; its query may hold what the history must not."""
        return self.kept(self.previous)

    @property
    def previous(self) -> str:
        """Return the command that brings the previous policy back."""
        return self._command(self.entries)

    @property
    def marker(self) -> str:
        """Return the identities of its entries."""
        return marker_of(self.entries)

    def definition(self, identity: ManagedIdentity) -> str:
        """Return the command that lets its entries run as an identity."""
        return self._command(self._with(identity))

    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return the identities of its entries afterwards."""
        return marker_of(self._with(identity))

    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what running as the identity needs."""
        row = {"EntityName": self.name, "Policy": json.dumps(self._with(identity))}
        return _chain(self.kind, row, identity)

    def _with(self, identity: ManagedIdentity) -> tuple[Mapping[str, Any], ...]:
        return tuple(
            one if one.get("ManagedIdentity") else {**one, "ManagedIdentity": identity.word}
            for one in self.entries
        )

    def _command(self, entries: tuple[Mapping[str, Any], ...]) -> str:
        policy = kql.multi_line_literal(json.dumps(entries, ensure_ascii=False))
        return f".alter table {kql.quote_name(self.name)} policy update {policy}"


def _chain(noun: str, row: Mapping[str, Any], identity: ManagedIdentity) -> tuple[Requirement, ...]:
    listing = declaration_of(noun).listing
    return listing.chain(row, lambda _: identity) if isinstance(listing, KustoListing) else ()


def export_marker(command: str, name: str) -> str:
    """Return the identity that the definition of an export names."""
    return read_csl_script([command]).identities.get(name, "") or NO_IDENTITY


def marker_of(entries: tuple[Mapping[str, Any], ...]) -> str:
    """Return the identities of the entries of an update policy."""
    words = (str(one.get("ManagedIdentity") or NO_IDENTITY).lower() for one in entries)
    return ", ".join(words)
