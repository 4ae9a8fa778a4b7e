"""Literal secrets in foreign files: they are never copied, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import LiteralSecret
from adxmi_jupyter.masking import is_secret_name, masked
from adxmi_jupyter.model.foreign_files.values import placed

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.values import Where

_EMPTY = frozenset("* ")


def check_value(name: str, value: object, where: Where) -> None:
    """Check a value that stands under a name.

    Raises
    ------
    LiteralSecret
        The name says that the value is a secret, or the value holds one.

    """
    if not isinstance(value, str) or set(value) <= _EMPTY:
        return
    if is_secret_name(name) or masked(value) != value:
        raise found(name, where)


def found(name: str, where: Where) -> LiteralSecret:
    """Return the error for a secret, of which nothing is said but the name before it."""
    what = f"{name} is a literal secret" if name else "there is a literal secret"
    error = LiteralSecret(
        f"{where}: {what}",
        why="keys, signatures and passwords are not converted, and do not belong in a file",
        fix="replace it by a managed identity, or by a reference to a secret store",
    )
    placed(error, where)
    return error
