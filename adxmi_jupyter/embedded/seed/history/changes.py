"""How the policies and roles of the seeded world came about, as the journal tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.policies import update
from adxmi_jupyter.embedded.kusto.policies.managed_identity import policy_text
from adxmi_jupyter.embedded.seed.history.cast import LAKE
from adxmi_jupyter.embedded.seed.history.timeline import Moment
from adxmi_jupyter.embedded.state.clusters import Table
from adxmi_jupyter.embedded.state.entities import UpdatePolicy

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.seed.history.cast import Cast
    from adxmi_jupyter.embedded.seed.history.timeline import Client, Timeline
    from adxmi_jupyter.embedded.state.clusters import PolicyItem

_LAB = "Tom's Lab"
_COLUMNS = "(OrderId:long, Region:string, Amount:real, Placed:datetime)"


def add_changes(line: Timeline, cast: Cast) -> None:
    """Add them; the states of policies end with those of the seeded world."""
    _add_grants(line, cast)
    _add_roles(line, cast)
    _add_external_tables(line, cast)
    _add_update_policy(line, cast)


def _add_grants(line: Timeline, cast: Cast) -> None:
    cluster = cast.world.cluster
    ingest, export = cluster.databases["Sales"].policy or []
    _grant(line, Moment(29, "10:05"), cast.admin, "Sales", [], [ingest])
    _grant(line, Moment(21, "11:00"), cast.admin, "Sales", [ingest], [export])
    _grant(line, Moment(27, "14:10"), cast.admin, _LAB, [], cluster.databases[_LAB].policy or [])
    _grant(line, Moment(26, "09:00"), cast.deployer, "", [], cluster.policy or [])


def _grant(
    line: Timeline,
    when: Moment,
    client: Client,
    database: str,
    before: list[PolicyItem],
    added: list[PolicyItem],
) -> None:
    """Add a grant; the one of the whole cluster came with a deployment script."""
    scope = f"database ['{_escaped(database)}']" if database else "cluster"
    items = [{"ObjectId": i.object_id, "AllowedUsages": ", ".join(i.usages)} for i in added]
    level = "Database" if database else "Cluster"
    line.change(
        when,
        client,
        f".alter-merge {scope} policy managed_identity '{json.dumps(items)}'",
        f"{level}PolicyManagedIdentityAlterMerge",
        database=database,
        states=(policy_text(before or None), policy_text([*before, *added])),
        is_logged=bool(database),
    )


def _add_roles(line: Timeline, cast: Cast) -> None:
    reader, loader, export = (
        cast.reader.principal.fqn,
        cast.loader.principal.fqn,
        cast.fqn("mi-export"),
    )
    for when, verb, database, role, fqn in (
        (Moment(29, "10:20"), "add", "Sales", "ingestors", loader),
        (Moment(28, "09:00"), "add", "Sales", "viewers", reader),
        (Moment(28, "09:01"), "add", "Telemetry", "viewers", reader),
        (Moment(25, "09:32"), "add", "Telemetry", "viewers", export),
        (Moment(12, "16:40"), "drop", "Sales", "ingestors", loader),
        (Moment(9, "13:21"), "drop", "Telemetry", "viewers", export),
    ):
        text = f".{verb} database {database} {role} ('{fqn}')"
        kind = f"DatabaseRole{verb.capitalize()}"
        line.change(when, cast.admin, text, kind, database=database)


def _add_external_tables(line: Timeline, cast: Cast) -> None:
    suffix = f";managed_identity={cast.object_id('mi-export')}"
    archive = (
        f".create external table ArchivedOrders {_COLUMNS} kind=storage dataformat=csv "
        f"(h@'{LAKE}/archive{suffix}')"
    )
    delta = f".create external table OrdersDelta kind=delta (h@'{LAKE}/delta/orders{suffix}')"
    for when, database, name, text in (
        (Moment(21, "11:10"), "Sales", "ArchivedOrders", archive),
        (Moment(14, "15:00"), "Telemetry", "OrdersDelta", delta),
    ):
        kind, subject = "ExternalTableCreate", (name,)
        line.change(when, cast.admin, text, kind, database=database, subject=subject)


def _add_update_policy(line: Timeline, cast: Cast) -> None:
    query, export = "Events | project Timestamp, Node=Message", cast.object_id("mi-export")
    table = Table("Heartbeats", (), update_policy=[UpdatePolicy("Events", query, export)])
    policy = update.policy_text(table)
    alter = f".alter table Heartbeats policy update '{policy}'"
    delete = ".delete table Heartbeats policy update"
    for when, text, verb, states in (
        (Moment(25, "09:30"), alter, "Alter", ("null", policy)),
        (Moment(9, "13:20"), delete, "Delete", (policy, "null")),
    ):
        line.change(
            when,
            cast.admin,
            text,
            f"TablePolicyUpdate{verb}",
            database="Telemetry",
            subject=("Heartbeats",),
            states=states,
        )


def _escaped(name: str) -> str:
    return name.replace("'", "\\'")
