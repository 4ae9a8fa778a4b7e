"""What a <Tab> costs once names are remembered: in this process, and through a kernel.

The embedded Azure is made slow, so that an answer not taken from memory would show.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from IPython.core.completer import provisionalcompleter
from jupyter_client.manager import KernelManager

from tests.benchmarks.processes import environment
from tests.benchmarks.shells import timed
from tests.benchmarks.table import Budget, Row, Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from jupyter_client.blocking import BlockingKernelClient

    from tests.benchmarks.shells import Bench

_SLOW = 1.0
_LINES = {
    "%adxmi policy grant --database T": "Telemetry",
    "df = %adxmi policy show --identity mi-": "mi-export",
}
_MAKE_SLOW = f"""
from adxmi_jupyter.magics.bridge import loaded
loaded(get_ipython()).connections.current().azure.latency = {_SLOW}
"""


def in_process_row(bench: Bench, runs: int) -> Row:
    """Measure IPython's own completer, which a kernel calls."""

    def complete(line: str) -> list[str]:
        with provisionalcompleter():
            return [found.text for found in bench.shell.Completer.completions(line, len(line))]

    _check(complete)
    bench.azure.latency = _SLOW
    samples = _sampled(complete, runs)
    bench.azure.latency = 0.0
    what = "completion of database and identity names, cached, IPython's completer"
    return Row(what, samples, budget=Budget(0.05))


def kernel_row(runs: int, home: Path) -> Row:
    """Measure ``complete_request`` to a kernel and its answer, round trip."""
    with _kernel(home) as client:

        def complete(line: str) -> list[str]:
            found: list[str] = client.complete(line, reply=True, timeout=60)["content"]["matches"]
            return found

        _execute(client, "%load_ext adxmi_jupyter")
        _check(complete)
        _execute(client, _MAKE_SLOW)
        samples = _sampled(complete, runs)
    what = "the same through a kernel, request to answer"
    return Row(what, samples, budget=Budget(0.05))


def _check(complete: Callable[[str], list[str]]) -> None:
    """Ask once, so that names are remembered, and see that the answers are right."""
    for line, expected in _LINES.items():
        found = complete(line)
        if expected not in found:
            raise SystemExit(f"{line} completes to {found}, not to {expected}")


def _sampled(complete: Callable[[str], list[str]], runs: int) -> Samples:
    return Samples(tuple(timed(partial(complete, line)) for _ in range(runs) for line in _LINES))


@contextmanager
def _kernel(home: Path) -> Iterator[BlockingKernelClient]:
    manager = KernelManager()
    manager.start_kernel(env=environment(home), extra_arguments=["--log-level=ERROR"])
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _execute(client: BlockingKernelClient, code: str) -> None:
    content = client.execute(code, reply=True, timeout=60)["content"]
    if content["status"] != "ok":
        raise SystemExit(f"the kernel refused: {content['ename']}: {content['evalue']}")
