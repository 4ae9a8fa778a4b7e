"""Who uses something that is to end with its last user, among the processes of one account.

Each user holds the lock of a file of its own. The system lets go of it with the process, however
that ends, so that a process which is gone is not taken for a user.

Source: *filelock* documentation.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from filelock import FileLock

_SUFFIX = ".used"
_LONGEST = 10.0
"""Seconds that another process may look whether a file is locked."""


class Presence:
    """The users of things of a cluster, by the names of these things.

    Only `is_used` may be called without a lock that keeps the other users out.

    Parameters
    ----------
    path
        Returns what the paths of all files begin with.

    """

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self._mine: dict[str, FileLock] = {}

    def enter(self, name: str) -> None:
        """Be a user of something; raises OSError where no file can be locked."""
        from filelock import FileLock

        if name in self._mine:
            return
        base = self._path()
        base.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = f"{self._start(base, name)}{uuid4().hex[:8]}{_SUFFIX}"
        mine = FileLock(path, mode=0o600, thread_local=False)  # another thread may leave
        mine.acquire(timeout=_LONGEST)
        self._mine[name] = mine

    def leave(self, name: str) -> None:
        """Be no user any more."""
        mine = self._mine.pop(name, None)
        if mine is not None:
            mine.release()
            Path(mine.lock_file).unlink(missing_ok=True)

    def is_used(self, name: str) -> bool:
        """Tell whether something has a user, this process included."""
        from filelock import FileLock, Timeout

        for path in self._files(name):
            other = FileLock(path)
            try:
                other.acquire(timeout=0)
            except (Timeout, OSError):
                return True
            other.release()
        return False

    def forget(self, name: str) -> None:
        """Remove what users left who did not leave by themselves."""
        for path in self._files(name):
            path.unlink(missing_ok=True)

    def _files(self, name: str) -> list[Path]:
        base = self._path()
        start = self._start(base, name).name
        try:
            return [one for one in base.parent.iterdir() if one.name.startswith(start)]
        except OSError:  # nothing was used here
            return []

    @staticmethod
    def _start(base: Path, name: str) -> Path:
        return base.with_name(f"{base.name}.{name}.")
