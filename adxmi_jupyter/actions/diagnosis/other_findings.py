"""What a refusal is about that is no link of a chain: the caller, the client's host, the service.

Source: *Role-based access control*, *Manage cluster permissions* (Azure Data Explorer docs);
*Troubleshoot Azure RBAC* (Azure RBAC docs).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import Finding, State
from adxmi_jupyter.actions.diagnosis.requirements import role_for
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.connection_string import AzureStorage
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.model.word import line

if TYPE_CHECKING:
    from adxmi_jupyter.actions.diagnosis.mentioned import Actors
    from adxmi_jupyter.model.denial import Refusal
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.service.connection import Connection

_CHECK = line("check")
_STATES = {
    Concern.HOST: State.UNKNOWN,
    Concern.BUSY: State.WARNING,
    Concern.THROTTLED: State.WARNING,
    Concern.OUTAGE: State.WARNING,
    Concern.PRINCIPAL: State.WARNING,
    Concern.STOPPED: State.MISSING,
    Concern.THERE: State.OK,
}
_FIXES = {
    Concern.ALLOWED: line("policy", "matrix"),
    Concern.ASSIGNED: line("identity", "list", "--all"),
    Concern.SIGN_IN: line("status"),
    Concern.HOST: line("connect", "--help"),
    Concern.PRINCIPAL: line("role", "grant", "--help"),
    Concern.BUSY: "",
    Concern.THROTTLED: "",
    Concern.OUTAGE: line("status"),
    Concern.THERE: "",
    Concern.RESOURCE: line("identity", "list", "--all"),
    Concern.DATABASE: line("policy", "show", "--all-databases"),
}
_AGAIN = {
    Concern.BUSY: "; run it again in some minutes, one change at a time",
    Concern.THROTTLED: "; wait, and run it again",
    Concern.OUTAGE: "; run it again",
    Concern.PRINCIPAL: "; run it again in some minutes",
}
_ROLE_FOR_ACTION = (
    ("microsoft.managedidentity/", "Managed Identity Operator"),
    ("microsoft.authorization/", "Role Based Access Control Administrator"),
    ("microsoft.kusto/", "Contributor"),
)
_AS_GOOD = (ClusterRole.ADMIN,)


def rows_beside(connection: Connection, refusal: Refusal, actors: Actors) -> tuple[Finding, ...]:
    """Return what there is to say beside the links of a chain; at least one row."""
    match refusal.meaning.concern:
        case Concern.KUSTO_ROLE:
            rows = tuple(_of_callers(connection, refusal, actors))
        case Concern.UNSPECIFIED if actors.principals:
            rows = tuple(_of_callers(connection, refusal, actors))
        case Concern.OPERATOR | Concern.CALLER:
            rows = (_in_azure(refusal, actors),)
        case Concern.SIGN_IN:
            rows = (row_of(refusal, actors), *_by_object_id(connection, actors))
        case Concern.PRINCIPAL:
            rows = tuple(_wrong_kind(actors))
        case Concern.STOPPED:
            rows = (_stopped(connection, refusal),)
        case _:
            rows = ()
    return rows or (row_of(refusal, actors),)


def row_of(refusal: Refusal, actors: Actors) -> Finding:
    """Return what a code means, where the text names too little to look at more."""
    concern = refusal.meaning.concern
    state = _STATES.get(concern, State.UNKNOWN)
    detail = refusal.meaning.says + _AGAIN.get(concern, "") + _lacking(refusal, actors)
    fix = _FIXES.get(concern, _CHECK)
    if concern is Concern.DATABASE and refusal.mentions(actors.database):
        return Finding(_link(concern), actors.database, State.OK, "there by now; run it again")
    places = [one for one in refusal.names.places if isinstance(one, AzureStorage)]
    if concern is Concern.ADDRESS and places:
        fix = line("connection-string", "parse", places[0].uri)
    return Finding(_link(concern), _subject(refusal, actors), state, detail, fix)


def _link(concern: Concern) -> str:
    return Concern.CALLER.value if concern is Concern.OPERATOR else concern.value


def _subject(refusal: Refusal, actors: Actors) -> str:
    labels = [one.label for one in actors.identities]
    principal = [str(one) for one in actors.principals]
    places = [one.host for one in refusal.names.places]
    own = [one.rsplit("/", 1)[-1] for one in refusal.names.resources]
    match refusal.meaning.concern:
        case Concern.ASSIGNED | Concern.ALLOWED | Concern.HOST | Concern.PRINCIPAL:
            named = [*labels, *principal]
        case Concern.TARGET | Concern.ADDRESS:
            named = [*labels[:1], *places[:1]]
            return " on ".join(named) or refusal.code
        case Concern.RESOURCE | Concern.BUSY:
            named = own
        case Concern.SIGN_IN | Concern.KUSTO_ROLE | Concern.CALLER:
            named = [*principal, *labels, "the caller"]
        case Concern.DATABASE:
            named = [actors.database] if refusal.mentions(actors.database) else []
        case _:
            named = []
    return (named or [refusal.code or "without a code"])[0]


def _lacking(refusal: Refusal, actors: Actors) -> str:
    """Say what the text does not name, so that nothing could be looked at."""
    said = refusal.names
    match refusal.meaning.concern:
        case Concern.ASSIGNED if not actors.identities:
            lacking = "no identity"
        case Concern.ALLOWED:
            lacking = "no usage" if actors.identities else "no identity"
        case Concern.TARGET:
            lacking = "no target" if not said.places else "no identity"
        case _:
            return ""
    return f"; the text names {lacking}"


def _of_callers(connection: Connection, refusal: Refusal, actors: Actors) -> Iterator[Finding]:
    role = role_for(refusal)
    for principal in actors.principals:
        yield _of_caller(connection, refusal, actors.database, principal, role)
    if not actors.principals:
        fix = line("role", "list", "--database", actors.database)
        subject = _subject(refusal, actors)
        says = refusal.meaning.says
        yield Finding(Concern.KUSTO_ROLE.value, subject, State.UNKNOWN, says, fix)


def _of_caller(
    connection: Connection,
    refusal: Refusal,
    database: str,
    principal: PrincipalReference,
    role: Role,
) -> Finding:
    """Return whether a principal that is no identity of the cluster holds the role by now."""
    link, says = Concern.KUSTO_ROLE.value, refusal.meaning.says
    fix = _granting(refusal, database, principal, role)
    who = principals.ResolvedPrincipal(principal, str(principal), is_literal=True)
    try:
        held = [one.role for one in who.listed_in(roles_of(connection, database).read())]
    except AdxmiError as failure:
        detail = f"{says}; what it holds on {database} could not be read: {failure.what}"
        return Finding(link, str(principal), State.MISSING, detail, fix)
    good = _AS_GOOD if _is_of_policy(refusal) else (role, role.on_cluster, Role.ADMINS, *_AS_GOOD)
    if any(one in good for one in held):
        detail = f"it holds {', '.join(held)} on {database}: run it again, or it takes another role"
        look = line("role", "list", "--database", database)
        return Finding(link, str(principal), State.WARNING, detail, look)
    detail = f"{says}; on {database} it holds {', '.join(held) or 'no role'}"
    return Finding(link, str(principal), State.MISSING, detail, fix)


def _granting(refusal: Refusal, database: str, principal: PrincipalReference, role: Role) -> str:
    """Return the line for an administrator that gives the least role which may do."""
    where = ("--cluster",) if _is_of_policy(refusal) else ("--database", database)
    least = ClusterRole.ADMIN if _is_of_policy(refusal) else role
    return _to_principal(*where, "--role", str(least), principal=str(principal))


def _to_principal(*words: str, principal: str) -> str:
    # A shell takes the semicolon of a principal for itself.
    return f'{line("role", "grant", *words)} --identity "{principal}"'


def _is_of_policy(refusal: Refusal) -> bool:
    """Tell whether the operation is about the policies that only AllDatabasesAdmin may change."""
    return any(refusal.names_operation("Policy", one) for one in ("ManagedIdentity", "Callout"))


def _in_azure(refusal: Refusal, actors: Actors) -> Finding:
    """Return which Azure role a caller lacks, with the line for who may give it."""
    actions = [one.lower() for one in refusal.names.actions]
    is_operator = refusal.meaning.concern is Concern.OPERATOR
    wanted = next((r for start, r in _ROLE_FOR_ACTION if any(start in a for a in actions)), "")
    role = "Managed Identity Operator" if is_operator else wanted or "Contributor"
    scope = _scope(refusal, actors) if is_operator else (*refusal.names.resources, "RESOURCE-ID")[0]
    strangers = [one for one in refusal.names.guids if one not in actors.guids]
    who = strangers[0] if len(strangers) == 1 else "OBJECT-ID"
    what = ("az", "role", "assignment", "create", "--role", role, "--assignee", who)
    subject = f"{role} on {scope.rsplit('/', 1)[-1]}" if "/" in scope else role
    done = f": {refusal.names.actions[-1]}" if actions else ""
    return Finding(
        Concern.CALLER.value,
        subject,
        State.MISSING,
        refusal.meaning.says + done,
        "!" + shlex.join((*what, "--scope", scope)),
    )


def _scope(refusal: Refusal, actors: Actors) -> str:
    named = refusal.names.identity_resources
    own = tuple(one.resource_id for one in actors.identities if one.resource_id)
    return (*named, *own, "RESOURCE-ID")[0]


def _by_object_id(connection: Connection, actors: Actors) -> Iterator[Finding]:
    """Yield the roles that were given to an object ID: their holders get HTTP 401 for good."""
    detail = "listed by its object ID, so its calls end with HTTP 401; the line takes the client ID"
    try:
        assigned = roles_of(connection, "").read()
    except AdxmiError:
        assigned = ()
    for one in assigned:
        if one.is_by_object_id and not any(other.is_same_by_client_id(one) for other in assigned):
            fix = _to_principal("--cluster", "--role", one.role, principal=one.fqn)
            subject = f"{one.label} {one.role}"
            yield Finding(Concern.KUSTO_ROLE.value, subject, State.MISSING, detail, fix)
    for identity in actors.identities:
        yield from _on_database(connection, identity, actors.database, detail)


def _on_database(
    connection: Connection, identity: ManagedIdentity, database: str, detail: str
) -> Iterator[Finding]:
    try:
        who = principals.of_identity(connection, identity)
        listed = who.listed_in(roles_of(connection, database).read())
    except AdxmiError:
        return
    for one in listed:
        if one.database and all(who.is_by_object_id(other) for other in listed):
            where = ("--database", database, "--role", one.role, "--identity", identity.label)
            subject, fix = f"{identity.label} {one.role}", line("role", "grant", *where)
            yield Finding(Concern.KUSTO_ROLE.value, subject, State.MISSING, detail, fix)


def _wrong_kind(actors: Actors) -> Iterator[Finding]:
    """Yield the identities that a text names by their object ID, where it takes the client ID."""
    for guid, identity in actors.guids.items():
        if guid == identity.object_id.lower() and identity.client_id:
            label = identity.label
            detail = (
                f"{guid} is the object ID of {label}, not an application: roles on the cluster "
                f"take its client ID {identity.client_id}, as this line does"
            )
            where = ("--database", actors.database, "--role", "viewers", "--identity", label)
            fix = line("role", "grant", *where, "--wait-for-directory", "600")
            yield Finding(Concern.PRINCIPAL.value, label, State.MISSING, detail, fix)


def _stopped(connection: Connection, refusal: Refusal) -> Finding:
    try:
        cluster = identities.cluster_id(connection)
    except AdxmiError:
        cluster = "/subscriptions/S/resourceGroups/GROUP/providers/Microsoft.Kusto/clusters/NAME"
    fix = "!" + shlex.join(("az", "kusto", "cluster", "start", "--ids", cluster))
    subject = cluster.rsplit("/", 1)[-1]
    says = refusal.meaning.says
    return Finding(Concern.STOPPED.value, subject, State.MISSING, says, fix)
