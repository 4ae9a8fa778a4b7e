"""Read resources of Terraform, wherever they come from: files, a state or a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.model.foreign_files.azure_words import address_of, principal_of, role_of
from adxmi_jupyter.model.foreign_files.kql_script import read_script
from adxmi_jupyter.model.foreign_files.parts import Expression
from adxmi_jupyter.model.foreign_files.values import Kind, Reason, excerpt
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.gathering import Gathering
    from adxmi_jupyter.model.foreign_files.parts import Part
    from adxmi_jupyter.model.foreign_files.values import Where

_IDENTITY = "azurerm_user_assigned_identity"
_CONNECTION = "_data_connection"
_RELATED = ("azurerm_kusto_", "adx_", "azurerm_role_assignment")
_IDENTITY_OF_CONNECTION = ("identity_id", "managed_identity_id")
_TYPE = "microsoft.kusto/"
_DATABASES, _CLUSTERS = "/databases/", "/clusters/"
_CLUSTER = "azurerm_kusto_cluster"
_SAYS_NOTHING = ("name", "resource_group_name", "depends_on", "provider", "timeouts", "id")
_OF_IDENTITY = ("location", "tags", "tenant_id", "isolation_scope")
_COMPUTED = ("uri", "data_ingestion_uri", "principal_name", "tenant_name")
"""What a resource has for Terraform only, and what Azure tells in a state."""


@dataclass(frozen=True)
class Resource:
    """A resource, or a data source, by its type and address; `at` is where it begins."""

    kind: str
    address: str
    values: Part
    is_data: bool = False
    at: Where | None = None

    @property
    def where(self) -> Where:
        """Where it stands."""
        return self.at or self.values.where


class Resources:
    """Reads resources: identities first, since others are named by them."""

    def __init__(self, resources: Sequence[Resource], into: Gathering) -> None:
        self._resources, self._into = resources, into

    def read(self) -> None:
        """Note what all of them say."""
        for one in self._resources:
            if one.kind == _IDENTITY:
                self._identity(one)
        for one in sorted(self._resources, key=lambda one: one.is_data):
            if one.kind == _CLUSTER and self._name_of(one):
                self._into.is_described(self._name_of(one))
        for one in self._resources:
            cluster = self._cluster_of(one)
            if self._into.is_described(cluster):
                self._read(one)
            elif not one.is_data:
                self._into.other_cluster(one.address, cluster, one.where)

    def _read(self, one: Resource) -> None:
        match one.kind:
            case "azurerm_user_assigned_identity":
                return
            case "azurerm_kusto_cluster":
                self._cluster(one)
            case _ if one.is_data:
                return
            case "azurerm_kusto_cluster_principal_assignment":
                self._assignment(one, on_cluster=True)
            case "azurerm_kusto_database_principal_assignment":
                self._assignment(one, on_cluster=False)
            case "azurerm_kusto_script":
                self._script(one)
            case _ if one.kind.endswith(_CONNECTION):
                self._connection(one)
            case _ if one.kind.startswith(_RELATED) or self._is_of_kusto(one):
                self._into.not_converted(Reason.OTHER, one.address, "", one.where)
            case _:
                self._into.other_resource(one.kind, one.where)

    @staticmethod
    def _name_of(one: Resource) -> str:
        name = one.values.get("name").value
        return name if isinstance(name, str) else ""

    def _cluster_of(self, one: Resource) -> str:
        """Return the name of a resource's cluster; empty for what is of none, or not literal."""
        if one.kind == _CLUSTER:
            return self._name_of(one)
        if not one.kind.startswith("azurerm_kusto_"):
            return ""
        database_id = one.values.get("database_id").value
        if isinstance(database_id, str) and _CLUSTERS in database_id:
            return database_id.split(_CLUSTERS, 1)[1].split("/", 1)[0]
        name = one.values.get("cluster_name").value
        if isinstance(name, str):
            return name
        address = str(name).removesuffix(".name")
        clusters = (each for each in self._resources if each.kind == _CLUSTER)
        return next((self._name_of(each) for each in clusters if each.address == address), "")

    @staticmethod
    def _is_of_kusto(one: Resource) -> bool:
        """Tell whether it is a resource of Azure by its own type, such as those of azapi."""
        kind = one.values.get("type").value
        return isinstance(kind, str) and kind.lower().startswith(_TYPE)

    def _is_counted(self, one: Resource) -> bool:
        """Tell whether a resource is there as it stands; note what decides on that else."""
        for name in ("count", "for_each"):
            decides = one.values.get(name)
            if isinstance(decides.value, (Expression, dict | list)):
                self._into.unresolved(f"{one.address}.{name}", _shown(decides), decides.where)
                return False
            if decides.value == 0 and decides.value is not None:
                return False
        return True

    def _literal(self, one: Resource, name: str) -> str | None:
        """Return a text of a resource, empty for none; None for an expression, which is noted."""
        part = one.values.get(name)
        if isinstance(part.value, Expression):
            self._into.unresolved(f"{one.address}.{name}", _shown(part), part.where)
            return None
        return part.text()

    def _identity(self, one: Resource) -> None:
        texts = [one.values.get(name) for name in ("principal_id", "name", "client_id", "id")]
        found = [part.value if isinstance(part.value, str) else "" for part in texts]
        if any((found[0], found[2], found[3])):  # files of HCL have the name only
            object_id, name, client_id, resource_id = found
            self._into.identity(
                ManagedIdentity(object_id, name, client_id, resource_id=resource_id)
            )
            self._into.unused(one.address, one.values, *_SAYS_NOTHING, *_OF_IDENTITY)
        elif not one.is_data:
            self._into.not_converted(Reason.OTHER, one.address, excerpt(found[1]), one.where)

    def _cluster(self, one: Resource) -> None:
        if not self._is_counted(one):
            return
        name = self._literal(one, "name")
        if name:
            known = {key: one.values.get(key).value for key in ("uri", "id", "location")}
            texts = {key: value if isinstance(value, str) else "" for key, value in known.items()}
            uri = texts["uri"] or address_of(name, texts["location"])
            self._into.cluster(name, uri, texts["id"])
        if not one.is_data:
            for block in one.values.get("identity").each():
                self._assigned(one, block)
            for block in one.values.get("dynamic").each():
                self._into.unresolved(f"{one.address}.dynamic", "", block.where)
            self._unused(one)

    def _unused(self, one: Resource) -> None:
        for block in one.values.get("identity").each():
            for computed in ("principal_id", "tenant_id"):
                block.get(computed)
        self._into.unused(one.address, one.values, *_SAYS_NOTHING, *_COMPUTED)

    def _assigned(self, one: Resource, block: Part) -> None:
        kind, listed = block.get("type"), block.get("identity_ids")
        is_open = [part for part in (kind, listed) if isinstance(part.value, Expression)]
        ids = [] if listed in is_open else list(listed.each())
        is_open += [part for part in ids if isinstance(part.value, Expression)]
        for part in is_open:
            steps = (step for step in part.path if isinstance(step, str))
            self._into.unresolved(".".join((one.address, *steps)), _shown(part), part.where)
        words = "" if kind in is_open else kind.text().replace(" ", "").lower()
        system = [SYSTEM] if "systemassigned" in words else []
        users = [part.text() for part in ids if part not in is_open]
        self._into.assign([*system, *users], block.where, is_whole=not is_open)

    def _assignment(self, one: Resource, *, on_cluster: bool) -> None:
        if not self._is_counted(one):
            return
        names = ("role", "principal_type", "principal_id")
        found = [self._literal(one, name) for name in names]
        database = "" if on_cluster else self._literal(one, "database_name")
        tenant = self._literal(one, "tenant_id")
        if database is None or None in found:
            return
        word, kind, identifier = (text or "" for text in found)
        if not identifier:  # in a plan, what is known after apply only is left out
            name = f"{one.address}.principal_id"
            self._into.find(Kind.UNRESOLVED, Reason.REQUIRED, name, where=one.where)
            return
        role = role_of(word, on_cluster=on_cluster)
        principal = principal_of(kind, identifier, tenant or "")
        if role is None or principal is None:
            item = excerpt(f"{word} {kind}")
            self._into.not_converted(Reason.UNREADABLE, one.address, item, one.where)
            return
        if not on_cluster:
            database = self._into.database(database, one.where)
        self._into.role(database, role, one.where, replaces=False)
        protected = any(
            block.get("prevent_destroy").value is True
            for block in one.values.get("lifecycle").each()
        )
        more = {"protect": True} if protected else {}
        self._into.member(database, role, str(principal), one.where, **more)
        self._unused(one)

    def _script(self, one: Resource) -> None:
        if not self._is_counted(one):
            return
        content = one.values.get("script_content")
        text = self._literal(one, "script_content")
        if text is None:
            return
        if not text:
            self._into.not_converted(Reason.OTHER, f"{one.address}.url", "", one.where)
            return
        database_id = one.values.get("database_id").value
        database = database_id.rsplit(_DATABASES, 1)[-1] if isinstance(database_id, str) else ""
        read_script(text, lambda _: content.where, self._into, database=database)
        self._unused(one)

    def _connection(self, one: Resource) -> None:
        for item in self._identities_of(one):
            self._into.not_converted(Reason.WORKFLOW, one.address, item, one.where)

    def _identities_of(self, one: Resource) -> Iterator[str]:
        found = [one.values.get(name) for name in _IDENTITY_OF_CONNECTION]
        named = [_shown(part) for part in found if part.value]
        yield f"{named[0]} {Usage.DATA_CONNECTION}" if named else ""


def _shown(part: Part) -> str:
    return excerpt(str(part.value))
