"""The ``policy`` line that does the same as the policy form: as short as it can be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import Command, option_words
from adxmi_jupyter.forms.policy.reading import key_of
from adxmi_jupyter.model.identity import word_among

if TYPE_CHECKING:
    from adxmi_jupyter.model.identity import ManagedIdentity
    from adxmi_jupyter.model.policy import Policy, Scope, UsageChange


def equivalent(
    scope: Scope,
    before: Policy,
    policy: Policy,
    known: Sequence[ManagedIdentity],
    *,
    replaces: bool = False,
) -> Command:
    """Return the line that adds `policy` to `before`, or replaces the one by the other.

    One identity and one direction need no body: ``grant`` or ``revoke``.
    """
    after = policy if replaces else before.merge(policy)
    changes = before.diff(after)
    where = option_words("--database", scope.database) if scope.database else ("--cluster",)
    newer = any(entry.unknown_usages for entry in policy)
    allow = ("--allow-unknown-usage",) if newer else ()
    yes = ("--yes",) if before.losses(after) else ()
    who = _one_identity(changes, known)
    if who and not replaces:
        return Command(("policy", "grant", *where, *who, *_usages(changes), *allow))
    if who and replaces and {change.change for change in changes} == {"removed"}:
        return Command(("policy", "revoke", *where, *who, *_usages(changes), *yes))
    verb = "alter" if replaces else "alter-merge"
    return Command(("policy", verb, *where, *allow, *yes), _body(policy))


def _one_identity(
    changes: Sequence[UsageChange], known: Sequence[ManagedIdentity]
) -> tuple[str, ...]:
    identities = dict.fromkeys(change.identity for change in changes)
    if len(identities) != 1:
        return ()
    (identity,) = identities
    return option_words("--identity", word_among(identity, known, key_of, identity.object_id))


def _usages(changes: Sequence[UsageChange]) -> tuple[str, ...]:
    return option_words("--usage", ",".join(change.usage for change in changes))


def _body(policy: Policy) -> str:
    entries = [json.dumps(entry, ensure_ascii=False) for entry in json.loads(policy.to_json())]
    return "[\n  " + ",\n  ".join(entries) + "\n]" if entries else "[]"
