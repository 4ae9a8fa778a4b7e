"""What a cluster, a tenant or this machine does not have or allow.

The tree of errors is in the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from adxmi_jupyter.error_base import AdxmiError
from adxmi_jupyter.errors.service import NotAuthorized

if TYPE_CHECKING:
    from collections.abc import Iterable


class PartialRead(AdxmiError):
    """Some of the databases could not be read."""

    is_denied = False
    """Whether a permission that the caller lacks may be the reason."""

    def because_of(self, failures: Iterable[AdxmiError | None]) -> Self:
        """Return the error, which knows whether one of its reasons is a denial."""
        self.is_denied = any(isinstance(one, NotAuthorized) for one in failures)
        return self


class CrossTenant(AdxmiError):
    """A target in another tenant, which an identity cannot reach. Nothing was sent."""


class NotInThisEdition(AdxmiError):
    """What Fabric eventhouses, Synapse pools and free clusters do not have. Nothing was sent."""


class MissingPackage(AdxmiError):
    """A package of an extra is not installed."""


class ClockSkew(AdxmiError):
    """The clock of this machine and that of the cluster differ, so times could not be compared."""


class EmbeddedAzureNotInUse(AdxmiError):
    """An `embedded` verb while the current connection leads to a cluster."""


class TutorialFailed(AdxmiError):
    """A cell of a tutorial failed, or JupyterLab did."""
