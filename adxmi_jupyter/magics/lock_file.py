"""The lock file beside the policy file of a command: read with it, and written by each apply.

A policy file that is a cell body, or comes from the standard input, has none.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import AdxmiError, InvalidLockFile, StalePlan
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.magics.policy_file import is_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.model.policy_file.lock import Lock
    from adxmi_jupyter.model.policy_file.reading import PolicyFile


def names_in(replaced: str) -> tuple[str, ...]:
    """Return the names of ``--replace``."""
    return tuple(filter(None, (name.strip() for name in replaced.split(","))))


def with_lock(file: PolicyFile) -> PolicyFile:
    """Return a policy file with its lock file, if it has one.

    Raises
    ------
    InvalidLockFile
        It is damaged, or not a lock file.

    """
    return replace(file, lock=lock_beside(file.source)) if _is_file(file.source) else file


def refuse_other_lock(file: PolicyFile, plan: str) -> None:
    """Make sure that names stood for the same when a plan was saved as they do at the last apply.

    Raises
    ------
    InvalidLockFile
        The lock file is damaged, or not a lock file.
    StalePlan
        Something was applied since.

    """
    if _is_file(file.source) and with_lock(file).lock != file.lock:
        raise StalePlan(
            f"{plan} no longer fits the lock file of {file.source}; nothing was sent",
            why="names of identities were locked since it was saved",
            fix=Explain.of(Command.of("plan"), " makes a new one"),
        )


def lock_beside(policy_file: str) -> Lock:
    """Return the lock file of a policy file, an empty one if there is none; raises as above."""
    from adxmi_jupyter.magics.body_file import file_text
    from adxmi_jupyter.model.policy_file.lock import Lock, lock_file_of, read_lock

    name = lock_file_of(policy_file)
    if not Path(name).expanduser().exists():
        return Lock()
    try:
        text = file_text(name)
    except AdxmiError as failure:
        raise InvalidLockFile(
            f"{name} cannot be read", why=failure.why, fix="restore it from version control"
        ) from failure
    return read_lock(text, name)


def save_lock(policy_file: str, cluster: str, names: Mapping[str, str]) -> str:
    """Note what names stand for on a cluster; return the name of the file, empty if it is the same.

    Raises
    ------
    InvalidLockFile
        There is one, and it is damaged.
    ResultNotSaved
        It cannot be written.

    """
    from adxmi_jupyter.magics.whole_files import write_texts

    changed = changed_lock(policy_file, cluster, names) if _is_file(policy_file) else {}
    write_texts(changed)
    return next(iter(changed), "")


def changed_lock(policy_file: str, cluster: str, names: Mapping[str, str]) -> Mapping[str, str]:
    """Return name and text of the lock file for other names of a cluster; nothing if the same.

    Raises
    ------
    InvalidLockFile
        There is one, and it is damaged.

    """
    from adxmi_jupyter.model.policy_file.lock import lock_file_of

    before = lock_beside(policy_file)
    if dict(before.names(cluster)) == dict(names):
        return {}
    return {lock_file_of(policy_file): before.having(cluster, names).text}


def _is_file(name: str) -> bool:
    try:
        return is_file(name) and Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False
