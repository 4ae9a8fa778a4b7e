"""Many requests at once, with a progress bar when they take long."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORKERS = 16
_DELAY = 1.0


def gather(
    function: Callable[[Item], Result], items: Sequence[Item], *, what: str
) -> list[Result | Exception]:
    """Call a function for every item, up to 16 at a time; results stand in the items' order.

    Fewer requests may go at once: each waits for its turn (see `in_flight`). An exception stands
    where its result would. A bar appears after one second, unless `what` is empty, nobody looks,
    or the environment says TQDM_DISABLE=1.
    The workers are daemon threads, not an executor's: Interrupt then returns
    at once, and a request still under way does not hold up the end of the process.
    """
    if len(items) == 1:
        return [_attempt(function, items[0])]
    from tqdm import tqdm

    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Result | Exception]] = queue.SimpleQueue()
    for place in range(len(items)):
        todo.put(place)
    for _ in range(min(_WORKERS, len(items))):
        threading.Thread(target=_work, args=(function, items, todo, done), daemon=True).start()
    results: dict[int, Result | Exception] = {}
    # Said only where it is hidden, so that TQDM_DISABLE hides it, too.
    bar_of = partial(tqdm, disable=True) if not what or _is_logged() else tqdm
    with bar_of(
        total=len(items),
        desc=what,
        delay=_DELAY,
        leave=False,
        dynamic_ncols=True,
    ) as bar:
        try:
            while len(results) < len(items):
                place, result = done.get()
                results[place] = result
                bar.update()
        except BaseException:
            _drain(todo)
            raise
    return [results[place] for place in range(len(items))]


def _is_logged() -> bool:
    """Tell whether what is shown goes to a file or a pipe, where a bar is noise.

    A notebook has a stream of its own in place of the process's.
    """
    shown = sys.stderr
    return shown is sys.__stderr__ and shown is not None and not shown.isatty()


def _work(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[tuple[int, Result | Exception]],
) -> None:
    while True:
        try:
            place = todo.get_nowait()
        except queue.Empty:
            return
        done.put((place, _attempt(function, items[place])))


def _attempt(function: Callable[[Item], Result], item: Item) -> Result | Exception:
    try:
        return function(item)
    except Exception as failure:  # noqa: BLE001 - handed to the caller, who raises or reports
        return failure


def _drain(todo: queue.SimpleQueue[int]) -> None:
    while not todo.empty():
        try:
            todo.get_nowait()
        except queue.Empty:
            return
