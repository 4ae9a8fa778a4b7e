"""Many requests at once, with a progress bar when they take long."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

from adxmi_jupyter.service.threads import request_thread

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORKERS = 16
_DELAY = 1.0
_FEWER: ContextVar[int] = ContextVar("adxmi_workers", default=0)


@contextmanager
def few_workers(most: int) -> Iterator[None]:
    """Call functions at most so many at a time in what follows, and show no bar for them."""
    former = _FEWER.set(most)
    try:
        yield
    finally:
        _FEWER.reset(former)


def gather(
    function: Callable[[Item], Result], items: Sequence[Item], *, what: str
) -> list[Result | Exception]:
    """Call a function for every item, up to 16 at a time; results stand in the items' order.

    Fewer requests may go at once: each waits for its turn (see `in_flight`). An exception stands
    where its result would. A bar appears after one second, unless `what` is empty, there is no
    terminal, or the environment says TQDM_DISABLE=1.
    The workers are daemon threads, not an executor's: Interrupt then returns
    at once, and a request still under way does not hold up the end of the process.
    """
    if len(items) == 1:
        return [_attempt(function, items[0])]
    from adxmi_jupyter.service.progress import bar

    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Result | Exception]] = queue.SimpleQueue()
    for place in range(len(items)):
        todo.put(place)
    few = _FEWER.get()
    for _ in range(min(few or _WORKERS, len(items))):
        request_thread(copy_context().run, _work, function, items, todo, done).start()
    results: dict[int, Result | Exception] = {}
    with bar("" if few else what, delay=_DELAY, total=len(items), dynamic_ncols=True) as shown:
        try:
            while len(results) < len(items):
                place, result = done.get()
                results[place] = result
                shown.update()
        except BaseException:
            _drain(todo)
            raise
    return [results[place] for place in range(len(items))]


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
