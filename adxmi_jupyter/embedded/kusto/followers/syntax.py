"""The commands about followed databases as values (page: Cluster follower commands)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from lark import v_args

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Level, RoleChange, Scope
from adxmi_jupyter.embedded.kusto.trees import FamilyTrees

if TYPE_CHECKING:
    from lark import Token

    from adxmi_jupyter.embedded.kusto.values import Value
    from adxmi_jupyter.embedded.state.security import DatabaseRole

PREFETCH = "prefetch-extents"
CACHING = "hot-cache"
PRINCIPALS_KIND = "principals-modification-kind"


class FollowerCommand(FamilyCommand):
    """Any command about followed databases."""

    runner: ClassVar[tuple[str, str]] = ("followers.commands", "run_follower_command")
    runs_on_follower: ClassVar[bool] = True


@dataclass(frozen=True)
class ShowFollowers(FollowerCommand):
    """`.show follower database NAME` or `.show follower databases [(NAME, …)]`.

    No name means all.
    """

    level: ClassVar[Level] = Level.CLUSTER
    shows: ClassVar[bool] = True

    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _ChangeFollower(FollowerCommand):
    """A command that overrides something of one followed database."""

    database: str

    @property
    def scope(self) -> Scope:
        """Where what it is about stands."""
        return Scope(Level.DATABASE, self.database)


@dataclass(frozen=True)
class ChangeFollowerRoles(_ChangeFollower):
    """`.add` or `.drop follower database NAME ROLE (…)`."""

    change: RoleChange
    role: DatabaseRole
    principals: tuple[str, ...]
    description: str = ""

    @property
    def kind(self) -> str:
        """What a script calls it."""
        return f"FollowerDatabaseAuthorizedPrincipals{self.change.capitalize()}"


@dataclass(frozen=True)
class OverrideFollower(_ChangeFollower):
    """`.alter` or `.delete follower database NAME …`; a value of None removes the override."""

    name: str
    value: Any

    @property
    def kind(self) -> str:
        """What a script calls it."""
        if self.name != CACHING:
            return "FollowerDatabaseConfigurationAlter"
        return f"FollowerDatabasePolicyCaching{'Delete' if self.value is None else 'Alter'}"


@v_args(inline=True)
class Trees(FamilyTrees):
    """Turn the trees of this folder's grammar into commands."""

    def show_follower(self, name: str) -> ShowFollowers:
        return ShowFollowers((name,))

    def show_followers(self, *names: str | None) -> ShowFollowers:
        return ShowFollowers(tuple(name for name in names if name is not None))

    def from_leader(self, path: str) -> str:
        return path

    def change_follower_roles(
        self,
        _: Token,
        name: str,
        _leader: str | None,
        role: DatabaseRole,
        principals: tuple[str, ...],
        notes: str | None,
    ) -> ChangeFollowerRoles:
        return ChangeFollowerRoles(name, RoleChange.ADD, role, principals, notes or "")

    def drop_follower_roles(
        self,
        _: Token,
        name: str,
        role: DatabaseRole,
        _leader: str | None,
        principals: tuple[str, ...],
    ) -> ChangeFollowerRoles:
        return ChangeFollowerRoles(name, RoleChange.DROP, role, principals)

    def alter_follower_caching(
        self, name: str, _leader: str | None, given: Value
    ) -> OverrideFollower:
        if not isinstance(given.value, timedelta):
            raise bad_request("A caching period is a length of time.")
        return OverrideFollower(name, CACHING, given.value)

    def delete_follower_caching(self, name: str) -> OverrideFollower:
        return OverrideFollower(name, CACHING, None)

    def alter_follower_kind(
        self, name: str, _leader: str | None, kind: Token, choice: Token
    ) -> OverrideFollower:
        return OverrideFollower(name, str(kind), str(choice))

    def alter_follower_prefetch(
        self, name: str, _leader: str | None, given: Value
    ) -> OverrideFollower:
        if not isinstance(given.value, bool):
            raise bad_request("'prefetch-extents' is true or false.")
        return OverrideFollower(name, PREFETCH, given.value)
