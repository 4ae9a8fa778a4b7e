"""Write a policy file as Terraform: assignments of roles, scripts, the identities of the cluster.

Scripts follow one another: a cluster runs one at a time.

Source: *azurerm_kusto_cluster*, *azurerm_kusto_database_principal_assignment*,
*azurerm_kusto_script* (Terraform registry).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.foreign_files.azure_words import (
    TYPES,
    digest,
    name_for,
    name_of_cluster,
    resource_group_of,
    role_word,
)
from adxmi_jupyter.model.foreign_files.exporting import Abilities, outgoing
from adxmi_jupyter.model.foreign_files.hcl_text import hcl_string, hcl_text
from adxmi_jupyter.model.foreign_files.identities import Identities
from adxmi_jupyter.model.foreign_files.kql_writing import ResourceWriter
from adxmi_jupyter.model.foreign_files.values import (
    Finding,
    Kind,
    Reason,
    TextFile,
    Writing,
    comment_line,
    commented,
)
from adxmi_jupyter.model.policy_file.nodes import Mode

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.exporting import Holder, Outgoing, PolicyPart, RolePart
    from adxmi_jupyter.model.foreign_files.values import Hub
    from adxmi_jupyter.model.identity import ManagedIdentity

_NAME = "main.tf"
_CAN = Abilities(
    roles=frozenset((Mode.ADDITIVE,)),
    cluster_roles=True,
    assigned=True,
    protects_roles=True,
    microsoft_accounts=False,
)
_GROUP, _TENANT = "resource_group_name", "tenant_id"
_CLUSTER_ID, _DATABASE_ID = "cluster_id", "database_id"
_OF_CLUSTER = ("location", "sku_name")


def written(hub: Hub, known: Sequence[ManagedIdentity], read: Sequence[Finding]) -> Writing:
    """Return the file for a hub, with all findings in its head."""
    found = outgoing(hub, Identities.in_hub(hub, known), _CAN)
    writer = _Writer(hub, found)
    blocks = list(writer.parts())
    findings = (*found.findings, *writer.required())
    variables = [f"variable {hcl_string(name)} {{\n  type = string\n}}" for name in writer.asked]
    head = commented("#", (*read, *findings))
    parts = [*(["\n".join(head)] if head else []), *variables, *blocks]
    return Writing((TextFile(_NAME, "\n\n".join(parts) + "\n"),), findings)


class _Writer(ResourceWriter[str]):
    """Writes the blocks; `asked` are variables for what the file does not tell."""

    def __init__(self, hub: Hub, found: Outgoing) -> None:
        self.found = found
        cluster = hub.content.clusters[hub.cluster]
        self._resource_id = cluster.resource_id or ""
        self._name = hcl_string(name_of_cluster(cluster.uri, self._resource_id))
        self._group_name = resource_group_of(self._resource_id)
        self.asked: dict[str, None] = {}
        self._before = ""

    def required(self) -> Iterator[Finding]:
        """Yield a finding for each variable."""
        for name in self.asked:
            yield Finding(Kind.UNRESOLVED, Reason.REQUIRED, f"var.{name}")

    def _variable(self, name: str) -> str:
        self.asked[name] = None
        return f"var.{name}"

    @property
    def _group(self) -> str:
        return hcl_string(self._group_name) if self._group_name else self._variable(_GROUP)

    def _cluster(self, assigned: Sequence[ManagedIdentity]) -> str:
        users = [one.resource_id for one in assigned if not one.is_system]
        kinds = [
            *(["SystemAssigned"] if any(one.is_system for one in assigned) else []),
            *(["UserAssigned"] if users else []),
        ]
        lines = [
            'resource "azurerm_kusto_cluster" "this" {',
            f"  name                = {self._name}",
            f"  {_GROUP} = {self._group}",
            f"  location            = {self._variable(_OF_CLUSTER[0])}",
            "  sku {",
            f"    name = {self._variable(_OF_CLUSTER[1])}",
            "  }",
        ]
        if kinds:
            lines += ["  identity {", f"    type = {hcl_string(', '.join(kinds))}"]
            lines += [f"    identity_ids = [{', '.join(map(hcl_string, users))}]"] if users else []
            lines.append("  }")
        return "\n".join([*lines, "}"])

    def _assignment(self, role: RolePart, one: Holder) -> str:
        reference = one.reference
        name = name_for(role.database, role.role, reference)
        on_cluster = isinstance(role.role, ClusterRole)
        kind = "cluster" if on_cluster else "database"
        tenant = hcl_string(reference.tenant) if reference.tenant else self._variable(_TENANT)
        values = {
            "name": hcl_string(name),
            _GROUP: self._group,
            "cluster_name": self._name,
            **({} if on_cluster else {"database_name": hcl_string(role.database)}),
            _TENANT: tenant,
            "principal_id": hcl_string(reference.identifier),
            "principal_type": hcl_string(TYPES[reference.kind]),
            "role": hcl_string(role_word(role.role, is_template=False)),
        }
        lifecycle = ["  lifecycle {", "    prevent_destroy = true", "  }"] if one.protect else []
        lines = [
            *([comment_line("#", one.why)] if one.why else []),
            f'resource "azurerm_kusto_{kind}_principal_assignment" {hcl_string(f"r-{name}")} {{',
            *(f"  {key:19} = {value}" for key, value in values.items()),
            *lifecycle,
            "}",
        ]
        return "\n".join(lines)

    def _policy(self, part: PolicyPart, command: str) -> str:
        notes = [comment_line("//", why) for why in part.notes.values() if why]
        return self._script(f"policy-{part.database}", part.database, "\n".join([*notes, command]))

    def _script(self, name: str, database: str, text: str) -> str:
        """Return a script; one about the cluster is kept with any of the databases."""
        label = f"adxmi-{digest(name)}"
        with_database = database or next(iter(self.found.databases), "")
        held_by = hcl_string(f"{self._resource_id}/databases/{with_database}")
        if not with_database:
            held_by = self._variable(_DATABASE_ID)
        elif not self._resource_id:
            held_by = f'"${{{self._variable(_CLUSTER_ID)}}}{held_by[1:]}'
        after = f"azurerm_kusto_script.{self._before}"
        lines = [
            f'resource "azurerm_kusto_script" {hcl_string(label)} {{',
            f"  name           = {hcl_string(label)}",
            f"  {_DATABASE_ID}    = {held_by}",
            *([] if database else ['  script_level   = "Cluster"']),
            f"  script_content = {hcl_text(text + chr(10))}",
            *([f"  depends_on     = [{after}]"] if self._before else []),
            "}",
        ]
        self._before = label
        return "\n".join(lines)
