"""An interrupt that was no write's: a notebook shows it in three lines, not as a stack of sockets.

Writes have errors of their own for it, which tell whether they took effect.
"""

from __future__ import annotations

import traceback


class Interrupted(KeyboardInterrupt):
    """Nothing is waited for any longer, as the user wished; `again` is the line."""

    def __init__(self, again: str, *, show_stack: bool) -> None:
        super().__init__("stopped, as you wished")
        self._again = again
        self._show_stack = show_stack

    def _render_traceback_(self) -> list[str]:
        if self._show_stack:
            return "".join(traceback.format_exception(self)).splitlines()
        return [
            f"{type(self).__name__}: {self}",
            "  why: no answer is waited for any longer; what was changed before it is told above",
            f"  fix: {self._again}",
        ]
