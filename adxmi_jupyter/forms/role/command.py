"""The ``role`` lines that do the same as the role form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, reference_word, role_command
from adxmi_jupyter.model.identity import word_among

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Command
    from adxmi_jupyter.forms.role.reading import Holder
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.role import RoleAssignment


def granting(
    database: str, role: str, holders: Sequence[Holder], known: Sequence[Holder]
) -> Command:
    """Return the line that gives holders a role."""
    return role_command(GRANT, database, role, [_word(holder, known) for holder in holders])


def revoking(
    database: str,
    role: str,
    gone: Sequence[tuple[Holder, Sequence[RoleAssignment]]],
    known: Sequence[Holder],
) -> Command:
    """Return the line that takes a role from holders, by whatever ids they are listed."""
    words = [word for holder, listed in gone for word in _listed_words(holder, listed, known)]
    return role_command(REVOKE, database, role, words)


def _word(holder: Holder, known: Sequence[Holder]) -> str:
    if holder.identity is not None:
        return word_among(
            holder.identity, _identities(known), _key, otherwise=holder.identity.object_id
        )
    reference = holder.principal.reference if holder.principal else None
    return reference_word(reference, holder.object_id)


def _listed_words(
    holder: Holder, listed: Sequence[RoleAssignment], known: Sequence[Holder]
) -> list[str]:
    if holder.identity is not None:
        return [_word(holder, known)]
    return [reference_word(one.reference, one.object_id) for one in listed]


def _identities(known: Sequence[Holder]) -> list[ManagedIdentity]:
    return [holder.identity for holder in known if holder.identity is not None]


def _key(identity: ManagedIdentity) -> str:
    return identity.object_id.lower()
