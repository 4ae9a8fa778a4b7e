"""The callout policy: which addresses the cluster may call, by kind of call.

Source: *Callout policy* (Azure Data Explorer docs).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adxmi_jupyter.errors import InvalidInput, UnreadableAnswer
from adxmi_jupyter.fixes import ChangeOption, Explain, Option, Retry, Several
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.shape import cell, text_cell
from adxmi_jupyter.model.usage import closest

TYPES = (
    *("azure_digital_twins", "azure_openai", "cosmosdb", "external_data", "kusto", "mysql"),
    *("postgresql", "sandbox_artifacts", "sql", "webapi"),
)


@dataclass(frozen=True)
class CalloutRule:
    """Addresses that match may, or may not, be called; `is_fixed` are the service's own rules."""

    callout_type: str
    pattern: str
    can_call: bool
    is_fixed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes two rules the same one to ``.alter-merge``."""
        return self.callout_type.lower(), self.pattern

    def __str__(self) -> str:
        return f"{self.callout_type} {self.pattern} {'allowed' if self.can_call else 'denied'}"

    def matches(self, uri: str) -> bool | None:
        """Tell whether an address matches; None where that can't be known here.

        The service's regular expressions are of another dialect.
        """
        try:
            return re.search(self.pattern, uri, re.IGNORECASE) is not None
        except re.error:
            return None


@dataclass(frozen=True)
class CalloutVerdict:
    """What the rules of a type say about an address; `unclear` are those that cannot be read here.

    One rule that denies outweighs all that allow, and without one that allows nothing is.
    """

    allowing: tuple[CalloutRule, ...] = ()
    denying: tuple[CalloutRule, ...] = ()
    unclear: tuple[CalloutRule, ...] = ()

    @property
    def is_allowed(self) -> bool | None:
        """Whether the cluster may call the address; None where it depends on what is unclear."""
        if self.denying:
            return False
        if any(rule.can_call is not bool(self.allowing) for rule in self.unclear):
            return None
        return bool(self.allowing)


def verdict(rules: Iterable[CalloutRule], callout_type: str, uri: str) -> CalloutVerdict:
    """Evaluate an address by the rules of its type, whatever their letter case."""
    kept = [rule for rule in rules if rule.callout_type.lower() == callout_type.lower()]
    found = [(rule, rule.matches(uri)) for rule in kept]
    return CalloutVerdict(
        allowing=tuple(rule for rule, matches in found if matches and rule.can_call),
        denying=tuple(rule for rule, matches in found if matches and not rule.can_call),
        unclear=tuple(rule for rule, matches in found if matches is None),
    )


def parse_callouts(rows: Iterable[Mapping[str, Any]]) -> tuple[CalloutRule, ...]:
    """Read the answer of ``.show cluster policy callout``: one row or several.

    Raises
    ------
    UnreadableAnswer
        A row holds no list of rules.

    """
    return tuple(rule for row in rows for rule in _rules(row))


def _rules(row: Mapping[str, Any]) -> list[CalloutRule]:
    if not {"policy", "policies"} & {str(name).lower() for name in row}:
        raise _unreadable("there is no column Policy")
    items = _items(cell(row, "Policy", "Policies"))
    is_fixed = "immutable" in text_cell(row, "EntityType").lower()
    return [_rule(item, is_fixed=is_fixed) for item in items]


def _rule(item: Mapping[str, Any], *, is_fixed: bool) -> CalloutRule:
    kind, pattern = text_cell(item, "CalloutType"), cell(item, "CalloutUriRegex")
    can_call = cell(item, "CanCall")
    if not kind or pattern is None or can_call is None:
        raise _unreadable("a rule lacks its type, its expression or its effect")
    return CalloutRule(kind, str(pattern), bool(can_call), is_fixed)


def _items(policy: object) -> list[Mapping[str, Any]]:
    try:
        value = json.loads(policy.strip() or "null") if isinstance(policy, str) else policy
    except (ValueError, RecursionError) as error:
        raise _unreadable(str(error)) from error
    items = [] if value is None else value
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise _unreadable(f"it is a {type(items).__name__}")
    return items


def _unreadable(detail: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        "the callout policy could not be read",
        why=f"the service sent something else than a list of rules: {detail}",
        fix=Explain.of("check for a proxy or gateway in between, then ", Retry()),
    )


def parse_rule(text: str) -> CalloutRule:
    """Return the rule that the history notes so: as `str` of a rule writes it.

    >>> parse_rule("kusto a b denied")
    CalloutRule(callout_type='kusto', pattern='a b', can_call=False, is_fixed=False)
    """
    kind, _, rest = text.partition(" ")
    pattern, _, verdict_on_it = rest.rpartition(" ")
    return CalloutRule(kind, pattern, verdict_on_it == "allowed")


def rule_for(callout_type: str, uri: str) -> CalloutRule:
    r"""Return the narrowest usual rule that allows an address: everything on its host.

    >>> rule_for("sandbox_artifacts", "https://a.blob.core.windows.net/c/x.zip").pattern
    '^https://a\\.blob\\.core\\.windows\\.net(/|$)'

    Raises
    ------
    InvalidInput
        The address has no host.

    """
    found = _ADDRESS.match(uri.strip())
    if found is None:
        raise InvalidInput(
            "this isn't an address with a host",
            why="a rule is about everything on a host",
            fix=ChangeOption("--uri", "https://contosolake.blob.core.windows.net"),
        )
    user = "[^/@]*@" if found["user"] else ""
    host = found["host"].replace(".", r"\.")
    pattern = f"^{found['scheme'] or ''}{user}{host}{found['port'] or ''}(/|$)"
    return CalloutRule(callout_type, pattern, can_call=True)


_ADDRESS = re.compile(
    r"(?P<scheme>[a-z]+://)?(?P<user>[^/@\s]*@)?(?P<host>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)"
    r"(?P<port>:[0-9]+)?(?:/|$)",
    re.IGNORECASE,
)


def rule_of(callout_type: str, pattern: str) -> CalloutRule:
    """Return a rule that allows whatever matches an expression.

    Raises
    ------
    InvalidInput
        It is no regular expression.

    """
    try:
        re.compile(pattern)
    except re.error as error:
        raise InvalidInput(
            f"{pattern!r} isn't a regular expression",
            why=str(error),
            fix=Explain.of(
                "give the address with ", Option("--uri"), " instead: its host becomes the rule"
            ),
        ) from error
    return CalloutRule(callout_type, pattern, can_call=True)


def checked_type(text: str) -> str:
    """Return a type of callout in its usual spelling.

    Raises
    ------
    InvalidInput
        There is none of this name; the closest match is named.

    """
    word = text.strip().lower()
    if word in TYPES:
        return word
    match = closest(word, TYPES)
    raise InvalidInput(
        f"there is no type of callout {text!r}",
        why=Explain.of("the types are ", Several.of(TYPES)),
        fix=ChangeOption("--type", match or "external_data"),
    )


def allow_command(rules: Sequence[CalloutRule]) -> str:
    """Return the command that adds rules; a rule of the same expression is overwritten."""
    return f".alter-merge cluster policy callout {_literal(rules)}"


DELETE_COMMAND = ".delete cluster policy callout"
"""Leaves the service's own rules only."""


def alter_command(rules: Sequence[CalloutRule]) -> str:
    """Return the command that makes these the cluster's own rules; the predefined ones stay."""
    return f".alter cluster policy callout {_literal(rules)}"


def _literal(rules: Sequence[CalloutRule]) -> str:
    items = [
        {
            "CalloutType": rule.callout_type,
            "CalloutUriRegex": rule.pattern,
            "CanCall": rule.can_call,
        }
        for rule in rules
    ]
    return kql.multi_line_literal(json.dumps(items, ensure_ascii=False))
