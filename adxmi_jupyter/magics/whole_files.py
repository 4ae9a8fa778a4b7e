"""Write the files that the user names: all of a command as a whole, or none of them.

Each is written beside its place first, so that a full disk leaves what was there. Only then are
they put in their places. Where that fails for one, those before it are restored.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from adxmi_jupyter.errors import ResultNotSaved

_UNUSABLE = (OSError, ValueError, RuntimeError)
"""A place that can't be written, a name with NUL, or with the home of a user that isn't there."""


def write_text(name: str, text: str) -> None:
    """Write a text to a file; raises as `write_texts`."""
    write_texts({name: text})


def write_texts(texts: Mapping[str, str], *, makes_folders: bool = False) -> None:
    """Write texts to files by their names; raises as `write_files`, and for half a character."""
    contents: dict[str, bytes] = {}
    for name, text in texts.items():
        try:
            contents[name] = text.encode()
        except UnicodeEncodeError as error:  # such as of a variable of the environment in no UTF-8
            raise ResultNotSaved(
                f"{name} could not be written",
                why=f"half of a character, U+{ord(error.object[error.start]):04X}, is no text",
                fix="write both halves, or the character itself, in what it is made of",
            ) from error
    write_files(contents, makes_folders=makes_folders)


def write_files(contents: Mapping[str, bytes], *, makes_folders: bool = False) -> None:
    """Write files by their names: all of them, or none.

    Raises
    ------
    ResultNotSaved
        One cannot be written. The others are as they were; one that could not be restored is named.

    """
    files = _Files(makes_folders=makes_folders)
    name = ""
    try:
        for name, content in contents.items():
            files.stage(name, content)
        for one in files.staged:
            name = one.name
            one.put()
    except _UNUSABLE as error:
        raise _not_saved(name, error, len(contents), files.restore()) from error
    except BaseException:  # an interrupt
        files.restore()
        raise
    finally:
        files.clean()


def reason(error: Exception) -> str:
    """Return why a file can't be written, in the words of the operating system."""
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def is_directory(name: str) -> bool:
    """Tell whether a name is that of a directory."""
    try:
        return Path(name).expanduser().is_dir()
    except _UNUSABLE:
        return False


def is_same_file(name: str, other: str) -> bool:
    """Tell whether two names are those of one file."""
    try:
        one, two = (Path(path).expanduser().resolve() for path in (name, other))
    except _UNUSABLE:
        return False
    return bool(other) and one == two


def refuse_unwritable(path: Path) -> None:
    """Raise OSError for a file that cannot be written, before anything is sent."""
    _refuse_other(path)
    with tempfile.TemporaryFile(dir=path.resolve().parent):
        pass


def _refuse_other(path: Path) -> None:
    """Raise OSError for what is there and is no file to be written: it must not be replaced."""
    if not path.exists():
        return
    if not path.is_file():
        is_directory = path.is_dir()
        raise OSError(errno.EINVAL, "it is a directory" if is_directory else "it is not a file")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


@dataclass
class _File:
    """A file that is written beside its place; `before` has what was there."""

    name: str
    target: Path
    beside: Path
    before: Path | None = None
    is_put: bool = False
    is_left: bool = False

    def put(self) -> None:
        """Put it in its place, and keep what is there until all files are in theirs."""
        if self.target.exists():
            before = self.beside.with_name(f"{self.beside.name}.before")
            try:
                os.link(self.target, before)
            except OSError:  # a file system without links
                shutil.copy2(self.target, before)
            self.before = before
        self.beside.replace(self.target)
        self.is_put = True

    def restore(self) -> bool:
        """Restore what was there; tell whether that could be done."""
        if not self.is_put:
            return True
        try:
            if self.before is None:
                self.target.unlink()
            else:
                self.before.replace(self.target)
        except OSError:
            self.is_left = True
        return not self.is_left

    @property
    def told(self) -> str:
        """Its name, and where that is which was there before."""
        return f"{self.name} (before: {self.before})" if self.before else self.name


@dataclass
class _Files:
    makes_folders: bool
    staged: list[_File] = field(default_factory=list)
    made: list[Path] = field(default_factory=list)

    def stage(self, name: str, content: bytes) -> None:
        """Write a file beside its place."""
        target = Path(name).expanduser().resolve()
        if self.makes_folders:
            self._make(target.parent)
        _refuse_other(target)
        descriptor, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        self.staged.append(_File(name, target, Path(beside)))
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(beside).chmod(_mode_of(target))

    def _make(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(exist_ok=True)
            self.made.append(one)

    def restore(self) -> list[str]:
        """Restore what was there, the last first; return the names of what could not be."""
        left = [one.told for one in reversed(self.staged) if not one.restore()]
        for one in self.staged:
            one.beside.unlink(missing_ok=True)
        for folder in reversed(self.made):
            with suppress(OSError):  # something else is in it
                folder.rmdir()
        return left

    def clean(self) -> None:
        """Remove what stands beside, but the only copy of a file that could not be restored."""
        for one in self.staged:
            with suppress(OSError):
                one.beside.unlink(missing_ok=True)
            if one.before is not None and not one.is_left:
                with suppress(OSError):
                    one.before.unlink(missing_ok=True)


def _mode_of(target: Path) -> int:
    """Return the permissions a file has, or those that a new one gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _not_saved(name: str, error: Exception, count: int, left: list[str]) -> ResultNotSaved:
    why = reason(error)
    if left:
        why += f"; written, and not restored: {', '.join(left)}"
    elif count > 1:
        why += f"; none of the {count} files was written"
    return ResultNotSaved(
        f"{name} could not be written",
        why=why,
        fix="give a file in a directory that you may write to",
    )
