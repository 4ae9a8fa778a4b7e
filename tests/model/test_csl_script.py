"""What a csl script tells, and that no text in it is taken for something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.csl_script import read_csl_script
from tests.examples import examples

GUID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
OTHER = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
LAKE = "https://lake.blob.core.windows.net/c"


def identities(*commands):
    return dict(read_csl_script(commands).identities)


def strings(*commands):
    return dict(read_csl_script(commands).connection_strings)


def export(properties="", query="T", more=""):
    return f".create-or-alter continuous-export E {more}to table X {properties}<| {query}"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"managedIdentity='{GUID}'", GUID),
        (f'managedIdentity="{GUID.upper()}"', GUID),
        (f"managedIdentity={GUID}", GUID),
        (f"managedIdentity = guid({GUID})", GUID),
        ("ManagedIdentity='system'", "system"),
        ("managedIdentity=system", "system"),
        ("managedIdentity=h'system'", "system"),
        ("managedIdentity=''", ""),
        (f"forcedLatency=time(00:00:00), sizeLimit=5, managedIdentity='{GUID}'", GUID),
        ("forcedLatency=time(00:00:00)", ""),
        ("note='managedIdentity=system'", ""),
        ("note=dynamic([1, {'managedIdentity': 'system'}])", ""),
    ],
)
def test_the_identity_of_an_export(written, told):
    assert identities(export(f"with ({written}) ")) == {"E": told}


@pytest.mark.parametrize(
    "command",
    [
        export("with (managedIdentity='*******') "),
        export("with (managedIdentity='mi-export') "),
        export("with (managedIdentity=) "),
        export("with (managedIdentity) "),
        export(f"with (managedIdentity='{GUID}', managedIdentity='{OTHER}') "),
        export("with (managedIdentity='system' "),
        ".create-or-alter continuous-export E to table X with (managedIdentity='system')",
        ".create-or-alter continuous-export E into table X <| T",
        ".create-or-alter continuous-export",
    ],
)
def test_an_export_that_is_told_in_no_way_to_be_read_is_not_told(command):
    assert identities(command) == {}


@pytest.mark.parametrize(
    "query", ["T | extend managedIdentity='system'", "with (managedIdentity='system') <| T"]
)
def test_a_query_is_no_property(query):
    assert identities(export(query=query)) == {"E": ""}


def test_tables_of_an_export_are_passed_over():
    assert identities(export("with (managedIdentity='system') ", more="over (A, ['b c']) ")) == {
        "E": "system"
    }


def test_what_is_told_in_two_ways_is_not_told():
    assert identities(export("with (managedIdentity='system') "), export()) == {}


@pytest.mark.parametrize(
    "command",
    [
        ".create-or-alter function F() { .create-or-alter continuous-export E to table X <| T }",
        '.create-or-alter function with (docstring="\n.create-or-alter continuous-export") F() { T }',
        "// .create-or-alter continuous-export E to table X <| T",
        "continuous-export E to table X <| T",
        ".drop continuous-export E",
        "",
        "'",
    ],
)
def test_other_commands_tell_nothing(command):
    script = read_csl_script([command])

    assert (script.identities, script.connection_strings) == ({}, {})


@pytest.mark.parametrize(
    "command",
    [
        f'.create-or-alter external table T (A:int)\nkind = storage\ndataformat = csv\n(\n  h@"{LAKE}"\n)',
        f".create external table T (A:int) kind=delta (h@'{LAKE}') with (folder=\"('x')\")",
        f".create external table T kind=delta ('{LAKE}')",
        (
            ".create-or-alter external table T (A:int, ['(h@\"x\")']:string) kind = storage partition "
            'by (P:string, D:datetime = bin(["a b"], time(1.00:00:00))) pathformat = ("x" P '
            f'datetime_pattern("yyyy", D)) catalog = "c" dataformat = csv (h@"{LAKE}")'
        ),
        f".create external table T (A:int) kind=sql table=['dbo.T'] (\"{LAKE}\")",
        f".create external table T (A:int) kind=delta ('{LAKE[:9]}' h'{LAKE[9:]}')",
    ],
)
def test_connection_strings(command):
    assert strings(command) == {"T": (LAKE,)}


@pytest.mark.parametrize(
    "other",
    [
        ".alter external table T policy query_acceleration '{}'",
        ".create external table T mapping 'fields' '[]'",
        ".create-or-alter external table T json mapping 'fields' '[]'",
    ],
)
def test_what_else_an_external_table_has_leaves_its_connection_strings(other):
    command = f".create-or-alter external table T (A:int) kind=delta (h@'{LAKE}')"

    assert strings(command, other) == {"T": (LAKE,)}


def test_several_connection_strings():
    command = f".create external table T (A:int) kind=storage dataformat=csv (h@'{LAKE}', h@'b;x')"

    assert strings(command) == {"T": (LAKE, "b;x")}


@pytest.mark.parametrize(
    "command",
    [
        ".create external table T (A:int) kind=delta (*******)",
        ".create external table T (A:int) kind=delta ()",
        ".create external table T (A:int) kind=delta (h@'x'",
        ".create external table T (A:int) kind=delta (h@'x', y)",
        ".create external table T (A:int) kind=delta (h@'x)",
        ".create external table T (A:int)",
    ],
)
def test_connection_strings_that_cannot_be_read_are_not_told(command):
    assert strings(command) == {}


MAPPING = '[{"Column":"Id","Properties":{"Path":"$.it\'s"}}]'


@pytest.mark.parametrize(
    "literals",
    [
        f"{kql.string_literal('fields')} {kql.string_literal(MAPPING)}",
        f"'fields' {kql.verbatim_literal(MAPPING)}",
        f'"fields"\n```\n{MAPPING}\n```',
        f"'fields' '[{{' {kql.string_literal(MAPPING[2:])}",
    ],
)
def test_ingestion_mappings(literals):
    script = read_csl_script(
        [
            ".create-merge table ['a b'] (Id:long)",
            ".create-merge table T (Id:long)",
            f".create-or-alter table ['a b'] ingestion json mapping {literals}",
            ".create-or-alter table ['a b'] ingestion csv mapping 'other' '[]'",
        ]
    )

    assert script.mappings == {"a b": [("fields", MAPPING), ("other", "[]")]}


@pytest.mark.parametrize(
    ("clauses", "kind", "data_format"),
    [
        ("kind = storage partition by (D:datetime = A) dataformat = CSV", "storage", "csv"),
        ("kind=delta", "delta", ""),
        ("kind=sql table=T", "sql", ""),
    ],
)
def test_kinds_and_formats_of_external_tables(clauses, kind, data_format):
    script = read_csl_script([f".create external table T (A:datetime) {clauses} (h@'{LAKE}')"])

    assert script.tables["T"].kind == kind
    assert script.tables["T"].data_format == data_format


@examples(100)
@given(name=st.text(min_size=1), string=st.text(min_size=1), query=st.text())
def test_names_and_strings_of_any_text_are_read_back(name, string, query):
    named = kql.quote_name(name)
    literal = kql.string_literal(string)

    script = read_csl_script(
        [
            f".create external table {named} (A:int) kind = delta ({literal}) with (folder={literal})",
            (
                f".create-or-alter continuous-export {named} to table {named} with (a={literal}, "
                f"managedIdentity='{GUID}') <| {query}"
            ),
        ]
    )

    assert script.connection_strings == {name: (string,)}
    assert script.identities == {name: GUID}


@examples(100)
@given(st.text())
def test_no_text_is_too_much(text):
    script = read_csl_script(
        [text, f".create external table {text}", export(text), export(query=text)]
    )

    assert set(script.identities) <= {"E"}
