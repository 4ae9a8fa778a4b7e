"""``audit --fleet``: the audits of all clusters, in every format."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from tests.fleets import three_clusters
from tests.rendering.sarif_schema import SCHEMA

pytestmark = pytest.mark.nightly


def test_the_files_of_an_audit_have_the_findings_of_all_clusters(
    magic, azure, monkeypatch, tmp_path
):
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    monkeypatch.setenv("ADXMI_FLEET_TIMEOUT", "600")
    monkeypatch.chdir(tmp_path)
    three_clusters(azure)
    azure.stop_cluster("contosonorth")

    magic("audit --fleet contoso,contosonorth -o a.json,a.sarif,a.junit.xml,a.csv,a.md")

    found = json.loads(Path("a.json").read_text())["clusters"]
    sarif = json.loads(Path("a.sarif").read_text())
    jsonschema.validate(sarif, SCHEMA)
    (run,) = sarif["runs"]
    (stopped,) = (one for one in run["results"] if one["ruleId"] == "cluster-not-audited")
    suite = ET.fromstring(Path("a.junit.xml").read_text())
    assert [one["state"] for one in found] == ["reached", "stopped"]
    assert stopped["message"]["text"] == "contosonorth: stopped: state Stopped"
    told = [one for one in found[0]["audit"]["findings"] if one["state"] in {"open", "muted"}]
    assert len(run["results"]) == len(told) + 1
    assert int(suite.attrib["failures"]) == sum(one["state"] == "open" for one in told)
