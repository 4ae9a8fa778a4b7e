"""Results of checks as JUnit XML, which Azure DevOps, GitLab and others show as tests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from adxmi_jupyter.rendering.annotations import inert

_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True)
class Case:
    """A test: `failure` tells why it failed, `skipped` why nothing is known; else it passed."""

    group: str
    name: str
    failure: str = ""
    kind: str = ""
    skipped: str = ""


def junit_text(suite: str, cases: Sequence[Case], properties: Mapping[str, str]) -> str:
    """Return cases as one test suite."""
    failures, skipped = sum(bool(one.failure) for one in cases), sum(bool(o.skipped) for o in cases)
    counts = {"tests": len(cases), "failures": failures, "errors": 0, "skipped": skipped}
    root = ET.Element("testsuites", {name: str(count) for name, count in counts.items()})
    found = ET.SubElement(root, "testsuite", {"name": _text(suite), **root.attrib})
    told = ET.SubElement(found, "properties")
    for name, value in properties.items():
        ET.SubElement(told, "property", {"name": name, "value": _text(value)})
    for one in cases:
        names = {"classname": _text(one.group), "name": _text(one.name)}
        case = ET.SubElement(found, "testcase", names)
        if one.failure:
            about = {"message": _text(one.failure), "type": one.kind}
            ET.SubElement(case, "failure", about).text = _text(one.failure)
        elif one.skipped:
            ET.SubElement(case, "skipped", {"message": _text(one.skipped)})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _text(text: str) -> str:
    return inert(_NOT_XML.sub("\ufffd", text))
