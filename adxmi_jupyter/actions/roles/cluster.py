"""Roles on every database: resources of Azure, which takes a while for each change.

All of this takes rights in Azure Resource Manager.

Source: *Manage cluster permissions* (Azure Data Explorer docs); REST reference of
Microsoft.Kusto/clusters/principalAssignments; *Track asynchronous Azure operations* (Azure Resource
Manager docs).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.identity import identities, names
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.change import GRANT, REVOKE, changed_lines, held, list_command
from adxmi_jupyter.actions.roles.scope import RoleScope, RoleWrite, still_listed
from adxmi_jupyter.actions.write.operations import ClusterChangeRequest
from adxmi_jupyter.actions.write.protocol import Comparison, Write
from adxmi_jupyter.errors import (
    AdxmiError,
    InvalidInput,
    NothingToRevoke,
    ResourceNotFound,
    UnknownIdentity,
)
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model.azure_shapes import PRINCIPAL_ASSIGNMENT
from adxmi_jupyter.model.cluster_role import (
    COLLECTION,
    ClusterRole,
    PrincipalAssignment,
    parse_principal_assignment,
    planned_assignment,
)
from adxmi_jupyter.model.identity import is_guid
from adxmi_jupyter.model.principal import PrincipalKind, differ
from adxmi_jupyter.service.resource_manager import KUSTO_VERSION

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.change import RoleChange
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.roles.scope import Grant, Waiting
    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.actions.write.protocol import Written
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.model.role import RoleAssignment, SecurityRole
    from adxmi_jupyter.service.connection import Connection
    from adxmi_jupyter.service.operation import Operation

_DELAY = "it can take minutes to take effect; until then the cluster answers HTTP 401 or 403"


@dataclass(frozen=True)
class ClusterRoles(RoleScope):
    """The roles on every database."""

    kind = "cluster role"
    admin = ClusterRole.ADMIN

    @cached_property
    def _cluster_id(self) -> str:
        return identities.cluster_id(self.connection)

    @property
    def read_command(self) -> str:
        """The request that lists them."""
        return f"GET {self._cluster_id}/{COLLECTION}"

    @property
    def without_admins(self) -> str:
        """No principal can grant the role again."""
        return f"the cluster has no {self.admin} left: its policies can no longer be changed"

    def read(self) -> tuple[PrincipalAssignment, ...]:
        """Read who holds which role.

        Raises
        ------
        ResourceNotFound, NotAuthorized, ConnectionFailure
            The caller does not see the cluster in Azure Resource Manager, or may not read it.

        """
        resources = self.connection.resource_manager.principal_assignments(self._cluster_id)
        return tuple(parse_principal_assignment(resource) for resource in resources)

    def as_sent(self, principal: ResolvedPrincipal) -> ResolvedPrincipal:
        """Return a principal as Azure wants it: with a tenant, an application by its client ID.

        Raises
        ------
        InvalidInput
            A name of an application, which Azure Resource Manager does not take.
        UnknownIdentity
            Only the object ID of an identity is known.

        """
        return _by_client_id(self.connection, principal)

    def to_grant(self, grant: Grant) -> tuple[tuple[PrincipalAssignment, ...], str]:
        """Return the assignments to make, and the requests that do; there is no description.

        Raises
        ------
        InvalidInput
            A kind of principal that Azure Resource Manager does not take.

        """
        added: list[PrincipalAssignment] = []
        for principal in grant.principals:
            planned = planned_assignment(
                self._cluster_id,
                grant.role,
                principal.reference,
                display_name="" if principal.is_literal else principal.label,
                object_id=principal.object_id,
                taken=[one.name for one in (*_of_azure(grant.before), *added)],
            )
            added.append(planned)
        return tuple(added), "\n".join(one.creation for one in added)

    def to_revoke(self, role: SecurityRole, gone: Sequence[RoleAssignment]) -> str:
        """Return the requests that remove assignments."""
        return "\n".join(one.deletion for one in held(_of_azure(gone), role, ""))

    def grant_notes(
        self,
        principal: ResolvedPrincipal,
        role: SecurityRole,
        after: Sequence[RoleAssignment],
    ) -> list[Note]:
        """Say which assignments of the principal are by object ID."""
        mine = principal.listed_in(held(after, role, ""))
        wrong = [one for one in mine if one.is_by_object_id or principal.is_by_object_id(one)]
        return [_object_id_note(one, after) for one in wrong]

    def not_held(
        self, principal: ResolvedPrincipal, role: SecurityRole, before: Sequence[RoleAssignment]
    ) -> NothingToRevoke:
        """Return the error, which names the roles that it holds."""
        others = ", ".join(one.role for one in principal.listed_in(before))
        return NothingToRevoke(
            f"{principal.label} does not hold {role}",
            why=f"it holds {others or 'no role'} on the whole cluster",
            fix=list_command(""),
        )

    def writes(self, change: RoleChange, waiting: Waiting) -> tuple[RoleWrite, ...]:
        """Return a request for each principal: a cluster makes one change at a time.

        Only the last of them is not waited for, if so wished.
        """
        changed = _of_azure(change.changed)
        return tuple(
            RoleWrite(
                (one,),
                self._write(change, one, waiting, waits=waiting.for_the_end or one != changed[-1]),
            )
            for one in changed
        )

    def _write(
        self, change: RoleChange, one: PrincipalAssignment, waiting: Waiting, *, waits: bool
    ) -> Write[PrincipalAssignment | None]:
        is_grant = change.verb == GRANT
        sending = ClusterChangeRequest(
            self.connection, lambda: self._begin(change, one), waiting.tell
        )
        about = tuple(principal for principal in change.principals if principal.is_listed_as(one))
        there = [one.resource_id.lower()]
        return Write(
            kind=self.kind,
            database="",
            target=one.resource_id.lower(),
            verb=change.verb,
            command=one.creation if is_grant else one.deletion,
            title=f"{change.verb} of {change.role} on {change.place}",
            subject="the role",
            show_command=change.list_command,
            before=[] if is_grant else there,
            wanted=there if is_grant else [],
            restoring=None if is_grant else one.properties,
            send=lambda: self._send(change, about, lambda: sending.carry_out(waits=waits), waiting),
            read=lambda: self._found(one.resource_id),
            compare=lambda now: _compare(now, is_wanted=is_grant),
            history_value=_history_value,
            is_proved=lambda: sending.is_proved,
            on_mismatch=None if is_grant else lambda _: _raise_still_listed(change),
        )

    def _begin(self, change: RoleChange, one: PrincipalAssignment) -> Operation:
        manager, show = self.connection.resource_manager, change.list_command
        (line,) = changed_lines(change, (one,))
        what = f"cluster: {line}"
        if change.verb == GRANT:
            return manager.put_principal_assignment(one.resource_id, one.properties, what, show)
        return manager.delete_principal_assignment(one.resource_id, what, show)

    def _found(self, resource_id: str) -> PrincipalAssignment | None:
        """Read an assignment; None if there is none. Raises as `ResourceManager.get`."""
        manager = self.connection.resource_manager
        try:
            resource = manager.get(resource_id, KUSTO_VERSION, PRINCIPAL_ASSIGNMENT)
        except ResourceNotFound:
            return None
        return parse_principal_assignment(resource)

    def read_back(
        self, change: RoleChange, written: Sequence[Written[Any]]
    ) -> tuple[tuple[RoleAssignment, ...], tuple[Note, ...]]:
        """Read the roles again; each answer was about one assignment only."""
        notes = tuple(note for one in written for note in one.notes)
        try:
            now = self.read()
        except AdxmiError as failure:  # the change itself is through
            unread = f"Azure applied it; the roles could not be read again: {failure.what}"
            return change.after, (*notes, unread)
        return now, (*notes, *self._checked(change, now))

    def _checked(self, change: RoleChange, now: Sequence[PrincipalAssignment]) -> tuple[Note, ...]:
        if change.verb == REVOKE:
            return () if change.is_done_in(now) else _raise_still_listed(change)
        sent = {one.resource_id.lower(): one for one in _of_azure(change.changed)}
        listed = [one for one in now if one.resource_id.lower() in sent]
        notes = list(object_id_notes(listed))
        for one in listed:
            notes += _resolved_otherwise(one, sent[one.resource_id.lower()].object_id)
        if len(listed) < len(sent):
            notes.append("Azure applied it; it lists the principal under another name")
        return (*notes, _DELAY)

    def outcome(self, entry: Entry) -> tuple[Comparison, Any]:
        """Compare the assignment with what was to be."""
        now = self._found(entry.target)
        return _compare(now, is_wanted=bool(entry.wanted)), _history_value(now)


def _of_azure(assignments: Sequence[RoleAssignment]) -> tuple[PrincipalAssignment, ...]:
    return tuple(one for one in assignments if isinstance(one, PrincipalAssignment))


def object_id_notes(listed: Sequence[RoleAssignment]) -> tuple[Note, ...]:
    """Return what to say of applications by object ID, with the commands that fix that."""
    return tuple(_object_id_note(one, listed) for one in listed if one.is_by_object_id)


def _object_id_note(wrong: RoleAssignment, listed: Sequence[RoleAssignment]) -> Note:
    options = ("--cluster", "--role", str(wrong.role), "--identity", wrong.fqn)
    revoke = Command.of("role", "revoke", *options, "--yes")
    grant = Command.of("role", "grant", *options)
    start = f"{wrong.label} is listed by its object ID in {wrong.role}"
    if any(one.is_same_by_client_id(wrong) for one in listed):
        return Explain.of(f"{start} too, which has no effect: ", revoke)
    why = "so its calls end with HTTP 401"
    return Explain.of(f"{start}, {why}: ", revoke, ", then ", grant, ", which uses the client ID")


def _by_client_id(connection: Connection, principal: ResolvedPrincipal) -> ResolvedPrincipal:
    principal = principals.with_tenant(connection, principal, of_all_kinds=True)
    reference = principal.reference
    if reference.kind is not PrincipalKind.APPLICATION:
        return principal
    if not is_guid(reference.identifier):
        raise InvalidInput(
            f"{reference} does not say which application is meant",
            why="Azure Resource Manager requires the client ID of an application, not a name",
            fix="give its client ID; a managed identity may be named without aadapp=",
        )
    identity = _identity_of(connection, reference)
    if identity is None:
        return principal
    identity = principals.with_client_id(connection, identity)
    if not identity.client_id:
        raise UnknownIdentity(
            f"the client ID of {identity.label} is not known",
            why="Azure would accept its object ID, but the cluster would deny it",
            fix=Explain.of(
                Command.of("identity", "show"),
                " shows it; requires Reader on the identity in Azure",
            ),
        )
    return _renamed(principal, identity)


def _identity_of(connection: Connection, reference: PrincipalReference) -> ManagedIdentity | None:
    """Return the identity that an application is, as policies or Azure know it."""
    wanted = reference.identifier.lower()
    for identity in names.all_identities(connection):
        is_named = wanted in {identity.client_id.lower(), identity.object_id.lower()}
        if is_named and not differ(identity.tenant_id, reference.tenant):
            return identity
    return None


def _renamed(principal: ResolvedPrincipal, identity: ManagedIdentity) -> ResolvedPrincipal:
    """Return the principal by the client ID and the name of its identity."""
    given = principal.reference.identifier
    found = replace(
        principal,
        reference=replace(principal.reference, identifier=identity.client_id),
        label=identity.label,
        object_id=identity.object_id,
        is_literal=False,
    )
    if given.casefold() == identity.client_id.casefold():
        return found
    note = (
        f"{given} is the object ID of {identity.label}: "
        f"its client ID {identity.client_id} is used, as Azure Resource Manager needs"
    )
    return replace(found, note=note)


def _history_value(now: PrincipalAssignment | None) -> list[str]:
    """Return an assignment as the history notes it: its resource ID, if it is there."""
    return [] if now is None else [now.resource_id.lower()]


def _compare(now: PrincipalAssignment | None, *, is_wanted: bool) -> Comparison:
    """Compare an assignment with what was to be: one that has notes is being made or removed."""
    if now is not None and now.notes:
        return Comparison.UNDER_WAY
    return Comparison.DONE if (now is not None) == is_wanted else Comparison.AS_BEFORE


def _raise_still_listed(change: RoleChange) -> tuple[str, ...]:
    raise still_listed(
        change,
        why="Azure applied it, but still lists the role",
        fix=change.list_command,
    )


def _resolved_otherwise(listed: PrincipalAssignment, object_id: str) -> list[str]:
    told = listed.object_id.lower()
    if not told or not object_id or told == object_id.lower() or listed.is_by_object_id:
        return []
    return [
        (
            f"Azure takes {listed.fqn} for the object ID {listed.object_id}, but that of "
            f"{listed.label} is {object_id}: its calls may end with HTTP 401"
        )
    ]
