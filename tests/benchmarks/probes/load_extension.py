"""Loads one extension into a running shell and tells how long that took, as JSON.

Runs in a fresh process, also under JupySQL's interpreter: it needs nothing but IPython.
"""

from __future__ import annotations

import contextlib
import io
import json
import platform
import sys
import time

import IPython
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

HEAVY = ("pandas", "numpy", "azure", "h11", "click", "sqlalchemy")


def main(extension: str) -> None:
    """Measure ``%load_ext`` after the shell has run a cell."""
    shell = InteractiveShell.instance(config=Config(HistoryManager={"hist_file": ":memory:"}))
    shell.run_cell("pass")
    before = set(sys.modules)
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        shell.run_line_magic("load_ext", extension)
        seconds = time.perf_counter() - start
    loaded = set(sys.modules) - before
    told = {
        "seconds": seconds,
        "loaded": len(loaded),
        "heavy": sorted(set(HEAVY) & loaded),
        "version": sys.modules[extension].__version__,
        "ipython": IPython.__version__,
        "python": platform.python_version(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
