"""Input that makes no sense: nothing was sent.

The tree of errors is in the package.
"""

from __future__ import annotations

from adxmi_jupyter.error_base import AdxmiError


class InvalidInput(AdxmiError):
    """The request itself makes no sense; nothing was sent."""


class MalformedBody(InvalidInput):
    """JSON or YAML that cannot be read; *why* names line and column."""

    line: int = 0
    column: int = 0


class RepeatedKey(MalformedBody):
    """A key that occurs twice in one object: another reader would use the other one."""


class InvalidPolicy(InvalidInput):
    """A policy entry without identity, without usages, or with unknown keys."""


class InvalidPolicyFile(InvalidInput):
    """Something in a policy file that cannot be; `source`, `line` and `column` tell where."""

    source: str = ""
    line: int = 0
    column: int = 0


class InvalidForeignFile(InvalidInput):
    """Something in a file to convert that cannot be; `source`, `line` and `column` tell where."""

    source: str = ""
    line: int = 0
    column: int = 0


class LiteralSecret(InvalidForeignFile):
    """A key, signature or password in a file to convert. Nothing was written."""


class InvalidLockFile(InvalidInput):
    """The lock file beside a policy file is damaged, or not a lock file. Nothing was sent."""


class WrongCluster(InvalidInput):
    """A policy file or a saved plan that is not for the connected cluster. Nothing was sent."""


class UnknownUsage(InvalidInput):
    """A usage this release does not know."""


class InvalidGuid(InvalidInput):
    """Text that looks like an object ID but is none."""


class MissingField(InvalidInput):
    """A workflow lacks something it needs."""


class InvalidField(InvalidInput):
    """Something of a workflow that cannot be used, alone or beside the rest."""


class InvalidColumns(InvalidInput):
    """Columns without type, of an unknown type, or two of one name."""


class InvalidPartition(InvalidInput):
    """Partitions that are not of the documented forms, or do not match path and columns."""


class UnknownIdentity(InvalidInput):
    """A name that no policy mentions."""


class AmbiguousIdentity(InvalidInput):
    """A name that several identities bear."""


class UnknownRefusal(InvalidInput):
    """A text with no code, exception type or status that is known."""


class InvalidConnectionString(InvalidInput):
    """A connection string that cannot be read or is against the rules; never repeated whole."""


class ConflictingAuthentication(InvalidConnectionString):
    """A connection string with more than one way to sign in, such as a key and an identity."""


class IdentityNotSupported(InvalidConnectionString):
    """A target that supports no managed identity; *fix* names what it supports, or where to go."""


class CredentialsInLocation(InvalidConnectionString):
    """A location that also says how to sign in, where the two are given apart."""
