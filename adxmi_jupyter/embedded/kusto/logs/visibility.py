"""Whose entries of the logs a caller may see (pages of the commands, Permissions)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.session import Session


@dataclass(frozen=True)
class Sees:
    """Tells whether a caller sees an entry, given its database and principal.

    `own` is the caller; `databases` are those of which all entries are visible, unless all are.
    """

    own: str
    databases: frozenset[str]
    all: bool

    def __call__(self, database: str, principal: str) -> bool:
        """Tell it."""
        return self.all or principal == self.own or database in self.databases


def seen_by(session: Session) -> Sees:
    """Return which entries the caller may see.

    Own entries, and with Database Admin or Monitor all of the database. An entry of no database
    that there is needs the role on the whole cluster.
    """
    databases = session.world.cluster.databases.values()
    return Sees(
        session.caller.fqn,
        frozenset(d.name for d in databases if session.permits(Permission.DATABASE_MONITOR, d)),
        session.permits(Permission.CLUSTER_SHOW, None),
    )
