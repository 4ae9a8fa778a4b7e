"""Read the resources of ARM templates, those of nested deployments and of Bicep's modules included.

Source: *Understand the structure and syntax of ARM templates*, *Use linked and nested templates*
(Azure docs); REST reference of Microsoft.Kusto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.model.callout import TYPES, CalloutRule
from adxmi_jupyter.model.foreign_files import secrets
from adxmi_jupyter.model.foreign_files.arm_expressions import HOLE, Scope, is_expression
from adxmi_jupyter.model.foreign_files.azure_words import address_of, principal_of, role_of
from adxmi_jupyter.model.foreign_files.kql_script import read_script
from adxmi_jupyter.model.foreign_files.parts import Expression
from adxmi_jupyter.model.foreign_files.values import Reason, excerpt
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.gathering import Gathering
    from adxmi_jupyter.model.foreign_files.parts import Part

_KUSTO = "microsoft.kusto/clusters"
_DEPLOYMENT = "microsoft.resources/deployments"
_ROLE_ASSIGNMENT = "microsoft.authorization/roleassignments"
_SECURE = ("securestring", "secureobject")
_SCRIPTS = ("scriptContent",)
_SAYS_NOTHING = ("apiversion", "dependson", "comments", "metadata", "scope")
"""What a resource has for the deployment only."""


@dataclass(frozen=True)
class _Resource:
    """A resource with its full type in lower case and its full name."""

    kind: str
    name: str
    part: Part
    scope: Scope

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what holds it, and its own."""
        return tuple(self.name.split("/"))

    @property
    def database(self) -> str:
        """The database that holds it; empty if its name is not literal."""
        name = "/".join(self.names[1:-1])
        return "" if HOLE in name else name

    @property
    def cluster(self) -> str:
        """The cluster that holds it, or that it is; empty if its name is not literal."""
        is_literal = self.kind.startswith(_KUSTO) and HOLE not in self.names[0]
        return self.names[0] if is_literal and not self.part.get("existing").value else ""

    @property
    def shown(self) -> str:
        """What findings call it."""
        kind = self.kind.removeprefix(_KUSTO).strip("/") or "clusters"
        return excerpt(f"{kind} {self.name.replace(HOLE, '…')}")

    @property
    def properties(self) -> Part:
        """Its properties."""
        return self.part.get("properties")

    def value(self, part: Part) -> Any:
        """Return what a part of it says."""
        return self.scope.value(part.value)


def read_template(template: Part, into: Gathering, given: Mapping[str, Any] | None = None) -> None:
    """Read a template; `given` are its parameters, by their names in lower case.

    Raises
    ------
    InvalidForeignFile
        Something in it is of the wrong kind.
    LiteralSecret
        There is a literal secret.

    """
    template.check_secrets(scripts=_SCRIPTS, is_expression=is_expression)
    parameters: dict[str, Any] = {}
    for name, one in template.get("parameters").items():
        default = one.get("defaultValue")
        is_secret = one.get("type").text().lower() in _SECURE
        if is_secret and default.value and not is_expression(default.value):
            raise secrets.found(name, default.where)
        if default.value is not None:
            parameters[name.lower()] = default.value
    for name, one in template.get("outputs").items():
        into.not_converted(Reason.OTHER, f"outputs.{name}", "", one.where)
    variables = {name.lower(): one.value for name, one in template.get("variables").items()}
    scope = Scope({**parameters, **(given or {})}, variables)
    found = list(_resources(template.get("resources"), scope, into))
    for resource in sorted(found, key=lambda one: one.kind != _KUSTO):  # the cluster comes first
        if resource.cluster:
            into.is_described(resource.cluster)
    for resource in found:
        _Reader(resource, into).read()


def values_of(parameters: Part) -> dict[str, Any]:
    """Return the values of a file of parameters, by their names in lower case.

    Those that a key vault holds are not literal. Raises LiteralSecret for a literal secret.
    """
    parameters.check_secrets()
    values: dict[str, Any] = {}
    for name, one in parameters.get("parameters").items():
        value = one.get("value")
        secrets.check_value(name, value.value, value.where)
        if value.value is not None:
            values[name.lower()] = value.value
    return values


def _resources(
    listed: Part, scope: Scope, into: Gathering, parent: _Resource | None = None
) -> Iterator[_Resource]:
    """Yield resources, each before those within it; those with symbolic names are no list."""
    is_list = isinstance(listed.value, list)
    parts = listed.each() if is_list else (one for _, one in listed.items())
    for part in parts:
        found = _resource(part, scope, into, parent)
        if found is not None:
            yield found
            yield from _resources(part.get("resources"), scope, into, found)


def _resource(
    part: Part, scope: Scope, into: Gathering, parent: _Resource | None
) -> _Resource | None:
    kind = part.get("type").text().partition("@")[0].lower()
    if parent is not None and not kind.startswith("microsoft."):
        kind = f"{parent.kind}/{kind}"
    if not kind.startswith((_KUSTO, _DEPLOYMENT, _ROLE_ASSIGNMENT)):
        into.other_resource(part.get("type").text(), part.where)
        return None
    for name in ("copy", "condition"):
        decides = part.get(name)
        value = scope.value(decides.value)
        if value is False:
            return None
        if value is not None and value is not True:
            into.unresolved(f"{kind} {name}", excerpt(str(decides.value)), decides.where)
            return None
    name = scope.name(part.get("name").value)
    if parent is not None and "/" not in name:
        name = f"{parent.name}/{name}"
    return _Resource(kind, name, part, scope)


class _Reader:
    """Reads one resource."""

    def __init__(self, resource: _Resource, into: Gathering) -> None:
        self._resource, self._into = resource, into
        self._where = resource.part.where

    def read(self) -> None:
        """Note what it says."""
        if self._resource.part.get("existing").value is True:
            return
        if not self._into.is_described(self._resource.cluster):
            self._into.other_cluster(self._resource.shown, "", self._where)
            return
        match self._resource.kind.removeprefix(_KUSTO):
            case "":
                self._cluster()
            case "/principalassignments":
                self._assignment("", on_cluster=True)
            case "/databases/principalassignments":
                self._assignment(self._resource.database, on_cluster=False)
            case "/databases/scripts":
                self._script(self._resource.database)
            case "/databases/dataconnections":
                identity = self._shown("managedIdentityResourceId")
                item = f"{identity} {Usage.DATA_CONNECTION}" if identity else ""
                self._leave(Reason.WORKFLOW, item)
            case _ if self._resource.kind == _DEPLOYMENT:
                self._deployment()
            case _:
                self._leave(Reason.OTHER)

    def _leave(self, reason: Reason, item: str = "") -> None:
        self._into.not_converted(reason, self._resource.shown, item, self._where)

    def _unused(self) -> None:
        part = self._resource.part
        part.get("type"), part.get("name"), part.get("location"), part.get("resources")
        self._into.unused(self._resource.shown, part, *_SAYS_NOTHING)

    def _unresolved(self, what: str, part: Part, item: str = "") -> None:
        name = f"{self._resource.shown} {what}"
        self._into.unresolved(name, item or excerpt(str(part.value)), part.where)

    def _shown(self, name: str) -> str:
        part = self._resource.properties.get(name)
        return excerpt(str(self._resource.value(part))) if part.value else ""

    def _literal(self, part: Part) -> str | None:
        """Return a text, empty for none; None for an expression, which is noted."""
        value = self._resource.value(part)
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            self._unresolved(str(part.path[-1]), part)
            return None
        return value

    def _cluster(self) -> None:
        resource = self._resource
        location = resource.value(resource.part.get("location"))
        if HOLE in resource.name:
            self._unresolved("name", resource.part.get("name"))
        else:
            region = location if isinstance(location, str) else ""
            self._into.cluster(resource.name, address_of(resource.name, region))
        identity = resource.part.get("identity")
        if identity.value is not None:
            self._assigned(identity)
        rules = resource.properties.get("calloutPolicies")
        if isinstance(rules.value, list):
            found = [rule for one in rules.each() if (rule := self._rule(one)) is not None]
            is_whole = len(found) == len(rules.value)
            self._into.rules(found, rules.where, replaces=is_whole)
        self._unused()

    def _rule(self, part: Part) -> CalloutRule | None:
        names = ("calloutType", "calloutUriRegex", "outboundAccess")
        found = [self._literal(part.get(name)) for name in names]
        if None in found:
            return None
        kind, pattern, access = (one or "" for one in found)
        if kind.lower() not in TYPES or not pattern:
            self._leave(Reason.OTHER, excerpt(f"{kind} {pattern}"))
            return None
        return CalloutRule(kind.lower(), pattern, access.lower() != "deny")

    def _assigned(self, identity: Part) -> None:
        kind = self._literal(identity.get("type"))
        users, is_whole = [], kind is not None
        listed = identity.get("userAssignedIdentities")
        if isinstance(listed.value, str):
            is_whole = self._literal(listed) is not None and is_whole
        else:
            for name, one in listed.items():
                value = self._resource.scope.value(name)
                if isinstance(value, Expression):
                    self._unresolved("userAssignedIdentities", one, excerpt(name))
                    is_whole = False
                elif one.value is not None:  # null removes it
                    users.append(str(value))
        system = [SYSTEM] if "systemassigned" in (kind or "").replace(" ", "").lower() else []
        self._into.assign([*system, *users], identity.where, is_whole=is_whole)

    def _assignment(self, database: str, *, on_cluster: bool) -> None:
        properties = self._resource.properties
        names = ("role", "principalType", "principalId")
        found = [self._literal(properties.get(name)) for name in names]
        tenant = self._literal(properties.get("tenantId"))
        if None in found:
            return
        word, kind, identifier = (text or "" for text in found)
        role = role_of(word, on_cluster=on_cluster)
        principal = principal_of(kind, identifier, tenant or "")
        if role is None or principal is None or not identifier:
            self._leave(Reason.UNREADABLE, excerpt(f"{word} {kind}"))
            return
        if not on_cluster:
            if not database:
                self._unresolved("name", self._resource.part.get("name"))
                return
            database = self._into.database(database, self._where)
        self._into.role(database, role, self._where, replaces=False)
        self._into.member(database, role, str(principal), self._where)
        self._unused()

    def _script(self, database: str) -> None:
        content = self._resource.properties.get("scriptContent")
        text = self._literal(content)
        if text:
            read_script(text, lambda _: content.where, self._into, database=database)
            self._unused()
        elif text is not None:
            self._leave(Reason.OTHER, self._shown("scriptUrl"))

    def _deployment(self) -> None:
        template = self._resource.properties.get("template")
        if template.value is None:
            self._unresolved("templateLink", self._resource.properties.get("templateLink"))
            return
        given = {
            name.lower(): self._resource.value(one.get("value"))
            for name, one in self._resource.properties.get("parameters").items()
        }
        read_template(template, self._into, given)
