"""Undo what one apply changed on many clusters, on each in the reverse order of its writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.runs import Answered, Piece
from adxmi_jupyter.actions.plan.undoing import is_undone, undo, undone_frame
from adxmi_jupyter.errors import ConfirmationRequired, HistoryUnavailable
from adxmi_jupyter.fixes import Command, Retry
from adxmi_jupyter.model.fleet_run import Outcome, Reach

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.runs import Run
    from adxmi_jupyter.service.connection import Connection


def applies(pieces: Mapping[str, Piece], number: int) -> Mapping[str, int]:
    """Return the numbers of the applies of a run by the resource IDs of their clusters.

    Raises
    ------
    HistoryUnavailable
        It changed no cluster.

    """
    found = {key: piece.apply for key, piece in pieces.items() if piece.apply}
    if not found:
        raise HistoryUnavailable(
            f"there is nothing to undo of run {number}",
            why="it changed no cluster",
            fix=Command.of("history"),
        )
    return found


def check_confirmed(numbers: Mapping[str, int], *, confirmed: bool) -> None:
    """Require a confirmation; raises ConfirmationRequired."""
    if not confirmed:
        raise ConfirmationRequired(
            f"undoing changes {len(numbers)} clusters; nothing was sent",
            why="it may remove what the apply granted",
            fix=Retry.having("--yes"),
        )


def not_undone(
    pieces: Mapping[str, Piece], numbers: Mapping[str, int], seen: Collection[str]
) -> Iterator[Piece]:
    """Yield the results of clusters that were changed and that Azure does not list now."""
    why = "you can't see it in Azure any more, or it doesn't exist"
    for key in numbers:
        if key not in seen:
            yield Piece(replace(pieces[key].outcome, reach=Reach.NOT_ASKED, why=why))


def damaged(run: Run) -> Iterator[Piece]:
    """Yield the results of clusters of which it is not known any more whether they were changed."""
    why = "what is kept of it can't be read: its own history tells whether it was changed"
    for name in run.damaged():
        yield Piece(Outcome(name, name, Reach.FAILED, why))


def undoing(numbers: Mapping[str, int]) -> Callable[[Connection], Answered]:
    """Return what undoes the apply of one cluster."""

    def work(connection: Connection) -> Answered:
        number = numbers[connection.known_resource_id.lower()]
        if is_undone(connection, number):
            return Answered(undone_frame(()), ("nothing is left to undo",))
        results = undo(connection, None, number, confirmed=True)
        failure = next((one.failure for one in results if one.failure is not None), None)
        return Answered(undone_frame(results), (), True, failure)

    return work
