"""The managed identity policy: entries, scopes and their algebra.

Source: *Managed identity policy*, *.show/.alter/.alter-merge/.delete managed_identity policy*
(Azure Data Explorer docs).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.fixes import Command, Explain
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.identity import SYSTEM, ManagedIdentity
from adxmi_jupyter.model.shape import value_of
from adxmi_jupyter.model.usage import Usage


@dataclass(frozen=True, order=True)
class Scope:
    """Where a policy stands: on the cluster (empty `database`) or on one database."""

    database: str = ""

    @property
    def kind(self) -> str:
        """``cluster`` or ``database``."""
        return "database" if self.database else "cluster"

    def __str__(self) -> str:
        return f"database {self.database}" if self.database else "cluster"


CLUSTER = Scope()


@dataclass(frozen=True)
class PolicyEntry:
    """What one identity is allowed in one scope.

    `allowed_usages` is in canonical order whatever was given; `as_sent` keeps the service's own
    spelling of the list, so that an undo can restore it to the letter.
    """

    identity: ManagedIdentity
    allowed_usages: tuple[str, ...]
    as_sent: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed_usages", usages.in_order(self.allowed_usages))

    @property
    def key(self) -> str:
        """What makes two entries speak of one identity: ``system`` equals the row of IsSystem."""
        return SYSTEM if self.identity.is_system else self.identity.object_id.lower()

    @property
    def unknown_usages(self) -> tuple[str, ...]:
        """The usages newer than this release; they are kept."""
        return tuple(name for name in self.allowed_usages if not usages.is_known(name))

    def allows(self, usage: str) -> bool:
        """Tell whether the entry covers a usage; ``All`` covers every one."""
        return Usage.ALL in self.allowed_usages or usages.canonical(usage) in self.allowed_usages

    def with_usages(self, names: tuple[str, ...]) -> PolicyEntry:
        """Return the entry with other usages."""
        return replace(self, allowed_usages=names, as_sent="")


@dataclass(frozen=True)
class UsageChange:
    """One usage that one identity gains or loses; `change` is ``added`` or ``removed``."""

    identity: ManagedIdentity
    usage: str
    change: str


@dataclass(frozen=True)
class Policy:
    """The entries of one scope, one for each identity, in the service's order.

    Two policies are equal when the same identities are allowed the same usages; order and the
    names the service reads from the directory mean nothing.
    """

    entries: tuple[PolicyEntry, ...] = ()

    def __post_init__(self) -> None:
        merged: dict[str, PolicyEntry] = {}
        for entry in self.entries:
            present = merged.get(entry.key)
            merged[entry.key] = _union(present, entry) if present else entry
        object.__setattr__(self, "entries", tuple(merged.values()))

    def __iter__(self) -> Iterator[PolicyEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self._meaning() == other._meaning()

    def __hash__(self) -> int:
        return hash(self._meaning())

    def _meaning(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        return frozenset((entry.key, entry.allowed_usages) for entry in self.entries)

    def entry_of(self, identity: ManagedIdentity) -> PolicyEntry | None:
        """Return the entry of an identity, if there is one."""
        key = PolicyEntry(identity, ()).key
        return next((entry for entry in self.entries if entry.key == key), None)

    def allows(self, identity: ManagedIdentity, usage: str) -> bool:
        """Tell whether the policy allows an identity a usage."""
        entry = self.entry_of(identity)
        return entry is not None and entry.allows(usage)

    def as_of(self, system: ManagedIdentity | None) -> Policy:
        """Return the policy when this is the system-assigned identity of the cluster, or none is.

        It goes on naming a former one, which a new one, with IDs of its own, takes nothing from.
        """
        own = system.object_id.lower() if system else ""
        return Policy(tuple(_as_of(entry, own) for entry in self.entries))

    def merge(self, other: Policy) -> Policy:
        """Return what ``.alter-merge`` makes of this policy: existing first, nothing removed."""
        return Policy(self.entries + other.entries)

    def subtract(self, other: Policy) -> Policy:
        """Return the policy without the other's usages; an entry with none left goes.

        Plain set difference: taking one usage from an entry that says ``All`` changes nothing,
        since ``All`` is one word to the service. Callers that mean more must ask for it.
        """
        gone = {entry.key: set(entry.allowed_usages) for entry in other}
        left = (
            entry.with_usages(tuple(u for u in entry.allowed_usages if u not in gone[entry.key]))
            if entry.key in gone
            else entry
            for entry in self.entries
        )
        return Policy(tuple(entry for entry in left if entry.allowed_usages))

    def contains(self, other: Policy) -> bool:
        """Tell whether everything the other policy allows is allowed here."""
        return not other.losses(self)

    def diff(self, after: Policy) -> tuple[UsageChange, ...]:
        """Return the usages that appear or disappear by name on the way to `after`."""
        removed = [
            UsageChange(entry.identity, usage, "removed")
            for entry in self
            for usage in entry.allowed_usages
            if usage not in after._named(entry)
        ]
        added = [
            UsageChange(entry.identity, usage, "added")
            for entry in after
            for usage in entry.allowed_usages
            if usage not in self._named(entry)
        ]
        return tuple(removed + added)

    def _named(self, entry: PolicyEntry) -> tuple[str, ...]:
        present = self.entry_of(entry.identity)
        return present.allowed_usages if present else ()

    def losses(self, after: Policy) -> tuple[UsageChange, ...]:
        """Return the usages that are allowed here and no longer covered by `after`.

        Unlike `diff`, a usage replaced by ``All`` is no loss.
        """
        return tuple(
            UsageChange(entry.identity, usage, "removed")
            for entry in self
            for usage in entry.allowed_usages
            if not after.allows(entry.identity, usage)
        )

    def to_json(self) -> str:
        """Serialize for a command: ObjectId and AllowedUsages only, the rest is read-only."""
        return json.dumps(
            [
                {
                    "ObjectId": entry.identity.object_id,
                    "AllowedUsages": entry.as_sent or ", ".join(entry.allowed_usages),
                }
                for entry in self.entries
            ],
            ensure_ascii=False,
        )


def _union(first: PolicyEntry, second: PolicyEntry) -> PolicyEntry:
    # Of `system` and the row it equals, the row knows the ids.
    identity = second.identity if first.identity.object_id == SYSTEM else first.identity
    return PolicyEntry(identity, first.allowed_usages + second.allowed_usages)


def parse_policy(text: object) -> Policy:
    """Read the JSON the service keeps; ``None``, empty, ``null`` and ``[]`` all mean no policy.

    Keys in any letter case, unknown keys and usages newer than this release are tolerated.

    Raises
    ------
    UnreadableAnswer
        The text is not a JSON array of objects with an object ID.

    """
    value = text
    if isinstance(text, str):
        try:
            value = json.loads(text.strip() or "null")
        except (ValueError, RecursionError) as error:
            raise _unreadable(str(error)) from error
    if value is None:
        return Policy()
    if not isinstance(value, list):
        raise _unreadable("it is not a JSON array")
    return Policy(_newest_system(tuple(_entry(item) for item in value)))


def _newest_system(entries: tuple[PolicyEntry, ...]) -> tuple[PolicyEntry, ...]:
    """Return entries of which one at most is of the system-assigned identity: the newest.

    One that was removed stays in the policy; the one assigned since is appended to it. One that is
    called by the word is the present one.
    """
    ids = [one.identity.object_id.lower() for one in entries if one.identity.is_system]
    own = SYSTEM if SYSTEM in ids else next(reversed(ids), "")
    return tuple(_as_of(entry, own) for entry in entries)


def _as_of(entry: PolicyEntry, own: str) -> PolicyEntry:
    """Return an entry when this is the object ID of the system-assigned identity.

    An entry by the word is its own, and so is one by the object ID, whatever the service adds.
    """
    identity = entry.identity
    is_system = identity.object_id.lower() in {SYSTEM, own}
    if identity.is_system is is_system:
        return entry
    return replace(entry, identity=replace(identity, is_system=is_system))


def _entry(item: object) -> PolicyEntry:
    if not isinstance(item, Mapping):
        raise _unreadable("an entry is not a JSON object")
    keys: dict[str, Any] = {str(key).lower(): value for key, value in item.items()}
    if not keys.get("objectid"):
        raise _unreadable("an entry has no ObjectId")
    object_id = str(keys["objectid"])
    allowed = keys.get("allowedusages") or ""
    listed = allowed if isinstance(allowed, str) else ", ".join(map(str, allowed))
    identity = ManagedIdentity(
        object_id=object_id,
        display_name=str(keys.get("displayname") or ""),
        client_id=str(keys.get("clientid") or ""),
        tenant_id=str(keys.get("tenantid") or ""),
        is_system=bool(keys.get("issystem")) or object_id.lower() == SYSTEM,
    )
    return PolicyEntry(identity, usages.split(listed), as_sent=listed)


def policy_text(row: Mapping[str, Any], columns: Sequence[str] = ("Policy", "Policies")) -> object:
    """Return the JSON cell of a policy row, in the first of these columns that it has.

    Raises
    ------
    UnreadableAnswer
        The row has none of them.

    """
    if value_of(row, *columns, otherwise=_NO_COLUMN) is _NO_COLUMN:
        raise _unreadable(f"the columns are {', '.join(row) or 'none'}")
    return value_of(row, *columns)


_NO_COLUMN = object()


def _unreadable(detail: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        "the managed identity policy could not be read",
        why=f"the service sent something else than a policy: {detail}",
        fix=Explain.of(
            Command.of("policy", "show", "--raw"),
            " shows the service's own table; ",
            Command.of("verify"),
            " finds out how this cluster answers",
        ),
    )
