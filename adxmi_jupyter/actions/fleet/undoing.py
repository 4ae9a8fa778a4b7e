"""Undo what one apply changed on many clusters, on each in the reverse order of its writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.running import Answered
from adxmi_jupyter.actions.plan.undoing import undo, undone_frame
from adxmi_jupyter.errors import ConfirmationRequired, HistoryUnavailable
from adxmi_jupyter.fixes import Command, Retry

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.runs import Piece
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


def undoing(numbers: Mapping[str, int]) -> Callable[[Connection], Answered]:
    """Return what undoes the apply of one cluster."""

    def work(connection: Connection) -> Answered:
        number = numbers[connection.known_resource_id.lower()]
        results = undo(connection, None, number, confirmed=True)
        failure = next((one.failure for one in results if one.failure is not None), None)
        return Answered(undone_frame(results), (), True, failure)

    return work
