"""The service answered: no.

The tree of errors is in the package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import AdxmiError
from adxmi_jupyter.fixes import AskPermission, Command, Explain

if TYPE_CHECKING:
    import pandas as pd


class ServiceRefusal(AdxmiError):
    """The service answered: no. Nothing was changed."""


class NotAuthorized(ServiceRefusal):
    """The caller lacks a permission (HTTP 403)."""

    ask_for_role = AskPermission(
        Explain.of(Command.of("status"), " shows who you are; ask for the role the message names")
    )
    ask_for_action = AskPermission(
        Explain.of(
            "ask for a role with the action the message names; "
            "Managed Identity Operator on an identity allows assigning it"
        )
    )


class NoReadableSubscription(NotAuthorized):
    """None of the subscriptions of a selection can be read, or they do not exist."""


class DatabaseNotFound(ServiceRefusal):
    """The cluster has no database of that name, or the caller may not see it."""


class CommandRefused(ServiceRefusal):
    """A command that is malformed or against the service's rules (HTTP 400)."""


class PrincipalNotFound(ServiceRefusal):
    """The directory does not know whom a role is for: not yet, or there is no such principal."""


class Throttled(ServiceRefusal):
    """Too many requests (HTTP 429), also after waiting; nothing was executed."""


class ResourceNotFound(ServiceRefusal):
    """Azure Resource Manager knows no such resource, or does not show it to the caller."""


class ClusterBusy(ServiceRefusal):
    """Another change of the cluster is under way, also after waiting; nothing was executed."""


class PartialFailure(ServiceRefusal):
    """An answer that is not whole: it broke off, was cancelled, or says that it has errors.

    `partial` is a DataFrame of the rows that came, dtypes as those of a query's result; None if
    none did. They are no result: which ones are missing cannot be known.
    """

    partial: pd.DataFrame | None = None
