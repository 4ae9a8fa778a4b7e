"""The tutorials of this package, and a copy of them to work in.

The copy has the pages of the documentation beside it, so that links lead there. Its notebooks are
signed as the user's own: a front end shows the pictures saved in a notebook only if it trusts it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidValue, ResultNotSaved
from adxmi_jupyter.magics.whole_files import reason, write_files

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

QUICKSTART = "00_quickstart.ipynb"

_DOCS = "docs"
_SUFFIXES = (".md", ".png")
_TO_DOCS = re.compile(r"(?<=\]\()\.\./docs/")
_TO_NOTEBOOKS = re.compile(r"(?<=\]\()((?:\.\./)+)notebooks/")


def tutorials() -> Traversable:
    """Return the folder of the tutorials: in the package, or beside it in a checkout."""
    return _folder("notebooks")


def documentation() -> Traversable:
    """Return the folder of the documentation, likewise."""
    return _folder(_DOCS)


def _folder(name: str) -> Traversable:
    package = files("adxmi_jupyter")
    inside = package.joinpath(name)
    if inside.is_dir():
        return inside
    with as_file(package) as folder:
        return folder.parent / name


def copy_tutorials(target: Path) -> None:
    """Copy notebooks and documentation to a folder; files that are there stay as they are.

    Raises
    ------
    InvalidValue
        The folder or a file in it cannot be written.

    """
    try:
        target.mkdir(parents=True, exist_ok=True)
        for source in _notebooks():
            _copy(source, target / source.name, _TO_DOCS, f"{_DOCS}/")
            with suppress(OSError):  # where no secret can be kept, nothing can be trusted
                _sign(target / source.name)
        for place, source in _pages(documentation(), PurePosixPath(_DOCS)):
            copy = target / place
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy(source, copy, _TO_NOTEBOOKS, r"\1")
    except (OSError, ResultNotSaved) as error:
        raise InvalidValue(
            f"the tutorials cannot be copied to {target}",
            why=error.why if isinstance(error, ResultNotSaved) else reason(error),
            fix="adxmi lab DIR with a folder you may write to",
        ) from error


def _notebooks() -> Iterator[Traversable]:
    found = (entry for entry in tutorials().iterdir() if entry.name.endswith(".ipynb"))
    yield from sorted(found, key=lambda entry: entry.name)


def _pages(
    folder: Traversable, place: PurePosixPath
) -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Return the pages and pictures of the documentation with their places in the copy."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir() and not entry.name.startswith(("_", ".")):
            yield from _pages(entry, place / entry.name)
        elif entry.name.endswith(_SUFFIXES):
            yield place / entry.name, entry


def _copy(source: Traversable, copy: Path, link: re.Pattern[str], instead: str) -> None:
    if copy.exists():
        return
    content = source.read_bytes()
    if not source.name.endswith(".png"):
        content = link.sub(instead, content.decode()).encode()
    write_files({str(copy): content})


def _sign(notebook: Path) -> None:
    """Let Jupyter trust a notebook that is as it was copied; what a user changed is their own."""
    import nbformat
    from nbformat.sign import NotebookNotary

    original = tutorials().joinpath(notebook.name).read_text(encoding="utf-8")
    text = notebook.read_text(encoding="utf-8")
    if text == _TO_DOCS.sub(f"{_DOCS}/", original):
        notary = NotebookNotary()  # type: ignore[no-untyped-call]
        notary.sign(nbformat.reads(text, as_version=4))  # type: ignore[no-untyped-call]
        notary.store.close()
