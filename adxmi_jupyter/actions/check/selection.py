"""A part of what was checked: the workflows of some identities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.checks import none_there
from adxmi_jupyter.actions.check.findings import CheckedKind
from adxmi_jupyter.actions.identity import names
from adxmi_jupyter.errors import UnknownIdentity
from adxmi_jupyter.model.identity import resolve
from adxmi_jupyter.model.policy import PolicyEntry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Checked, Checks
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.service.connection import Connection


def of_identities(connection: Connection, checks: Checks, references: Sequence[str]) -> Checks:
    """Return the workflows and policy entries of some identities; raises as `names.resolved`.

    What could not be listed stays: it may be theirs. Identities are found among those of the
    workflows first, so that one that is deleted can be named as well.
    """
    named = tuple({_key(one): one for each in checks.checked for one in _of(each)}.values())
    wanted = {_key(_meant(connection, word, named)) for word in references}
    kept = tuple(
        one
        for one in checks.checked
        if one.kind is CheckedKind.UNREAD or wanted & set(map(_key, _of(one)))
    )
    if not kept:
        why = f"none names {', '.join(references)}"
        kept = (none_there("", "", why),)
    return replace(checks, checked=kept)


def _of(one: Checked) -> Iterable[ManagedIdentity]:
    return (found.identity for found in one.findings if found.identity is not None)


def _key(identity: ManagedIdentity) -> str:
    return PolicyEntry(identity, ()).key


def _meant(
    connection: Connection, reference: str, named: Sequence[ManagedIdentity]
) -> ManagedIdentity:
    try:
        return resolve(reference, named).identity
    except UnknownIdentity:
        return names.resolved(connection, (reference,))[0].identity
