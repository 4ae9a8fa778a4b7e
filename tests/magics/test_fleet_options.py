"""No option of a verb with ``--fleet`` is accepted there and has no effect."""

from pathlib import Path

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.errors import ConflictingOptions, MissingOption
from adxmi_jupyter.magics.tree import leaves
from tests.fleets import three_clusters

RUN = {"fleet", "since", "deadline", "allow_partial"}
"""The options of the run itself, which `test_over_fleet` is about."""
EVERYWHERE = {"connection", "out", "ids", "wide", "elevate", "quiet", "no_color", "no_pager"}
"""The options of every verb: of its connection and its result."""
FILE = """\
apiVersion: adxmi/v1
clusters:
  east: {uri: https://contosoeast.westeurope.kusto.windows.net}
policy:
  mode: authoritative
  databases:
    Stock: {"{{who}}": [NativeIngestion]}
"""
OTHER = FILE.replace("NativeIngestion", "ExternalTable").replace("{{who}}", "mi-ingest")
WHO = "--var who=mi-ingest"
ONE, EAST = "--fleet contoso", "--fleet contosoeast"
SCOPED = ("database Telemetry", "cluster", "all_databases")
GUID = "c1957d48-80d3-5abf-a7aa-d3160b9125c0"
ADDRESS = "policy/database/Nowhere"

CHANGED = {
    "check": (ONE, "database Telemetry", "identities mi-ingest", "only met"),
    "audit": (
        f"{ONE} --as-of 2026-11-30T12:00:00Z",
        *("database Telemetry", "identities mi-ingest", "rules MI003", "least high", "window 2d"),
        *("suppressions s.yaml", f"workspace {GUID}", "with_passed", "ci github"),
    ),
    "identity list": (ONE, "everything"),
    "policy show": (ONE, *SCOPED, "identities mi-export", "by_usage", "raw"),
    "policy matrix": (ONE, "database Telemetry", "cluster"),
    "role list": (ONE, *SCOPED, "references mi-ingest"),
    "plan": (
        EAST,
        *("given who=mi-export", "var_file v.yaml", "file other.yaml", "ci github"),
        f"targets {ADDRESS}",
    ),
    "drift": (EAST, "given who=mi-export", "var_file v.yaml", "file other.yaml", "ci github"),
    "apply": (
        f"{EAST} --dry-run",
        *("given who=mi-export", "var_file v.yaml", "file other.yaml", "waves nowhere"),
    ),
}
"""What each command is, and options with which its outcome is another one."""
REFUSED = {
    "check": {
        **dict.fromkeys(("error", "fix", "file x.txt"), ConflictingOptions),
        **dict.fromkeys(("dry_run", "yes"), MissingOption),
        "only never": errors.InvalidValue,
    },
    "audit": {
        **dict.fromkeys(("what rules", "plan p.json"), ConflictingOptions),
        **dict.fromkeys(("include MI003", "dry_run"), MissingOption),
        **dict.fromkeys(("window never", "as_of never"), errors.InvalidValue),
        "logs none.csv": errors.AdxmiError,
    },
    "policy show": {"raw --by-usage": ConflictingOptions},
    "plan": {"what schema": ConflictingOptions},
    "apply": {
        "max_age 1h": MissingOption,
        "saved p.json --var who=mi-ingest": ConflictingOptions,
        f"targets {ADDRESS}": errors.AdxmiError,
    },
    "undo": {
        "dry_run": ConflictingOptions,
        "exit_code": ConflictingOptions,
        "entry 1": MissingOption,
    },
}
"""Options that are refused with ``--fleet``, and how."""
THE_SAME = {
    "audit": {"all_databases"},
    "policy matrix": {"all_databases"},
}
"""Options that say what is the default over a fleet."""
ELSEWHERE = {
    "check": {"exit_code"},
    "audit": {"fail_on"},
    "policy show": {"skip_unreadable"},
    "policy matrix": {"skip_unreadable"},
    "role list": {"skip_unreadable"},
    "role cleanup": {"recent", "dry_run", "exit_code", "yes"},
    "plan": {"save", "exit_code", "allow_unknown_usage", "break_workflows", "replaced"},
    "drift": {"allow_unknown_usage"},
    "apply": {
        *("allow_unknown_usage", "break_workflows", "replaced", "ci", "max_removals"),
        *("fail_fast", "dry_run", "exit_code", "yes"),
    },
    "snapshot": {"database", "mode", "file"},
    "undo": {"number", "yes"},
}
"""Options whose effect needs an own place: in the exit code, in a file, on what can't be read."""


def own_options():
    """Return the options of each verb that takes ``--fleet``, by the names of their values."""
    found = {}
    for name, verb in leaves():
        names = {one.name for one in verb.params}
        if "fleet" in names:
            found[name] = names - RUN - EVERYWHERE
    return found


def words(declared):
    return {one.partition(" ")[0] for one in declared}


def test_every_option_of_a_verb_with_fleet_is_declared_to_have_an_effect_or_is_refused():
    declared = {
        name: words(CHANGED.get(name, ("",))[1:])
        | words(REFUSED.get(name, ()))
        | THE_SAME.get(name, set())
        | ELSEWHERE.get(name, set())
        for name in own_options()
    }

    assert declared == own_options()


@pytest.fixture
def outcome(magic, azure, monkeypatch, tmp_path, capsys):
    """Return what came of a command: its error, or its rows, lines and what was printed."""
    monkeypatch.setenv("ADXMI_FLEET_PER_SECOND", "0")
    monkeypatch.chdir(tmp_path)
    three_clusters(azure)
    Path("v.yaml").write_text("who: mi-export\n", "utf-8")
    Path("other.yaml").write_text(OTHER, "utf-8")
    Path("p.json").write_text("{}", "utf-8")
    Path("x.txt").write_text("Forbidden (403)", "utf-8")
    Path("s.yaml").write_text("severity: {MI001: low, MI002: low, MI003: low}\n", "utf-8")

    def run(line):
        needs_file = line.split()[0] in {"plan", "drift", "apply"} and " -f" not in line
        given = "" if "--var" in line or " -f" in line or "p.json" in line else f" {WHO}"
        capsys.readouterr()
        try:
            frame = magic(f"{line}{given}", FILE) if needs_file else magic(line)
        except errors.AdxmiError as error:
            return error
        document = frame.as_document("json") if hasattr(frame, "as_document") else ""
        lines = [one for one in frame.to_text().splitlines() if "--since" not in one]
        return frame.to_csv(), lines, document, capsys.readouterr().out

    return run


def written(name, option):
    """Return an option as it is typed, with its value."""
    short, _, value = option.partition(" ")
    verb = dict(leaves())[name]
    (param,) = (one for one in verb.params if one.name == short)
    word = "" if param.param_type_name == "argument" else param.opts[-1]
    return f"{word} {value}".strip().replace("--file", "-f")


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(CHANGED))
def test_an_option_changes_the_outcome_over_a_fleet(outcome, name):
    line, *options = CHANGED[name]
    without = outcome(f"{name} {line}")
    assert isinstance(without, tuple)

    same = [one for one in options if outcome(f"{name} {line} {written(name, one)}") == without]

    assert same == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_option_that_has_no_effect_over_a_fleet_is_refused(outcome, name):
    fleet = "--fleet" if name == "undo" else EAST

    found = {one: outcome(f"{name} {fleet} {written(name, one)}") for one in REFUSED[name]}

    kinds = REFUSED[name]
    assert {one: said for one, said in found.items() if not isinstance(said, kinds[one])} == {}


BAD = {
    "check": ("only never", "fix", "error"),
    "audit": (
        *("as_of never", "as_of 2199-01-01", "window never", "window 1h", "rules MI999"),
        *("workspace no", "logs none.csv", "least none", "suppressions none.yaml"),
        *("what nothing", "what rules", "include MI003", "database Sales --all-databases"),
    ),
    "policy show": ("raw --by-usage",),
    "snapshot": ("file v.yaml", "mode never"),
    "plan": (
        *("given who", "given who=", "var_file none.yaml", "file none.yaml", "ci never"),
        "what schema",
    ),
    "drift": ("given who", "var_file none.yaml", "file none.yaml"),
    "apply": (
        *("given who", "file none.yaml", "max_age 1h", "saved none.json", "saved p.json"),
        *("saved p.json --max-age never", "max_removals -1", "waves nobody", "waves west"),
    ),
    "undo": ("number 99", "number 0", "entry 1", "dry_run"),
}
"""Values that no cluster can make right, by verbs."""


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(BAD))
def test_a_value_that_cannot_be_used_is_one_error_before_a_cluster_is_asked(outcome, azure, name):
    fleet = "--fleet --yes" if name == "undo" else EAST
    Path("adxmi.yaml").write_text(f"{OTHER}audit: {{}}\n", "utf-8")

    found = {}
    for one in BAD[name]:
        before = azure.requests_served
        said = outcome(f"{name} {fleet} {written(name, one)}")
        found[one] = isinstance(said, errors.AdxmiError), azure.requests_served - before

    assert found == dict.fromkeys(BAD[name], (True, 0))


@pytest.mark.nightly
@pytest.mark.parametrize("name", sorted(THE_SAME))
def test_an_option_that_says_the_default_over_a_fleet_changes_nothing(outcome, name):
    line = CHANGED[name][0]

    for one in THE_SAME[name]:
        assert outcome(f"{name} {line} {written(name, one)}") == outcome(f"{name} {line}")
