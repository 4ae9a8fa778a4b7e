"""What is no full cluster: Fabric eventhouses, Synapse Data Explorer pools, free clusters.

Source: *Managed identity policy*, *Create a free Azure Data Explorer cluster* (Azure Data Explorer
docs); *Eventhouse overview* (Microsoft Fabric docs).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import NotInThisEdition
from adxmi_jupyter.fixes import Connect, Explain
from adxmi_jupyter.model.cluster_host import Edition, cluster_host

if TYPE_CHECKING:
    from adxmi_jupyter.service.address import ClusterAddress


def edition_of(address: ClusterAddress) -> Edition | None:
    """Return what it is where its host tells that it is no full cluster."""
    return cluster_host(address.host).edition


def note_of(address: ClusterAddress, edition: Edition) -> str:
    """Return what is there and what is not, for who connects to it."""
    there = f" There are: {edition.has}." if edition.has else ""
    return f"{address.host} is {edition}: {edition.lacks}.{there}"


def not_in_edition(address: ClusterAddress, edition: Edition, lacks: str) -> NotInThisEdition:
    """Return the error for what is not there, such as managed identities or their policy."""
    elsewhere = Explain.of(Connect("CLUSTER"), " to a cluster of Azure Data Explorer")
    as_caller = Explain.of("authenticate as the caller (;impersonate), or ", elsewhere)
    return NotInThisEdition(
        f"{address.host} {lacks}",
        why=f"it is {edition}: {edition.lacks}",
        fix=as_caller if edition is Edition.FABRIC else elsewhere,
    )
