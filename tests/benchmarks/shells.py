"""The shell of this process, with the extension loaded, and the bare SDK on the same service."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from azure.kusto.data import KustoClient, KustoConnectionStringBuilder
from azure.kusto.data.helpers import dataframe_from_result_table
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from adxmi_jupyter.magics.bridge import loaded
from tests.benchmarks.table import Samples

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from adxmi_jupyter.embedded import EmbeddedAzure
    from adxmi_jupyter.magics.bridge import AdxmiMagics


@dataclass(frozen=True)
class Bench:
    """A shell, the embedded Azure its lines talk to, and an SDK client for the same."""

    shell: InteractiveShell
    azure: EmbeddedAzure
    client: KustoClient

    def magic(self, line: str) -> pd.DataFrame:
        """Run ``%adxmi`` with a line."""
        frame: pd.DataFrame = self.shell.run_line_magic("adxmi", line)
        return frame

    def bare(self, database: str, command: str) -> pd.DataFrame:
        """Send a command with nothing but the SDK and make its DataFrame."""
        answer = self.client.execute_mgmt(database, command)
        return dataframe_from_result_table(answer.primary_results[0])


@contextmanager
def bench(home: Path) -> Iterator[Bench]:
    """Start the shell and its embedded Azure."""
    config = Config(
        HistoryManager={"hist_file": ":memory:"},
        AdxmiMagics={"cluster": "embedded", "database": "Sales", "credential": "as:admin"},
    )
    shell = InteractiveShell.instance(config=config, ipython_dir=str(home))
    with contextlib.redirect_stdout(io.StringIO()):
        shell.run_cell("%load_ext adxmi_jupyter").raise_error()
    magics = cast("AdxmiMagics", loaded(shell))
    connection = magics.connections.current()
    try:
        yield Bench(shell, connection.azure, _client(connection.address.uri))
    finally:
        magics.close()


def in_turns(first: Callable[[], Any], second: Callable[[], Any], runs: int) -> list[Samples]:
    """Time two calls in turns, so that whatever slows the machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(runs):
        order = ((0, first), (1, second)) if run % 2 else ((1, second), (0, first))
        for place, call in order:
            times[place].append(timed(call))
    return [Samples(tuple(seconds)) for seconds in times]


def timed(call: Callable[[], Any]) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _client(uri: str) -> KustoClient:
    builder = KustoConnectionStringBuilder.with_token_provider(uri, lambda: "embedded-admin")
    client: Any = KustoClient(builder)
    # The SDK looks up proxies for each request; the magic's client does not on loopback. Sparing
    # the bare call that work as well keeps the comparison strict.
    client._session.trust_env = False
    return cast("KustoClient", client)
