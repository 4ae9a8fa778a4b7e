"""The noun ``map``: identities, permissions, workflows and targets as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics import permissions
from adxmi_jupyter.magics.options import database_option, exit_code, identity_option
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.magics.call import Call


@verb(
    "map",
    permission=permissions.CHECK,
    pages=("Managed identities overview", "Managed identity policy"),
    examples=("map", "map --identity mi-export", "map --database Sales"),
    documents=("svg",),
)
@database_option("Database to show. Default: all databases.")
@identity_option(
    required=False,
    help_text="Managed identities to show. Separated by commas. Default: all identities.",
)
@exit_code
def map(  # noqa: A001 - what the command is called
    call: Call, *, database: str, identities: tuple[str, ...]
) -> pd.DataFrame:
    """Show which identity is allowed what, for which workflow, and what it reaches.

    Red is what isn't met, gray what no workflow needs. Of more than 60 workflows, those that are
    alike are one box; the DataFrame has all of them. A file .svg or .html has the picture. The map
    sends the requests of check.
    """
    from adxmi_jupyter.actions.check.access_paths import access_map, of_identities
    from adxmi_jupyter.actions.check.findings import State
    from adxmi_jupyter.actions.identity.names import resolved
    from adxmi_jupyter.actions.policy.policies import scopes_of
    from adxmi_jupyter.rendering.access_map import MapFrame

    connection = call.connection
    scopes = scopes_of(connection, database=database, all_databases=not database)
    found = access_map(connection, [scope.database for scope in scopes])
    if identities:
        found = of_identities(found, [one.identity for one in resolved(connection, identities)])
    call.has_found = any(one.is_needed and one.state is State.NOT_MET for one in found.paths)
    return MapFrame.of(found)
