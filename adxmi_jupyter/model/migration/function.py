"""Stored functions whose queries read files, databases or models by a secret.

Source: *.create-or-alter function*, *.show functions*, *externaldata operator*, *sql_request
plugin* (Azure Data Explorer docs).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.masking import MASK
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import Method
from adxmi_jupyter.model.declaration.registry import declarations
from adxmi_jupyter.model.declaration.stored import FunctionListing
from adxmi_jupyter.model.migration.definition import replaced, strings_of_body
from adxmi_jupyter.model.migration.objects import Migratable, Restoring, resolving
from adxmi_jupyter.model.shape import text_cell

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.migration.definition import PlacedString

_DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Function(Migratable):
    """A stored function: `row` is what `.show functions` has of it."""

    row: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """Its parameters and its body."""
        return text_of(self.row)

    @property
    def strings(self) -> tuple[PlacedString, ...]:
        """Its connection strings, and where they stand."""
        return strings_of_body(self.text, operators())

    @property
    def restoring(self) -> Restoring:
        """Return how long the previous text is kept: the history keeps no secret."""
        methods = {one.string.authentication.method for one in self.strings if one.is_to_migrate}
        is_as_caller = methods == {Method.IMPERSONATION}
        return self.kept(self.previous) if is_as_caller else Restoring.UNTIL_DONE

    @property
    def previous(self) -> str:
        """Return the command that brings the previous text back."""
        return self._command(self.text)

    @property
    def marker(self) -> str:
        """Return a digest of its text, which may hold secrets."""
        return digest_of(self.text)

    def text_with(self, identity: ManagedIdentity) -> str:
        """Return its parameters and its body with an identity."""
        return replaced(self.text, self.strings, lambda s: s.with_identity(identity.word))

    def definition(self, identity: ManagedIdentity) -> str:
        """Return the command that lets it authenticate with an identity."""
        return self._command(self.text_with(identity))

    def marker_with(self, identity: ManagedIdentity) -> str:
        """Return the digest of its text with the identity."""
        return digest_of(self.text_with(identity))

    def requirements(self, identity: ManagedIdentity) -> tuple[Requirement, ...]:
        """Return what each of its operators needs."""
        body = self.text_with(identity)
        return tuple(
            dict.fromkeys(
                requirement
                for listing in listings()
                if listing.is_in(body)
                for requirement in listing.requirements(body, resolving(identity))
            )
        )

    def shown(self, definition: str) -> str:
        """Return a definition in which its own secrets are masked, too, wherever they stand."""
        secrets = (one.string.authentication.secret.reveal() for one in self.strings)
        for secret in filter(None, secrets):
            definition = definition.replace(secret, MASK)
        return super().shown(definition)

    def call(self, identity: ManagedIdentity) -> str:
        """Return a query that tries it with an identity; empty where a parameter has no default."""
        parameters = text_cell(self.row, "Parameters").strip().removeprefix("(").removesuffix(")")
        if parameters.strip() and parameters.count(":") != parameters.count("="):
            return ""
        return f"let ['{self.name}'] = {self.text_with(identity)};\n['{self.name}']() | take 1"

    def _command(self, text: str) -> str:
        described = kql.with_clause(
            [
                (name, kql.string_literal(told))
                for name, column in (("docstring", "DocString"), ("folder", "Folder"))
                for told in [text_cell(self.row, column)]
                if told
            ]
        )
        parts = (".alter function", described, f"{kql.quote_name(self.name)}{text}")
        return " ".join(filter(None, parts))


def listings() -> tuple[FunctionListing, ...]:
    """Return how the workflows are told that stored functions hold."""
    every = (one.listing for one in declarations())
    return tuple(one for one in every if isinstance(one, FunctionListing))


def operators() -> tuple[str, ...]:
    """Return the operators and plugins that are given connection strings."""
    unsupported = ("mysql_request", "postgresql_request")
    return (*(word for one in listings() for word in one.words), *unsupported)


def text_of(row: Mapping[str, Any]) -> str:
    """Return the parameters and the body of a function, as they are listed."""
    return f"{text_cell(row, 'Parameters')} {text_cell(row, 'Body')}"


def digest_of(text: str) -> str:
    """Return what tells one text from another, and nothing of it; blanks at its ends don't count.

    Parameters and body are listed apart, so the blank between them is ours.
    """
    told = " ".join(text.split())
    return hashlib.sha256(told.encode()).hexdigest()[:_DIGEST_LENGTH]
