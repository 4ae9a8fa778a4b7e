"""The error catalogue has every error, and the repository has the present one."""

import re
from pathlib import Path

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.magics.tree import leaves
from adxmi_jupyter.rendering.error_catalogue import FILE, page
from adxmi_jupyter.rendering.error_causes import CAUSES

ROOT = Path(__file__).resolve().parents[2]

EVERY = {
    one
    for name in errors.__all__
    if issubclass(one := getattr(errors, name), errors.AdxmiError) and one is not errors.AdxmiError
}


def test_every_error_has_a_cause_and_a_typical_fix():
    assert set(CAUSES) == EVERY


def test_every_error_has_one_section_below_its_group():
    sections = re.findall(r"^##+ (\w+)$", page(), re.MULTILINE)

    assert sorted(sections) == sorted(one.__name__ for one in EVERY)


@pytest.mark.parametrize("error", [errors.PolicyChanged, errors.RepeatedKey])
def test_a_section_says_when_why_and_what_fixes_it(error):
    section = page().split(f"### {error.__name__}\n")[1].split("\n##")[0]

    assert error.__doc__.split("\n")[0] in section
    assert f"* Why: {CAUSES[error].why}" in section
    assert "* Fix: " in section


def test_reasons_and_fixes_are_short():
    told = [text for one in CAUSES.values() for text in (one.why, Dialect().fix(one.fix)) if text]

    assert [text for text in told if len(text) > 160] == []
    assert len(told) == 2 * len(CAUSES)


def test_commands_of_fixes_exist():
    verbs = {name for name, _ in leaves()} | {""}

    commands = re.findall(r"`%adxmi ?([a-z -]*?)(?: --[^`]*| mycluster[^`]*| embedded)?`", page())

    assert commands
    assert set(commands) - verbs <= {"connect", "history", "plan schema"}


def test_the_repository_has_the_present_catalogue():
    """If not: python -m adxmi_jupyter.magics.reference . (a dot: the root of the repository)."""
    assert (ROOT / FILE).read_text("utf-8") == page()
