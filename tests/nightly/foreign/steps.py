"""Steps of a script that runs where only a foreign client is installed: the standard library alone.

Each step prints a JSON line: its name, and how it failed, empty when it did not.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable

KUSTO = os.environ.get("ADX_KUSTO", "")
INGEST = os.environ.get("ADX_INGEST", "")
ARM = os.environ.get("ADX_ARM", "")
TOKEN = "embedded-admin"


def step(name: str) -> Callable[[Callable[[], object]], None]:
    """Run the decorated function at once; what it raises is how the step failed."""

    def run(tried: Callable[[], object]) -> None:
        failure = ""
        try:
            tried()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - clients raise anything
            failure = f"{type(error).__name__}: {error}"[:2000]
        print(json.dumps({"step": name, "failure": failure}), flush=True)

    return run


def is_equal(found: object, expected: object) -> None:
    """Raise an AssertionError that shows both."""
    assert found == expected, f"{found!r} instead of {expected!r}"
