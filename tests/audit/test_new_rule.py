"""A new rule is one new file: everything else follows from the declaration in it."""

import sys
from pathlib import Path

import pytest

from adxmi_jupyter.model.audit import rules
from adxmi_jupyter.model.audit.rule import every_rule, rule_ids, rule_of
from adxmi_jupyter.rendering.audit_rules import page, rules_frame

RULE = '''
"""MI900: the cluster has a short name."""

from typing import ClassVar

from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.rule import Rule


class ShortName(Rule):
    id: ClassVar = "MI900"
    severity: ClassVar = Severity.LOW
    title: ClassVar = "A short name"
    why: ClassVar = "It is hard to find."
    found_by: ClassVar = "its length"
    recommendation: ClassVar = "Choose a longer one."

    def examined(self, cluster):
        yield About(subject=cluster.name).found("short")
'''


@pytest.fixture
def short_name(tmp_path, monkeypatch):
    """Put one new file beside the rules; nothing else changes."""
    (tmp_path / "mi900_short_name.py").write_text(RULE, encoding="utf-8")
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    yield "MI900"
    sys.modules.pop("adxmi_jupyter.model.audit.rules.mi900_short_name", None)
    vars(rules).pop("mi900_short_name", None)


def test_the_rule_is_everywhere(short_name):
    assert rule_ids()[-1] == short_name
    assert rule_of("mi900").title == "A short name"
    assert list(rules_frame({})["rule"])[-1] == short_name
    assert "## MI900 A short name" in page()


def test_ids_are_those_of_the_files():
    assert [one.id for one in every_rule()] == list(rule_ids())


def test_the_page_of_rules_is_the_declared_one():
    shipped = Path(__file__).resolve().parents[2] / "docs" / "audit_rules.md"

    assert shipped.read_text(encoding="utf-8") == page()
