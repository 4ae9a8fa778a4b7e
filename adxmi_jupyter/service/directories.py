"""Where this tool keeps what belongs to the user, on whatever machine and as whatever account."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from adxmi_jupyter.errors import HistoryUnavailable

DATA_DIRECTORY_VARIABLE = "ADXMI_DATA_DIR"
_NAME = "adxmi_jupyter"
_OWNER_ONLY = 0o700


def data_directory() -> Path:
    """Return the directory for the history and for what the user decided.

    ``ADXMI_DATA_DIR``, else the user's data directory, else, for an account without a home, a
    directory of its own among the temporary files.

    Raises
    ------
    HistoryUnavailable
        The directory among the temporary files belongs to another user.

    """
    chosen = os.environ.get(DATA_DIRECTORY_VARIABLE, "").strip()
    if chosen:
        return Path(chosen)
    return _of_the_user() or runtime_directory()


def verified_beside(history: Path) -> Path:
    """Return the file with what was found out about the cluster of a history."""
    return history.with_suffix(".verified.json")


def lock_directory(*, is_loopback: bool) -> Path:
    """Return the directory for locks: one for each account, whatever its environment says.

    Two processes of one account have to find the same lock, although one of them may have another
    ``ADXMI_DATA_DIR`` or ``HOME``. Locks of servers on this machine do not outlive it.
    """
    home = None if is_loopback else _home_of_the_account()
    if home is None:
        return runtime_directory() / "locks"
    return home / ".local" / "state" / _NAME / "locks"


def _of_the_user() -> Path | None:
    import platformdirs

    try:
        found = Path(platformdirs.user_data_dir(_NAME))
    except (RuntimeError, KeyError):  # no HOME, and no such account
        return None
    return found if found.is_absolute() else None


def _home_of_the_account() -> Path | None:
    """Return the home that the system knows for this account, if it may write there."""
    if sys.platform == "win32":
        return Path.home()
    import pwd

    try:
        home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        return None
    return home if home.is_absolute() and os.access(home, os.W_OK | os.X_OK) else None


def runtime_directory() -> Path:
    """Return the account's own directory among the temporary files, made if it is not there.

    Raises
    ------
    HistoryUnavailable
        The directory belongs to another user.

    """
    owner = os.getuid() if hasattr(os, "getuid") else 0
    found = Path(tempfile.gettempdir()) / f"{_NAME}-{owner}"
    try:
        found.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        seen = found.lstat()
    except OSError as error:
        raise _unusable(found, error.strerror or type(error).__name__) from error
    is_ours = stat.S_ISDIR(seen.st_mode) and (sys.platform == "win32" or seen.st_uid == owner)
    if not is_ours:
        raise _unusable(found, "it belongs to another account")
    return found


def _unusable(found: Path, why: str) -> HistoryUnavailable:
    return HistoryUnavailable(
        "there is no directory for the history of writes",
        why=f"{found}: {why}",
        fix=f"set {DATA_DIRECTORY_VARIABLE} to a directory that only you can write to",
    )
