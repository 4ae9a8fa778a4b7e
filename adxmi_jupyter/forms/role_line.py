"""The ``role`` lines that do the same as the role form, and those that take a change back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.role_change import GRANT, REVOKE
from adxmi_jupyter.forms.line import Line, option
from adxmi_jupyter.model.identity import word_among
from adxmi_jupyter.model.principal import PrincipalReference

if TYPE_CHECKING:
    from adxmi_jupyter.actions.role_change import RoleChange
    from adxmi_jupyter.forms.role_reading import Holder
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.role import RoleAssignment


def granting(database: str, role: str, holders: Sequence[Holder], known: Sequence[Holder]) -> Line:
    """Return the line that gives holders a role."""
    return _line(GRANT, database, role, [_word(holder, known) for holder in holders])


def revoking(
    database: str,
    role: str,
    gone: Sequence[tuple[Holder, Sequence[RoleAssignment]]],
    known: Sequence[Holder],
) -> Line:
    """Return the line that takes a role from holders, by whatever ids they are listed."""
    words = [word for holder, listed in gone for word in _listed_words(holder, listed, known)]
    return _line(REVOKE, database, role, words)


def back(change: RoleChange) -> tuple[Line, ...]:
    """Return the lines that take a finished change back; one for each description there was."""
    verb = REVOKE if change.verb == GRANT else GRANT
    by_notes: dict[str, list[str]] = {}
    for one in change.changed:
        # On the cluster there are no descriptions: notes are the state of an assignment there.
        notes = one.notes if verb == GRANT and change.database else ""
        by_notes.setdefault(notes, []).append(_reference_word(one.reference, one.object_id))
    return tuple(
        _line(verb, change.database, change.role, words, notes) for notes, words in by_notes.items()
    )


def _line(verb: str, database: str, role: str, words: Iterable[str], description: str = "") -> Line:
    where = option("--database", database) if database else ("--cluster",)
    who = option("--identity", ",".join(words))
    why = option("--description", description) if description else ()
    yes = ("--yes",) if verb == REVOKE else ()
    return Line(("role", verb, *where, "--role", str(role), *who, *why, *yes))


def _word(holder: Holder, known: Sequence[Holder]) -> str:
    if holder.identity is not None:
        return word_among(
            holder.identity, _identities(known), _key, otherwise=holder.identity.object_id
        )
    reference = holder.principal.reference if holder.principal else None
    return _reference_word(reference, holder.object_id)


def _listed_words(
    holder: Holder, listed: Sequence[RoleAssignment], known: Sequence[Holder]
) -> list[str]:
    if holder.identity is not None:
        return [_word(holder, known)]
    return [_reference_word(one.reference, one.object_id) for one in listed]


def _reference_word(reference: PrincipalReference | None, object_id: str) -> str:
    """Return a reference as a word of a list: a comma in a name would end it."""
    if reference is None:
        return object_id
    if "," not in str(reference) or not object_id:
        return str(reference)
    return str(PrincipalReference(reference.kind, object_id, reference.tenant))


def _identities(known: Sequence[Holder]) -> list[ManagedIdentity]:
    return [holder.identity for holder in known if holder.identity is not None]


def _key(identity: ManagedIdentity) -> str:
    return identity.object_id.lower()
