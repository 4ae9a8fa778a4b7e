"""One request's surroundings: the world, the caller and the context database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from adxmi_jupyter.embedded.access import administers, has_any_role, permits, roles_of
from adxmi_jupyter.embedded.kusto.errors import (
    cancelled,
    database_not_found,
    unauthorized_operation,
)
from adxmi_jupyter.embedded.kusto.statements import Level
from adxmi_jupyter.embedded.scripts import Scripts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adxmi_jupyter.embedded.access import Permission
    from adxmi_jupyter.embedded.kusto.results import Result
    from adxmi_jupyter.embedded.kusto.statements import Scope
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.request_log import RunningRequest
    from adxmi_jupyter.embedded.state.security import Principal
    from adxmi_jupyter.embedded.state.world import World


class Sender(Protocol):
    """Whoever sent a request."""

    @property
    def script_problem(self) -> str:
        """Why no script runs for the sender; empty when scripts run. Looked at anew each time."""

    @property
    def is_connected(self) -> bool:
        """Whether the sender still waits for the answer."""


class NoSender:
    """No caller waits for the result: continuous exports and update policies run no scripts."""

    script_problem = "Scripts run only for the query that contains them."
    is_connected = False


@dataclass(frozen=True)
class WithoutScripts:
    """A sender inside a function that somebody made who may not run scripts."""

    sender: Sender
    script_problem: str

    @property
    def is_connected(self) -> bool:
        """Whether the sender still waits for the answer."""
        return self.sender.is_connected


@dataclass(frozen=True)
class Session:
    """What a command runs with; `context` is the database the request names, if any.

    `sender` tells whether scripts of the python plugin run for whoever sent it; those that do
    are among `scripts`.
    `base_uri` is the address of the server; one of its endpoints is for ingestion. `calls` are
    the stored functions, by database and name, whose bodies are being run. `command_results` is
    what the command before a query returned. `running` is the request in the log, None for what is
    not logged.
    """

    world: World
    caller: Principal
    context: str | None = None
    sender: Sender = field(default_factory=NoSender)
    scripts: Scripts = field(default_factory=Scripts)
    base_uri: str = ""
    client_request_id: str = ""
    activity_id: str = ""
    at_ingestion_endpoint: bool = False
    calls: tuple[tuple[str, str], ...] = ()
    command_results: Result | None = None
    running: RunningRequest | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def stop_if_cancelled(self) -> None:
        """Raise a KustoError (400) when somebody has cancelled the request."""
        reason = self.running.cancel_reason if self.running else None
        if reason is not None:
            raise cancelled(" ".join(["The query was cancelled.", *([reason] if reason else [])]))

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """Let others have the world while the block runs; its lock has to be held once."""
        self.world.lock.release()
        try:
            yield
        finally:
            self.world.lock.acquire()

    def database(self, name: str | None) -> Database:
        """Return the named database, or the context one; KustoError when it does not exist."""
        wanted = self.context if name is None else name
        found = self.world.cluster.find_database(wanted or "")
        if found is None:
            raise database_not_found(wanted or "")
        return found

    def in_scope(self, scope: Scope) -> Database | None:
        """Return the database of a scope, None for the cluster."""
        return None if scope.level is Level.CLUSTER else self.database(scope.database)

    def require(
        self, permission: Permission, operation: str, database: Database | None = None
    ) -> None:
        """Raise a KustoError (403) unless the caller's roles permit the operation."""
        if not permits(self.world, self.caller, permission, database):
            raise self._unauthorized(operation, database)

    def require_admin(self, admins: frozenset[str], operation: str, database: Database) -> None:
        """Raise a KustoError (403) unless the caller is one of the admins, or of the database."""
        if not self.administers(admins, database):
            raise self._unauthorized(operation, database)

    def require_any_role(self, operation: str, database: Database | None = None) -> None:
        """Raise a KustoError (403) when the caller holds no role at all or none on the database."""
        world, caller = self.world, self.caller
        held = roles_of(world, caller, database) if database else has_any_role(world, caller)
        if not held:
            raise self._unauthorized(operation, database)

    def permits(self, permission: Permission, database: Database | None) -> bool:
        """Tell whether the caller's roles permit this on the database or, for None, the cluster."""
        return permits(self.world, self.caller, permission, database)

    def administers(self, admins: frozenset[str], database: Database) -> bool:
        """Tell whether the caller is one of the admins, or of the database."""
        return administers(self.world, self.caller, admins, database)

    def _unauthorized(self, operation: str, database: Database | None) -> Exception:
        target = database.name if database else self.world.cluster.uri
        return unauthorized_operation(self.caller.fqn, operation, target)
