"""What somebody vouches for: rows that cannot be told, each by its identity, usage and scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidInput, InvalidValue, UnknownIdentity
from adxmi_jupyter.fixes import ChangeOption, Command, Explain
from adxmi_jupyter.model.audit.grading import graded
from adxmi_jupyter.model.audit.narrowing import NEVER
from adxmi_jupyter.model.identity import resolve
from adxmi_jupyter.model.policy import CLUSTER, PolicyEntry, Scope
from adxmi_jupyter.model.usage import Usage, canonical, closest

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.cluster import AuditedCluster
    from adxmi_jupyter.model.audit.narrowing import Assumed, Untold
    from adxmi_jupyter.model.identity import ManagedIdentity

OPTION = "--include"
"""The option that takes IDENTITY:USAGE[:SCOPE]."""

_CLUSTER = "cluster"


@dataclass(frozen=True)
class _Named:
    text: str
    identity: ManagedIdentity
    usage: str
    scope: str

    @property
    def key(self) -> str:
        return PolicyEntry(self.identity, ()).key


def assumed(cluster: AuditedCluster, rows: Sequence[Untold], texts: Iterable[str]) -> Assumed:
    """Return the rows that are named by ``IDENTITY:USAGE`` or ``IDENTITY:USAGE:SCOPE``.

    Without a scope, a name is of every scope where the usage is allowed and cannot be told.

    Raises
    ------
    InvalidValue
        It has no usage, or names no row that cannot be told, or one that only time tells.
    UnknownIdentity
        There is no such identity.

    """
    every = [_named(cluster, one) for one in dict.fromkeys(texts)]
    return frozenset(one.allowance for named in every for one in _rows(cluster, rows, named))


def _named(cluster: AuditedCluster, text: str) -> _Named:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) < 2:  # noqa: PLR2004 - an identity and a usage
        raise InvalidValue(
            f"{OPTION} {text} can't be used",
            why="it is IDENTITY:USAGE or IDENTITY:USAGE:SCOPE; a scope is a database, or cluster",
            fix=ChangeOption(OPTION, f"{text}:{Usage.NATIVE_INGESTION}"),
        )
    # Names of identities may have colons.
    failure: InvalidInput | None = None
    for place in range(1, len(parts)):
        try:
            identity = resolve(":".join(parts[:place]), _identities(cluster)).identity
        except InvalidInput as error:
            failure = failure or error
            continue
        return _Named(text, identity, canonical(parts[place]), ":".join(parts[place + 1 :]))
    raise _no_identity(cluster, text, parts) from failure


def _no_identity(cluster: AuditedCluster, text: str, parts: Sequence[str]) -> UnknownIdentity:
    known = list(dict.fromkeys(one.label for one in _identities(cluster)))
    match = closest(parts[0], known)
    fix = ChangeOption(OPTION, ":".join((match, *parts[1:]))) if match else Command.of("audit")
    return UnknownIdentity(
        f"{OPTION} {text}: there is no identity {parts[0]!r}",
        why=f"the policies name {', '.join(known)}" if known else "the policies name none",
        fix=fix,
    )


def _identities(cluster: AuditedCluster) -> tuple[ManagedIdentity, ...]:
    """Return the identities that policies name, with the names that Azure tells."""
    named = {entry.key for _, entry in cluster.entries()}
    known = {PolicyEntry(one, ()).key: one for one in cluster.known}
    own = {entry.key: entry.identity for _, entry in cluster.entries()}
    return tuple({**own, **{key: one for key, one in known.items() if key in named}}.values())


def _rows(cluster: AuditedCluster, rows: Sequence[Untold], named: _Named) -> list[Untold]:
    scope = _scope(cluster, named)
    found = [
        one
        for one in rows
        if one.allowance.key[1:] == (named.key, named.usage)
        and (scope is None or one.allowance.scope == scope)
    ]
    if not found:
        raise _no_row(cluster, rows, named, scope)
    for one in found:
        never = [each for each in one.unseen if each.reason in NEVER]
        if never:
            raise InvalidValue(
                f"{OPTION} {named.text}: it stays in the policy",
                why=f"only a longer window tells: it {never[0].reason} {never[0].detail}".strip(),
                fix=Explain.of("leave it out, and audit again later"),
            )
    return found


def _scope(cluster: AuditedCluster, named: _Named) -> Scope | None:
    if not named.scope:
        return None
    if named.scope.casefold() == _CLUSTER:
        return CLUSTER
    wanted = named.scope.casefold()
    found = next((one for one in cluster.databases if one.casefold() == wanted), None)
    if found is not None:
        return Scope(found)
    match = closest(named.scope, (*cluster.databases, _CLUSTER)) or _CLUSTER
    raise InvalidValue(
        f"{OPTION} {named.text}: there is no database {named.scope!r}",
        why=f"the scopes are {', '.join((_CLUSTER, *cluster.databases))}",
        fix=ChangeOption(OPTION, f"{named.identity.label}:{named.usage}:{match}"),
    )


def _no_row(
    cluster: AuditedCluster, rows: Sequence[Untold], named: _Named, scope: Scope | None
) -> InvalidValue:
    where = f" in the policy of the {scope}" if scope else ""
    told = ", ".join(dict.fromkeys(_states(cluster, named, scope)))
    mine = {f"{one.allowance.usage}" for one in rows if one.allowance.key[1] == named.key}
    match = closest(named.usage, mine) or next(iter(sorted(mine)), "")
    return InvalidValue(
        f"{OPTION} {named.text} names nothing that can't be told",
        why=f"{named.usage} of {named.identity.label}{where}: {told or 'not allowed'}",
        fix=ChangeOption(OPTION, f"{named.identity.label}:{match}") if match else
        Explain.of("leave it out"),
    )  # fmt: skip


def _states(cluster: AuditedCluster, named: _Named, scope: Scope | None) -> Iterator[str]:
    for place, entry in cluster.entries():
        if entry.key == named.key and scope in {None, place} and entry.allows(named.usage):
            yield str(graded(cluster, named.identity, named.usage, place).grade)
