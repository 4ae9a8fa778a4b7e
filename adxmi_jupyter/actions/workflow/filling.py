"""Workflows that can use a managed identity: fill one in, and say what would be sent.

Everything here works on declarations (`model.workflow`) and knows none of them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.errors import AdxmiError, InvalidInput
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.products import DataConnection, Statement
from adxmi_jupyter.model.declaration.reading import Reading, read
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity, ResolvedIdentity, is_guid

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.model.declaration.products import Product
    from adxmi_jupyter.model.declaration.workflow import Workflow
    from adxmi_jupyter.service.connection import Connection


@dataclass(frozen=True)
class Filled:
    """A declaration as far as it is filled in, and what there is to say about its identities."""

    reading: Reading[Any]
    notes: tuple[str, ...]


Find = Callable[[str], "ResolvedIdentity"]
"""Finds the identity that a user means; raises an AdxmiError if there is none."""


def fill_in(
    connection: Connection,
    declaration: type[Workflow],
    raw: Mapping[str, object],
    *,
    find: Find | None = None,
) -> Filled:
    """Fill a declaration in with what a user typed; identities are found by any of their names.

    `find` finds them instead of asking policies and Azure. Nothing is raised: what is wrong
    stands in the reading, by the name of the field.
    """
    find = find or finding(connection, declaration)
    given, notes = dict(raw), []
    problems: dict[str, AdxmiError] = {}
    for spec in declaration.specs():
        reference = given.get(spec.name)
        if spec.kind is not FieldKind.IDENTITY or not isinstance(reference, str) or not reference:
            continue
        try:
            resolved = find(reference)
        except AdxmiError as error:
            problems[spec.name] = error
            given[spec.name] = ManagedIdentity(reference)
        else:
            given[spec.name] = resolved.identity
            notes += [resolved.note] if resolved.note else []
    reading = read(declaration, given)
    if problems:
        reading = Reading(None, {**problems, **reading.problems})
    return Filled(reading, tuple(notes))


def finding(connection: Connection, declaration: type[Workflow]) -> Find:
    """Return what finds the identities of a workflow, in policies and Azure."""
    ask = _in_azure if declaration.about.resolves_in_azure else _in_policies

    def find(reference: str) -> ResolvedIdentity:
        connection.require_identities()
        return ask(connection, reference)

    return find


def _in_azure(connection: Connection, reference: str) -> ResolvedIdentity:
    (found,) = identities.found(connection, (reference,))
    identity = found.identity
    if identity.is_system and not identity.resource_id:
        # Left out, Azure would make a connection that signs in with keys.
        identity = replace(identity, resource_id=identities.cluster_id(connection))
    note = (
        f"{reference} is a client ID, of {identity.label}: a data connection gets its resource ID"
    )
    return ResolvedIdentity(identity, note if found.note else "")


def _in_policies(connection: Connection, reference: str) -> ResolvedIdentity:
    try:
        (found,) = names.resolved(connection, (reference,))
    except InvalidInput:
        raise
    except AdxmiError as failure:
        return _without_policies(connection, reference, failure)
    return found


def _without_policies(
    connection: Connection, reference: str, failure: AdxmiError
) -> ResolvedIdentity:
    """Find an identity for somebody who may not read the policies: Azure may know it.

    ``system`` needs no lookup, and an object ID can do without; else `failure` is raised.
    """
    word = reference.strip().lower()
    if word == SYSTEM:
        return ResolvedIdentity(ManagedIdentity(SYSTEM, SYSTEM, is_system=True))
    try:
        (found,) = identities.found(connection, (reference,))
    except AdxmiError:
        if not is_guid(word):
            raise failure from None
        note = f"used as an object ID without verification: {failure.what}"
        return ResolvedIdentity(ManagedIdentity(word), note)
    return found


def text_of(product: Product) -> str:
    """Return what would be sent, as people read it."""
    return product.text


def product_frame(product: Product, database: str) -> pd.DataFrame:
    """Return what would be sent: ``sent_to``, ``database``, ``text``, all string."""
    columns = dict.fromkeys(("sent_to", "database", "text"), TEXT)
    return fixed_frame(columns, [(destination(product), database, text_of(product))])


def destination(product: Product) -> str:
    """Return where a product is sent, in words."""
    if isinstance(product, Statement):
        return product.endpoint.value
    if isinstance(product, DataConnection):
        return "Azure Resource Manager"
    return "queue of the ingestion client"
