"""The guides, as a reader pastes them: every command block runs, in order, on the embedded Azure.

A fenced block without a language is a notebook cell, one of ``sh`` is for a shell, and of ``yaml``
the scripts of a pipeline are. A comment before a block, which no reader sees, names the error that
it raises, how many rows it returns, how many of them are requirements that are not met, or the exit
code of a shell.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from adxmi_jupyter.documentation import PAGES
from adxmi_jupyter.errors import AdxmiError
from tests.examples import sampled

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
CLUSTER = "mycluster.westeurope"
SHOWN_ONLY = ("text", "azurecli", "json", "python")

BLOCK = re.compile(
    r"(?:^<!-- (?P<kind>raises|rows|unmet|exit) (?P<expected>\w+) -->\n)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)\n```$",
    re.DOTALL | re.MULTILINE,
)

every_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)


@dataclass(frozen=True)
class Block:
    language: str
    text: str
    kind: str
    expected: str


def blocks(guide):
    return [
        Block(one["language"], one["text"], one["kind"] or "", one["expected"] or "")
        for one in BLOCK.finditer(guide.read_text("utf-8"))
    ]


def shell_scripts(value):
    """Return the scripts of a pipeline, wherever they are in it."""
    if isinstance(value, dict):
        own = [value[key] for key in ("run", "script", "inlineScript") if key in value]
        return own + [one for part in value.values() for one in shell_scripts(part)]
    if isinstance(value, list):
        return [one for part in value for one in shell_scripts(part)]
    return []


@pytest.fixture
def run_cell(ip, azure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run_cell(block):
        done = ip.run_cell(block.text.replace(CLUSTER, azure.kusto_uri))
        raised = type(done.error_in_exec or done.error_before_exec).__name__
        if block.kind == "rows":
            return str(len(done.result))
        return str(sum(done.result["state"] == "not met")) if block.kind == "unmet" else raised

    return run_cell


@pytest.fixture
def run_script(azure, tmp_path):
    """Run a script with the console script on the path, in one folder for a guide."""

    def run_script(text):
        own = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ADXMI_CLUSTER": azure.kusto_uri,
            "ADXMI_DATA_DIR": str(tmp_path / "data"),
        }
        done = subprocess.run(
            ["bash", "-e", "-c", text.replace(CLUSTER, azure.kusto_uri)],
            cwd=tmp_path,
            env=os.environ | own,
            capture_output=True,
            text=True,
            check=False,
        )
        return str(done.returncode)

    return run_script


def outcomes(block, run_cell, run_script):
    """Run a block; return how it ended, and how it was to end."""
    if block.language == "sh":
        return run_script(block.text), block.expected or "0"
    if block.language == "yaml":
        scripts = [one for one in shell_scripts(yaml.safe_load(block.text)) if "adxmi " in one]
        return {run_script(one) for one in scripts if "pip install" not in one} - {"0"}, set()
    return run_cell(block), block.expected or "NoneType"


@pytest.mark.nightly
@pytest.mark.parametrize("guide", sampled(GUIDES, each=13), ids=lambda path: path.stem)
def test_every_block_of_a_guide_does_what_the_guide_says(guide, run_cell, run_script):
    run = [block for block in blocks(guide) if block.language not in SHOWN_ONLY]

    ended = [(block.text, *outcomes(block, run_cell, run_script)) for block in run]

    assert [one for one in ended if one[1] != one[2]] == []
    assert run


@every_guide
def test_a_guide_has_its_parts(guide):
    text = guide.read_text("utf-8")

    headings = re.findall(r"^## (.+)$", re.sub(BLOCK, "", text), re.MULTILINE)
    see_also = text.split("\n## See also\n")[1]

    assert headings[0] == "Required permissions"
    assert headings[-2:] == ["Result", "See also"]
    assert re.search(r"\]\(\.\./\.\./notebooks/\w+\.ipynb\)", see_also)
    assert re.search(r"\]\(\.\./reference/[\w-]+\.md", see_also)
    assert set(re.findall(r"\[([^\]]+)\]\((https://[^)]+)\)", see_also)) <= set(PAGES.items())
    assert "](https://learn.microsoft.com/" in see_also


@pytest.mark.parametrize("page", ["index.md", "_toc.yml"])
def test_overview_and_table_of_contents_name_every_guide(page):
    named = re.findall(r"guides/([\w-]+)", (ROOT / "docs" / page).read_text("utf-8"))

    assert sorted(named) == [guide.stem for guide in GUIDES]


@every_guide
def test_the_owner_of_a_target_grants_the_roles_that_the_embedded_azure_grants(guide):
    shown = {"azurecli": set(), "": set()}
    for block in blocks(guide):
        if block.language == "azurecli" or "embedded azure-role" in block.text:
            shown[block.language] |= set(re.findall(r'--role\S* "([^"]+)"', block.text))

    assert shown["azurecli"] == shown[""]


def test_an_error_that_a_guide_expects_is_one_of_this_tool():
    named = {one.expected for path in GUIDES for one in blocks(path) if one.kind == "raises"}

    assert named <= {one.__name__ for one in subclasses(AdxmiError)}


def subclasses(base):
    return [base, *(one for sub in base.__subclasses__() for one in subclasses(sub))]
