"""SARIF: the fields that the standard and GitHub require, and the same bytes for the same plan."""

import json

import jsonschema
import pytest

from adxmi_jupyter.model.annotation import Annotation, Level, Rule
from adxmi_jupyter.rendering import sarif
from adxmi_jupyter.rendering.plan_annotations import RULES, annotations_of
from adxmi_jupyter.rendering.sarif import sarif_text
from tests.rendering.planned import HOSTILE, one_of_each
from tests.rendering.sarif_schema import SCHEMA

RULE = Rule("a-rule", "Something.", Level.WARNING, "https://example.com/a", 7.5)


def log_of(*annotations, rules=(), category="adxmi/test"):
    log = json.loads(sarif_text(annotations, rules, category=category))
    jsonschema.validate(log, SCHEMA)
    return log["runs"][0]


def test_a_plan_is_sarif_with_a_result_at_the_line_of_each_change():
    run = log_of(*annotations_of(one_of_each(), "envs/my file.yaml"), rules=RULES)

    found = [
        (one["ruleId"], one["level"], place["region"]["startLine"])
        for one in run["results"]
        for place in [one["locations"][0]["physicalLocation"]]
    ]
    assert found == [
        ("plan-blocked", "error", 9),
        ("plan-replaced", "error", 12),
        ("plan-remove", "warning", 8),
        ("drift-missing", "warning", 10),
        ("drift-extra", "warning", 11),
        ("plan-unseen", "warning", 1),
        ("plan-add", "note", 7),
    ]
    first = run["results"][0]["locations"][0]
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "envs/my%20file.yaml"
    assert first["logicalLocations"][0]["fullyQualifiedName"].startswith("database/Telemetry/")


def test_every_result_names_its_rule_and_rules_without_a_result_are_listed_too():
    run = log_of(Annotation(RULE, "so", Level.WARNING), rules=RULES)

    rules = run["tool"]["driver"]["rules"]
    assert rules[run["results"][0]["ruleIndex"]]["id"] == "a-rule"
    assert [one["id"] for one in rules[:-1]] == [one.id for one in RULES]
    assert rules[-1]["properties"] == {"tags": ["security"], "security-severity": "7.5"}


def test_a_fingerprint_follows_the_object_and_not_the_words_or_the_line():
    one = Annotation(RULE, "so", Level.ERROR, "a.yaml", 3, key=("Sales", "mi-export"))
    moved = Annotation(RULE, "otherwise", Level.ERROR, "a.yaml", 9, key=("Sales", "mi-export"))
    other = Annotation(RULE, "so", Level.ERROR, "a.yaml", 3, key=("Sales", "mi-ingest"))

    assert one.fingerprint == moved.fingerprint != other.fingerprint


def test_what_is_suppressed_stays_with_its_reason():
    run = log_of(Annotation(RULE, "so", Level.ERROR, suppressed="known until May"))

    assert run["results"][0]["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "known until May"}
    ]


def test_what_is_in_no_file_has_no_location():
    assert log_of(Annotation(RULE, "so", Level.ERROR))["results"][0]["locations"] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_without_a_link(name):
    run = log_of(*annotations_of(one_of_each(name), name), rules=RULES)

    texts = [one["message"]["text"] for one in run["results"]]
    assert all("\n" not in text and "\x1b" not in text and "[click](" not in text for text in texts)


def test_no_more_results_than_github_takes_and_the_rest_is_told(monkeypatch):
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)

    run = log_of(*(Annotation(RULE, str(n), Level.ERROR) for n in range(5)))

    told = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert len(run["results"]) == 2
    assert told == "5 results; the first 2 of them are here, the worst first"


def test_the_same_plan_gives_the_same_bytes():
    texts = {
        sarif_text(annotations_of(one_of_each(), "a.yaml"), RULES, category="x") for _ in range(2)
    }

    assert len(texts) == 1
