"""`audit -o`: the same audit for auditors, scripts, code scanning and test reports."""

import getpass
import hashlib
import html
import json
import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from adxmi_jupyter.embedded.state.clusters import PolicyItem
from tests.rendering.sarif_schema import SCHEMA

HOSTILE = "<script>alert(1)</script>|@team ]]>"
NAMES = ("report.html", "audit.json", "audit.sarif", "audit.junit.xml", "audit.md")


def now():
    """Return the option for this moment."""
    return f"--as-of {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def reports(magic, tmp_path, monkeypatch):
    """Return an audit in every format, as texts by the suffix of its file."""
    monkeypatch.chdir(tmp_path)

    def saved(line=""):
        magic(f"audit {'' if '--as-of' in line else now()} {line} -o {','.join(NAMES)}")
        return {name.partition(".")[2]: (tmp_path / name).read_text("utf-8") for name in NAMES}

    return saved


def test_every_format_tells_the_same_findings(reports):
    found = reports()

    told = json.loads(found["json"])
    opened = [one for one in told["findings"] if one["state"] == "open"]
    assert told["schema_version"] == "1.2"
    assert told["summary"]["open"] == {"high": 2, "medium": 3, "low": 1}
    assert len(opened) == 6
    assert f"{len(told['permissions'])} permissions in" in found["html"]
    assert [one["role"] for one in told["administrators"]].count("AllDatabasesAdmin")
    sarif = json.loads(found["sarif"])
    jsonschema.validate(sarif, SCHEMA)
    assert {one["ruleId"] for one in sarif["runs"][0]["results"]} == {o["rule"] for o in opened}
    suite = ET.fromstring(found["junit.xml"]).find("testsuite")
    assert len(suite.findall("testcase/failure")) == 6
    assert len(suite.findall("testcase/skipped")) == told["summary"]["cannot_tell"]
    assert all(one["rule"] in found["md"] for one in opened)
    assert all(one["rule"] in found["html"] for one in opened)


@pytest.mark.nightly
def test_a_report_names_the_digest_of_its_raw_data_and_is_the_same_again(reports):
    moment = now()

    first, second = reports(moment), reports(moment)

    assert first == second
    assert hashlib.sha256(first["json"].encode()).hexdigest() in first["html"]


@pytest.mark.nightly
def test_a_hostile_name_is_text_in_every_report(reports, azure):
    hostile = azure.world.add_identity(HOSTILE)
    item = PolicyItem(
        hostile.object_id, hostile.client_id, hostile.tenant_id, HOSTILE, False, ("All",)
    )
    azure.world.cluster.policy.append(item)

    found = reports()

    assert "<script" not in found["html"]
    assert "&lt;script&gt;" in found["html"]
    assert "`<script>alert(1)</script>\\|@team ]]>" in found["md"]
    assert HOSTILE in "".join(ET.fromstring(found["junit.xml"]).itertext()) + str(
        [one.attrib for one in ET.fromstring(found["junit.xml"]).iter()]
    )


@pytest.mark.nightly
def test_what_is_suppressed_is_told_as_that(reports, tmp_path):
    file = tmp_path / "accepted.yaml"
    file.write_text("suppress:\n  - {rule: MI002, reason: moving, until: 2099-01-01}\n", "utf-8")

    found = reports(f"--suppressions {file}")

    [muted] = [
        one for one in json.loads(found["sarif"])["runs"][0]["results"] if one.get("suppressions")
    ]
    assert muted["ruleId"] == "MI002"
    assert "moving" in muted["suppressions"][0]["justification"]
    assert "moving" in found["html"]


POINTS = {
    "scope": (
        "resource",
        "roles of the caller",
        "AllDatabasesAdmin (cluster)",
        "version",
        "window",
    ),
    "population": ("permissions in", "policy show --cluster --all-databases --by-usage"),
    "who granted it": ("granted by", "history blame IDENTITY USAGE", "Tickets are unknown"),
    "last use": ("last use", "seen in"),
    "privileged access": ("<h2>Privileged access</h2>", "customer-managed key"),
    "segregation of duties": ("AllDatabasesAdmin may change", "az role assignment list --scope"),
    "exceptions": ("<h2>Accepted findings</h2>", "Accepted findings that are overdue: 1."),
    "changes": ("Changes since the last review: unknown", "audit keeps one to compare with"),
    "repeatable": ("SHA-256 of that file", "Digest of the history: unknown", "history record"),
}


@pytest.mark.nightly
def test_a_report_has_the_nine_points_or_how_to_know_them(reports, tmp_path):
    file = tmp_path / "accepted.yaml"
    file.write_text("suppress:\n  - {rule: MI002, reason: moving, until: 2026-01-01}\n", "utf-8")

    found = html.unescape(reports(f"--suppressions {file}")["html"])

    assert {name: [one for one in some if one not in found] for name, some in POINTS.items()} == {
        name: [] for name in POINTS
    }


@pytest.mark.nightly
def test_a_report_tells_what_changed_since_the_last_audit_and_by_whom(reports, magic, magics):
    magic("audit --fail-on none")
    magic("policy grant --database Telemetry --identity mi-ingest --usage ExportRequest")
    entry = '[{"ObjectId": "system", "AllowedUsages": "All"}]'
    command = f".alter-merge database Sales policy managed_identity '{entry}'"
    magics.connections.current().kusto.command(command)

    found = reports(f"--as-of {datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M}")

    told = json.loads(found["json"])["history"]
    by = {(one["what"], one["where"]): one["by"] for one in told["changes"]}
    assert by[("policy ExportRequest", "Telemetry")] == getpass.getuser()
    assert by[("policy All", "Sales")] == "unknown"
    assert told["findings"]["new"]
    assert re.search(r"findings: \d+ new, \d+ gone, \d+ unchanged", found["html"])
    assert "history blame" in found["md"]
    assert told["digest"] in found["html"]
    assert len(told["digest"]) == 64
