"""Managed identities of Azure Data Explorer in Jupyter.

Public are the names of `__all__` and those of `adxmi_jupyter.errors`; all else may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["__version__", "load_ipython_extension", "unload_ipython_extension"]


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Register ``%adxmi``, ``%%adxmi`` and their completion (``%load_ext adxmi_jupyter``)."""
    from adxmi_jupyter.magics.bridge import load

    load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Remove what loading registered and close the connections."""
    from adxmi_jupyter.magics.bridge import unload

    unload(ipython)
