"""The ``role`` lines that take a change back, and the words that they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.roles.change import GRANT, REVOKE
from adxmi_jupyter.model.line import Line, option
from adxmi_jupyter.model.principal import PrincipalReference

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange


def back(change: RoleChange) -> tuple[Line, ...]:
    """Return the lines that take a finished change back; one for each description there was."""
    verb = REVOKE if change.verb == GRANT else GRANT
    by_notes: dict[str, list[str]] = {}
    for one in change.changed:
        # On the cluster there are no descriptions: notes are the state of an assignment there.
        notes = one.notes if verb == GRANT and change.database else ""
        by_notes.setdefault(notes, []).append(reference_word(one.reference, one.object_id))
    return tuple(
        role_line(verb, change.database, change.role, words, notes)
        for notes, words in by_notes.items()
    )


def role_line(
    verb: str, database: str, role: str, words: Iterable[str], description: str = ""
) -> Line:
    """Return the line that grants or revokes a role; an empty database means the cluster."""
    where = option("--database", database) if database else ("--cluster",)
    who = option("--identity", ",".join(words))
    why = option("--description", description) if description else ()
    yes = ("--yes",) if verb == REVOKE else ()
    return Line(("role", verb, *where, "--role", str(role), *who, *why, *yes))


def reference_word(reference: PrincipalReference | None, object_id: str) -> str:
    """Return a reference as a word of a list: a comma in a name would end it."""
    if reference is None:
        return object_id
    if "," not in str(reference) or not object_id:
        return str(reference)
    return str(PrincipalReference(reference.kind, object_id, reference.tenant))
