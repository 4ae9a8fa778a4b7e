"""What a follower may not do with the databases it follows (page: Use follower databases)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import bad_request
from adxmi_jupyter.embedded.kusto.statements import FamilyCommand, Level, kind_of, scope_of, shows

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.statements import Command


def deny_on_follower(command: Command, session: Session) -> None:
    """Raise a KustoError (400) for what would change a database that the cluster follows.

    What only reads it may run, exports among it.
    """
    scope = scope_of(command)
    if shows(command) or scope is None or scope.level is Level.CLUSTER:
        return
    if isinstance(command, FamilyCommand) and command.runs_on_follower:
        return
    found = session.world.cluster.find_database(scope.database or session.context or "")
    if found is not None and found.following is not None:
        raise bad_request(
            f"The database '{found.name}' is read only here (ReadOnlyFollowing): the operation "
            f"'{kind_of(command)}Command' has to run on its leader."
        )
