"""What the caller must be permitted to do: roles in Azure Data Explorer and roles in Azure.

Source: *Kusto role-based access control*, *Security roles overview* (Azure Data Explorer docs).
"""

from __future__ import annotations

from dataclasses import dataclass

ALL_DATABASES_ADMIN = "AllDatabasesAdmin"
ANY_ROLE = "Database User, Viewer or Monitor"
"""The roles of which one lets its principal see a database, and ask the cluster at all."""


@dataclass(frozen=True)
class Permission:
    """The permissions that a command requires of its caller.

    `kusto` is what the cluster asks for, `azure` what Azure Resource Manager asks for. `more` tells
    what more permissions show, or what is different for some objects.
    """

    kusto: str = ""
    azure: str = ""
    more: str = ""

    def __str__(self) -> str:
        """Return the permissions as one sentence without its full stop."""
        in_azure = f"{self.azure}, in Azure" if self.azure else ""
        return "; ".join(filter(None, (self.kusto, in_azure, self.more)))

    @property
    def may_require_admin(self) -> bool:
        """Whether it is AllDatabasesAdmin, or that for some objects."""
        return ALL_DATABASES_ADMIN in f"{self.kusto}; {self.more}"

    def __bool__(self) -> bool:
        """Tell whether any permission is required."""
        return bool(self.kusto or self.azure)
