"""What must be known of a cluster to evaluate requirements: each fact is asked for once.

Facts are independent of each other, so all that are needed are asked for at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.policy.policies import read_one
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.actions.workflow.second_source import read_script
from adxmi_jupyter.errors import AdxmiError, NotAuthorized, ResourceNotFound
from adxmi_jupyter.model.assignment import parse_identity_resource
from adxmi_jupyter.model.azure_shapes import IDENTITY
from adxmi_jupyter.model.callout import parse_callouts
from adxmi_jupyter.model.columns import parse_columns
from adxmi_jupyter.model.declaration.stored import connection_strings_in
from adxmi_jupyter.model.declaration.stored_tables import SECOND_SOURCE
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.kql import SHOW_EXTERNAL_TABLES, SHOW_FUNCTIONS, quote_name
from adxmi_jupyter.model.kusto_shapes import (
    CALLOUT_POLICY,
    COLUMNS,
    EXTERNAL_TABLES,
    FUNCTIONS,
    MAPPINGS,
    PLUGINS,
    ROLES,
    TABLES,
)
from adxmi_jupyter.model.permission import ANY_ROLE
from adxmi_jupyter.model.shape import cell, json_cell, text_cell
from adxmi_jupyter.service.gather import gather
from adxmi_jupyter.service.resource_manager import IDENTITY_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.model.assignment import AssignedIdentities
    from adxmi_jupyter.model.callout import CalloutRule
    from adxmi_jupyter.model.csl_script import CslScript
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy, Scope
    from adxmi_jupyter.model.role import RoleAssignment
    from adxmi_jupyter.model.shape import Shape
    from adxmi_jupyter.service.connection import Connection

Ask = Callable[["Connection"], Any]
Rows = Sequence[Mapping[str, Any]]


def _as_it_is(answer: Any) -> Any:
    return answer


@dataclass(frozen=True)
class Fact:
    """Something to ask the cluster or Azure for; two of one key are the same fact.

    `right` is the least that lets somebody see it, and `read` returns what there is to know in an
    answer: one answer can be read for several purposes.
    """

    key: tuple[Hashable, ...]
    ask: Ask
    right: str = ""
    read: Callable[[Any], Any] = _as_it_is

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fact) and self.key == other.key


class Facts:
    """The answers, or the errors that stand in their place; later answers are added to them.

    `quiet` shows no progress.
    """

    def __init__(self, connection: Connection, *, quiet: bool = False) -> None:
        self.connection = connection
        self._quiet = quiet
        self._answers: dict[tuple[Hashable, ...], object] = {}
        self._read: dict[tuple[Hashable, ...], Any] = {}

    def gather(self, facts: Iterable[Fact]) -> None:
        """Ask at the same time for facts that are not known yet; errors stand for answers.

        Raises
        ------
        Exception
            Whatever is no AdxmiError: a mistake of this tool.

        """
        wanted = [fact for fact in dict.fromkeys(facts) if fact.key not in self._answers]
        if not wanted:
            return
        what = "" if self._quiet else "checking the requirements"
        answers = gather(lambda fact: fact.ask(self.connection), wanted, what=what)
        for fact, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Exception) and not isinstance(answer, AdxmiError):
                raise answer
            self._answers[fact.key] = answer

    def tell(self, fact: Fact, answer: object) -> None:
        """Add what another answer told: it need not be asked for any more."""
        self._answers.setdefault(fact.key, answer)

    def with_answers(self, answers: Mapping[Fact, object]) -> Facts:
        """Return what is known with other answers in some places, such as policies planned."""
        other = Facts(self.connection, quiet=True)
        other._answers = self._answers | {fact.key: answer for fact, answer in answers.items()}
        return other

    def has(self, fact: Fact) -> bool:
        """Tell whether it was asked for, or told."""
        return fact.key in self._answers

    def knows(self, fact: Fact) -> bool:
        """Tell whether there is an answer, and no error in its place."""
        return self.has(fact) and not isinstance(self._answers[fact.key], Exception)

    def answer(self, fact: Fact) -> Any:
        """Return what was answered.

        Raises
        ------
        AdxmiError
            It could not be asked for, or was refused.

        """
        found = self._answers[fact.key]
        if isinstance(found, NotAuthorized | ResourceNotFound) and fact.right:
            raise _with_right(found, fact.right) from found
        if isinstance(found, Exception):
            raise found
        reading = (fact.key, fact.read)
        if reading not in self._read:
            self._read[reading] = fact.read(found)
        return self._read[reading]


def may_show(database: str) -> str:
    """Return the roles of which one lets somebody see what a database has, policies included."""
    return f"{ANY_ROLE} of {database}"


def _with_right(refusal: NotAuthorized | ResourceNotFound, right: str) -> AdxmiError:
    """Say what it takes to see a fact: the service's words name an action, and go on and on."""
    what, why = refusal.what, f"{refusal.why}; requires {right}"
    if isinstance(refusal, NotAuthorized):
        what, why = "not readable", f"requires {right}"
    told = type(refusal)(what, why=why, fix=refusal.remediation)
    told.service = refusal.service
    return told


def assigned() -> Fact:
    """Ask which identities are assigned: `AssignedIdentities`."""

    def ask(connection: Connection) -> AssignedIdentities:
        return identities.assigned(connection)

    return Fact(("assigned",), ask, "Reader on the cluster, in Azure")


def in_subscription() -> Fact:
    """Ask which user-assigned identities the cluster's subscription has: by their object IDs."""

    def ask(connection: Connection) -> Mapping[str, ManagedIdentity]:
        subscription = identities.cluster_id(connection).split("/")[2]
        resources = connection.resource_manager.user_identities(subscription)
        found = map(parse_identity_resource, resources)
        return {one.object_id.lower(): one for one in found}

    return Fact(("identities",), ask, "Reader on the subscription, in Azure")


def identity_resource(resource_id: str) -> Fact:
    """Ask for the identity that a resource ID stands for now: `ManagedIdentity`."""

    def ask(connection: Connection) -> ManagedIdentity:
        found = connection.resource_manager.get(resource_id, IDENTITY_VERSION, IDENTITY)
        return parse_identity_resource(found)

    return Fact(("identity", resource_id.lower()), ask, "Reader on the identity, in Azure")


def policy(scope: Scope) -> Fact:
    """Ask for the managed identity policy of a scope: `Policy`."""

    def ask(connection: Connection) -> Policy:
        return read_one(connection, scope).policy

    right = may_show(scope.database) if scope.database else "AllDatabasesMonitor"
    return Fact(("policy", scope), ask, right)


def roles(database: str) -> Fact:
    """Ask who holds which role on a database: `RoleAssignment` values."""

    def ask(connection: Connection) -> tuple[RoleAssignment, ...]:
        found = roles_of(connection, database).read()
        if not found:
            raise ROLES.unreadable("the list is empty, although at least one principal can read it")
        return found

    return Fact(("roles", database), ask, f"Database Admin of {database}, or Monitor")


def rows(command: str, database: str, shape: Shape) -> Fact:
    """Ask for the rows that a command lists in a database: one fact, whatever it is needed for."""

    def ask(connection: Connection) -> Rows:
        return connection.kusto.command(command, database=database).rows(shape)

    return Fact(("rows", command, database), ask, may_show(database))


def csl_script(database: str) -> Fact:
    """Ask what the csl script of a database tells that lists may leave open: `CslScript`."""

    def ask(connection: Connection) -> CslScript:
        return read_script(connection, database)

    return Fact(("csl script", database), ask)


def functions(database: str) -> Fact:
    """Ask for the stored functions of a database: a mapping of names to bodies."""
    return replace(rows(SHOW_FUNCTIONS, database, FUNCTIONS), read=_bodies)


def _bodies(rows: Rows) -> Mapping[str, str]:
    return {text_cell(row, "Name"): text_cell(row, "Body") for row in rows}


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
        return parse_callouts(connection.kusto.command(command).rows(CALLOUT_POLICY))

    return Fact(("callouts",), ask, "AllDatabasesMonitor")


def plugins() -> Fact:
    """Ask which plugins are enabled: a set of names in lower case."""

    def ask(connection: Connection) -> frozenset[str]:
        answer = connection.kusto.command(".show plugins", database=connection.database)
        return frozenset(
            text_cell(row, "PluginName").lower()
            for row in answer.rows(PLUGINS)
            if cell(row, "IsEnabled")
        )

    return Fact(("plugins",), ask, "Database Viewer")


@dataclass(frozen=True)
class ShownTable:
    """An external table: connection strings as the service shows them, and the files' format.

    Secrets are masked; there are no strings if the service shows none. `is_open` says that they
    do not tell how they sign in. `data_format` is in lower case, and empty where there are no
    files.
    """

    connection_strings: tuple[str, ...]
    data_format: str = ""
    is_open: bool = False


def external_tables(database: str) -> Fact:
    """Ask for the external tables of a database: a mapping of names to `ShownTable` values."""
    return replace(rows(SHOW_EXTERNAL_TABLES, database, EXTERNAL_TABLES), read=_tables)


def _tables(rows: Rows) -> Mapping[str, ShownTable]:
    return {
        text_cell(row, "TableName", "EntityName"): ShownTable(
            connection_strings_in(row), _format(row), SECOND_SOURCE.is_open(row)
        )
        for row in rows
    }


def tables(database: str) -> Fact:
    """Ask for the tables of a database: their names."""
    return replace(rows(".show tables", database, TABLES), read=_names)


def _names(rows: Rows) -> tuple[str, ...]:
    return tuple(text_cell(row, "TableName") for row in rows)


def mappings(database: str, table: str) -> Fact:
    """Ask for the ingestion mappings of a table: a mapping of names to the columns they fill."""
    command = f".show table {quote_name(table)} ingestion mappings"
    return replace(rows(command, database, MAPPINGS), read=_mapped)


def _mapped(rows: Rows) -> Mapping[str, tuple[str, ...]]:
    return {
        text_cell(row, "Name"): tuple(
            text_cell(one, "Column", "Name") for one in json_cell(row, "Mapping") or ()
        )
        for row in rows
    }


def columns(database: str, table: str) -> Fact:
    """Ask for the columns of a table: their names."""
    command = f".show table {quote_name(table)} cslschema"
    return replace(rows(command, database, COLUMNS), read=_columns)


def _columns(rows: Rows) -> tuple[str, ...]:
    return tuple(one.name for one in parse_columns(text_cell(rows[0], "Schema")))


def _format(row: Mapping[str, Any]) -> str:
    properties = json_cell(row, "Properties")
    return text_cell(properties, "Format").lower() if isinstance(properties, dict) else ""


def object_id_of(facts: Facts, identity: ManagedIdentity) -> str:
    """Return the object ID of an identity, that of ``system`` as Azure tells it; empty for none.

    Raises
    ------
    AdxmiError
        Azure did not tell.

    """
    if identity.object_id not in {"", SYSTEM}:
        return identity.object_id
    if not identity.is_system and identity.object_id != SYSTEM:
        return ""
    present: AssignedIdentities = facts.answer(assigned())
    return present.system.object_id if present.system else ""


def listed(facts: Facts, identity: ManagedIdentity) -> ManagedIdentity | None:
    """Return an identity as the cluster's subscription lists it; None where it does not.

    Raises
    ------
    AdxmiError
        Azure did not tell.

    """
    found: Mapping[str, ManagedIdentity] = facts.answer(in_subscription())
    return found.get(identity.object_id.lower())


def resource_id_of(facts: Facts, identity: ManagedIdentity) -> str:
    """Return the resource ID of a user-assigned identity; empty where unknown."""
    if identity.resource_id:
        return identity.resource_id
    try:
        present: AssignedIdentities = facts.answer(assigned())
    except AdxmiError:
        return ""
    same = (one for one in present.users if one.object_id.lower() == identity.object_id.lower())
    return next((one.resource_id for one in same), "")


def tenant_of(facts: Facts, identity: ManagedIdentity) -> str:
    """Return the tenant of an identity; empty where unknown."""
    if identity.tenant_id:
        return identity.tenant_id
    try:
        if identity.is_system:
            present: AssignedIdentities = facts.answer(assigned())
            return present.system.tenant_id if present.system else ""
        found = listed(facts, identity)
    except AdxmiError:
        return ""
    return found.tenant_id if found else ""
