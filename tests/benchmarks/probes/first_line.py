"""Runs the first ``%adxmi policy show`` of a process and tells how long that took, as JSON."""

from __future__ import annotations

import contextlib
import io
import json
import time

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


def main() -> None:
    """Measure a cell from its text to its formatted result, text and HTML both."""
    shell = InteractiveShell.instance(config=Config(HistoryManager={"hist_file": ":memory:"}))
    shell.run_cell("%load_ext adxmi_jupyter").raise_error()
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        result = shell.run_cell("%adxmi policy show")
        seconds = time.perf_counter() - start
    result.raise_error()
    if list(result.result["display_name"]) != ["mi-ingest", "mi-export"]:
        raise RuntimeError("this is not the policy of the seeded database")
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
