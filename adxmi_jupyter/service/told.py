"""What a user has been told already: notes that belong on the screen once, not above each result.

The commands of a console are processes. A file remembers what those of the same session, such as a
terminal window or a pipeline, have said.
"""

from __future__ import annotations

import contextlib
import os

from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.service.directories import data_directory

_FILE = "told"
_MOST = 100


def is_first_time(what: str) -> bool:
    """Tell whether this session has not been told of this, and remember that it now is.

    Where nothing can be remembered it is always the first time.
    """
    line = f"{_session()} {what}"
    try:
        path = data_directory() / _FILE
        known = path.read_text("utf-8", "replace").splitlines() if path.exists() else []
        if line in known:
            return False
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("".join(f"{one}\n" for one in (*known[-_MOST:], line)), "utf-8")
    except (OSError, HistoryUnavailable):
        return True
    return True


def _session() -> int:
    with contextlib.suppress(OSError):
        return os.getsid(0) if hasattr(os, "getsid") else os.getppid()
    return os.getppid()
