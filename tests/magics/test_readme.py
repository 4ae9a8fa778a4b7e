"""The steps to get started in the README, as a newcomer pastes them: a fenced block is a cell."""

import re
from pathlib import Path

import pytest

from adxmi_jupyter import errors

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def cells():
    section = README.read_text("utf-8").split("\n## Get started\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```(\w*)\n(.*?)\n```$", section, re.DOTALL | re.MULTILINE)
    return [text for language, text in blocks if not language]


def test_the_first_minutes_lead_from_a_refusal_to_the_rows(ip, cells):
    create, query, check, fix, of_the_owner, again, more = cells

    ip.run_cell(create).raise_error()
    refused = ip.run_cell(query)
    checked = ip.run_cell(check).result
    ip.run_cell(fix).raise_error()
    ip.run_cell(of_the_owner).raise_error()
    rows = ip.run_cell(again).result
    ip.run_cell(more).raise_error()

    assert isinstance(refused.error_in_exec, errors.CommandRefused)
    assert refused.error_in_exec.fix == "%adxmi identity assign --identity mi-stranger"
    assert list(checked.query("state == 'not met'")["requirement"]) == [
        "assigned to the cluster",
        "allowed by policy",
        "Azure role",
    ]
    assert list(rows["OrderId"]) == [1001, 1002, 1003, 1004, 1005]


def test_its_line_for_the_owner_is_the_one_that_a_check_names(ip, cells):
    create, _, check, _, of_the_owner, *_ = cells

    ip.run_cell(create)
    checked = ip.run_cell(check).result

    assert of_the_owner in set(checked["fix"])
