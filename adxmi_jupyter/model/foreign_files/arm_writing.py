"""Write a policy file as a template: assignments of roles, scripts, the identities of the cluster.

A cluster takes one change at a time, so each resource depends on the one before.

Source: REST reference of Microsoft.Kusto (clusters, principalAssignments, scripts).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.foreign_files.arm_expressions import literal
from adxmi_jupyter.model.foreign_files.azure_words import (
    TYPES,
    digest,
    name_for,
    name_of_cluster,
    role_word,
)
from adxmi_jupyter.model.foreign_files.exporting import Abilities, outgoing
from adxmi_jupyter.model.foreign_files.identities import Identities
from adxmi_jupyter.model.foreign_files.kql_writing import ResourceWriter
from adxmi_jupyter.model.foreign_files.values import Finding, Kind, Reason, TextFile, Writing
from adxmi_jupyter.model.policy_file.nodes import Mode

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.exporting import Holder, Outgoing, RolePart
    from adxmi_jupyter.model.foreign_files.values import Hub
    from adxmi_jupyter.model.identity import ManagedIdentity

_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_API = "2024-04-13"
_TYPE = "Microsoft.Kusto/clusters"
_NAME = "template.json"
_CAN = Abilities(
    roles=frozenset((Mode.ADDITIVE,)),
    cluster_roles=True,
    assigned=True,
    no_assigned=True,
    microsoft_accounts=False,
    comments=False,
)


def written(hub: Hub, known: Sequence[ManagedIdentity]) -> Writing:
    """Return the template for a hub."""
    found = outgoing(hub, Identities.in_hub(hub, known), _CAN)
    writer = _Writer(hub, found)
    resources = list(writer.parts())
    template = {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"type": "string"} for name in writer.asked},
        "resources": resources,
    }
    text = json.dumps(template, indent=2, ensure_ascii=False) + "\n"
    asked = (
        Finding(Kind.UNRESOLVED, Reason.REQUIRED, f"parameters/{name}") for name in writer.asked
    )
    return Writing((TextFile(_NAME, text),), (*found.findings, *asked))


class _Writer(ResourceWriter[dict[str, Any]]):
    """Writes the resources; `asked` are parameters for what the file does not tell."""

    def __init__(self, hub: Hub, found: Outgoing) -> None:
        self.found = found
        cluster = hub.content.clusters[hub.cluster]
        self._name = name_of_cluster(cluster.uri, cluster.resource_id or "")
        self.asked: dict[str, None] = {}
        self._before = ""

    def _parameter(self, name: str) -> str:
        self.asked[name] = None
        return f"[parameters('{name}')]"

    def _cluster(self, assigned: Sequence[ManagedIdentity]) -> dict[str, Any]:
        users: dict[str, dict[str, str]] = {
            literal(one.resource_id): {} for one in assigned if not one.is_system
        }
        kinds = [
            *(["SystemAssigned"] if any(one.is_system for one in assigned) else []),
            *(["UserAssigned"] if users else []),
        ]
        identity: dict[str, Any] = {"type": ", ".join(kinds) or "None"}
        if users:
            identity["userAssignedIdentities"] = users
        sku = {name: self._parameter(f"sku{name.title()}") for name in ("name", "tier")}
        self._before = self._id(_TYPE, [self._name])
        return {
            "type": _TYPE,
            "apiVersion": _API,
            "name": literal(self._name),
            "location": self._parameter("location"),
            "sku": sku,
            "identity": identity,
        }

    def _assignment(self, role: RolePart, one: Holder) -> dict[str, Any]:
        reference = one.reference
        properties = {
            "principalId": literal(reference.identifier),
            "principalType": TYPES[reference.kind],
            "role": role_word(role.role, is_template=True),
            **({"tenantId": literal(reference.tenant)} if reference.tenant else {}),
        }
        name = name_for(role.database, role.role, reference)
        holder = "" if isinstance(role.role, ClusterRole) else "databases/"
        return self._resource(
            f"{_TYPE}/{holder}principalAssignments", role.database, name, properties
        )

    def _script(self, name: str, database: str, text: str) -> dict[str, Any]:
        """Return a script; one about the cluster is kept with any of the databases."""
        properties = {
            "scriptContent": literal(text),
            **({} if database else {"scriptLevel": "Cluster"}),
        }
        with_database = database or next(iter(self.found.databases), "")
        label = f"adxmi-{digest(name)}"
        return self._resource(f"{_TYPE}/databases/scripts", with_database, label, properties)

    def _resource(
        self, kind: str, database: str, name: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        names = [self._name, *([database] if database else []), name]
        written_name = "/".join(names)
        if "/databases/" in kind and not database:
            names.insert(1, self._parameter("databaseName"))
            words = (f"'{_quoted(self._name)}/'", "parameters('databaseName')", f"'/{name}'")
            written_name = f"[concat({', '.join(words)})]"
        else:
            written_name = literal(written_name)
        before, self._before = self._before, self._id(kind, names)
        return {
            "type": kind,
            "apiVersion": _API,
            "name": written_name,
            **({"dependsOn": [before]} if before else {}),
            "properties": properties,
        }

    @staticmethod
    def _id(kind: str, names: Sequence[str]) -> str:
        """Return the expression for the ID of a resource."""
        words = [
            one[1:-1] if one.startswith("[parameters(") else f"'{_quoted(one)}'" for one in names
        ]
        return f"[resourceId('{kind}', {', '.join(words)})]"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
