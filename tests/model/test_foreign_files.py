"""What is read of other tools' files, what is told of the rest, and what is an error."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.foreign_files.formats.adxmi import policy_file_text
from adxmi_jupyter.model.foreign_files.registry import format_of, guessed
from adxmi_jupyter.model.foreign_files.values import Kind, ReadOptions, Reason, TextFile
from adxmi_jupyter.model.policy_file.nodes import Mode
from tests.model import foreign_samples as samples
from tests.model.foreign_samples import APP, EXPORT, KEY, LAKE, RESOURCE, SAS, TENANT

KST = (("clusters.yml", samples.CLUSTERS), ("Sales/database.yml", samples.DATABASE))


def read(name, *files):
    return format_of(name).read([TextFile(*one) for one in files], ReadOptions())


def found(reading):
    return {(one.reason, one.what, one.item, one.where.line) for one in reading.findings}


def policies(content):
    return {
        name: {who: one.usages for who, one in entries.items()}
        for name, entries in content.policy.databases.named.items()
    }


def roles(content):
    return {
        (name, str(role)): [one.principal for one in members]
        for name, by_role in content.roles.databases.named.items()
        for role, members in by_role.items()
    }


def test_files_of_kusto_schema_tools():
    reading = read("kst", *KST)

    content = reading.hub.content
    assert list(content.clusters) == ["prod", "test"]
    assert (content.policy.mode, content.roles.mode) == (Mode.ADDITIVE, Mode.AUTHORITATIVE)
    assert policies(content) == {
        "Sales": {LAKE: ("ExternalTable", "NativeIngestion"), "system": ("AutomatedFlows",)}
    }
    assert roles(content) == {
        ("Sales", "admins"): [f"aadapp={APP};{TENANT}"],
        ("Sales", "viewers"): [],
        ("Sales", "users"): ["aaduser=a@contoso.com"],
    }
    assert f'aadapp={APP};{TENANT}"  # Loader' in policy_file_text(reading.hub, ())
    assert found(reading) == {
        (Reason.OTHER, "Sales/team", "", 1),
        (Reason.OTHER, "Sales/defaultRetentionAndCache", "", 2),
        (Reason.OTHER, "Sales/tables", "", 16),
        (Reason.WORKFLOW, "Sales/continuousExports/Hourly", EXPORT, 15),
    }


def test_files_of_terraform_have_literals_and_expressions_with_their_lines():
    reading = read("terraform", ("main.tf", samples.HCL))

    content = reading.hub.content
    assert content.clusters["sales"].uri == "sales.westeurope"
    assert (content.assigned.mode, content.assigned.identities) == (
        Mode.ADDITIVE,
        ("system", RESOURCE),
    )
    assert roles(content) == {("Sales", "ingestors"): [f"aadapp={APP}"]}
    assert content.roles.databases.named["Sales"]["ingestors"][0].protect
    assert policies(content) == {"Sales": {LAKE: ("All",)}}
    lines = {one.where.line for one in reading.findings if one.reason is Reason.EXPRESSION}
    assert lines == {8, 14, 21, 29, 41, 46}


def test_the_state_of_terraform_tells_ids_and_may_hold_secrets_of_others():
    content = read("terraform", ("state.json", samples.STATE)).hub.content

    assert content.identities["mi-lake"].object_id == {"": LAKE}
    assert content.assigned.identities == ("system", "mi-lake")
    assert policies(content) == {"Sales": {"mi-lake": ("SqlRequest",)}}
    assert roles(content) == {("Sales", "unrestrictedviewers"): ["mi-lake"]}
    assert content.clusters["sales"].resource_id.endswith("/clusters/sales")


def test_templates_with_variables_modules_and_names_that_are_expressions():
    reading = read("arm", ("template.json", samples.TEMPLATE))

    content = reading.hub.content
    assert content.assigned.identities == ("system", RESOURCE)
    assert policies(content) == {"Sales": {LAKE: ("All",)}}
    assert roles(content) == {("Sales", "viewers"): [f"aadapp={APP}"]}
    (monitor,) = content.roles.cluster["AllDatabasesMonitor"]
    assert monitor.principal == f"aadgroup=ops@contoso.com;{TENANT}"
    assert [(one.type, one.uri) for one in content.callouts.deny] == [("sql", "^x$")]
    assert {one.where.line for one in reading.findings if one.reason is Reason.EXPRESSION} == {
        *(17, 31, 37, 42),
    }


def test_files_of_parameters_give_values_to_templates():
    files = ("main.json", samples.TEMPLATE), ("main.parameters.json", samples.PARAMETERS)

    content = read("arm", *files).hub.content

    assert list(content.clusters) == ["sales"]
    assert ("Sales", "admins") in roles(content)


def test_what_a_plan_does_not_know_yet_is_unresolved():
    plan = """{"planned_values": {"root_module": {"resources": [{"address": "a.b", "mode": "managed",
      "type": "azurerm_kusto_database_principal_assignment",
      "values": {"database_name": "D", "role": "Admin", "principal_type": "App"}}]}}}"""

    reading = read("terraform", ("plan.json", plan))

    assert reading.hub.content.roles is None
    assert (Reason.REQUIRED, "a.b.principal_id", "", 3) in found(reading)


@pytest.mark.parametrize("script", [".add", ".set database", ".alter cluster", ".drop 'database'"])
def test_commands_that_break_off_are_not_converted(script):
    assert [one.item for one in read("kql", ("a.kql", script)).findings][:1] == [""]


def test_an_id_that_can_be_none_is_not_converted():
    assignment = samples.HCL.replace(f'"{APP}"', '"a;b;c"')

    findings = read("terraform", ("main.tf", assignment)).findings

    assert (Reason.UNREADABLE, 11) in {(one.reason, one.where.line) for one in findings}


def test_scripts_of_kql():
    reading = read("kql", ("policy.kql", samples.SCRIPT))

    content = reading.hub.content
    assert policies(content) == {
        "Sales": {LAKE: ("ExternalTable", "NativeIngestion")},
        "Tom's Lab": {"system": ("All",)},
    }
    (viewer,) = content.roles.databases.named["Sales"]["viewers"]
    assert (viewer.principal, viewer.description) == (f"aadapp={APP};{TENANT}", "reports")
    assert content.roles.mode is Mode.AUTHORITATIVE
    assert found(reading) == {
        (Reason.REMOVAL, ".drop database Sales users", "aadgroup=g@contoso.com", 14),
        (Reason.WORKFLOW, ".create external table Ext", "system ExternalTable", 17),
        (Reason.COMMAND, ".create table T", "", 18),
        (Reason.WORKFLOW, ".create-or-alter continuous-export Hourly to table X with", f"{EXPORT} AutomatedFlows", 15),
        (Reason.MIXED, "policy/databases/Tom's Lab", "authoritative", 5),
        (Reason.MIXED, "policy/cluster", "authoritative", 10),
        (Reason.CLUSTER, "clusters/cluster/uri", "", 0),
    }  # fmt: skip


LITERALS = [
    f'[{{"ObjectId":"{LAKE}","AllowedUsages":"All"}}]',
    f'\'[{{"ObjectId":"{LAKE}","AllowedUsages":"all"}}]\'',
    f"\"[ {{ 'ObjectId' : '{LAKE}', 'AllowedUsages' : ' All ' }} ]\"",
    f'"[{{\\"ObjectId\\":\\"{LAKE}\\",\\"AllowedUsages\\":\\"All\\"}}]"',
    f'@\'[{{"objectId": "{LAKE}", "allowedUsages": ["All"]}}]\'',
    f'@"[{{""ObjectId"":""{LAKE}"",""AllowedUsages"":""All""}}]"',
    f'h\'[{{"ObjectId":"{LAKE}","AllowedUsages":"All"}}]\'',
    f'```\n[{{"ObjectId":"{LAKE}",\n"AllowedUsages":"All"}}]\n```',
    f'~~~[{{"ObjectId":"{LAKE}","AllowedUsages":"All"}}]~~~',
]


@pytest.mark.parametrize("literal", LITERALS[1:])
@pytest.mark.parametrize("name", ["Sales", "['Sales']", '["Sales"]', "'Sales'"])
def test_every_form_of_a_policy_literal_and_of_a_name(name, literal):
    script = f".alter database {name} policy managed_identity {literal}"

    assert policies(read("kql", ("a.kql", script)).hub.content) == {"Sales": {LAKE: ("All",)}}


def test_a_policy_with_a_placeholder_removes_nothing():
    script = """.alter database D policy managed_identity '[{"ObjectId": "<oid>", "AllowedUsages": "All"}]'"""

    reading = read("kql", ("a.kql", script))

    assert reading.hub.content.policy.mode is Mode.ADDITIVE
    assert {(one.kind, one.item) for one in reading.findings[:2]} == {
        (Kind.UNRESOLVED, "<oid>"),
        (Kind.LOST, "authoritative"),
    }


SECRETS = {
    "a key of KustoSchemaTools": (
        "kst", "database.yml", f"name: D\nexternalTables:\n  E:\n    connectionString: h@'https://a.blob.core.windows.net/c;{KEY}'\n", (4, 5),
    ),
    "a token of a script": (
        "terraform", "a.tf", f'resource "azurerm_kusto_script" "s" {{\n  sas_token = "{SAS.partition("?")[2]}"\n}}\n', (2, 15),
    ),
    "a default of a variable": ("terraform", "a.tf", 'variable "sas_token" {\n  default = "abc"\n}\n', (2, 13)),
    "a password": ("terraform", "a.tf", 'resource "x" "y" {\n  admin_password = "hunter2"\n}\n', (2, 20)),
    "a secure parameter": (
        "arm", "a.json", '{"parameters": {\n "t": {"type": "secureString", "defaultValue": "hunter2"}},\n "resources": []}', (2, 48),
    ),
    "a SAS of a script": (
        "arm", "a.json", f'{{"resources": [{{"type": "Microsoft.Kusto/clusters/databases/scripts", "name": "a/b/c",\n "properties": {{"scriptUrl": "{SAS}"}}}}]}}', (2, 30),
    ),
    "a key of a command": (
        "kql", "a.kql", f'\n.create external table E (A:int) kind=storage dataformat=csv (\n  h@"https://a.blob.core.windows.net/c;{KEY}")', (3, 3),
    ),
    "a SAS in a comment": ("kql", "a.kql", f".show tables\n  // was {SAS}", (2, 3)),
    "a secret of parameters": (
        "arm", "p.json", '{"$schema": "deploymentParameters.json#", "parameters": {\n "sasToken": {"value": "hunter2"}}}', (2, 24),
    ),
    "a password of a connection string": (
        "kql", "a.kql", '.create external table E (A:int) kind=sql (h"Server=tcp:s;User ID=u;Password=hunter2;")', (1, 44),
    ),
    "a password of a property": ("kql", "a.kql", ".create x with (password='hunter2')", (1, 26)),
    "a value of a script in a state": (
        "terraform", "s.json", '{"values": {"root_module": {"resources": [{"type": "azurerm_kusto_script", "values":\n {"sas_token": "hunter2"}}]}}}', (2, 16),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SECRETS)
def test_a_literal_secret_is_an_error_with_its_place_and_never_shown(case):
    name, file, text, place = SECRETS[case]

    with pytest.raises(errors.LiteralSecret) as caught:
        read(name, (file, text))

    error = caught.value
    assert (error.source, error.line, error.column) == (file, *place)
    assert f"{file}, line {place[0]}, column {place[1]}: " in error.what
    assert not any(
        one in str(error) + error.why + error.fix for one in ("hunter2", KEY[:9], "sig=")
    )


CODE = """T | where token == "abc" and Password = "x" | extend password=tostring(x), sig=a
| extend u = strcat("https://x.io/?code=", Code) | where Url matches regex "^https://[^;]+;x"
"""
DOCUMENT = {
    "name": "D",
    "functions": {"F": {"body": CODE}},
    "tables": {"T": {"columns": {"Token": "string", "ApiKey": "guid"}}},
}


def test_names_and_code_that_only_look_like_secrets_are_no_error():
    script = f".create function F() {{ {CODE} }}\n.create table T (Password: string)"
    rule = '{"calloutType": "sql", "calloutUriRegex": "https://[^;]+;x"}'
    template = f'{{"resources": [{{"type": "Microsoft.Kusto/clusters", "name": "c", "properties": {{"calloutPolicies": [{rule}]}}}}]}}'

    assert read("kql", ("a.kql", script)).hub.content.policy is None
    assert len(read("kst", ("database.yml", json.dumps(DOCUMENT))).findings) == 3
    assert read("arm", ("a.json", template)).hub.content.callouts.allow


MISTAKES = {
    "truncated JSON": ("arm", "a.json", samples.TEMPLATE[:300], "Expecting", None),
    "truncated state": ("terraform", "a.json", samples.STATE[:200], "Unterminated", None),
    "a key twice": ("kst", "database.yml", "name: a\nname: b\n", "only one", None),
    "a tag": ("kst", "database.yml", "name: !x a\n", "tags", None),
    "no mapping": ("kst", "database.yml", "- a\n", "no names", 1),
    "a list that is none": ("kst", "database.yml", "name: a\nviewers: x\n", "not a list", 2),
    "no principal": ("kst", "database.yml", "name: a\nviewers: [{id: x}]\n", "prefix", 2),
    "no HCL": ("terraform", "a.tf", 'resource "a" "b" {\n  x = = 1\n}\n', "allows", 2),
    "an attribute twice": ("terraform", "a.tf", 'a "b" {\n x = 1\n x = 2\n}\n', "only one", 3),
    "a template without resources": ("arm", "a.json", "{}", "resources", 1),
    "Bicep": ("arm", "a.bicep", "param x string", "JSON", 1),
    "no state": ("terraform", "a.json", "{}", "root_module", 1),
    "a literal that is not closed": ("kql", "a.kql", '.show tables\n.add database D users ("aad', "quote", 2),
    "text before the first command": ("kql", "a.kql", "T | take 1\n.show tables", "dot", 1),
    "no policy": ("kql", "a.kql", ".alter cluster policy managed_identity '{'", "line 1", 1),
    "a policy without object ID": ("kql", "a.kql", ".alter cluster policy managed_identity '[{}]'", "ObjectId", 1),
    "a database without a name": ("kql", "a.kql", ".alter database [''] policy managed_identity '[]'", "name", 1),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_with_its_place(case):
    name, file, text, why, line = MISTAKES[case]

    with pytest.raises(errors.InvalidForeignFile) as caught:
        read(name, (file, text))

    assert file in caught.value.what
    assert why in caught.value.why
    assert line is None or caught.value.line == line


@pytest.mark.parametrize(
    ("name", "file", "text"),
    [
        ("kql", "a.csl", ""),
        ("terraform", "main.tf", ""),
        ("terraform", "state.json", samples.STATE),
        ("arm", "main.json", samples.TEMPLATE),
        ("kst", "x/database.yml", ""),
        ("adxmi", "policies.yaml", "apiVersion: adxmi/v1"),
    ],
)
def test_a_format_is_known_where_that_is_certain(name, file, text):
    assert guessed([TextFile(file, text)], "--from") == name


def test_a_format_is_not_guessed_where_it_is_not_certain():
    with pytest.raises(errors.InvalidForeignFile, match=r"x\.json"):
        guessed([TextFile("x.json", "{}")], "--from")
