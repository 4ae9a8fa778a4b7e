"""The map of a cluster as boxes in four columns, and the lines between them.

Identities, permissions, workflows and targets; each is drawn once. Beyond `MOST_WORKFLOWS` what is
alike is folded: workflows by kind and state, permissions by usage, targets by resource.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.actions.check.access_paths import worst
from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.policy import PolicyEntry
from adxmi_jupyter.rendering.requirements import besides_identity

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.access_paths import AccessMap, AccessPath
    from adxmi_jupyter.model.identity import ManagedIdentity

MOST_WORKFLOWS = 60
COLUMNS = ("identity", "permission", "workflow", "target")
NO_WORKFLOW = "no workflow"
"""The state of what no workflow needs."""


@dataclass(frozen=True)
class Box:
    """Something on the map: `column` is its place in `COLUMNS`, `state` a word."""

    number: int
    column: int
    label: str
    detail: str
    state: str

    @property
    def words(self) -> str:
        """What it says, on one line."""
        told = one_line(f"{self.label} {self.detail}".rstrip())
        return f"{COLUMNS[self.column]} {told}: {self.state}"


@dataclass(frozen=True)
class Line:
    """What leads from one box to another, by their numbers."""

    start: int
    end: int
    state: str


@dataclass(frozen=True)
class Layout:
    """Boxes in the order in which they stand in their columns, and lines between them."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    is_folded: bool

    def of(self, column: int) -> tuple[Box, ...]:
        """Return the boxes of a column, from above to below."""
        return tuple(one for one in self.boxes if one.column == column)


Place = tuple[int, Hashable]
Value = TypeVar("Value", bound=Hashable)


def state_of(path: AccessPath) -> str:
    """Return the state of a way, in a word."""
    return path.state.value if path.is_needed else NO_WORKFLOW


def target_of(path: AccessPath) -> str:
    """Return what a way leads to; empty where there is no target."""
    return one_line(besides_identity(path.target.about)) if path.target else ""


def allowed_by(path: AccessPath) -> str:
    """Return whose policy allows it, in a word: ``cluster`` or a database; empty for none.

    It is ``unknown`` where the policy that may allow it can't be read.
    """
    if path.scope is None:
        return "unknown" if path.allowed is State.UNKNOWN else ""
    return path.scope.database or "cluster"


def layout(found: AccessMap) -> Layout:
    """Return the map of a cluster."""
    workflows = {(one.workflow, one.name, one.database) for one in found.paths if one.is_needed}
    is_folded = len(workflows) > MOST_WORKFLOWS
    drawing = _Drawing(_folded if is_folded else _single)
    for path in found.paths:
        drawing.add(path)
    for identity in found.idle:
        drawing.add_idle(identity)
    return drawing.layout(is_folded=is_folded)


def _single(path: AccessPath) -> tuple[Hashable, Hashable, Hashable]:
    """Return what tells a way's permission, workflow and target from others."""
    workflow = (path.workflow, path.name, path.database)
    return (path.usage, path.scope, path.scope is None and path.database), workflow, target_of(path)


def _folded(path: AccessPath) -> tuple[Hashable, Hashable, Hashable]:
    """Return the same, alike for what is drawn as one."""
    scope = "" if path.scope is None else path.scope.kind
    permission = (path.usage, scope)
    return permission, (_key(path.identity), permission, path.workflow, path.state), _resource(path)


def _resource(path: AccessPath) -> str:
    """Return the resource that a target is in."""
    about = path.target.about if path.target else None
    is_in_azure = about is not None and about.key in {Key.AZURE_ROLE, Key.COSMOS_DB_ROLE}
    return target_of(path).partition("/")[0] if is_in_azure else target_of(path)


class _Drawing:
    """Ways as boxes and lines, as they come in."""

    def __init__(self, keys: Callable[[AccessPath], tuple[Hashable, Hashable, Hashable]]) -> None:
        self._keys = keys
        self._idle: list[ManagedIdentity] = []
        self._at: dict[Place, list[AccessPath]] = defaultdict(list)
        self._between: dict[tuple[Place, Place], list[AccessPath]] = defaultdict(list)

    def add(self, path: AccessPath) -> None:
        permission, workflow, target = self._keys(path)
        who = _key(path.identity)
        places: list[Place] = [(0, who), (1, (who, permission))]
        if path.is_needed:
            places.append((2, workflow))
            places += [(3, target)] if target else []
        for place in places:
            self._at[place].append(path)
        for start, end in pairwise(places):
            self._between[start, end].append(path)

    def add_idle(self, identity: ManagedIdentity) -> None:
        self._idle.append(identity)

    def layout(self, *, is_folded: bool) -> Layout:
        order = self._order()
        numbers = {place: number for number, place in enumerate(order)}
        boxes = [self._box(numbers[place], place) for place in order]
        boxes += [
            Box(len(boxes) + n, 0, identity.label, "", NO_WORKFLOW)
            for n, identity in enumerate(self._idle)
        ]
        lines = tuple(
            Line(numbers[start], numbers[end], _box_state(end[0], paths))
            for (start, end), paths in self._between.items()
        )
        return Layout(tuple(boxes), lines, is_folded)

    def _order(self) -> list[Place]:
        """Return the places of each column, those near each other that are connected."""
        heights: dict[Place, float] = {}
        order: list[Place] = []
        for column in range(len(COLUMNS)):
            here = [place for place in self._at if place[0] == column]
            middle = {place: self._middle(place, heights) for place in here}
            here.sort(key=lambda place: (middle[place], self._box(0, place).words.casefold()))
            heights |= {place: n / max(len(here), 1) for n, place in enumerate(here)}
            order += here
        return order

    def _middle(self, place: Place, heights: dict[Place, float]) -> float:
        before = [heights[start] for start, end in self._between if end == place]
        return sum(before) / len(before) if before else 0.0

    def _box(self, number: int, place: Place) -> Box:
        column, paths = place[0], self._at[place]
        label, detail = (_of_identity, _of_permission, _of_workflow, _of_target)[column](paths)
        return Box(number, column, label, detail, _box_state(column, paths))


def _box_state(column: int, paths: Sequence[AccessPath]) -> str:
    needed = [one for one in paths if one.is_needed]
    if not needed:
        return NO_WORKFLOW
    return worst(_part(column, one) for one in needed).value


def _part(column: int, path: AccessPath) -> State:
    """Return what is known of a way's part: of an identity, whatever it leads to."""
    return (path.state, path.permission, path.running, path.reaching)[column]


def _of_identity(paths: Sequence[AccessPath]) -> tuple[str, str]:
    return paths[0].identity.label, ""


def _of_permission(paths: Sequence[AccessPath]) -> tuple[str, str]:
    usage = paths[0].usage or "usage unknown"
    places = _distinct(map(_where, paths))
    return usage, places[0] if len(places) == 1 else f"{len(places)} databases"


def _where(path: AccessPath) -> str:
    """Return whose policy allows it, or in which database none does or that is unknown."""
    if path.scope is None:
        return f"{allowed_by(path) or 'not allowed'} in {path.database}"
    return allowed_by(path)


def _of_workflow(paths: Sequence[AccessPath]) -> tuple[str, str]:
    names = _distinct((one.name, one.database) for one in paths)
    kind = paths[0].workflow
    if len(names) == 1:
        return names[0][0] or kind, one_line(f"{kind}, {names[0][1]}")
    places = len(_distinct(database for _, database in names))
    where = f"in {places} databases" if places > 1 else f"in {names[0][1]}"
    return f"{len(names)} {kind}", one_line(where)


def _of_target(paths: Sequence[AccessPath]) -> tuple[str, str]:
    names = _distinct(map(target_of, paths))
    if len(names) == 1:
        return names[0], ""
    return _resource(paths[0]), f"{len(names)} targets"


def _distinct(values: Iterable[Value]) -> list[Value]:
    return list(dict.fromkeys(values))


def _key(identity: ManagedIdentity) -> str:
    return PolicyEntry(identity, ()).key
