"""What every declared workflow is: fields, requirements, a product, and a description."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from pydantic import BaseModel, ConfigDict

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.declaration.fields import FieldKind, spec_of
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.moment import moment_text

if TYPE_CHECKING:
    from adxmi_jupyter.model.declaration.fields import FieldSpec
    from adxmi_jupyter.model.declaration.products import Product
    from adxmi_jupyter.model.declaration.requirements import Requirement
    from adxmi_jupyter.model.declaration.stored import Listing
    from adxmi_jupyter.model.declaration.unsupported import Unsupported
    from adxmi_jupyter.model.permission import Permission


@dataclass(frozen=True)
class Sample:
    """Field values that work on the embedded Azure, for examples; `name` is one that exists."""

    fields: Mapping[str, str]
    database: str = "Sales"
    name: str = ""


@dataclass(frozen=True)
class About:
    """A workflow in words.

    `title` is the documentation's term, `does` the verb that carries it out (``create`` what is
    kept, ``run`` what is not), `caller` the permissions that it requires, `pages` the titles of the
    pages that document it. `action` is the summary of that verb, an imperative. `body` names the
    field that a cell body fills in, `named_by` the one that the service calls it by. What `writes`
    into the database needs it named; what only `adds` to what exists replaces nothing.
    `resolves_in_azure` is for what takes identities by resource ID. `without_identity` is what
    people look for here and what takes none. `makes` is the kind of field in which other workflows
    name what this one creates, `infers` the kind of field of others whose value it finds.
    """

    title: str
    does: str
    caller: Permission
    pages: tuple[str, ...]
    sample: Sample
    action: str
    body: str = ""
    named_by: str = ""
    adds: bool = False
    writes: bool = False
    resolves_in_azure: bool = False
    without_identity: tuple[Unsupported, ...] = ()
    makes: FieldKind | None = None
    infers: FieldKind | None = None


class Workflow(BaseModel):
    """A workflow that can use a managed identity, filled in; subclasses are the declarations.

    The first paragraph of a subclass's docstring is its help.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        # An error must not repeat what was typed: it may be a secret.
        hide_input_in_errors=True,
    )

    about: ClassVar[About]
    listing: ClassVar[Listing]

    @abstractmethod
    def requirements(self) -> tuple[Requirement, ...]:
        """Return what must be in place before it works, in their order."""

    @abstractmethod
    def product(self) -> Product:
        """Return what is sent."""

    def connection_strings(self) -> tuple[str, ...]:
        """Return what is sent that says where to go, and as whom; none where an ID does."""
        return ()

    @classmethod
    def noun(cls) -> str:
        """Return what a line calls it: the name of its module."""
        return cls.__module__.rpartition(".")[2].replace("_", "-")

    @classmethod
    def specs(cls) -> tuple[FieldSpec, ...]:
        """Return the fields in the order of their declaration."""
        return _specs(cls)

    @property
    def identities(self) -> tuple[ManagedIdentity, ...]:
        """The identities that the fields name."""
        named = (
            getattr(self, spec.name) for spec in self.specs() if spec.kind is FieldKind.IDENTITY
        )
        return tuple(identity for identity in named if identity is not None)

    def properties(self) -> str:
        """Return ``with (…)`` for the fields that go there and are filled in; empty for none."""
        pairs = [
            (spec.property_name, _literal(value))
            for spec in self.specs()
            if spec.property_name
            for value in [getattr(self, spec.name)]
            if value is not None and value != spec.default
        ]
        return kql.with_clause([*pairs, *self.more_properties()])

    def more_properties(self) -> tuple[tuple[str, str], ...]:
        """Return names and literals of properties that no field stands for."""
        return ()


@cache
def _specs(workflow: type[Workflow]) -> tuple[FieldSpec, ...]:
    return tuple(spec_of(name, info) for name, info in workflow.model_fields.items())


def _literal(value: object) -> str:
    """Write a property; lists and objects are JSON in a text, as the service wants them."""
    if isinstance(value, bool | int | float | timedelta):
        return kql.scalar_literal(value)
    if isinstance(value, ManagedIdentity):
        return kql.string_literal(value.word)
    if isinstance(value, datetime):
        return kql.string_literal(moment_text(value))
    if isinstance(value, str):
        return kql.string_literal(value)
    return kql.verbatim_literal(json.dumps(value, ensure_ascii=False))
