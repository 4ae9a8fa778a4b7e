"""Where one identity is used on the clusters of a fleet: what allows it, and what names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.fleet.runs import Answered
from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.identity.dependents import KEY, dependents, dependents_frame
from adxmi_jupyter.errors import PartialRead
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.identity import ManagedIdentity, resolve

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.fleet.listing import SharedIdentity
    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.actions.fleet.runs import Piece
    from adxmi_jupyter.model.fleet import FleetCluster, FleetIdentity, Selected
    from adxmi_jupyter.service.connection import Connection

YES, NO, UNKNOWN = "yes", "no", "unknown"


def named(reference: str, shared: Sequence[SharedIdentity]) -> ManagedIdentity:
    """Return the identity that a word means among those that clusters share.

    Raises
    ------
    InvalidGuid, UnknownIdentity, AmbiguousIdentity
        As `model.identity.resolve`.

    """
    known = [
        ManagedIdentity(
            one.identity.object_id,
            one.identity.name,
            one.identity.client_id,
            resource_id=one.identity.resource_id,
        )
        for one in shared
    ]
    return resolve(reference, known).identity


def on_cluster(identity: ManagedIdentity, cluster: FleetCluster) -> ManagedIdentity:
    """Return the identity as one cluster knows it: each has a system-assigned one of its own."""
    if not identity.is_system or not cluster.system_object_id:
        return identity
    return ManagedIdentity(cluster.system_object_id.lower(), cluster.name, is_system=True)


def use_of(connection: Connection, cluster: FleetCluster, identity: ManagedIdentity) -> Answered:
    """Return what depends on an identity on one cluster: `dependents_frame`."""
    found = dependents(connection, [on_cluster(identity, cluster)])
    unseen = found.unseen
    if not identity.is_system and not identity.object_id:
        unseen = (f"policy entries: Azure does not tell the object ID of {identity.label}", *unseen)
    notes = tuple(f"not seen: {what}" for what in unseen)
    failure = None
    if unseen:
        failure = PartialRead(
            f"{cluster.name} could not be read as a whole",
            why=unseen[0],
            fix=Command.of("status"),
        )
    return Answered(dependents_frame(found), notes, bool(found.found), failure)


def uses_frame(result: FleetResult, selected: Selected, identity: ManagedIdentity) -> pd.DataFrame:
    """Return a row for everything that allows or names an identity.

    Columns: ``cluster``, ``cluster_state`` (``reached``, or why it was not), ``assigned`` (``yes``,
    ``no``, ``unknown``), ``kind`` (such as ``policy entry``), ``database``, ``what`` (of a policy
    entry its usages), all string. A cluster that the identity is assigned to has a row without a
    kind if nothing there depends on it: the kind is empty. One that was not read as a whole has one
    where the kind is missing: what else depends on it is unknown.
    """
    clusters = {one.key: one for one in selected.clusters}
    rows = [
        (piece.outcome.cluster, piece.outcome.reach.value, *row)
        for piece in result.pieces
        for row in _rows(piece, clusters[piece.outcome.resource_id.strip("/").lower()], identity)
    ]
    columns = ("cluster", "cluster_state", "assigned", "kind", "database", "what")
    return fixed_frame(dict.fromkeys(columns, TEXT), rows)


def _rows(
    piece: Piece, cluster: FleetCluster, identity: ManagedIdentity
) -> Iterator[tuple[str | None, ...]]:
    assigned = _assigned(cluster, identity)
    if piece.frame is None:
        if _reads_key(cluster, identity):
            yield (assigned, KEY, "", "")
        yield (assigned, None, None, None)
        return
    found = list(piece.frame[["kind", "database", "name"]].itertuples(index=False, name=None))
    for row in found:
        yield (assigned, *map(str, row))
    if not piece.outcome.is_reached:
        yield (assigned, None, None, None)
    elif not found and assigned != NO:
        yield (assigned, "", "", "")


def _assigned(cluster: FleetCluster, identity: ManagedIdentity) -> str:
    if identity.is_system:
        return YES if cluster.system_object_id else NO
    if cluster.identities is None:
        return UNKNOWN
    return YES if any(_is_same(one, identity) for one in cluster.identities) else NO


def _is_same(one: FleetIdentity, identity: ManagedIdentity) -> bool:
    """Tell whether a cluster lists an identity, by any of its IDs: Azure need not tell them all."""
    ids = {one.key, one.object_id, one.client_id} - {""}
    wanted = (identity.resource_id.strip("/"), identity.object_id, identity.client_id)
    return not ids.isdisjoint(each.lower() for each in wanted)


def _reads_key(cluster: FleetCluster, identity: ManagedIdentity) -> bool:
    wanted = identity.resource_id.strip("/").lower()
    return bool(wanted) and cluster.key_identity.strip("/").lower() == wanted
