"""The option ``--elevate`` of commands that may require AllDatabasesAdmin, and ``role cleanup``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import Explain, Option, Retry
from adxmi_jupyter.magics.call import Call

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    import pandas as pd

_ENDING = ("SIGTERM", "SIGHUP")


def _note_elevate(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    call = ctx.find_object(Call)
    if call is not None and value:
        call.elevates = True


def elevate_option() -> click.Option:
    """Return ``--elevate``."""
    return click.Option(
        ["--elevate"],
        is_flag=True,
        expose_value=False,
        callback=_note_elevate,
        help="Grant yourself AllDatabasesAdmin for this command, through Azure Resource Manager, "
        "and remove it afterwards. Requires Contributor on the cluster.",
    )


@contextmanager
def elevating(call: Call, params: Mapping[str, Any]) -> Iterator[None]:
    """Hold AllDatabasesAdmin meanwhile if the command says so; a dry run shows what that sends.

    On many clusters the run over them does that on each, see `elevation_fleet`.

    Raises
    ------
    MissingOption
        The command may need ``--yes``, which would be found out after the role was granted.
    AdxmiError
        As `elevated`.

    """
    if not call.elevates:
        yield
        return
    from adxmi_jupyter.actions.elevation.elevating import elevated, previewed

    call.previews = bool(params.get("dry_run"))
    if params.get("fleet"):
        if not call.previews:
            _require_confirmation(params)
        with _ended_as_interrupted(is_console=call.is_console):
            yield
        return
    if call.previews:
        for note in previewed(call.connection):
            call.say(note)
        yield
        return
    _require_confirmation(params)
    with _ended_as_interrupted(is_console=call.is_console), elevated(call.connection):
        yield


def _require_confirmation(params: Mapping[str, Any]) -> None:
    if params.get("yes", True):
        return
    raise MissingOption(
        "--elevate needs --yes with this command",
        why=Explain.of(
            "the command may remove access, and the role is granted before that is known: see "
            "what it does with ",
            Option("--dry-run"),
        ),
        fix=Retry.having("--yes"),
    )


def clean_up(call: Call, *, recent: bool, dry_run: bool, confirmed: bool) -> pd.DataFrame:
    """Remove the temporary roles that are left over, or show them; return those that were found.

    Raises
    ------
    ConfirmationRequired
        There are some to remove, and it is not confirmed; the preview is shown.
    AdxmiError
        As `leftovers.find` and `leftovers.remove`.

    """
    from adxmi_jupyter.actions.elevation import leftovers
    from adxmi_jupyter.errors import ConfirmationRequired

    call.has_noted_leftovers = True
    found = leftovers.find(call.connection)
    chosen = leftovers.to_remove(found, recent=recent)
    command = "\n".join(one.role.assignment.deletion for one in chosen)
    lines = [f"cluster: {one.role.assignment.label} - {one.role.assignment.role}" for one in chosen]
    if dry_run:
        call.has_found = bool(chosen)
        call.preview((), command, lines)
        return leftovers.leftovers_frame(found)
    try:
        leftovers.remove(call.connection, chosen, confirmed=confirmed)
    except ConfirmationRequired:
        call.preview((), command, lines)
        raise
    for line in lines or ("no temporary role is left over",):
        call.say(line)
    return leftovers.leftovers_frame(found)


@contextmanager
def _ended_as_interrupted(*, is_console: bool) -> Iterator[None]:
    """Have a console that is told to end remove the role first, as after an interrupt."""
    if not is_console or threading.current_thread() is not threading.main_thread():
        yield
        return
    known = [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]
    before = {number: signal.signal(number, _interrupt) for number in known}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt
