"""What identities may do in Azure, beside what their workflows need there.

Source: *Azure built-in roles* (Azure RBAC docs).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import AzCommand, Explain
from adxmi_jupyter.model.audit.cluster import same
from adxmi_jupyter.model.audit.evidence import Reason, Source, Unseen
from adxmi_jupyter.model.audit.findings import About
from adxmi_jupyter.model.audit.fixing import then
from adxmi_jupyter.model.audit.grading import allowed_anywhere
from adxmi_jupyter.model.azure_role import (
    EVENT_HUBS_NAMESPACE,
    STORAGE_ACCOUNT,
    AzureRole,
    name_of,
)
from adxmi_jupyter.model.declaration.requirements import GrantedInAzure
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.audit.cluster import AuditedCluster, HeldAzureRole
    from adxmi_jupyter.model.audit.findings import Verdict
    from adxmi_jupyter.model.azure_role import Target
    from adxmi_jupyter.model.identity import ManagedIdentity

_MANAGING = (AzureRole.OWNER, AzureRole.CONTRIBUTOR)
_READING = {
    Usage.NATIVE_INGESTION,
    Usage.EXTERNAL_DATA_REQUEST,
    Usage.SANDBOX_ARTIFACTS,
    Usage.ALL,
}
_WRITING = {Usage.EXPORT_REQUEST, Usage.ALL}
_WRITES = (AzureRole.BLOB_CONTRIBUTOR, AzureRole.BLOB_OWNER)
_DIVIDED = {STORAGE_ACCOUNT.lower(), EVENT_HUBS_NAMESPACE.lower()}
_SCOPE = re.compile(
    r"/subscriptions/[^/]+(?:/resourcegroups/[^/]+(?:/providers/(?P<type>[^/]+/[^/]+)"
    r"/(?P<name>[^/]+)(?:/(?P<inside>.+))?)?)?/?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Place:
    """What a role covers: of a resource its type and name, and what is inside of it."""

    scope: str
    resource_type: str = ""
    name: str = ""
    inside: str = ""

    @classmethod
    def of(cls, scope: str) -> Place:
        """Return the place of a scope; one that is no resource has no type."""
        found = _SCOPE.fullmatch(scope)
        parts = (found[each] or "" for each in ("type", "name", "inside")) if found else ()
        return cls(scope, *parts)

    def __str__(self) -> str:
        if not self.name:
            kind = "resource group" if "/resourcegroups/" in self.scope.lower() else "subscription"
            return f"{kind} {self.scope.rstrip('/').rsplit('/', 1)[-1]}"
        return "/".join(filter(None, (self.name, self.inside.rsplit("/", 1)[-1])))

    def covers(self, target: Target) -> bool:
        """Tell whether a target is in it, as far as it is known where that is."""
        if target.resource_id:
            inside = f"/{target.inside}" if target.inside else ""
            whole = f"{target.resource_id}{inside}/".lower()
            return whole.startswith(f"{self.scope.rstrip('/')}/".lower())
        if not self.resource_type:
            return True  # the group or subscription may be the target's
        is_same = (self.resource_type.lower(), self.name.lower()) == (
            target.resource_type.lower(),
            target.name.lower(),
        )
        return is_same and f"{target.inside}/".lower().startswith(
            f"{self.inside}/".lower() if self.inside else ""
        )


def judged_roles(cluster: AuditedCluster) -> Iterator[tuple[ManagedIdentity, HeldAzureRole]]:
    """Yield the roles of identities that permit something beside looking at resources."""
    for role in cluster.azure_roles.known:
        identity = next((i for i in cluster.known if i.object_id.lower() == role.object_id), None)
        known = next((one for one in AzureRole if one.definition_id == role.definition_id), None)
        if identity is not None and known is not None and known is not AzureRole.READER:
            yield identity, role


def access_verdict(
    cluster: AuditedCluster, identity: ManagedIdentity, held: HeldAzureRole
) -> Verdict:
    """Return whether a role is as small as it can be."""
    role = next(one for one in AzureRole if one.definition_id == held.definition_id)
    place = Place.of(held.scope)
    about = About(identity=identity, subject=f"{name_of(held.definition_id)} on {place}")
    needs = [one for one in _needs(cluster, identity) if place.covers(one.target)]
    least = tuple(dict.fromkeys(one.roles[0] for one in needs))
    fix = _fix(identity, held, needs)
    if role in _MANAGING and role not in least:
        return about.found(f"manages the resource; {_needed(needs)}", fix=fix)
    if not place.resource_type:
        return about.found(f"covers more than one resource; {_needed(needs)}", fix=fix)
    blind = tuple(_blind(cluster, identity, role, place))
    problem = _problem(role, place, needs)
    if not problem:
        return about.passed(_needed(needs))
    if blind:
        return about.untold(*blind)
    return about.found(f"{problem}; {_needed(needs)}", fix=fix)


def _problem(role: AzureRole, place: Place, needs: list[GrantedInAzure]) -> str:
    if not needs:
        return "no workflow needs it"
    if role not in {one.roles[0] for one in needs}:
        return "permits more than reading" if role in _WRITES else "permits more than is needed"
    is_account = not place.inside and place.resource_type.lower() in _DIVIDED
    if is_account and all(one.target.inside for one in needs):
        return "covers the whole account" if _is_storage(place) else "covers the whole namespace"
    return ""


def _is_storage(place: Place) -> bool:
    return place.resource_type.lower() == STORAGE_ACCOUNT.lower()


def _needs(cluster: AuditedCluster, identity: ManagedIdentity) -> Iterator[GrantedInAzure]:
    for workflow in cluster.workflows:
        for one, _ in workflow.requirements:
            if isinstance(one, GrantedInAzure) and same(one.identity, identity):
                yield one


def _needed(needs: list[GrantedInAzure]) -> str:
    told = dict.fromkeys(f"{one.roles[0].role_name} on {one.target}" for one in needs)
    return f"workflows need: {', '.join(told) or 'nothing there'}"


def _blind(
    cluster: AuditedCluster, identity: ManagedIdentity, role: AzureRole, place: Place
) -> Iterator[Unseen]:
    """Yield why a role may be needed that no visible workflow needs."""
    allowed = allowed_anywhere(cluster, identity)
    kept = sorted(allowed & {str(one) for one in (_WRITING if role in _WRITES else _READING)})
    if kept and _is_storage(place):
        yield Unseen(Source.POLICIES, Reason.KEPT, detail=", ".join(kept))
    if not cluster.is_whole:
        yield Unseen(Source.OBJECTS, Reason.PART)
    yield from (one for every in cluster.unread.values() for one in every)
    for one in cluster.workflows:
        if one.is_untold:
            yield Unseen(Source.OBJECTS, Reason.UNTOLD, where=one.label)


def _fix(identity: ManagedIdentity, held: HeldAzureRole, needs: list[GrantedInAzure]) -> Fix:
    who = ("--assignee-object-id", identity.object_id)
    kind = ("--assignee-principal-type", "ServicePrincipal")
    smaller = dict.fromkeys(
        (one.roles[0].role_name, scope)
        for one in needs
        for scope in [_scope_of(one.target, held.scope)]
        if scope and (one.roles[0].definition_id, scope.lower()) != (
            held.definition_id, held.scope.lower().rstrip("/"),
        )
    )  # fmt: skip
    made = [
        AzCommand.of("az", "role", "assignment", "create", "--role", name, *who, *kind,
                     "--scope", scope)
        for name, scope in smaller
    ]  # fmt: skip
    gone = AzCommand.of("az", "role", "assignment", "delete", "--ids", held.assignment_id)
    if needs and not made:
        return Explain.of("# assign the smaller role on the target first\n", gone)
    return then(*made, gone)


def _scope_of(target: Target, held: str) -> str:
    """Return the scope of a target: its own, or below the account that the role is on."""
    if target.resource_id:
        return "/".join(filter(None, (target.resource_id, target.inside)))
    place = Place.of(held)
    if not place.resource_type:
        return ""
    account = held[: len(held) - len(place.inside)].rstrip("/") if place.inside else held
    return "/".join(filter(None, (account.rstrip("/"), target.inside)))
