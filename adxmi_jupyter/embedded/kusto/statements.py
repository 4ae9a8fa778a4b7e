"""Management commands as values: what the parser returns and the runners take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.values import Properties
    from adxmi_jupyter.embedded.state.security import DatabaseRole


class Level(StrEnum):
    """Whether a command concerns the cluster or one database."""

    CLUSTER = "Cluster"
    DATABASE = "Database"


@dataclass(frozen=True)
class Scope:
    """Where a policy is; a database without a name is the request's context database."""

    level: Level
    database: str | None = None


@dataclass(frozen=True)
class ShowVersion:
    """`.show version`."""


@dataclass(frozen=True)
class ShowCluster:
    """`.show cluster`."""


@dataclass(frozen=True)
class ShowPolicy:
    """`.show … policy managed_identity`."""

    scope: Scope


@dataclass(frozen=True)
class AlterPolicy:
    """`.alter` or, with `merge`, `.alter-merge … policy managed_identity`."""

    scope: Scope
    text: str
    merge: bool


@dataclass(frozen=True)
class DeletePolicy:
    """`.delete … policy managed_identity`."""

    scope: Scope


@dataclass(frozen=True)
class ShowPrincipals:
    """`.show database [NAME] principals`."""

    database: str | None


@dataclass(frozen=True)
class ShowRoles:
    """`.show … principal ['FQN'] roles`; without a principal, the caller's own."""

    scope: Scope
    principal: str | None


class RoleChange(StrEnum):
    """What a role command does with the principals it lists."""

    ADD = "add"
    DROP = "drop"
    SET = "set"


@dataclass(frozen=True)
class ChangeRoles:
    """`.add`, `.drop` or `.set database … ROLE (…)`; `.set … none` has no principals.

    Without a name the database is the request's context database; only `.add` can do so.
    """

    change: RoleChange
    database: str | None
    role: DatabaseRole
    principals: tuple[str, ...]
    skip_results: bool
    description: str


@dataclass(frozen=True)
class ExecuteScript:
    """`.execute cluster|database script <| …`."""

    level: Level
    options: Properties
    text: str


class FamilyCommand:
    """A command of a family with a folder of its own, where its grammar and runners stand.

    One that does not show something is in the journal, unless its class says that it changes no
    metadata. `runner` names the module below this folder and its function that run the family's
    commands; one of commands that hold another gets what runs that, too. `subject_fields` are the
    names of what the command is about.
    """

    runner: ClassVar[tuple[str, str]]
    holds_command: ClassVar[bool] = False
    level: ClassVar[Level] = Level.DATABASE
    shows: ClassVar[bool] = False
    is_journaled: ClassVar[bool] = True
    runs_on_follower: ClassVar[bool] = False
    is_for_ingestion_endpoint: ClassVar[bool] = False
    subject_fields: ClassVar[tuple[str, ...]] = ()

    @property
    def kind(self) -> str:
        """What scripts and logs call it; errors add `Command`."""
        return _entity_first(type(self).__name__)

    @property
    def scope(self) -> Scope:
        """Where what it is about stands."""
        return Scope(self.level)

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about, outermost name first; empty for the database or cluster itself."""
        return tuple(attrgetter(each)(self) or "" for each in self.subject_fields)

    @property
    def filled_table(self) -> str | None:
        """The table that it fills, and makes or widens before; None for all others."""
        return None

    @property
    def renamed(self) -> tuple[str, ...]:
        """The old and the new name of its subject; empty where it keeps its name."""
        return ()


@dataclass(frozen=True)
class UnsupportedCommand(FamilyCommand):
    """A command that Kusto knows and the embedded Azure does not, by the grammar's name."""

    is_journaled: ClassVar[bool] = False

    name: str

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return _entity_first(self.name)


@dataclass(frozen=True)
class UnsupportedShowCommand(UnsupportedCommand):
    """One that only shows something: scripts skip it."""

    shows: ClassVar[bool] = True


PolicyCommand = ShowPolicy | AlterPolicy | DeletePolicy
ShowService = ShowVersion | ShowCluster
ShowCommand = ShowService | ShowPolicy | ShowPrincipals | ShowRoles
Command = ShowCommand | AlterPolicy | DeletePolicy | ChangeRoles | ExecuteScript | FamilyCommand


@dataclass(frozen=True)
class Statement:
    """A command, what its result goes into, and its own text without that.

    `tail` are query operators, `query` is a query that reads `$command_results`; both are empty
    where there are none.
    """

    command: Command
    tail: str = ""
    text: str = ""
    query: str = ""


def shows(command: Command) -> bool:
    """Tell whether a command only shows something."""
    return command.shows if isinstance(command, FamilyCommand) else isinstance(command, ShowCommand)


def changes_metadata(command: Command) -> bool:
    """Tell whether a command changes metadata itself, as a script does not."""
    if isinstance(command, FamilyCommand):
        return command.is_journaled and not command.shows
    return not isinstance(command, ShowCommand | ExecuteScript)


def kind_of(command: Command) -> str:
    """Return what scripts and logs call a command: entity and verb, as `ExternalTableCreate`."""
    match command:
        case FamilyCommand():
            return command.kind
        case ShowPolicy(scope=scope):
            return f"{scope.level}PolicyManagedIdentityShow"
        case AlterPolicy(scope=scope, merge=merge):
            return f"{scope.level}PolicyManagedIdentity{'AlterMerge' if merge else 'Alter'}"
        case DeletePolicy(scope=scope):
            return f"{scope.level}PolicyManagedIdentityDelete"
        case ShowPrincipals():
            return "DatabasePrincipalsShow"
        case ShowRoles(scope=scope):
            return f"{scope.level}PrincipalRolesShow"
        case ChangeRoles(change=change):
            return f"DatabaseRole{change.capitalize()}"
        case ExecuteScript(level=level):
            return f"{level}ScriptExecute"
        case _:
            return _entity_first(type(command).__name__)


def _entity_first(name: str) -> str:
    """Return the name of a command with its verb at the end."""
    entity = name.removeprefix("Show")
    return name if entity == name else f"{entity}Show"


def scope_of(command: Command) -> Scope | None:
    """Return where a command changes something; None for one that is only shown or a script."""
    match command:
        case FamilyCommand():
            return command.scope
        case AlterPolicy(scope=scope) | DeletePolicy(scope=scope):
            return scope
        case ChangeRoles(database=database):
            return Scope(Level.DATABASE, database)
        case _:
            return None
