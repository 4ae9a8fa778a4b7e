"""Annotations as SARIF 2.1.0: for GitHub code scanning, Azure DevOps and editors.

The same annotations give the same bytes: there is no time, no path of this machine and no random
ID in it.

Source: *Static Analysis Results Interchange Format (SARIF) Version 2.1.0* (OASIS); *SARIF support
for code scanning* (GitHub docs).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from adxmi_jupyter.documentation import page
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.annotation import Level
from adxmi_jupyter.rendering.annotations import inert
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from adxmi_jupyter.model.annotation import Annotation, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""The results of a run that GitHub takes."""
_ROOT = "%SRCROOT%"
_ORDER = list(Level)


def sarif_text(annotations: Sequence[Annotation], rules: Iterable[Rule], *, category: str) -> str:
    """Return annotations as a SARIF file with one run.

    `rules` are all that were looked for; those of the annotations are added. `category` tells this
    report from others of the same commit, such as ``adxmi/plan/mycluster``.
    """
    found = sorted(annotations, key=lambda one: _ORDER.index(one.level))
    every = {rule.id: rule for rule in (*rules, *(one.rule for one in found))}
    places = {name: number for number, name in enumerate(every)}
    run = {
        "tool": {"driver": _driver(every.values())},
        "automationDetails": {"id": f"{category}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(len(found))],
        "results": [_result(one, places[one.rule.id]) for one in found[:MOST_RESULTS]],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return inert(json.dumps(log, indent=2, ensure_ascii=False)) + "\n"


def _driver(rules: Iterable[Rule]) -> Mapping[str, Any]:
    return {
        "name": "adxmi",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": page("Managed identities overview").url,
        "rules": [_rule(one) for one in rules],
    }


def _rule(one: Rule) -> Mapping[str, Any]:
    properties: dict[str, Any] = {"tags": ["security"] if one.severity else []}
    if one.severity:
        properties["security-severity"] = f"{one.severity:.1f}"
    about = one.description or one.summary
    more = f" [Learn more]({one.help_url})" if one.help_url else ""
    told = {
        "id": one.id,
        "name": "".join(word.capitalize() for word in one.id.split("-")),
        "shortDescription": {"text": one.summary},
        "fullDescription": {"text": about},
        "help": {"text": about, "markdown": f"{about}{more}"},
        "defaultConfiguration": {"level": one.level},
        "properties": properties,
    }
    return {**told, "helpUri": one.help_url} if one.help_url else told


def _invocation(count: int) -> Mapping[str, Any]:
    if count <= MOST_RESULTS:
        return {"executionSuccessful": True}
    text = f"{count} results; the first {MOST_RESULTS} of them are here, the worst first"
    notification = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [notification]}


def _result(one: Annotation, place: int) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "ruleId": one.rule.id,
        "ruleIndex": place,
        "level": one.level,
        "message": {"text": _plain(one.message)},
        "locations": [where] if (where := _location(one)) else [],
        "partialFingerprints": {"primaryLocationLineHash": one.fingerprint},
    }
    if one.suppressed:
        told["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": _plain(one.suppressed)}
        ]
    return told


def _location(one: Annotation) -> Mapping[str, Any]:
    location: dict[str, Any] = {}
    if one.file:
        region = {"startLine": max(one.line, 1)}
        if one.column:
            region["startColumn"] = one.column
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(one.file), "uriBaseId": _ROOT},
            "region": region,
        }
    if one.address:
        where = {"fullyQualifiedName": one_line(one.address), "kind": "resource"}
        location["logicalLocations"] = [where]
    return location


def _plain(text: str) -> str:
    """Return a text in which no viewer finds a link: the format makes some of ``[a](b)``."""
    shown = one_line(text)
    return shown.replace("[", "\\[").replace("]", "\\]") if "](" in shown else shown
