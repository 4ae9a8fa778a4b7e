"""How far something is: bars for people, and none in logs.

A notebook shows the standard error on a ground of its own, which stays when a bar has gone: there a
bar goes to the standard output. In a terminal that is for results.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm


def bar(what: str, *, delay: float, **options: Any) -> tqdm[Any]:
    """Return a bar that appears after some seconds, and goes when it is done.

    There is none without a text, where it would go to a file or a pipe, or where the environment
    says TQDM_DISABLE=1.
    """
    from tqdm import tqdm

    # Said only where it is hidden, so that TQDM_DISABLE hides it, too.
    if not what or _is_logged():
        options["disable"] = True
    stream = sys.stdout if _is_notebook() else sys.stderr
    return tqdm(desc=what, delay=delay, leave=False, file=stream, **options)


def _is_notebook() -> bool:
    """Tell whether a kernel shows what is written."""
    return type(sys.stdout).__module__.partition(".")[0] == "ipykernel"


def is_voila() -> bool:
    """Tell whether the kernel runs for a page of Voila."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def _is_logged() -> bool:
    """Tell whether what is shown goes to a file or a pipe, where a bar is noise.

    Voila shows the text of a cell as it came: there a bar would stay.
    """
    if is_voila():
        return True
    shown = sys.stderr
    return shown is sys.__stderr__ and shown is not None and not shown.isatty()
