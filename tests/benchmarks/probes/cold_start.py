"""Runs what its argument names, and tells how long that took from the start on, as JSON."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time


def embedded_azure() -> None:
    """Import the embedded Azure and start it."""
    from adxmi_jupyter.embedded import EmbeddedAzure

    EmbeddedAzure().start()


def console() -> None:
    """Show the policy of the seeded database, as the console script does."""
    from adxmi_jupyter.magics.console import execute

    with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.redirect_stderr(shown):
        code = execute(["policy", "show"])
    if code or "mi-ingest" not in shown.getvalue():
        raise RuntimeError("this is not the policy of the seeded database")


def libraries() -> None:
    """Import what any such tool needs."""
    import azure.kusto.data
    import pandas as pd

    _ = azure.kusto.data, pd


if __name__ == "__main__":
    start = time.perf_counter()
    {each.__name__: each for each in (embedded_azure, console, libraries)}[sys.argv[1]]()
    print(json.dumps({"seconds": time.perf_counter() - start}))
