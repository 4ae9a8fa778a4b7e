"""Nothing of a foreign file is dropped silently: it is converted, or listed with its line."""

import copy
import json
import re

import pytest
import yaml

from adxmi_jupyter.errors import AdxmiError
from adxmi_jupyter.model.body import json_document, yaml_document
from adxmi_jupyter.model.foreign_files.registry import format_of
from adxmi_jupyter.model.foreign_files.values import Kind, ReadOptions, Reason, TextFile
from tests.model import foreign_samples as samples

MORE = {"extra": "x"}
UNTOLD = {
    # A script is run in the order of these numbers; the name of a user is the user.
    "clusters.yml": r"/order$",
    "Sales/database.yml": r"^/users/0/name$",
    # What Terraform and the deployment have for themselves; the tenant of a known identity.
    "state.json": r"^/\w+_version$|/(mode|address|tenant_id)$",
    "template.json": r"^/(\$schema|languageVersion|parameters|variables)\b"
    # What refers to other resources, and what is listed as unresolved by one of its properties.
    r"|^/resources/(existing|unknown|scriptOfParameter)/|/(location|apiVersion|name|parameters/role/type)$",
}
ADDED = {
    "clusters.yml": "^$",
    "Sales/database.yml": "^$",
    "state.json": r"^(?!.*/resources/\d+/values)",
    "template.json": r"^/(parameters|variables)|^/resources/(existing|unknown|scriptOfParameter|module)\b",
}
"""Places in which a key says nothing of a cluster, or of which another part is listed."""


def dumped(value):
    """Return a file: YAML is a superset of JSON."""
    return json.dumps(value, indent=1)


FILES = {
    "clusters.yml": ("kst", yaml.safe_load(samples.CLUSTERS), yaml_document),
    "Sales/database.yml": ("kst", yaml.safe_load(samples.DATABASE), yaml_document),
    "state.json": ("terraform", json.loads(samples.STATE), json_document),
    "template.json": ("arm", json.loads(samples.TEMPLATE), json_document),
}


def converted(file, value):
    """Return what a file becomes and what is listed, without and with the places."""
    name = FILES[file][0]
    try:
        read = format_of(name).read([TextFile(file, dumped(value))], ReadOptions())
        made = format_of("adxmi").write(read.hub, (), ())
    except AdxmiError as error:
        return str(error), ()
    listed = sorted((one.kind, one.reason, one.what, one.item) for one in read.findings)
    return (made.files[0].text, listed), read.findings


def leaves(value, path=()):
    """Yield the path of each value that is neither a mapping nor a list."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for step, one in inner:
        if isinstance(one, dict | list) and one:
            yield from leaves(one, (*path, step))
        elif one not in (None, "", [], {}):
            yield (*path, step)


def slashed(path):
    return "".join(f"/{step}" for step in path)


def holder(value, path):
    for step in path[:-1]:
        value = value[step]
    return value


def listed_places(findings):
    left = (Kind.NOT_CONVERTED, Kind.UNRESOLVED)
    return {(one.where.line, one.where.column) for one in findings if one.kind in left}


def unlisted(file, paths, known):
    """Yield each path that is neither listed nor known, with a copy of the file to change there."""
    _, value, document = FILES[file]
    places = listed_places(converted(file, value)[1])
    whole = document(dumped(value))
    for path in paths:
        inside = [whole.place(path[:length]) for length in range(1, len(path) + 1)]
        is_listed = any((one.line, one.column) in places for one in inside)
        if not (is_listed or re.search(known, slashed(path))):
            yield path, copy.deepcopy(value)


@pytest.mark.nightly
@pytest.mark.parametrize("file", FILES)
def test_each_leaf_that_is_removed_makes_a_difference_or_is_listed(file):
    value = FILES[file][1]
    expected = converted(file, value)[0]
    dropped = []

    for path, removed in unlisted(file, leaves(value), UNTOLD[file]):
        del holder(removed, path)[path[-1]]
        if converted(file, removed)[0] == expected:
            dropped.append(path)

    assert dropped == []


@pytest.mark.parametrize("file", FILES)
def test_a_key_that_is_added_anywhere_is_listed_with_its_line(file):
    _, value, document = FILES[file]
    paths = {one[:length] for one in leaves(value) for length in range(1, len(one))}
    dropped = []

    for path, changed in unlisted(file, paths, ADDED[file]):
        target = holder(changed, (*path, ""))
        if not isinstance(target, dict):
            continue
        target.update(MORE)
        made = document(dumped(changed)).place((*path, "extra"))
        found = converted(file, changed)[1]
        if (made.line, made.column) not in {(o.where.line, o.where.column) for o in found}:
            dropped.append(path)

    assert dropped == []


HCL = f"""\
resource "azurerm_kusto_cluster" "main" {{
  name     = "sales"
  location = "westeurope"
  identity {{ type = "SystemAssigned" }}
}}
resource "azurerm_kusto_database_principal_assignment" "a" {{
  cluster_name   = azurerm_kusto_cluster.main.name
  database_name  = "Sales"
  principal_id   = "{samples.APP}"
  principal_type = "App"
  role           = "Viewer"
}}
resource "azurerm_kusto_script" "s" {{
  database_id    = azurerm_kusto_database.sales.id
  script_content = ".delete database Sales policy managed_identity"
}}
"""


@pytest.mark.parametrize("line", [2, 4, 7, 14])
def test_an_attribute_that_is_added_to_a_resource_of_terraform_is_listed(line):
    lines = HCL.splitlines()
    if line == 4:
        lines[3] = '  identity {\n  type = "SystemAssigned"\n  extra = "x"\n  }'
        line += 2
    else:
        lines.insert(line - 1, '  extra = "x"')

    read = format_of("terraform").read([TextFile("a.tf", "\n".join(lines))], ReadOptions())

    assert (line, "x") in {(one.where.line, one.item) for one in read.findings}


OTHERS = [
    ("terraform", "a.tf", HCL.replace("azurerm_kusto_cluster.main.name", '"other"')),
    (
        "terraform",
        "a.tf",
        'resource "azurerm_kusto_cluster" "b" {\n name = "other"\n identity { type = "X" }\n}\n'
        + HCL,
    ),
    ("arm", "template.json", samples.TEMPLATE.replace("sales/Sales/z", "other/Sales/z")),
]


@pytest.mark.parametrize(("name", "file", "text"), OTHERS, ids=["assignment", "cluster", "script"])
def test_what_is_of_another_cluster_is_listed_and_not_converted(name, file, text):
    read = format_of(name).read([TextFile(file, text)], ReadOptions())

    assert [one.reason for one in read.findings].count(Reason.OTHER_CLUSTER) >= 1
    assert len(read.hub.content.clusters) == 1


def test_scripts_of_kusto_schema_tools_take_effect_in_their_order():
    text = """\
name: Sales
scripts:
  - {order: 2, text: ".set database Sales viewers ('aadgroup=b@contoso.com')"}
  - {order: 1, text: ".set database Sales viewers ('aadgroup=a@contoso.com')"}
"""

    read = format_of("kst").read([TextFile("Sales/database.yml", text)], ReadOptions())

    members = read.hub.content.roles.databases.named["Sales"]["viewers"]
    assert [one.principal for one in members] == ["aadgroup=b@contoso.com"]


@pytest.mark.parametrize(
    ("command", "key"),
    [
        ('.alter database Sales policy managed_identity \'[{"ObjectId":"system",%s}]\'', "Until"),
        (
            '.alter cluster policy callout \'[{"CalloutType":"sql","CalloutUriRegex":"x",%s}]\'',
            "Note",
        ),
    ],
)
def test_a_property_that_a_policy_does_not_have_is_listed(command, key):
    text = command % f'"AllowedUsages":"All","CanCall":true,"{key}":"x"'

    read = format_of("kql").read([TextFile("a.kql", text)], ReadOptions())

    assert key in {one.item for one in read.findings}


@pytest.mark.parametrize(
    ("block", "what"),
    [
        ('locals { readers = ["x"] }', "locals"),
        ("moved {\n  from = a.b\n  to   = a.c\n}", "moved"),
        ("removed { from = azurerm_kusto_cluster.old }", "removed"),
        ('output "uri" { value = 1 }', "output.uri"),
        ('terraform { required_version = "1" }', ""),
    ],
)
def test_a_block_of_terraform_that_is_not_converted_is_listed_with_its_line(block, what):
    file = TextFile(
        "main.tf", f'resource "azurerm_kusto_cluster" "m" {{ name = "sales" }}\n{block}'
    )

    found = format_of("terraform").read([file], ReadOptions()).findings

    listed = [(one.what, one.where.line) for one in found if one.reason is Reason.OTHER]
    assert listed == ([(what, 2)] if what else [])


def test_outputs_of_a_template_are_listed():
    template = json.loads(samples.TEMPLATE) | {"outputs": {"uri": {"type": "string", "value": "x"}}}
    file = TextFile("template.json", dumped(template))

    found = format_of("arm").read([file], ReadOptions()).findings

    assert "outputs.uri" in {one.what for one in found}
