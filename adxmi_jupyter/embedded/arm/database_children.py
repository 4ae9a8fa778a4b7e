"""Resources of a database, such as its scripts: where a call finds one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from adxmi_jupyter.embedded.answer import Answer, json_answer
from adxmi_jupyter.embedded.arm import operations
from adxmi_jupyter.embedded.arm.clusters import find_cluster
from adxmi_jupyter.embedded.arm.databases import database_id, find_database
from adxmi_jupyter.embedded.arm.errors import child_not_found
from adxmi_jupyter.embedded.state.ids import child

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.arm.request import ArmRequest
    from adxmi_jupyter.embedded.state.clusters import Cluster, Database


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Child = TypeVar("_Child", bound=_Named)


@dataclass(frozen=True)
class ChildKind(Generic[_Child]):
    """A kind of resource: its type, what routes call its name, and those that a database has."""

    type: str
    named: str
    kept: Callable[[Database], Iterable[_Child]]

    def place_of(self, call: ArmRequest) -> Place[_Child]:
        """Return the place that the path names; an ArmError (404) when there is none."""
        cluster = find_cluster(call)
        return Place(self, cluster, find_database(call, cluster), call.names.get(self.named, ""))


@dataclass(frozen=True)
class Place(Generic[_Child]):
    """The database whose resources a call is about, and the name in its path, if any."""

    kind: ChildKind[_Child]
    cluster: Cluster
    database: Database
    name: str

    @property
    def head(self) -> dict[str, str]:
        """Members `id`, `name` and `type` of the resource."""
        return self.head_of(self.name)

    def head_of(self, name: str) -> dict[str, str]:
        """Return the same of another resource of this kind of the database."""
        return child(database_id(self.cluster, self.database.name), self.kind.type, name)

    def find(self) -> _Child | None:
        """Return the resource of that name, ignoring case."""
        folded = self.name.casefold()
        kept = self.kind.kept(self.database)
        return next((each for each in kept if each.name.casefold() == folded), None)

    def existing(self) -> _Child:
        """Return the same; an ArmError (404) when there is none."""
        found = self.find()
        if found is None:
            raise child_not_found(self.head["id"])
        return found

    def shown(self, call: ArmRequest, body: Callable[[_Child], dict[str, Any]]) -> Answer:
        """Answer with the resource; one that is being made is shown as it was asked for.

        An ArmError (404) when there is none.
        """
        found = self.find()
        if found is not None:
            return json_answer(body(found))
        running = operations.running_for(call, self.head["id"])
        if running is not None and running.pending is not None:
            return json_answer(running.pending)
        raise child_not_found(self.head["id"])

    def require_no_change(self, call: ArmRequest) -> None:
        """Raise an ArmError (409) while the resource is being changed."""
        if operations.running_for(call, self.head["id"]):
            raise operations.busy(self.head["id"])

    def removed(self, call: ArmRequest, operation: str, remove: Callable[[_Child], None]) -> Answer:
        """Remove the resource by an operation: 202, or 204 when there is none.

        An ArmError (409) while it is being changed, or the cluster is in maintenance.
        """
        found = self.find()
        if found is None:
            return Answer(204, b"")
        self.require_no_change(call)
        operations.require_no_maintenance(call, self.cluster)

        def finish(succeeded: bool) -> None:
            if succeeded:
                remove(found)

        failure = operations.overlap(call, self.cluster)
        change = operations.Change(operation, self.cluster, self.head["id"], finish, failure)
        return operations.accepted(call, operations.start(call, change))
