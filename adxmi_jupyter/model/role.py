"""Security roles, and who holds one.

Source: *Security roles overview*, *Manage database security roles*, *Role-based access control*
(Azure Data Explorer docs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from adxmi_jupyter.errors import InvalidInput, UnreadableAnswer
from adxmi_jupyter.fixes import ChangeOption, Explain, Retry, Several
from adxmi_jupyter.model.principal import looks_like_reference, parse_reference
from adxmi_jupyter.model.shape import value_of
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.model.principal import PrincipalReference


class SecurityRole(StrEnum):
    """A role of a database or of the whole cluster, spelled as the service spells it there.

    ``allows`` says what it is good for, ``needs`` which other roles must be held besides (one of
    them), and ``on_cluster`` is its counterpart on every database, if there is one.
    """

    allows: str
    needs: tuple[str, ...]
    on_cluster: str

    def __new__(
        cls, value: str, allows: str = "", needs: tuple[str, ...] = (), on_cluster: str = ""
    ) -> Self:
        """Make a member from its spelling and what there is to say about it."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.allows, member.needs, member.on_cluster = allows, needs, on_cluster
        return member


class Role(SecurityRole):
    """A role on a database, spelled as role commands spell it."""

    ADMINS = "admins", "everything on the database", (), "AllDatabasesAdmin"
    USERS = "users", "reading, and creating tables and functions"
    VIEWERS = "viewers", "reading, except restricted tables", (), "AllDatabasesViewer"
    UNRESTRICTED_VIEWERS = "unrestrictedviewers", "reading restricted tables", ("users", "viewers")
    INGESTORS = "ingestors", "ingesting into all tables, without reading"
    MONITORS = "monitors", ".show commands in the database", (), "AllDatabasesMonitor"

    @property
    def singular(self) -> str:
        """The role as listings and Azure Resource Manager spell it, in lower case."""
        return self.value.removesuffix("s")


CLUSTER_ROLES: Mapping[str, str] = {
    role.on_cluster.lower(): role.on_cluster for role in Role if role.on_cluster
}
"""Roles on every database, by their lower-case names."""

_SINGULAR = {role.singular: role for role in Role}


@dataclass(frozen=True)
class RoleAssignment:
    """One principal in one role; an empty database means the whole cluster.

    `role` is a `Role`, one of `CLUSTER_ROLES`, or the service's own words where they are neither.
    """

    database: str
    role: str
    principal_type: str
    display_name: str
    object_id: str
    fqn: str
    notes: str = ""

    @property
    def label(self) -> str:
        """The name to show people."""
        return self.display_name or self.fqn or self.object_id

    @property
    def reference(self) -> PrincipalReference | None:
        """The fully qualified name as a value; None if it is of a newer kind, or missing."""
        try:
            return parse_reference(self.fqn) if looks_like_reference(self.fqn) else None
        except InvalidInput:  # what the service lists is shown, whatever it is
            return None

    @property
    def is_by_object_id(self) -> bool:
        """Whether it surely names an application by its object ID; lists of Kusto do not tell."""
        return False

    def is_same_by_client_id(self, wrong: RoleAssignment) -> bool:
        """Tell whether this gives the same identity the same role by its client ID."""
        same = self.role == wrong.role and self.object_id.casefold() == wrong.object_id.casefold()
        return same and not self.is_by_object_id


def parse_role(text: str) -> Role:
    """Return the role a user means: any letter case, with or without the last ``s``.

    >>> parse_role("Viewer").value
    'viewers'

    Raises
    ------
    InvalidInput
        There is no such database role; the closest match is named.

    """
    found = _SINGULAR.get(_plain(text))
    if found is not None:
        return found
    if _plain(text) in CLUSTER_ROLES:
        raise InvalidInput(
            f"{text} is a role on the whole cluster",
            why="role commands know the roles of a database only",
            fix=ChangeOption(
                "--role", next(r for r in Role if r.on_cluster.lower() == _plain(text))
            ),
        )
    match = closest(text, list(Role))
    raise InvalidInput(
        f"there is no database role {text!r}",
        why=Explain.of("the roles are ", Several.of(Role)),
        fix=ChangeOption("--role", match) if match else ChangeOption("--role", Role.VIEWERS),
    )


def parse_assignment(row: Mapping[str, Any], database: str) -> RoleAssignment:
    """Read a row of ``.show database … principals``; columns that are newer may be missing.

    Raises
    ------
    UnreadableAnswer
        There is no column ``Role``.

    """
    where, role = _split_role(_text(row, "Role"), database)
    return RoleAssignment(
        database=where,
        role=role,
        principal_type=_text(row, "PrincipalType"),
        display_name=_text(row, "PrincipalDisplayName"),
        object_id=_text(row, "PrincipalObjectId"),
        fqn=_text(row, "PrincipalFQN"),
        notes=_text(row, "Notes"),
    )


def parse_authorized(item: Mapping[str, Any], database: str) -> RoleAssignment:
    """Read an item of the column ``AuthorizedPrincipals`` of ``.show databases policies``.

    Raises
    ------
    UnreadableAnswer
        It does not tell the role: the documentation has an example for tables only, without it.

    """
    where, role = _split_role(_text(item, "Role"), database)
    return RoleAssignment(
        database=where,
        role=role,
        principal_type=_text(item, "Type"),
        display_name=_text(item, "DisplayName"),
        object_id=_text(item, "ObjectId"),
        fqn=_text(item, "FQN"),
        notes=_text(item, "Notes"),
    )


def parse_own_role(row: Mapping[str, Any]) -> RoleAssignment:
    """Read a row of ``.show cluster principal roles``: a role of the caller.

    Raises
    ------
    UnreadableAnswer
        There is no column ``Role``.

    """
    kind, _, database = _text(row, "Scope").partition(" ")
    where = database if kind.lower() == "database" else ""
    _, role = _split_role(_text(row, "Role"), where)
    name, object_id = _text(row, "DisplayName"), _text(row, "AADObjectID")
    return RoleAssignment(where, role, "", name, object_id, fqn="")


def _text(row: Mapping[str, Any], column: str) -> str:
    if column == "Role" and value_of(row, column, otherwise=None) is None:
        raise UnreadableAnswer(
            "the principals could not be read",
            why=Explain.of("the answer has the columns ", Several.of(row), ", and no Role"),
            fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
        )
    return str(value_of(row, column, otherwise="") or "")


def _split_role(words: str, database: str) -> tuple[str, str]:
    """Split ``Database Sales Viewer`` or ``All Databases Admin`` into database and role."""
    on_cluster = CLUSTER_ROLES.get(_plain(words) or "-")
    if on_cluster:
        return "", on_cluster
    start = f"database {database} "
    rest = words[len(start) :] if words.lower().startswith(start.lower()) else words
    found = _SINGULAR.get(_plain(rest)) or _ending(words)
    return database, found.value if found else words


def _ending(words: str) -> Role | None:
    # A database may be listed by another name than it was asked for: its pretty name.
    longest_first = sorted(_SINGULAR, key=len, reverse=True)
    plain = _plain(words)
    found = next((name for name in longest_first if plain.endswith(name)), None)
    return _SINGULAR[found] if found and plain.startswith("database") else None


def _plain(text: str) -> str:
    return "".join(text.split()).lower().removesuffix("s")
