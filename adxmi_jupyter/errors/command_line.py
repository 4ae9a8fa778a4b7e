"""A command that could not be parsed.

The tree of errors is in the package.
"""

from __future__ import annotations

from adxmi_jupyter.error_base import AdxmiError


class CommandLineError(AdxmiError):
    """The command could not be parsed."""


class UnknownCommand(CommandLineError):
    """A noun or verb that does not exist."""


class UnknownOption(CommandLineError):
    """An option the verb does not have."""


class RepeatedOption(CommandLineError):
    """An option given twice."""


class ConflictingOptions(CommandLineError):
    """Two options that exclude each other."""


class MissingOption(CommandLineError):
    """An option or argument the verb needs."""


class InvalidValue(CommandLineError):
    """An option's value cannot be used."""


class UnknownVariable(CommandLineError):
    """``$name`` or ``{{name}}`` without such a variable."""
