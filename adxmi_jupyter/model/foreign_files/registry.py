"""Which formats there are: the modules of `formats`, found by looking.

Listing the names imports none of them: help and completion must stay quick.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidForeignFile
from adxmi_jupyter.fixes import Explain, Option
from adxmi_jupyter.model.foreign_files import formats

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.values import Format, TextFile


def names() -> tuple[str, ...]:
    """Return the names of all formats."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(formats.__path__)))


def format_of(name: str) -> Format:
    """Return the format of a name that there is."""
    module = import_module(f"{formats.__name__}.{name}")
    made: Format = module.FORMAT
    return made


def guessed(files: Sequence[TextFile], option: str) -> str:
    """Return the name of the format that all of the files surely have.

    Raises
    ------
    InvalidForeignFile
        Neither name nor content tells.

    """
    for name in names():
        made = format_of(name)
        if all(made.guess(file) for file in files):
            return name
    raise InvalidForeignFile(
        f"the format of {files[0].name} isn't known",
        why="neither the names nor the first lines of the files tell it",
        fix=Explain.of("name it with ", Option(option)),
    )
