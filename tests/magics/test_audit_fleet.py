"""``audit --fleet``: the audits of all clusters, in every format."""

import hashlib
import html
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from adxmi_jupyter.embedded.state.clusters import PolicyItem
from tests.fleets import three_clusters
from tests.rendering.sarif_schema import SCHEMA

pytestmark = pytest.mark.nightly


HOSTILE = "<script>alert(1)</script>|@team"


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


def test_the_report_of_a_fleet_begins_with_what_was_not_seen_and_names_all_clusters(
    magic, azure, monkeypatch, tmp_path
):
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    monkeypatch.setenv("ADXMI_FLEET_TIMEOUT", "600")
    monkeypatch.chdir(tmp_path)
    three_clusters(azure)
    hostile = azure.world.add_identity(HOSTILE)
    item = PolicyItem(
        hostile.object_id, hostile.client_id, hostile.tenant_id, HOSTILE, False, ("All",)
    )
    for name in ("contosonorth", "contosoeast"):
        azure.world.find_cluster(name).policy = [item]
    azure.stop_cluster("contosowest")

    magic("audit --fleet contosonorth,contosoeast,contosowest -o a.html,a.md,a.json")

    page, text = Path("a.html").read_text("utf-8"), Path("a.md").read_text("utf-8")
    raw = Path("a.json").read_text("utf-8")
    told = html.unescape(page)
    assert "<script" not in page
    assert "2 of 3 clusters audited" in page
    assert "2 of 3 clusters audited" in text
    assert told.index("state Stopped") < told.index("<h2>Findings</h2>")
    assert "`contosowest`" in text
    shared = told[told.index("<h2>Identities with permissions on several") :]
    assert f"contosoeast, contosonorth</td><td>{HOSTILE}" in shared
    assert hashlib.sha256(raw.encode()).hexdigest() in page
    names = "contosonorth,contosoeast,contosowest"
    assert f"%adxmi audit --fleet {names} --out audit.json --since 1<" in told
