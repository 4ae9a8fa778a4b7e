"""External tables that others write or read through, as factors: theirs are links of the chain."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded import ExportIdentities, ShownStrings, ShownSystem, SystemInPolicies
from tests.ground_truth.factors import Factor, nothing
from tests.ground_truth.role_factors import CONTRIBUTOR, READER

if TYPE_CHECKING:
    from tests.ground_truth.factors import Level
    from tests.ground_truth.scene import Scene

NAME = "Through"
OWN = "mi-export"
"""The identity that the table itself names; assigned in the seeded world."""

ORDERS = (("OrderId", "long"), ("Region", "string"), ("Amount", "real"), ("Placed", "datetime"))
USAGE = "ExternalTable"


def _table(scene: Scene, place: str, sign_in: str, kind: str) -> None:
    account, _, path = place.partition("/")
    scene.world.add_external_table(
        NAME,
        f"https://{account}.blob.core.windows.net/{path};{sign_in}",
        database=scene.database,
        columns=ORDERS,
        table_type=kind,
        data_format="Parquet" if kind == "Delta" else "Csv",
    )


def _named(
    scene: Scene, *, place: str, kind: str, role: str, assigned: bool = True, allowed: bool = True
) -> None:
    """Make a table that names an identity of its own, with what that one needs but for a link."""
    own = scene.world.identity(OWN)
    if not assigned:
        scene.cluster.identities.remove(own)
    if allowed:
        scene.allow([USAGE], database=scene.database, identity=OWN)
    if role:
        scene.give(role, scene.resource(place.partition("/")[0]), identity=OWN)
    _table(scene, place, f"managed_identity={own.object_id}", kind)


def _impersonating(scene: Scene, *, place: str, kind: str, role: str) -> None:
    """Make a table that is read and written as whoever uses it, with a role or without."""
    if role:
        scene.give(role, scene.resource(place.partition("/")[0]))
    _table(scene, place, "impersonate", kind)


def through(place: str, *, kind: str = "Blob", writes: bool) -> Factor:
    """Return the external table at ``account/container/folder`` that is written or read through."""
    role = CONTRIBUTOR if writes else READER
    named = partial(_named, place=place, kind=kind)
    mine = partial(_impersonating, place=place, kind=kind)
    missing: dict[str, Level] = {
        "absent": nothing,
        "its identity not assigned": partial(named, role=role, assigned=False),
        "its identity not allowed": partial(named, role=role, allowed=False),
        "its role missing": partial(named, role=""),
        "impersonates without role": partial(mine, role=""),
    }
    if writes:
        missing["its role reads only"] = partial(named, role=READER)
    there = {
        "as its own identity": partial(named, role=role),
        "impersonates": partial(mine, role=role),
    }
    return Factor("table", "external table", there, missing)


def _shown(
    scene: Scene,
    *,
    strings: ShownStrings = ShownStrings.WITHOUT_SECRETS,
    identities: ExportIdentities = ExportIdentities.LEFT_OUT,
    policies: SystemInPolicies = SystemInPolicies.OBJECT_ID,
    system: ShownSystem = ShownSystem.AS_KEPT,
) -> None:
    listings = scene.world.behaviours
    listings.connection_strings, listings.export_identities = strings, identities
    listings.system_in_policies, listings.system = policies, system


SHOWN = Factor(
    "shown",
    "",
    {
        "by lists": nothing,
        "addresses by lists": partial(_shown, strings=ShownStrings.ADDRESSES),
        "by the script alone": partial(
            _shown,
            strings=ShownStrings.ASTERISKS,
            policies=SystemInPolicies.WORD,
            system=ShownSystem.OBJECT_ID,
        ),
        "in the columns of the page": partial(
            _shown, strings=ShownStrings.LEFT_OUT, policies=SystemInPolicies.WORD
        ),
        "system as the word": partial(
            _shown,
            identities=ExportIdentities.SHOWN,
            policies=SystemInPolicies.WORD,
            system=ShownSystem.WORD,
        ),
    },
    {},
)
"""What lists show of identities and connection strings: it is no link, and changes none."""


SQL = "Server=tcp:contososql.database.windows.net,1433;Initial Catalog=Erp;"


def _in_sql_server(scene: Scene, *, allowed: bool) -> None:
    own = scene.world.identity(OWN)
    if allowed:
        scene.allow([USAGE], database=scene.database, identity=OWN)
    sign_in = f'Authentication="Active Directory Managed Identity";User Id={own.object_id};'
    scene.world.add_external_table(
        NAME,
        SQL + sign_in,
        database=scene.database,
        columns=ORDERS,
        table_type="Sql",
        target="dbo.Archive",
        options={"createifnotexists": True},
    )


def through_sql() -> Factor:
    """Return the external table over SQL Server that is written through."""
    return Factor(
        "table",
        "external table",
        {"there": partial(_in_sql_server, allowed=True)},
        {"absent": nothing, "its identity not allowed": partial(_in_sql_server, allowed=False)},
    )


def writes_sql() -> Factor:
    """Return the right of the table's identity to write in SQL Server, which nobody can see."""

    def granted(scene: Scene) -> None:
        erp = scene.world.sql_servers["contososql"].databases["Erp"]
        erp.writers.add(scene.world.identity(OWN).object_id)

    requirement = "permission at the target"
    return Factor("writer", requirement, {"there": granted}, {"none": nothing}, seen=False)
