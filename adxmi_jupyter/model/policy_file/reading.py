"""Read a policy file: each mistake is told with its file, line and column, and what was meant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from adxmi_jupyter.errors import InvalidPolicyFile, MalformedBody
from adxmi_jupyter.fixes import Explain, Several
from adxmi_jupyter.model.body import Document, yaml_document, yaml_problem
from adxmi_jupyter.model.body.places import Place
from adxmi_jupyter.model.identity import SYSTEM
from adxmi_jupyter.model.policy_file.lock import Lock
from adxmi_jupyter.model.policy_file.nodes import UNKNOWN_KEY, UNKNOWN_WORD, Node
from adxmi_jupyter.model.policy_file.sections import VERSION, AuditAlone, AuditSection, Content
from adxmi_jupyter.model.policy_file.variables import UnknownReference
from adxmi_jupyter.model.shape import kind_of
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.body.places import Path, Step
    from adxmi_jupyter.model.policy_file.sections import Alias
    from adxmi_jupyter.model.policy_file.variables import Variables

Section = TypeVar("Section", bound=Node)
_ONLY, _AUDIT = "only", "audit"
_OF_THE_WHOLE_FILE = ("apiVersion", "clusters", _ONLY)
_LONGEST_SHOWN = 60
_EMPTY = "it is empty"


@dataclass(frozen=True)
class PolicyFile:
    """A file that was read: what it says for each of its clusters.

    `source` names it, `digest` tells whether it is still the same, variables included. `lock` is
    what the names in it stood for at the last apply.
    """

    source: str
    document: Document
    contents: Mapping[str, ClusterContent]
    lock: Lock = field(default_factory=Lock)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of what it says, however it is written."""
        text = json.dumps(self.document.value, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class ClusterContent:
    """What a file says for one of its clusters, what is laid over for that one included."""

    source: str
    cluster: str
    content: Content
    document: Document

    def mistake(
        self, path: Sequence[Step], what: str, why: str | Explain, fix: str | Fix = ""
    ) -> Any:
        """Return the error for something in the file: `InvalidPolicyFile`."""
        return _mistake(self.source, self.document, path, what, why, fix)

    def line(self, path: Sequence[Step]) -> int:
        """Return the line that something stands in."""
        return self.document.place(path).line


def read_policy_file(text: str, source: str, variables: Variables) -> PolicyFile:
    """Read a policy file of YAML or JSON; `source` is what errors call it.

    Raises
    ------
    InvalidPolicyFile
        It cannot be read, or says something that cannot be; file, line and column are named.

    """
    return _file_of(_with_variables(parsed(text, source), source, variables), source)


@dataclass(frozen=True)
class AuditSettings:
    """The section ``audit`` of a file, or a file that holds nothing else.

    `path` is where it stands in the file. Suppressions may call identities by the file's `aliases`.
    """

    source: str
    section: AuditSection
    document: Document
    path: Path = ()
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def mistake(self, path: Sequence[Step], what: str, why: str, fix: str | Fix = "") -> Any:
        """Return the error for something in the section: `InvalidPolicyFile`."""
        return _mistake(self.source, self.document, (*self.path, *path), what, why, fix)


def read_audit_settings(text: str, source: str, variables: Variables) -> PolicyFile | AuditSettings:
    """Read a policy file, or a file that has no more than the section ``audit`` of one.

    Its name may stand above it or not; a list has suppressions only.

    Raises
    ------
    InvalidPolicyFile
        It cannot be read, or says something that cannot be; file, line and column are named.

    """
    document = _with_variables(parsed(text, source), source, variables)
    value = document.value
    if isinstance(value, list):
        section = {"suppress": value}
        document = Document(section, {**document.places, id(section): {"suppress": Place(1, 1)}})
    elif isinstance(value, Mapping):
        if any(key in value for key in _sections() if key != _AUDIT):
            return _file_of(document, source)
        if _AUDIT in value:
            alone = validated(document, source, AuditAlone).audit or AuditSection()
            return AuditSettings(source, alone, document, (_AUDIT,))
    otherwise = ("it has no suppressions", "write suppress: [{rule: MI001, reason: REASON}]")
    return AuditSettings(source, validated(document, source, AuditSection, otherwise), document)


def _sections() -> Iterator[str]:
    """Yield the keys at the root of a policy file."""
    yield _ONLY
    yield from (str(one.alias or name) for name, one in Content.model_fields.items())


def policy_file_of(value: Any, source: str) -> PolicyFile:
    """Return the policy file of a value that was read before, its variables put in.

    Raises
    ------
    InvalidPolicyFile
        It says something that cannot be.

    """
    return _file_of(Document(value, {}), source)


def _file_of(document: Document, source: str) -> PolicyFile:
    whole = validated(document, source, Content)
    _check_names(document, source, whole)
    contents = {}
    for cluster in whole.clusters:
        over = document.value.get(_ONLY, {}).get(cluster)
        laid = document.overlaid(over) if over else document
        contents[cluster] = ClusterContent(source, cluster, validated(laid, source, Content), laid)
    return PolicyFile(source, document, contents)


def parsed(text: str, source: str) -> Document:
    """Return a text of YAML or JSON with the places of its values.

    Raises
    ------
    InvalidPolicyFile
        It is neither, or too large.

    """
    import yaml

    try:
        return yaml_document(text)
    except MalformedBody as error:
        raise _unreadable(error, source) from error
    except yaml.YAMLError as error:
        place, problem = yaml_problem(error, text)
        told = InvalidPolicyFile(
            f"{source} isn't YAML",
            why=f"{place}: {problem}" if place else problem,
            fix='put keys and texts with signs in quotes, such as "*", "{{name}}" and "a: b"',
        )
        raise _at(told, source, place or Place()) from error


def _unreadable(error: MalformedBody, source: str) -> InvalidPolicyFile:
    told = InvalidPolicyFile(
        f"{source} can't be read: {error.what}", why=error.why, fix=error.remediation
    )
    return _at(told, source, Place(error.line, error.column))


def _at(error: InvalidPolicyFile, source: str, place: Place) -> InvalidPolicyFile:
    error.source, error.line, error.column = source, place.line, place.column
    return error


def _with_variables(document: Document, source: str, variables: Variables) -> Document:
    def put_in(text: str, path: Path) -> str:
        try:
            return variables.put_into(text)
        except UnknownReference as unknown:
            fix = (
                f"write {unknown.match}" if unknown.match else "define it; write $${ for a plain ${"
            )
            what = f"the variable {unknown.written} is unknown"
            raise _mistake(source, document, path, what, unknown.why, fix) from unknown

    try:
        return document.with_texts(put_in)
    except MalformedBody as error:
        raise _unreadable(error, source) from error


def validated(
    document: Document,
    source: str,
    section: type[Section],
    otherwise: tuple[str, str] = ("it is no policy file", f"begin it with apiVersion: {VERSION}"),
) -> Section:
    """Return what a document says; `otherwise` is what it is where it has no sections, and a fix.

    Raises
    ------
    InvalidPolicyFile
        It says something that cannot be.

    """
    from pydantic import ValidationError

    if not isinstance(document.value, dict):
        is_empty = document.value is None
        holds = "it is empty" if is_empty else f"it holds {kind_of(document.value)}, not sections"
        raise _mistake(source, document, (), otherwise[0], holds, otherwise[1])
    try:
        found = section.model_validate(document.value)
    except ValidationError as error:
        raise _told(error.errors(include_url=False)[0], document, source) from None
    _check_named(document, source, document.value)
    return found


def _check_named(document: Document, source: str, value: Any, path: Path = ()) -> None:
    """Check that no key is blank: without a name, a database would be the cluster.

    Raises
    ------
    InvalidPolicyFile
        One is; its place is named.

    """
    if isinstance(value, list):
        for number, one in enumerate(value):
            _check_named(document, source, one, (*path, number))
    if not isinstance(value, dict):
        return
    for key, one in value.items():
        if not key.strip():
            where, why = (*path, key), "it is empty, or a variable that is"
            raise _mistake(source, document, where, "a name is missing here", why, "name it")
        _check_named(document, source, one, (*path, key))


def _told(detail: ErrorDetails, document: Document, source: str) -> InvalidPolicyFile:
    loc = detail["loc"]
    path: tuple[Step, ...] = tuple(step for step in loc if step != "[key]")
    given, kind = detail.get("ctx", {}), detail["type"]
    if kind in {UNKNOWN_KEY, UNKNOWN_WORD}:
        word, names = str(given["word"]), tuple(map(str, given["names"]))
        match = closest(word, names)
        is_key = kind == UNKNOWN_KEY
        what = f"there is no {'key' if is_key or loc[-1] == '[key]' else 'value'} {word!r} here"
        known = Several.of(names)
        fix = f"write {match}" if match else Explain.of("use one of ", known)
        where = (*path, word) if is_key else path
        return _mistake(source, document, where, what, Explain.of("known are ", known), fix)
    if kind == "missing":
        return _mistake(
            source, document, path, f"{path[-1]} is missing", "it is required", "add it"
        )
    value = detail["input"]
    named = f"{_called(path)} can't be used" if path else "it can't be used"
    why = _EMPTY if kind == "too_short" else _why(detail["msg"], value)
    return _mistake(source, document, path, named, why, _fix(kind, value))


def _called(path: tuple[Step, ...]) -> str:
    *before, last = path
    if isinstance(last, int) and before:
        return f"item {last + 1} of {before[-1]}"
    return str(last) or "a name"


def _why(message: str, value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}…"
    return f"{message[:1].lower()}{message[1:]}, and it is {shown}"


def _fix(kind: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float):
        return f'write it in quotes: "{json.dumps(value)}"'
    if kind in {"tuple_type", "list_type"} or (kind == "model_type" and isinstance(value, str)):
        return "write a list: [A, B]"
    return "correct the value"


def _mistake(
    source: str,
    document: Document,
    path: Sequence[Step],
    what: str,
    why: str | Explain,
    fix: str | Fix = "",
) -> InvalidPolicyFile:
    place = document.place(path)
    error = InvalidPolicyFile(f"{source}, {place}: {what}", why=why, fix=fix or "correct the file")
    return _at(error, source, place)


def _check_names(document: Document, source: str, whole: Content) -> None:
    """Check the names of clusters and of aliases, wherever they are used.

    Raises
    ------
    InvalidPolicyFile
        There is no such cluster; an alias is a word of the service, or finds nothing; what is laid
        over concerns the file as a whole.

    """
    for path, name in _cluster_names(whole):
        if name not in whole.clusters:
            match = closest(name, whole.clusters)
            known = ", ".join(whole.clusters)
            fix = f"write {match}" if match else "add it below clusters"
            what = f"there is no cluster {name!r} in this file"
            raise _mistake(source, document, path, what, f"its clusters are {known}", fix)
    for name, alias in whole.identities.items():
        why = "the service's own word" if name.lower() == SYSTEM else _why_unusable(alias)
        if why:
            what = f"the identity {name!r} can't be used"
            fix = "give it a name, resourceId, objectId or clientId; system needs no alias"
            raise _mistake(source, document, ("identities", name), what, why, fix)
    for name, over in whole.only.items():
        key = next((key for key in over if key in _OF_THE_WHOLE_FILE), None)
        if key is not None:
            what, why = f"{key} can't be laid over", "it concerns the file as a whole"
            raise _mistake(source, document, (_ONLY, name, key), what, why, f"leave out {key}")


def _why_unusable(alias: Alias) -> str:
    kinds = (alias.name, alias.resource_id, alias.object_id, alias.client_id)
    return "" if any(kinds) else "nothing says which identity it is"


def _cluster_names(whole: Content) -> Iterator[tuple[Path, str]]:
    """Yield every name of a cluster that is used, and where."""
    for name in whole.only:
        yield (_ONLY, name), name
    for alias, found in whole.identities.items():
        kinds = {
            "name": found.name,
            "resourceId": found.resource_id,
            "objectId": found.object_id,
            "clientId": found.client_id,
        }
        for kind, by_cluster in kinds.items():
            for name in filter(None, by_cluster):
                yield ("identities", alias, kind, name), name
