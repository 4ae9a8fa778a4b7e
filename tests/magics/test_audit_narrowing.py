"""`audit --plan`: the narrowest policy that the evidence supports, which breaks nothing."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.bridge import loaded
from tests.audit.planted import FORMER_SYSTEM, GONE, plant

pytestmark = pytest.mark.nightly

ACCEPTED = """\
suppress:
  - {rule: MI004, identity: mi-flow, usage: ExportRequest, reason: yearly export, until: 2099-12-31}
  - {rule: MI008, identity: mi-ghost, reason: for disasters, until: 2099-12-31}
"""


@pytest.fixture
def planted(kept_extension):
    azure = loaded(kept_extension).connections.current().azure
    kept_extension.run_line_magic("adxmi", "embedded reset")
    plant(azure.world)
    beta = azure.world.cluster.databases["Beta"]
    # The embedded service knows no usage that is newer than this release.
    beta.policy = [one for one in beta.policy if "FutureUsage" not in one.usages]
    return azure


@pytest.fixture
def run(kept_extension, planted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda line: kept_extension.run_line_magic("adxmi", line)


def rows(frame, change):
    found = frame[frame["change"] == change]
    return set(zip(found["database"], found["identity"], found["usage"], strict=True))


def policies(azure):
    scopes = {"": azure.world.cluster, **azure.world.cluster.databases}
    return {
        (name, one.object_id.lower()): set(one.usages)
        for name, scope in scopes.items()
        for one in scope.policy or ()
        if one.usages
    }


def test_plan_narrows_by_evidence_and_changes_nothing(run, planted):
    before = policies(planted)

    frame = run("audit --plan p.json")

    removed = rows(frame, "removed")
    assert ("", "mi-table", "ExternalTable") in removed
    assert ("", "mi-function", "SqlRequest") in removed
    assert ("Delta", "mi-ghost", "AzureAI") in removed
    assert ("Gamma", "mi-function", "SqlRequest") in rows(frame, "added")
    assert not {who for _, who, _ in removed} & {"mi-young", "mi-sdk", "mi-every", "mi-sql"}
    assert policies(planted) == before


def test_apply_narrows_audit_is_satisfied_and_undo_restores(run, planted):
    before = policies(planted)
    run("audit --plan p.json")

    run("apply p.json --yes")

    found = run("audit")
    left = set(found.loc[found["state"] == "open", "rule"])
    assert not left & {"MI001", "MI002", "MI003", "MI004", "MI006", "MI009"}
    assert not len(rows(run("audit --plan q.json"), "removed"))
    run("undo --apply 1 --yes")
    # The service rejects entries of identities that are not assigned, and these no longer exist.
    stale = {one for one in before if one[1] in {GONE, FORMER_SYSTEM}}
    assert policies(planted) == {one: before[one] for one in before if one not in stale}


def test_what_cannot_be_told_is_revoked_only_by_name(run):
    named = "mi-sdk:NativeIngestion:Alpha"

    plain, given = run("audit --plan p.json -n"), run(f"audit --plan p.json -n --include {named}")

    row = ("Alpha", "mi-sdk", "NativeIngestion")
    assert row in rows(plain, "kept")
    assert row in rows(given, "removed")
    assert rows(given, "removed") - {row} == rows(plain, "removed")


def test_dry_run_saves_nothing(run, tmp_path):
    run("audit --plan p.json --dry-run")

    assert not (tmp_path / "p.json").exists()


@pytest.mark.parametrize(
    ("named", "error", "told"),
    [
        ("mi-nobody:SqlRequest", errors.UnknownIdentity, "mi-nobody"),
        ("mi-sdk", errors.InvalidValue, "IDENTITY:USAGE"),
        ("mi-sdk:NativeIngestion:Nowhere", errors.InvalidValue, "Nowhere"),
        ("mi-table:ExternalTable:Alpha", errors.InvalidValue, "declared"),
        ("mi-sdk:SqlRequest", errors.InvalidValue, "not allowed"),
    ],
)
def test_what_is_not_there_cannot_be_included(run, named, error, told):
    with pytest.raises(error) as raised:
        run(f"audit --plan p.json --include {named}")

    assert told in f"{raised.value.what} {raised.value.why}"


def test_a_grant_of_today_is_never_revoked(run):
    run("policy grant --database Alpha --identity mi-young --usage AzureAI")

    assert ("Alpha", "mi-young", "AzureAI") in rows(run("audit --plan p.json -n"), "kept")
    with pytest.raises(errors.InvalidValue, match="stays in the policy"):
        run("audit --plan p.json -n --include mi-young:AzureAI")


def test_suppressed_findings_are_left_out(run, tmp_path):
    (tmp_path / "accepted.yaml").write_text(ACCEPTED, encoding="utf-8")

    frame = run("audit --plan p.json -n --suppressions accepted.yaml")

    accepted = {("Beta", "mi-flow", "ExportRequest"), ("Delta", "mi-ghost", "AzureAI")}
    assert not accepted & rows(frame, "removed")
    assert accepted <= rows(frame, "kept")
    assert "yearly export" in frame.to_text()


def test_what_the_policy_file_protects_is_left_out(run, tmp_path):
    (tmp_path / "adxmi.yaml").write_text(
        "apiVersion: adxmi/v1\n"
        "clusters: {demo: {uri: embedded}}\n"
        "identities: {hub: {name: mi-hub}}\n"
        "policy: {databases: {Beta: {mi-flow: {usages: [ExportRequest], protect: true}}}}\n"
        "protected: [{identity: hub, usage: DataConnection}]\n",
        encoding="utf-8",
    )

    frame = run("audit --plan p.json -n")

    protected = {("Beta", "mi-flow", "ExportRequest"), ("Delta", "mi-hub", "DataConnection")}
    assert not protected & rows(frame, "removed")
    assert protected <= rows(frame, "kept")


def test_the_plan_of_one_database_leaves_the_cluster_alone(run):
    frame = run("audit --plan p.json -n --database Alpha")

    assert {database for database, _, _ in rows(frame, "removed")} == {"Alpha"}


def test_the_saved_plan_is_one_of_policy_as_code(run, tmp_path):
    run("audit --plan p.json")

    saved = json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))

    assert saved["summary"]["blocked"] == 0
    assert saved["content"]["policy"]["mode"] == "authoritative"
    assert len(run("apply p.json --dry-run")) == len(saved["changes"])


def test_a_plan_that_no_longer_fits_names_the_command_that_makes_a_new_one(run):
    run("audit --plan p.json")
    run("policy grant --database Alpha --identity mi-young --usage AzureAI")

    with pytest.raises(errors.StalePlan) as raised:
        run("apply p.json --yes")

    assert "audit --plan p.json" in str(raised.value)


def test_include_needs_a_plan(run):
    with pytest.raises(errors.MissingOption):
        run("audit --include mi-sdk:NativeIngestion")
