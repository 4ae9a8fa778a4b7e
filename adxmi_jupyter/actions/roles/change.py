"""A planned or finished change of security roles, what to say about it and how to undo it.

Source: *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ConfirmationRequired
from adxmi_jupyter.fixes import Command, Explain, Retry, option_words
from adxmi_jupyter.model.principal import PrincipalReference

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.principals import Assignment, ResolvedPrincipal
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole

GRANT, REVOKE = "grant", "revoke"
SIGNS = {GRANT: "+", REVOKE: "-"}
_NAMED_AT_MOST = 3


@dataclass(frozen=True)
class RoleChange:
    """A planned or finished write: `changed` appears in, or disappears from, `before`.

    An empty database means the whole cluster. `command` is what is sent, to the letter; empty,
    there is nothing to change. `warnings` are those notes that a confirmation has to repeat.
    """

    verb: str
    database: str
    role: SecurityRole
    principals: tuple[ResolvedPrincipal, ...]
    before: tuple[RoleAssignment, ...]
    after: tuple[RoleAssignment, ...]
    changed: tuple[RoleAssignment, ...]
    command: str
    notes: tuple[Note, ...] = ()
    warnings: tuple[Note, ...] = ()

    @property
    def place(self) -> str:
        """Where the role holds, in words."""
        return f"the database {self.database}" if self.database else "the cluster"

    @property
    def list_command(self) -> Command:
        """The command that lists who holds which role there."""
        return list_command(self.database)

    def held_by(self, assignments: Sequence[RoleAssignment]) -> tuple[RoleAssignment, ...]:
        """Return those who hold the role itself in the place itself."""
        return held(assignments, self.role, self.database)

    def is_done_in(self, assignments: Sequence[RoleAssignment]) -> bool:
        """Tell whether these assignments are what the change was to bring about."""
        holders = self.held_by(assignments)
        if self.verb == REVOKE:
            gone = {assignment.fqn for assignment in self.changed}
            return gone.isdisjoint(assignment.fqn for assignment in holders)
        return all(principal.is_usable_in(holders) for principal in self.principals)


def held(assignments: Sequence[Assignment], role: str, database: str) -> tuple[Assignment, ...]:
    """Return who holds a role in a place; a database may be listed by another name of its own."""
    return tuple(
        one for one in assignments if one.role == role and bool(one.database) == bool(database)
    )


def changed_lines(
    change: RoleChange, some: Sequence[RoleAssignment] | None = None
) -> tuple[str, ...]:
    """Return one line for each assignment that changes: ``mi-ingest + viewers``."""
    sign = SIGNS[change.verb]
    shown = change.changed if some is None else some
    return tuple(f"{one.label} {sign} {change.role}" for one in shown)


def confirmation_required(change: RoleChange) -> ConfirmationRequired:
    """Return the error for a change that revokes a role and is not confirmed."""
    rest = len(change.changed) - _NAMED_AT_MOST
    shown = ", ".join(one.label for one in change.changed[:_NAMED_AT_MOST])
    return ConfirmationRequired(
        f"revoke on {change.place} removes {change.role} from {shown}"
        + (f" and {rest} more" if rest > 0 else ""),
        why=Explain.joined("; ", f"may stop working: {change.role.allows}", *change.warnings),
        fix=Retry.having("--yes"),
    )


def list_command(database: str) -> Command:
    """Return the command that lists the roles of a database, or of the cluster."""
    return Command.of("role", "list", *scope_words(database))


def scope_words(database: str) -> tuple[str, ...]:
    """Return the words of a command that name a database, or the cluster."""
    return option_words("--database", database) if database else ("--cluster",)


def undo_commands(change: RoleChange) -> tuple[Command, ...]:
    """Return the commands that undo a finished change; one for each description there was."""
    verb = REVOKE if change.verb == GRANT else GRANT
    return tuple(
        role_command(verb, change.database, change.role, words, notes)
        for notes, words in undo_words(change)
    )


def undo_words(change: RoleChange) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return whom a finished change is undone for, as one types them, by their descriptions."""
    by_notes: dict[str, list[str]] = {}
    for one in change.changed:
        # On the cluster there are no descriptions: notes are the state of an assignment there.
        notes = one.notes if change.verb == REVOKE and change.database else ""
        by_notes.setdefault(notes, []).append(reference_word(one.reference, one.object_id))
    return tuple((notes, tuple(words)) for notes, words in by_notes.items())


def role_command(
    verb: str, database: str, role: str, words: Iterable[str], description: str = ""
) -> Command:
    """Return the command that grants or revokes a role; an empty database means the cluster."""
    where = scope_words(database)
    who = option_words("--identity", ",".join(words))
    why = option_words("--description", description) if description else ()
    yes = ("--yes",) if verb == REVOKE else ()
    return Command(("role", verb, *where, "--role", str(role), *who, *why, *yes))


def reference_word(reference: PrincipalReference | None, object_id: str) -> str:
    """Return a reference as a word of a list: a comma in a name would end it."""
    if reference is None:
        return object_id
    if "," not in str(reference) or not object_id:
        return str(reference)
    return str(PrincipalReference(reference.kind, object_id, reference.tenant))
