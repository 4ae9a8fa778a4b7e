"""What must be known of a cluster before links can be judged: each fact is asked for once.

Facts are independent of each other, so all that some links need are asked for at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.actions import identities, principals
from adxmi_jupyter.actions.policies import read_one
from adxmi_jupyter.actions.roles import read_one as roles_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.callout import parse_callouts
from adxmi_jupyter.model.declaration.stored import (
    cell,
    connection_strings_in,
    json_cell,
    text_cell,
)
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.service.gather import gather
from adxmi_jupyter.service.resource_manager import AUTHORIZATION_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.principals import ResolvedPrincipal
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.azure_role import Target
    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.service.connection import Connection

Ask = Callable[["Connection"], Any]


@dataclass(frozen=True)
class Fact:
    """Something to ask the cluster or Azure for; two of one key are the same fact."""

    key: tuple[Hashable, ...]
    ask: Ask

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fact) and self.key == other.key


class Facts:
    """The answers, or the errors that stand in their place; later answers are added to them."""

    def __init__(self) -> None:
        self._answers: dict[tuple[Hashable, ...], object] = {}

    def gather(self, connection: Connection, facts: Iterable[Fact], *, quiet: bool = False) -> None:
        """Ask at the same time for facts that are not known yet; errors stand for answers.

        `quiet` shows no progress.

        Raises
        ------
        Exception
            Whatever is no AdxmiError: a mistake of this tool.

        """
        wanted = [fact for fact in dict.fromkeys(facts) if fact.key not in self._answers]
        if not wanted:
            return
        what = "" if quiet else "examining the links"
        answers = gather(lambda fact: fact.ask(connection), wanted, what=what)
        for fact, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Exception) and not isinstance(answer, AdxmiError):
                raise answer
            self._answers[fact.key] = answer

    def answer(self, fact: Fact) -> Any:
        """Return what was answered.

        Raises
        ------
        AdxmiError
            It could not be asked for, or was refused.

        """
        found = self._answers[fact.key]
        if isinstance(found, Exception):
            raise found
        return found


def assigned() -> Fact:
    """Ask which identities are assigned: `AssignedIdentities`."""

    def ask(connection: Connection) -> AssignedIdentities:
        return identities.assigned(connection)

    return Fact(("assigned",), ask)


def policy(scope: Scope) -> Fact:
    """Ask for the managed identity policy of a scope: `Policy`."""

    def ask(connection: Connection) -> Policy:
        return read_one(connection, scope).policy

    return Fact(("policy", scope), ask)


def roles(database: str) -> Fact:
    """Ask who holds which role on a database: `RoleAssignment` values."""

    def ask(connection: Connection) -> tuple[RoleAssignment, ...]:
        return roles_of(connection, database)

    return Fact(("roles", database), ask)


def principal(identity: ManagedIdentity) -> Fact:
    """Ask how roles name an identity, by its client ID: `ResolvedPrincipal`."""

    def ask(connection: Connection) -> ResolvedPrincipal:
        if identity.object_id != SYSTEM:
            return principals.of_identity(connection, identity)
        (found,) = principals.find(connection, (SYSTEM,))
        return found

    return Fact(("principal", identity.object_id), ask)


def callouts() -> Fact:
    """Ask for the callout policy: `CalloutRule` values."""

    def ask(connection: Connection) -> tuple[CalloutRule, ...]:
        command = ".show cluster policy callout"
        return parse_callouts(connection.kusto.command(command).rows())

    return Fact(("callouts",), ask)


def plugins() -> Fact:
    """Ask which plugins are enabled: a set of names in lower case."""

    def ask(connection: Connection) -> frozenset[str]:
        rows = connection.kusto.command(".show plugins", database=connection.database).rows()
        return frozenset(
            str(cell(row, "PluginName")).lower() for row in rows if cell(row, "IsEnabled")
        )

    return Fact(("plugins",), ask)


@dataclass(frozen=True)
class ShownTable:
    """An external table: connection strings as the service shows them, and the files' format.

    Secrets are masked; there are no strings if the service shows none. `data_format` is in lower
    case, and empty where there are no files.
    """

    connection_strings: tuple[str, ...]
    data_format: str = ""


def external_tables(database: str) -> Fact:
    """Ask for the external tables of a database: a mapping of names to `ShownTable` values."""

    def ask(connection: Connection) -> Mapping[str, ShownTable]:
        rows = connection.kusto.command(".show external tables", database=database).rows()
        return {
            str(cell(row, "TableName")): ShownTable(connection_strings_in(row), _format(row))
            for row in rows
        }

    return Fact(("external tables", database), ask)


def _format(row: Mapping[str, Any]) -> str:
    properties = json_cell(row, "Properties")
    return text_cell(properties, "Format").lower() if isinstance(properties, dict) else ""


def resource(target: Target) -> Fact:
    """Ask for the resource ID of a target; empty where it cannot be found."""

    def ask(connection: Connection) -> str:
        return target.resource_id or _found(connection, target)

    return Fact(("resource", target.resource_type, target.name, target.resource_id), ask)


def _found(connection: Connection, target: Target) -> str:
    rows = connection.resource_manager.graph(
        f"resources | where type =~ {kql.string_literal(target.resource_type.lower())} "
        f"| where name =~ {kql.string_literal(target.name)} | project id | order by id asc"
    )
    return str(rows[0]["id"]) if rows else ""


def azure_roles(scope: str, object_id: str) -> Fact:
    """Ask which Azure roles a principal holds on a scope: GUIDs of definitions, in lower case.

    Roles that a group of the principal holds count; those on a part of the scope do not.
    """

    def ask(connection: Connection) -> tuple[str, ...]:
        chosen = quote(f"assignedTo('{object_id}')")
        path = f"{scope}/providers/Microsoft.Authorization/roleAssignments?$filter={chosen}"
        items = connection.resource_manager.all_of(path, AUTHORIZATION_VERSION)
        held = [item.get("properties") or {} for item in items]
        return tuple(
            str(one.get("roleDefinitionId")).rsplit("/", 1)[-1].lower()
            for one in held
            if _reaches(str(one.get("scope") or scope), scope)
        )

    return Fact(("azure roles", scope.lower(), object_id.lower()), ask)


_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"


def _reaches(outer: str, inner: str) -> bool:
    """Tell whether an assignment's scope is the one asked about, or contains it."""
    above, below = outer.lower().rstrip("/"), inner.lower()
    # What Azure lists of a management group is one that contains the scope.
    return above.startswith(_MANAGEMENT_GROUP) or f"{below}/".startswith(f"{above}/")


def object_id_of(facts: Facts, identity: ManagedIdentity) -> str:
    """Return the object ID of an identity; that of ``system`` only Azure may know.

    Raises
    ------
    AdxmiError
        Azure did not tell.

    """
    if identity.object_id and identity.object_id != SYSTEM:
        return identity.object_id
    present: AssignedIdentities = facts.answer(assigned())
    return present.system.object_id if present.system else ""
