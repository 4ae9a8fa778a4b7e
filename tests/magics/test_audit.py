"""`audit` as a user runs it: what it shows, what it mutes, and what bad input gets."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.rendering.audit_table import COLUMNS

SUPPRESS = """\
suppress:
  - {rule: MI010, identity: mi-ingest, reason: migration, until: 2099-12-31, by: Anna}
  - {rule: MI010, identity: mi-export, reason: was moving, until: 2020-01-31}
  - {rule: MI005, reason: never}
severity: {MI016: medium}
"""


@pytest.fixture(scope="module")
def kept(kept_extension):
    return lambda line: kept_extension.run_line_magic("adxmi", line)


@pytest.fixture
def suppressions(tmp_path):
    def write(text):
        file = tmp_path / "accepted.yaml"
        file.write_text(text, encoding="utf-8")
        return f"audit --suppressions {file}"

    return write


@pytest.fixture(scope="module")
def found(kept, tmp_path_factory):
    """The audit of the seeded cluster, with some findings suppressed."""
    file = tmp_path_factory.mktemp("audit") / "accepted.yaml"
    file.write_text(SUPPRESS, encoding="utf-8")
    return kept(f"audit --all --suppressions {file}")


def test_audit_begins_with_counts_population_and_completeness(found):
    assert list(found.columns) == list(COLUMNS)
    counts, population, complete, *_ = found.to_text().splitlines()
    assert counts.startswith("Findings: 1 high, 4 medium, 0 low. Muted: 1. Cannot tell: ")
    assert "3 databases, assigned identities: 3" in population
    assert complete.startswith("Complete:")
    assert len(found.to_text().splitlines()) <= 40


def test_each_finding_has_evidence_and_fix(found):
    rows = found[(found["rule"] == "MI002") & (found["state"] == "open")]

    (row,) = rows.to_dict("records")

    assert (row["database"], row["identity"], row["usage"]) == ("Tom's Lab", "contoso", "All")
    assert row["fix"].endswith("--identity system --usage All --yes")
    assert row["evidence"].startswith("allows every usage, also future ones; needed: none seen")
    assert set(found["state"]) == {"open", "muted", "cannot tell", "passed"}


def test_suppressions_mute_expire_and_are_unused(found):
    rows = {row["identity"]: row for row in found.to_dict("records") if row["rule"] == "MI010"}

    assert rows["mi-ingest"]["state"] == "muted"
    assert rows["mi-ingest"]["suppression"] == "migration, until 2099-12-31, by Anna"
    assert rows["mi-export"]["state"] == "open"
    assert rows["mi-export"]["evidence"].endswith("suppressed until 2020-01-31")
    text = found.to_text()
    assert "Suppression of MI010 expired on 2020-01-31: was moving" in text
    assert "Suppression of MI005 is not used: never" in text
    assert "medium MI016" in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("suppress: [{rule: MI010, reason: x}]", "the suppression of MI010 has no end"),
        ("suppress: [{rule: MI999, reason: x}]", "there is no rule 'MI999'"),
        ("suppress: [{rule: MI016, reason: x, untl: 2099-01-01}]", "there is no key 'untl' here"),
        ("suppress: [{rule: MI016, reason: x, until: soon}]", "until can't be used"),
        ("suppress: [{rule: MI016}]", "reason is missing"),
        ("severity: {MI016: dire}", "there is no value 'dire' here"),
        ("audit: {severity: {MI016: dire}}", "there is no value 'dire' here"),
        ("[{rule: MI999, reason: x}]", "there is no rule 'MI999'"),
        ("{audit: {}, policy: {}}", "apiVersion is missing"),
    ],
)
def test_bad_suppressions_are_told_with_their_place(kept, suppressions, text, told):
    with pytest.raises(errors.InvalidPolicyFile, match="line 1") as caught:
        kept(suppressions(text))

    assert told in caught.value.what


@pytest.mark.parametrize(
    ("line", "error", "fix"),
    [
        ("audit --rule MI999", errors.InvalidValue, "MI0"),
        ("audit explain MI0003", errors.InvalidValue, "%adxmi audit explain MI003"),
        ("audit explain", errors.MissingOption, "audit explain MI001"),
        ("audit findings", errors.InvalidValue, "audit rules"),
        ("audit --window soon", errors.InvalidValue, "--window 30d"),
        ("audit --window 1h", errors.InvalidValue, "--window 30d"),
        ("audit --as-of yesterday", errors.InvalidValue, "--as-of 2026-01-31"),
        ("audit --as-of 0001-01-01", errors.InvalidValue, "--as-of 20"),
        ("audit --as-of 2999-01-01", errors.InvalidValue, "--as-of"),
        ("audit --logs missing.csv", errors.InvalidValue, ""),
        ("audit --workspace contosologs", errors.InvalidValue, "--workspace c1957d48"),
    ],
)
def test_bad_input_gets_one_typed_error(kept, line, error, fix):
    with pytest.raises(error) as caught:
        kept(line)

    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "text",
    [
        "audit: {suppress: [{rule: MI016, reason: accepted}]}",
        "suppress: [{rule: MI016, reason: accepted}]",
        "[{rule: MI016, reason: accepted}]",
    ],
)
def test_suppressions_are_a_section_with_its_name_or_without_or_a_list(kept, suppressions, text):
    found = kept(f"{suppressions(text)} --all --rule MI016")

    assert {row["suppression"] for row in found.to_dict("records")} == {"accepted"}


@pytest.mark.nightly
def test_unknown_identity_is_told_with_the_closest(kept):
    with pytest.raises(errors.UnknownIdentity) as caught:
        kept("audit --identity mi-exprt")

    assert "mi-export" in caught.value.fix


@pytest.mark.nightly
def test_console_tells_by_its_exit_code(adxmi):
    assert adxmi("audit", "--rule", "MI010").returncode == 3
    assert adxmi("audit", "--rule", "MI010", "--fail-on", "none").returncode == 0
    assert adxmi("audit", "--rule", "MI016").returncode == 0


def test_rules_are_listed_and_explained(kept):
    listed = kept("audit rules")
    text = str(kept("audit explain mi003"))

    assert list(listed["rule"]) == [f"MI{number:03}" for number in range(1, 19)]
    assert text.startswith("MI003 Allowed on the cluster, needed in some databases\nSeverity:")
    assert "https://learn.microsoft.com/" in text


@pytest.mark.nightly
def test_what_a_caller_may_not_see_is_never_unused(kept):
    kept("connect embedded --name reader --credential as:reader")

    found = kept("audit -c reader")

    assert set(found[found["rule"] == "MI004"]["state"]) <= {"cannot tell"}
    assert "Not visible:" in found.to_text()
    hidden = found.attrs["adxmi"]["not_visible"]
    assert "requests of others to Sales, Telemetry: requires Database Monitor" in hidden
