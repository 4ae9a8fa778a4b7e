"""The policy file: what it may say, and where errors say a mistake is."""

import json

import jsonschema
import pytest
import yaml

from adxmi_jupyter import errors
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.policy_file.reading import read_policy_file
from adxmi_jupyter.model.policy_file.schema import generated_text, schema_text
from adxmi_jupyter.model.policy_file.variables import Variables

FILE = """\
# one file, several clusters with the same body
apiVersion: adxmi/v1
clusters:
  prod: {uri: https://sales.westeurope.kusto.windows.net, resourceId: /subscriptions/s/clusters/c}
  test: {uri: https://salestest.westeurope.kusto.windows.net}
identities:
  lake:   {name: mi-lake, resourceId: {prod: /subscriptions/s/mi-lake, test: /subscriptions/t/mi}}
  export: {name: mi-export}
assigned: {mode: additive, identities: [system, lake, export]}
policy:
  mode: authoritative
  cluster:
    lake: [SandboxArtifacts]
  databases:
    Sales:
      export: [AutomatedFlows, ExternalTable]
      lake:   {usages: [NativeIngestion], protect: true, why: "ADF pipeline orders-in"}
    "*":    {except: [Sandbox], entries: {system: [DataConnection]}}
roles:
  mode: additive
  databases: {Sales: {viewers: [export], ingestors: ["aadgroup=loaders@contoso.com"]}}
callouts: {allow: [{type: sandbox_artifacts, uri: "https://contosolake\\\\.blob.*"}]}
azureRoles: {mode: observe, lake: [{role: Reader, scope: /subscriptions/s}]}
audit: {suppress: [{rule: MI003, identity: lake, reason: weekly, until: 2027-06-30}]}
only: {test: {policy: {databases: {Sales: {export: [ExternalTable]}}}}}
"""

MISTAKES = {
    "a key": ("policy:\n", "polcy:\n", "polcy", "policy"),
    "a key of a section": ("cluster:\n", "clustr:\n", "clustr", "cluster"),
    "a mode": ("mode: authoritative", "mode: authoritativ", "mode", "authoritative"),
    "a role": ("viewers:", "viewer:", "viewer:", "viewers"),
    "a type of callout": ("sandbox_artifacts,", "sandbox_artefacts,", "type", "sandbox_artifacts"),
    "a cluster of an overlay": ("only: {test", "only: {tst", "tst", "test"),
    "a cluster of an alias": ("test: /subscriptions/t/mi", "tst: /t", "tst", "test"),
    "a version": ("adxmi/v1", "adxmi/v2", "apiVersion", "adxmi/v1"),
    "a list": ("[SandboxArtifacts]", "SandboxArtifacts", "lake", "[A, B]"),
    "a number for a name": ("[Sandbox]", "[2024]", "2024", '"2024"'),
    "a day": ("2027-06-30", "2027-06-31", "until", "correct"),
    "a variable": ("name: mi-export", 'name: "{{export}}"', "name", "define"),
    "a key of an overlay": ("[ExternalTable]}}}", "[ExternalTable]}}, clustr: 1}", "clustr", "cluster"),
}  # fmt: skip

UNREADABLE = {
    "a key twice": ("lake: [SandboxArtifacts]", "lake: [A]\n    LAKE: [B]", "line 14, column 5"),
    "a tag": ("{name: mi-export}", "!x {name: mi-export}", "line 8, column 11"),
    "a word that YAML 1.1 reads as false": ("[Sandbox]", "[no]", "line 18, column 23"),
    "a word that YAML 1.1 reads as true": ("protect: true", "protect: on", "line 17, column 52"),
    "a number with a leading zero": ("[Sandbox]", "[0123]", "line 18, column 23"),
    "a number of minutes": ("[Sandbox]", "[12:30]", "line 18, column 23"),
    "a number as key": ("export: [Auto", "2024: [Auto", "line 16, column 7"),
    "a star without quotes": ('"*":', "*:", "line 18, column 6"),
    "an alias of itself": ("policy:\n", "policy: &p\n  x: *p\n", "line 11, column 6"),
}


def read(text, **given):
    return read_policy_file(text, "adxmi.yaml", Variables({"REGION": "eu"}, given))


def test_a_file_says_for_each_cluster_what_it_is_to_have():
    prod, test = (read(FILE).contents[name].content for name in ("prod", "test"))

    assert prod.policy.databases.named["Sales"]["export"].usages == (
        "AutomatedFlows",
        "ExternalTable",
    )
    assert test.policy.databases.named["Sales"]["export"].usages == ("ExternalTable",)
    assert test.policy.databases.named["Sales"]["lake"].protect
    assert prod.callouts.mode is Mode.ADDITIVE


def test_what_is_absent_is_not_managed_and_what_is_empty_is():
    text = (
        "apiVersion: adxmi/v1\nclusters: {a: {uri: b}}\npolicy: {cluster: {}, databases:}\nroles:"
    )

    content = read(text).contents["a"].content

    assert content.policy.cluster == {}
    assert content.policy.databases is None
    assert content.roles is None


def test_null_in_an_overlay_stops_managing_a_part():
    overlay = FILE.replace("{export: [ExternalTable]}", "null")

    assert "Sales" not in read(overlay).contents["test"].content.policy.databases.named


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_was_meant(case):
    right, wrong, there, meant = MISTAKES[case]
    text = FILE.replace(right, wrong, 1)

    with pytest.raises(errors.InvalidPolicyFile) as caught:
        read(text)

    line, column = caught.value.line, caught.value.column
    assert text.splitlines()[line - 1][column - 1 :].startswith(there)
    assert caught.value.what.startswith(f"adxmi.yaml, line {line}, column {column}: ")
    assert meant in caught.value.fix


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_readers_of_yaml_could_read_differently_is_refused(case):
    right, wrong, place = UNREADABLE[case]

    with pytest.raises(errors.InvalidPolicyFile, match=r"adxmi\.yaml") as caught:
        read(FILE.replace(right, wrong, 1))

    assert caught.value.why.startswith(place)


def test_variables_are_put_into_texts_and_cannot_add_to_the_file():
    text = FILE.replace("mi-export", '"{{export}}-${REGION}-$${x}"')

    content = read(text, export="a, lake: b}").contents["prod"].content

    assert content.identities["export"].references("prod") == ("a, lake: b}-eu-${x}",)


SAME = {
    "a variable": ("lake:   {usages", "'{{word}}': {usages", "line 17, column 7"),
    "blanks around it": ("lake:   {usages", "'export ': {usages", "line 17, column 7"),
    "a variable in other letters": (
        "      lake:   {usages",
        "      '{{WORD}}': {usages",
        "line 17",
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_keys_that_come_out_the_same_are_refused(case):
    right, wrong, place = SAME[case]

    with pytest.raises(errors.InvalidPolicyFile, match="occurs twice") as caught:
        read(FILE.replace(right, wrong, 1), word="export", WORD="Export")

    assert caught.value.why.startswith(place)
    assert caught.value.line == 17


@pytest.mark.parametrize("name", ["''", "' '", "'{{nothing}}'"])
def test_a_name_that_is_empty_is_a_mistake_and_not_the_cluster(name):
    with pytest.raises(errors.InvalidPolicyFile, match="a name is missing here") as caught:
        read(FILE.replace("    Sales:\n", f"    {name}:\n", 1), nothing="")

    assert (caught.value.line, caught.value.column) == (15, 5)


def test_an_overlay_replaces_a_part_in_any_letter_case():
    overlay = FILE.replace("{Sales: {export: [Ext", "{SALES: {Export: [Ext")

    databases = read(overlay).contents["test"].content.policy.databases.named

    assert list(databases) == ["Sales"]
    assert databases["Sales"]["export"].usages == ("ExternalTable",)


def test_the_digest_tells_what_a_file_says_not_how_it_is_written():
    said = FILE.replace("# one file", "# a file").replace("{uri: https", "{uri:   https")

    assert read(said).digest == read(FILE).digest
    assert read(FILE.replace("[DataConnection]", "[All]")).digest != read(FILE).digest


def test_the_shipped_schema_is_the_declared_one_and_knows_right_from_wrong():
    assert schema_text() == generated_text()
    schema, loaded = (
        json.loads(schema_text()),
        yaml.safe_load(FILE.replace("2027-06-30", '"2027-06-30"')),
    )

    jsonschema.validate(loaded, schema)
    loaded["policy"]["clustr"] = {}
    with pytest.raises(jsonschema.ValidationError, match="clustr"):
        jsonschema.validate(loaded, schema)


@pytest.mark.parametrize(
    ("text", "why"), [("", "it is empty"), ("- a\n", "it holds a list, not sections")]
)
def test_what_is_no_policy_file_is_told_in_plain_words(text, why):
    with pytest.raises(errors.InvalidPolicyFile) as caught:
        read(text)

    assert caught.value.why == why


def test_a_character_that_yaml_does_not_allow_is_told_with_its_place():
    with pytest.raises(errors.InvalidPolicyFile) as caught:
        read_policy_file("apiVersion: adxmi/v1\nclusters: \0\n", "adxmi.yaml", Variables())

    assert (caught.value.line, caught.value.column) == (2, 11)
    assert caught.value.why.startswith("line 2, column 11: ")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("apiVersion: adxmi/v1\nclusters: {}\n", "clusters can't be used"),
        (
            "apiVersion: adxmi/v1\nclusters: {c: {uri: u}}\npolicy: {cluster: {'{{v}}': [All]}}\n",
            "a name can't be used",
        ),
    ],
)
def test_what_is_empty_is_named_and_told_in_plain_words(text, what):
    with pytest.raises(errors.InvalidPolicyFile) as caught:
        read_policy_file(text, "adxmi.yaml", Variables({}, {"v": ""}))

    assert caught.value.what.endswith(f": {what}")
    assert caught.value.why.startswith("it is empty")
