"""Texts that others chose are text in every output of the history and of an audit."""

import csv
import json
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest

from adxmi_jupyter.embedded.state.clusters import PolicyItem

pytestmark = pytest.mark.nightly

NAMES = (
    "<script>alert(1)</script>",
    '=HYPERLINK("https://evil.example")',
    "'] | .drop table T //",
    "$\\href{https://evil.example}{x}$",
    "|@team ]]> ](https://evil.example)",
)
LINES = (
    "history show",
    "history diff first",
    "history runs",
    "history blame {id} All",
    "audit",
)


@pytest.fixture
def named(azure, magic):
    """An identity of a hostile name that is allowed everything since the first run."""

    def named(name):
        magic("history record")
        one = azure.world.add_identity(name)
        item = PolicyItem(one.object_id, one.client_id, one.tenant_id, name, False, ("All",))
        azure.world.cluster.policy.append(item)
        magic("history record")
        return one.object_id

    return named


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_text_in_every_output(magic, named, ip, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    who = named(name)

    for number, line in enumerate(LINES):
        frame = magic(
            f"{line.format(id=who)} -o {number}.csv,{number}.xlsx,{number}.md,{number}.html"
        )
        shown = ip.display_formatter.format(frame)[0]
        assert "<script>" not in shown.get("text/html", "")
        assert "text/latex" not in shown
        texts = {
            suffix: tmp_path / f"{number}.{suffix}" for suffix in ("csv", "xlsx", "md", "html")
        }
        assert "<script>" not in texts["html"].read_text("utf-8")
        assert_no_formula(texts["csv"], texts["xlsx"])
        outside_of_code = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", texts["md"].read_text("utf-8"))
        assert "<script>" not in outside_of_code
    magic("audit -o a.sarif,a.junit.xml,a.json")
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8"))["runs"]
    assert ET.fromstring((tmp_path / "a.junit.xml").read_text("utf-8")).findall("testsuite")
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))["history"]["digest"]


def assert_no_formula(table, workbook):
    with table.open(newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [one for one in cells if one[:1] in {"=", "+", "@", "\t"}] == []
    with zipfile.ZipFile(workbook) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        assert [n for n in sheets if b"<f>" in archive.read(n)] == []
