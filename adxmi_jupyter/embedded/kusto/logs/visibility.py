"""Whose entries of the logs a caller may see (pages of the commands, Permissions)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.access import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.session import Session


def seen_by(session: Session) -> Callable[[str, str], bool]:
    """Return what tells whether the caller may see an entry, given its database and principal.

    Own entries, and with Database Admin or Monitor all of the database. An entry of no database
    that there is needs the role on the whole cluster.
    """
    databases = session.world.cluster.databases.values()
    sees_all = session.permits(Permission.CLUSTER_SHOW, None)
    monitored = {d.name for d in databases if session.permits(Permission.DATABASE_MONITOR, d)}
    own = session.caller.fqn
    return lambda database, principal: sees_all or principal == own or database in monitored
