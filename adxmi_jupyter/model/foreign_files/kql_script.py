"""Read KQL scripts: the commands about policies, roles and callout rules.

A command begins with a dot at the beginning of a line. Of all others only the names are told, and
which identity a workflow uses.

Source: *.execute database script*, *.alter managed_identity policy*, *Manage database security
roles*, *Callout policy*, *Create or alter continuous export* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import AdxmiError, InvalidInput
from adxmi_jupyter.masking import holds_secret
from adxmi_jupyter.model.body import structured
from adxmi_jupyter.model.callout import TYPES, CalloutRule, parse_callouts
from adxmi_jupyter.model.command_reading import CommandReader, OtherTextError, tokens_of
from adxmi_jupyter.model.csl_script import is_about_workflow, read_csl_script
from adxmi_jupyter.model.foreign_files import secrets
from adxmi_jupyter.model.foreign_files.values import Kind, Reason, Where, excerpt, mistake
from adxmi_jupyter.model.identity import SYSTEM, is_guid
from adxmi_jupyter.model.kql_reading import pieces_of
from adxmi_jupyter.model.policy import Policy, parse_policy
from adxmi_jupyter.model.role import parse_role
from adxmi_jupyter.model.usage import Usage

if TYPE_CHECKING:
    from adxmi_jupyter.model.command_reading import Token
    from adxmi_jupyter.model.foreign_files.gathering import Gathering
    from adxmi_jupyter.model.role import Role

Locate = Callable[[int], Where]
"""Where the character of a script stands."""

_POLICY, _CALLOUT = "managed_identity", "callout"
_REPLACE, _MERGE, _DELETE = "alter", "alter-merge", "delete"
_ADD, _SET, _DROP = "add", "set", "drop"
_MANAGED_IDENTITY = re.compile(r";\s*managed_identity\s*=\s*([^;\s]+)", re.IGNORECASE)
_OF_POLICY = frozenset(
    ("objectid", "allowedusages", "displayname", "clientid", "tenantid", "issystem")
)
_OF_CALLOUT = frozenset(("callouttype", "callouturiregex", "cancall"))
_FORM = "write a JSON array of objects"
_POLICY_FORM = "write a list of objects with ObjectId and AllowedUsages"


@dataclass(frozen=True)
class _Command:
    tokens: tuple[Token, ...]
    text: str

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def name(self) -> str:
        """The words up to the first value: a literal that is no name, a bracket or a query."""
        for before, token in pairwise(self.tokens):
            is_value = token.said is not None and before.text != "["
            if is_value or token.text in {"(", "<"}:
                return excerpt(self.text[: token.start - self.start])
        return excerpt(self.text)


def read_script(text: str, locate: Locate, into: Gathering, *, database: str = "") -> None:
    """Read a script; `database` is the one that commands without a name are about.

    Raises
    ------
    InvalidForeignFile
        A literal is not closed, or a policy is none.
    LiteralSecret
        There is a literal secret.

    """
    _check_secrets(text, locate)
    for command in _commands(text, locate):
        _Reader(command, locate(command.start), into, database).read()


def _check_secrets(text: str, locate: Locate) -> None:
    for piece in pieces_of(text):
        if piece["comment"] and holds_secret(piece[0]):
            raise secrets.found("", locate(piece.start()))
    for name, token in secrets.properties_of(text):
        secrets.check_value(name, token.said, locate(token.start))


def _commands(text: str, locate: Locate) -> Iterator[_Command]:
    tokens = list(tokens_of(text))
    starts: list[int] = []
    for place, token in enumerate(tokens):
        if token.said is None and token.text[0] in "\"'`":
            why = "its closing quote is missing"
            raise mistake(
                locate(token.start), "a literal is not closed", why, "add the closing quote"
            )
        if _begins(text, tokens, place):
            starts.append(place)
    if tokens and starts[:1] != [0]:
        why = "a script holds management commands, which begin with a dot"
        raise mistake(locate(tokens[0].start), "there is text before the first command", why)
    for start, end in pairwise([*starts, len(tokens)]):
        stop = tokens[end].start if end < len(tokens) else len(text)
        yield _Command(tuple(tokens[start:end]), text[tokens[start].start : stop].strip())


def _begins(text: str, tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a command begins: a dot and a word, on a new line or after ``<|``."""
    token, following = tokens[place], tokens[place + 1 : place + 2]
    if token.text != "." or not following or not following[0].text[0].isalpha():
        return False
    line = text[text.rfind("\n", 0, token.start) + 1 : token.start]
    after_pipe = [one.text for one in tokens[max(place - 2, 0) : place]] == ["<", "|"]
    return following[0].start == token.start + 1 and (not line.strip() or after_pipe)


class _Reader:
    """Reads one command."""

    def __init__(
        self, command: _Command, where: Where, into: Gathering, context_database: str
    ) -> None:
        self._command, self._where, self._into = command, where, into
        self._context = context_database
        self._tokens = CommandReader(command.tokens)

    def read(self) -> None:
        """Note what the command does, or that it is not converted."""
        self._tokens.expect(".")
        verb = self._tokens.take().folded
        try:
            is_known = self._read(verb)
        except OtherTextError:
            self._leave(Reason.UNREADABLE)
            return
        if not is_known:
            self._leave(Reason.COMMAND)

    def _leave(self, reason: Reason, item: str = "") -> None:
        self._into.not_converted(reason, self._command.name, item, self._where)

    def _read(self, verb: str) -> bool:
        words = [token.folded for token in self._command.tokens]
        if verb == "execute" and "script" in words:
            return True
        if verb in {_REPLACE, _MERGE, _DELETE} and {"policy", _POLICY} <= set(words):
            return self._policy(verb)
        if verb in {_REPLACE, _MERGE, _DELETE} and words[2:5] == ["cluster", "policy", _CALLOUT]:
            self._tokens.expect("cluster", "policy", _CALLOUT)
            self._callouts(verb)
            return True
        if verb in {_ADD, _SET, _DROP} and words[2:3] == ["database"]:
            self._tokens.expect("database")
            self._role(verb)
            return True
        if is_about_workflow(words[1:]):
            self._workflow()
            return True
        return False

    def _policy(self, verb: str) -> bool:
        scope = self._scope()
        if scope is None:
            return False
        self._tokens.expect("policy", _POLICY)
        if scope == "" and self._is_of_database:
            self._into.find(Kind.UNRESOLVED, Reason.DATABASE, self._command.name, "", self._where)
            return True
        policy, is_whole = (Policy(), True) if verb == _DELETE else self._literal_policy()
        if verb == _MERGE:
            self._into.merge_policy(scope, policy, self._where)
        else:
            self._into.replace_policy(scope, policy, self._where, is_whole=is_whole)
        return True

    def _scope(self) -> str | None:
        """Return the database of a policy, empty for the cluster; None for anything else."""
        if self._tokens.skip("cluster"):
            return ""
        if not self._tokens.skip("database"):
            return None
        words = [token.folded for token in self._command.tokens[3:5]]
        if words == ["policy", _POLICY]:
            return self._context
        return self._into.database(self._name(), self._where)

    @property
    def _is_of_database(self) -> bool:
        return self._command.tokens[2].folded == "database"

    def _name(self) -> str:
        """Take a name: bare, in brackets, or a plain literal, which the service accepts, too."""
        if self._tokens.is_at("") and self._command.tokens[3].said is not None:
            return self._tokens.take().said or ""
        return self._tokens.name()

    def _literal(self) -> str:
        said = self._tokens.take().said
        if said is None or not self._tokens.is_done:
            raise OtherTextError
        return said

    def _structured(self) -> list[Any]:
        text = self._literal()
        if not text.strip():
            return []
        try:
            value = structured(text, form=_FORM)
        except AdxmiError as error:
            raise mistake(self._where, error.what, error.why, error.fix) from error
        return [value] if isinstance(value, dict) else value or []

    def _literal_policy(self) -> tuple[Policy, bool]:
        """Return the policy, and whether all of its object IDs are literal ones."""
        value = self._structured()
        self._leave_unknown(value, _OF_POLICY)
        try:
            policy = parse_policy(value)
        except AdxmiError as error:
            what = "the managed identity policy can't be used"
            raise mistake(self._where, what, error.why, _POLICY_FORM) from error
        kept = []
        for entry in policy:
            if entry.identity.is_system or is_guid(entry.identity.object_id):
                kept.append(entry)
            else:
                item = excerpt(entry.identity.object_id)
                self._into.unresolved(self._command.name, item, self._where)
        return Policy(tuple(kept)), len(kept) == len(policy)

    def _leave_unknown(self, objects: Sequence[Any], known: frozenset[str]) -> None:
        names = dict.fromkeys(name for one in objects if isinstance(one, dict) for name in one)
        for name in names:
            if str(name).casefold() not in known:
                self._leave(Reason.OTHER, excerpt(str(name)))

    def _callouts(self, verb: str) -> None:
        value = [] if verb == _DELETE else self._structured()
        self._leave_unknown(value, _OF_CALLOUT)
        try:
            rules = parse_callouts([{"Policy": value}])
        except AdxmiError as error:
            raise mistake(self._where, "the callout policy can't be used", error.why) from error
        known = [one for one in rules if one.callout_type.lower() in TYPES]
        for rule in rules:
            if rule not in known:
                self._leave(Reason.OTHER, excerpt(str(rule)))
        self._into.rules(map(_in_lower_case, known), self._where, replaces=verb != _MERGE)

    def _role(self, verb: str) -> None:
        database = self._into.database(self._name(), self._where)
        try:
            role = parse_role(self._tokens.take().text)
        except InvalidInput as error:
            raise OtherTextError from error
        principals = [] if self._tokens.skip("none") and verb == _SET else self._principals()
        self._tokens.skip("skip-results")
        description = "" if self._tokens.is_done else self._literal()
        if verb == _DROP:
            self._remove(database, role, principals)
            return
        self._into.role(database, role, self._where, replaces=verb == _SET)
        more = {"description": description} if description else {}
        for one in principals:
            try:
                self._into.member(database, role, one, self._where, **more)
            except InvalidInput:
                self._leave(Reason.UNREADABLE, excerpt(one))
                self._into.lacks_member(database, role, self._where)

    def _remove(self, database: str, role: Role, principals: Sequence[str]) -> None:
        for one in principals:
            try:
                was_there = self._into.remove_member(database, role, one)
            except InvalidInput:
                was_there = False
            if not was_there:
                self._leave(Reason.REMOVAL, excerpt(one))

    def _principals(self) -> list[str]:
        said = [part[0].said if len(part) == 1 else None for part in self._tokens.group()]
        known = [one for one in said if one is not None]
        if len(known) < len(said):
            raise OtherTextError
        return known

    def _workflow(self) -> None:
        for item in dict.fromkeys(_uses_of(self._command.text)) or [""]:
            self._leave(Reason.WORKFLOW, item)


def _uses_of(text: str) -> Iterator[str]:
    """Yield the identities that an external table or export uses, and the usages they require."""
    script = read_csl_script([text])
    for identity in script.identities.values():
        if identity:
            yield f"{identity} {Usage.AUTOMATED_FLOWS}"
    for strings in script.connection_strings.values():
        for one in strings:
            for found in _MANAGED_IDENTITY.finditer(one):
                identity = found[1].lower()
                if identity == SYSTEM or is_guid(identity):
                    yield f"{identity} {Usage.EXTERNAL_TABLE}"


def _in_lower_case(rule: CalloutRule) -> CalloutRule:
    return CalloutRule(rule.callout_type.lower(), rule.pattern, rule.can_call)


def locate_in(text: str, source: str) -> Locate:
    """Return what tells where the characters of a file stand."""
    lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def locate(offset: int) -> Where:
        line = bisect_right(lines, offset)
        return Where(source, line, offset - lines[line - 1] + 1)

    return locate
