"""One writer for each cluster: what reads, decides and writes must not be interleaved.

Source: *filelock* documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import ClusterLocked
from adxmi_jupyter.fixes import Explain, Retry

if TYPE_CHECKING:
    from filelock import FileLock

    from adxmi_jupyter.fixes import Note

_WORTH_SAYING = 1.0
_LONGEST = 600.0


class ClusterLock:
    """The lock of a cluster among the processes and threads of one account.

    A thread that holds it may take it again.

    Parameters
    ----------
    path
        Returns the lock's file; it is made when the lock is first taken.
    say
        Tells the user one line, when another writer has to be waited for.

    """

    def __init__(self, path: Callable[[], Path], say: Callable[[Note], None]) -> None:
        self._path = path
        self._say = say
        self._made: FileLock | None = None

    def beside(self, word: str) -> ClusterLock:
        """Return another lock of the cluster, for what need not wait for writes."""
        return ClusterLock(lambda: self.path_of(word), self._say)

    def path_of(self, word: str) -> Path:
        """Return a path beside the lock's own."""
        path = self._path()
        return path.with_name(f"{path.stem}.{word}{path.suffix}")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises
        ------
        ClusterLocked
            Another writer of this account did not end in ten minutes, or there can be no lock.

        """
        lock = self._taken()
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def held_if_free(self) -> Iterator[bool]:
        """Hold the lock if no other writer does; tell whether that is so, and never wait."""
        from filelock import Timeout

        try:
            lock = self._lock()
            lock.acquire(timeout=0)
        except (Timeout, OSError, NotImplementedError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _taken(self) -> FileLock:
        from filelock import Timeout

        try:
            lock = self._lock()
            try:
                lock.acquire(timeout=_WORTH_SAYING)
            except Timeout:
                self._say("another write of yours on this cluster is under way: waiting for it")
                lock.acquire(timeout=_LONGEST)
        except Timeout as busy:
            raise ClusterLocked(
                "another write of yours on this cluster does not end",
                why=f"another process has held {busy.lock_file} for {_LONGEST:.0f} s",
                fix=Explain.of("end that process, then ", Retry()),
            ) from busy
        except (OSError, NotImplementedError) as error:
            raise ClusterLocked(
                "writes on this cluster cannot be kept apart, so nothing was sent",
                why=f"{type(error).__name__}: {error}",
                fix="make your home directory, or the directory for temporary files, writable",
            ) from error
        return lock

    def _lock(self) -> FileLock:
        from filelock import FileLock

        if self._made is None:
            path = self._path()
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._made = FileLock(path, mode=0o600)
        return self._made
