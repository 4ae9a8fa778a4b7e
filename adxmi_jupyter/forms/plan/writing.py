"""How the states of forms carry out the plan that they show, and undo it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.actions.plan import applying, undoing
from adxmi_jupyter.actions.plan.applying import Applying
from adxmi_jupyter.actions.plan.planning import prepare
from adxmi_jupyter.errors import AdxmiError, StalePlan
from adxmi_jupyter.forms.submission import read_again

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.applying import Applied
    from adxmi_jupyter.actions.plan.planning import Prepared
    from adxmi_jupyter.actions.plan.undoing import Undone
    from adxmi_jupyter.model.plan import Plan
    from adxmi_jupyter.service.connection import Connection


class WritingState(ABC):
    """A state whose plan is sent as it was shown, or not at all.

    `applied` is what became of the last apply, and `said` what to tell beside what is shown.
    """

    shows: ClassVar[str]
    """What the form shows, as a sentence names it."""
    from_before: ClassVar[str]
    """What to say where it could not be read again."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.applied: Applied | None = None
        self.said: tuple[str, ...] = ()

    @abstractmethod
    def reload(self) -> None:
        """Read the cluster again; raises as reading does."""

    @abstractmethod
    def discard(self) -> None:
        """Tick what is ticked at first."""

    @property
    @abstractmethod
    def is_changed(self) -> bool:
        """Whether something else is ticked than at first."""

    @property
    @abstractmethod
    def is_valid(self) -> bool:
        """Whether there is something to send."""

    @property
    @abstractmethod
    def _ready(self) -> Prepared:
        """The plan of what is ticked."""

    def apply(self, *, confirmed: bool) -> Applied:
        """Carry out what is ticked, and read the cluster again.

        Raises
        ------
        StalePlan
            The cluster is not as it was when the preview was made. Nothing was sent; it was read
            again.
        AdxmiError
            As `applying.apply`. How single changes ended is in what is returned.

        """
        self.applied, self.said = None, ()
        try:
            done = applying.apply(self._connection, self._prepared_again, Applying(confirmed))
        except StalePlan as stale:
            stale.fix = read_again(self, self.shows)
            raise
        self.applied = done
        self._read_after()
        return done

    def _prepared_again(self) -> Prepared:
        """Read the cluster again and make the plan of what is ticked.

        Raises
        ------
        StalePlan
            What would be sent is not what was shown.

        """
        shown = self._ready
        again = prepare(self._connection, shown.file, shown.options)
        changed = tuple(_differences(shown.plan, again.plan))
        if changed:
            raise StalePlan(
                "the cluster changed since the preview; nothing was sent",
                why=f"changed: {', '.join(changed)}",
            )
        return again

    def undo(self, number: int, *, confirmed: bool) -> tuple[Undone, ...]:
        """Undo an apply, and read the cluster again.

        Raises
        ------
        AdxmiError
            As `undoing.undo`; or a write could not be undone, those after it were.

        """
        self.applied, self.said = None, ()
        results = undoing.undo(self._connection, None, number, confirmed=confirmed)
        self._read_after()
        failure = next((one.failure for one in results if one.failure is not None), None)
        if failure is not None:
            raise failure
        return results

    def _read_after(self) -> None:
        """Read again after a write, which happened whether this works or not."""
        try:
            self.reload()
        except AdxmiError as failure:
            self.said = (f"{self.from_before}: {failure.what}: {failure.why}",)


def _differences(shown: Plan, now: Plan) -> Iterator[str]:
    """Yield what changed, if other commands are to be sent than those shown."""
    if [one.command for one in shown.steps] == [one.command for one in now.steps]:
        return
    states = (name for name, one in now.states.items() if shown.states.get(name) != one)
    yield from list(states) or ["what is to be done"]
