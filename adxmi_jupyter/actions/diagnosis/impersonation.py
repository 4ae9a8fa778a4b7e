"""Denials of a target that is reached as whoever sends the request, by ``;impersonate``.

Source: *Storage connection strings* (Azure Data Explorer docs); *Azure Storage firewall rules*
(Azure Storage docs): a cluster's managed identity passes as a trusted service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import target_facts
from adxmi_jupyter.actions.check.cluster_facts import Facts
from adxmi_jupyter.actions.check.findings import Observation, State, finding
from adxmi_jupyter.actions.diagnosis.requirements import writes
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import AzCommand
from adxmi_jupyter.model.azure_role import READS_BLOBS, STORAGE_ACCOUNT, WRITES_BLOBS, Target
from adxmi_jupyter.model.connection_string import AzureStorage
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.identity import is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.diagnosis.mentioned import Mentioned
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.azure_role import AzureRole
    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.service.connection import Connection

_SAYS = (
    "the connection string says ;impersonate: the caller signs in to the target, and no "
    "managed identity or policy is used"
)
_FIREWALL = (
    "a storage firewall lets a managed identity of the cluster in as a trusted service, but "
    "no impersonated caller"
)


def impersonated(connection: Connection, denial: Denial, mentioned: Mentioned) -> Finding:
    """Return what a caller needs who reaches a target as itself."""
    principal = next(iter(mentioned.principals), None)
    who = str(principal) if principal else "the caller"
    place = next((one for one in denial.names.places if isinstance(one, AzureStorage)), None)
    if place is None:
        host = next((one.host for one in denial.names.places), denial.code)
        told = f"{_SAYS}; it needs the permission to read or write there"
        return finding(Observation(Key.TARGET, principal=who, place=host), State.UNKNOWN, told)
    role = (WRITES_BLOBS if writes(denial) else READS_BLOBS)[0]
    target = Target(
        STORAGE_ACCOUNT, place.account, inside=f"blobServices/default/containers/{place.container}"
    )
    about = Observation(Key.AZURE_ROLE, principal=who, role=role.role_name, place=str(target))
    told = f"{_SAYS}; it needs {role.role_name}, in Azure; {_FIREWALL}"
    identifier = principal.identifier if principal else ""
    assignee = identifier if is_guid(identifier) or "@" in identifier else "OBJECT-ID"
    return finding(about, State.UNKNOWN, told, _grant(connection, assignee, role, target))


def _grant(connection: Connection, assignee: str, role: AzureRole, target: Target) -> Fix:
    facts = Facts(connection, quiet=True)
    asked = target_facts.resources([target])
    facts.gather(asked)
    try:
        scope = target_facts.Places(facts, asked).scope(target)
    except AdxmiError:
        scope = ""
    words = ("az", "role", "assignment", "create", "--role", role.role_name)
    return AzCommand((*words, "--assignee", assignee, "--scope", scope or "RESOURCE-ID"))
