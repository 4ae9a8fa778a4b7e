"""What a refusal is about that is no requirement: the caller, the client's host, the service.

Source: *Role-based access control*, *Manage cluster permissions* (Azure Data Explorer docs);
*Troubleshoot Azure RBAC* (Azure RBAC docs).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check.findings import Observation, State, finding
from adxmi_jupyter.actions.diagnosis.impersonation import impersonated
from adxmi_jupyter.actions.diagnosis.requirements import role_for
from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.roles import principals
from adxmi_jupyter.actions.roles.roles import roles_of
from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.fixes import NOTHING, AzCommand, Command, Explain
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.connection_string import AzureStorage
from adxmi_jupyter.model.declaration.registry import connection_noun
from adxmi_jupyter.model.declaration.requirements import Key
from adxmi_jupyter.model.denial import Concern
from adxmi_jupyter.model.denial.codes import DISABLED, TO_INGESTION, TO_QUERIES
from adxmi_jupyter.model.role import Role

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding
    from adxmi_jupyter.actions.diagnosis.mentioned import Mentioned
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.denial import Denial
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.principal import PrincipalReference
    from adxmi_jupyter.service.connection import Connection

_CHECK = Command.of("check")
_STATES = {
    Concern.HOST: State.UNKNOWN,
    Concern.BUSY: State.WARNING,
    Concern.THROTTLED: State.WARNING,
    Concern.OUTAGE: State.WARNING,
    Concern.PRINCIPAL: State.WARNING,
    Concern.STOPPED: State.NOT_MET,
    Concern.THERE: State.MET,
}
_FIXES: dict[Concern, Fix] = {
    Concern.ALLOWED: Command.of("policy", "matrix"),
    Concern.ASSIGNED: Command.of("identity", "list", "--all"),
    Concern.SIGN_IN: Command.of("status"),
    Concern.HOST: Command.of("connect", "--help"),
    Concern.PRINCIPAL: Command.of("role", "grant", "--help"),
    Concern.BUSY: NOTHING,
    Concern.THROTTLED: NOTHING,
    Concern.OUTAGE: Command.of("status"),
    Concern.THERE: NOTHING,
    Concern.RESOURCE: Command.of("identity", "list", "--all"),
    Concern.DATABASE: Command.of("policy", "show", "--all-databases"),
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


def other_findings(
    connection: Connection, denial: Denial, mentioned: Mentioned
) -> tuple[Finding, ...]:
    """Return what there is to say beside the requirements; at least one row."""
    match denial.meaning.concern:
        case Concern.KUSTO_ROLE:
            rows = tuple(_of_callers(connection, denial, mentioned))
        case Concern.TARGET | Concern.UNSPECIFIED if denial.impersonates:
            rows = (impersonated(connection, denial, mentioned),)
        case Concern.UNSPECIFIED if mentioned.principals:
            rows = tuple(_of_callers(connection, denial, mentioned))
        case Concern.ENDPOINT:
            rows = (_endpoint(connection, denial),)
        case Concern.OPERATOR | Concern.CALLER:
            rows = (_in_azure(denial, mentioned),)
        case Concern.SIGN_IN:
            rows = (row_of(denial, mentioned), *_by_object_id(connection, mentioned))
        case Concern.PRINCIPAL:
            rows = tuple(_wrong_kind(mentioned))
        case Concern.STOPPED:
            rows = (_stopped(connection, denial),)
        case _:
            rows = ()
    return rows or (row_of(denial, mentioned),)


def _endpoint(connection: Connection, denial: Denial) -> Finding:
    """Return to which endpoint of a cluster a command belongs."""
    address, is_ingestion = connection.address, denial.meaning is TO_INGESTION
    if denial.meaning is not TO_INGESTION and denial.meaning is not TO_QUERIES:
        return finding(Observation(Concern.ENDPOINT), State.UNKNOWN, denial.meaning.says)
    which = "the ingestion endpoint" if is_ingestion else "the endpoint for queries"
    host = "begins with ingest-" if is_ingestion else "has no ingest- before it"
    at = f"its host {host}"
    if not address.is_loopback:
        at = address.ingestion if is_ingestion else address.uri
    about = Observation(Concern.ENDPOINT, place=which)
    return finding(about, State.UNKNOWN, denial.meaning.says, Explain.of(f"send it there: {at}"))


def row_of(denial: Denial, mentioned: Mentioned) -> Finding:
    """Return what a code means, where the text names too little to look at more."""
    concern = denial.meaning.concern
    state = _STATES.get(concern, State.UNKNOWN)
    detail = denial.meaning.says + _AGAIN.get(concern, "") + _lacking(denial, mentioned)
    fix = _FIXES.get(concern, _CHECK)
    if concern is Concern.DATABASE and denial.mentions(mentioned.database):
        about = Observation(concern, place=mentioned.database)
        return finding(about, State.MET, "it exists now; run it again")
    places = [one for one in denial.names.places if isinstance(one, AzureStorage)]
    if concern is Concern.ADDRESS and places:
        fix = Command.of("connection-string", "parse", places[0].uri)
    if denial.meaning is DISABLED:
        fix = Explain.of("ask the owner of the storage account to enable it")
    if concern is Concern.VALIDATION:
        noun = connection_noun(denial.code) or connection_noun("EventHub")
        fix = Command.of(noun, "list", "--all-databases")
    return finding(_about(denial, mentioned), state, detail, fix)


_KEYS: dict[Concern, Key | Concern] = {
    Concern.ALLOWED: Key.ALLOWED,
    Concern.ASSIGNED: Key.ASSIGNED,
    Concern.TARGET: Key.TARGET,
    Concern.KUSTO_ROLE: Key.SECURITY_ROLE,
    Concern.OPERATOR: Concern.CALLER,
}
"""What is said of a requirement, although nothing more could be looked at."""


def _about(denial: Denial, mentioned: Mentioned) -> Observation:
    concern = denial.meaning.concern
    code = denial.code or "without a code"
    nothing = Observation(_KEYS.get(concern, concern), place=code)
    who = next(iter(mentioned.identities), None)
    principal = next(map(str, mentioned.principals), "")
    match concern:
        case Concern.ASSIGNED | Concern.ALLOWED | Concern.HOST | Concern.PRINCIPAL:
            if who or principal:
                return replace(nothing, identity=who, principal=principal, place="")
        case Concern.TARGET | Concern.ADDRESS:
            host = next((one.host for one in denial.names.places), "")
            return replace(nothing, identity=who, place=host or ("" if who else denial.code))
        case Concern.RESOURCE | Concern.BUSY:
            own = [one.rsplit("/", 1)[-1] for one in denial.names.resources]
            return replace(nothing, place=(*own, code)[0])
        case Concern.SIGN_IN | Concern.KUSTO_ROLE | Concern.CALLER:
            if principal or who is None:
                return replace(nothing, principal=principal or "the caller", place="")
            return replace(nothing, identity=who, place="")
        case Concern.DATABASE if denial.mentions(mentioned.database):
            return replace(nothing, place=mentioned.database)
        case _:
            pass
    return nothing


def _lacking(denial: Denial, mentioned: Mentioned) -> str:
    """Say what the text does not name, so that nothing could be looked at."""
    said = denial.names
    match denial.meaning.concern:
        case Concern.ASSIGNED if not mentioned.identities:
            lacking = "no identity"
        case Concern.ALLOWED:
            lacking = "no usage" if mentioned.identities else "no identity"
        case Concern.TARGET:
            lacking = "no target" if not said.places else "no identity"
        case _:
            return ""
    return f"; the text names {lacking}"


def _of_callers(connection: Connection, denial: Denial, mentioned: Mentioned) -> Iterator[Finding]:
    role = role_for(denial)
    for principal in mentioned.principals:
        yield _of_caller(connection, denial, mentioned.database, principal, role)
    if not mentioned.principals:
        fix = Command.of("role", "list", "--database", mentioned.database)
        yield finding(
            replace(_about(denial, mentioned), key=Key.SECURITY_ROLE),
            State.UNKNOWN,
            denial.meaning.says,
            fix,
        )


def _of_caller(
    connection: Connection,
    denial: Denial,
    database: str,
    principal: PrincipalReference,
    role: Role,
) -> Finding:
    """Return whether a principal that is no identity of the cluster holds the role by now."""
    about = Observation(Key.SECURITY_ROLE, principal=str(principal))
    says = denial.meaning.says
    fix = _granting(denial, database, principal, role)
    who = principals.ResolvedPrincipal(principal, str(principal), is_literal=True)
    try:
        held = [one.role for one in who.listed_in(roles_of(connection, database).read())]
    except AdxmiError as failure:
        detail = f"{says}; what it holds on {database} could not be read: {failure.what}"
        return finding(about, State.NOT_MET, detail, fix)
    good = _AS_GOOD if _is_of_policy(denial) else (role, role.on_cluster, Role.ADMINS, *_AS_GOOD)
    if any(one in good for one in held):
        detail = f"it holds {', '.join(held)} on {database}: run it again, or use another role"
        look = Command.of("role", "list", "--database", database)
        return finding(about, State.WARNING, detail, look)
    detail = f"{says}; on {database} it holds {', '.join(held) or 'no role'}"
    return finding(about, State.NOT_MET, detail, fix)


def _granting(denial: Denial, database: str, principal: PrincipalReference, role: Role) -> Command:
    """Return the command for an administrator that gives the least role which may do."""
    where = ("--cluster",) if _is_of_policy(denial) else ("--database", database)
    least = ClusterRole.ADMIN if _is_of_policy(denial) else role
    return _to_principal(*where, "--role", str(least), principal=str(principal))


def _to_principal(*words: str, principal: str) -> Command:
    return Command.of("role", "grant", *words, "--identity", principal)


def _is_of_policy(denial: Denial) -> bool:
    """Tell whether the operation is about the policies that only AllDatabasesAdmin may change."""
    return any(denial.names_operation("Policy", one) for one in ("ManagedIdentity", "Callout"))


def _in_azure(denial: Denial, mentioned: Mentioned) -> Finding:
    """Return which Azure role a caller lacks, with the line for who may give it."""
    actions = [one.lower() for one in denial.names.actions]
    is_operator = denial.meaning.concern is Concern.OPERATOR
    wanted = next((r for start, r in _ROLE_FOR_ACTION if any(start in a for a in actions)), "")
    role = "Managed Identity Operator" if is_operator else wanted or "Contributor"
    scope = (
        _scope(denial, mentioned) if is_operator else (*denial.names.resources, "RESOURCE-ID")[0]
    )
    unknown = [one for one in denial.names.guids if one not in mentioned.guids]
    who = unknown[0] if len(unknown) == 1 else "OBJECT-ID"
    what = ("az", "role", "assignment", "create", "--role", role, "--assignee", who)
    place = scope.rsplit("/", 1)[-1] if "/" in scope else ""
    done = f": {denial.names.actions[-1]}" if actions else ""
    return finding(
        Observation(Concern.CALLER, role=role, place=place),
        State.NOT_MET,
        denial.meaning.says + done,
        AzCommand((*what, "--scope", scope)),
    )


def _scope(denial: Denial, mentioned: Mentioned) -> str:
    named = denial.names.identity_resources
    own = tuple(one.resource_id for one in mentioned.identities if one.resource_id)
    return (*named, *own, "RESOURCE-ID")[0]


def _by_object_id(connection: Connection, mentioned: Mentioned) -> Iterator[Finding]:
    """Yield the roles that were given to an object ID: their holders get HTTP 401 for good."""
    detail = "listed by its object ID, so its calls get HTTP 401; the command uses the client ID"
    try:
        assigned = roles_of(connection, "").read()
    except AdxmiError:
        assigned = ()
    for one in assigned:
        if one.is_by_object_id and not any(other.is_same_by_client_id(one) for other in assigned):
            fix = _to_principal("--cluster", "--role", one.role, principal=one.fqn)
            about = Observation(Key.SECURITY_ROLE, principal=one.label, role=str(one.role))
            yield finding(about, State.NOT_MET, detail, fix)
    for identity in mentioned.identities:
        yield from _on_database(connection, identity, mentioned.database, detail)


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
            about = Observation(Key.SECURITY_ROLE, identity, role=str(one.role))
            yield finding(about, State.NOT_MET, detail, Command.of("role", "grant", *where))


def _wrong_kind(mentioned: Mentioned) -> Iterator[Finding]:
    """Yield the identities that a text names by their object ID, where it takes the client ID."""
    for guid, identity in mentioned.guids.items():
        if guid == identity.object_id.lower() and identity.client_id:
            label = identity.label
            detail = (
                f"{guid} is the object ID of {label}, not an application: roles on the cluster "
                f"take its client ID {identity.client_id}, as this command does"
            )
            where = ("--database", mentioned.database, "--role", "viewers", "--identity", label)
            fix = Command.of("role", "grant", *where, "--wait-for-directory", "600")
            about = Observation(Concern.PRINCIPAL, identity)
            yield finding(about, State.NOT_MET, detail, fix)


def _stopped(connection: Connection, denial: Denial) -> Finding:
    try:
        cluster = identities.cluster_id(connection)
    except AdxmiError:
        cluster = "/subscriptions/S/resourceGroups/GROUP/providers/Microsoft.Kusto/clusters/NAME"
    fix = AzCommand.of("az", "kusto", "cluster", "start", "--ids", cluster)
    about = Observation(Concern.STOPPED, place=cluster.rsplit("/", 1)[-1])
    return finding(about, State.NOT_MET, denial.meaning.says, fix)
