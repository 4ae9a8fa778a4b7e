"""Fixes and notes as a notebook, a console and a form write them."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.errors import InvalidField
from adxmi_jupyter.fixes import (
    AskOwner,
    AzCommand,
    Below,
    ChangeOption,
    Command,
    Configure,
    Connect,
    DryRun,
    Explain,
    Label,
    LeaveOut,
    Option,
    Retry,
    Setting,
    Statement,
    mapped,
)
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.console import Console
from adxmi_jupyter.magics.expansion import expand_words
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.rendering.dialects import InForm

WORDS = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1).filter(
        lambda text: "{{" not in text
    ),
    max_size=4,
)
LABELS = {"--columns": "Columns", "--identity": "Identity"}
GRANT = Command.of("policy", "grant", "--database", "Tom's Lab", "--identity", "mi-x")
ROLE = AzCommand.of("az", "role", "assignment", "create", "--role", "Storage Blob Data Reader")

WRITTEN = {
    "a command": (
        GRANT,
        '%adxmi policy grant --database "Tom\'s Lab" --identity mi-x',
        "adxmi policy grant --database 'Tom'\"'\"'s Lab' --identity mi-x",
        '%adxmi policy grant --database "Tom\'s Lab" --identity mi-x',
    ),
    "a command with text below it": (
        Explain.of(Command(("query",), takes_body=True), Below("the query")),
        "%%adxmi query, and the query in the lines below",
        "adxmi query --file -",
        "%%adxmi query, and the query in the lines below",
    ),
    "a command of the Azure CLI": (
        ROLE,
        "!az role assignment create --role 'Storage Blob Data Reader'",
        "az role assignment create --role 'Storage Blob Data Reader'",
        "!az role assignment create --role 'Storage Blob Data Reader'",
    ),
    "what the owner runs": (
        AskOwner(Statement("CREATE USER [x]"), here=Command.of("embedded", "azure-role")),
        *("CREATE USER [x]",) * 3,
    ),
    "a cluster": (
        Connect("https://x.kusto.windows.net"),
        "%adxmi connect https://x.kusto.windows.net",
        "export ADXMI_CLUSTER=https://x.kusto.windows.net",
        "%adxmi connect https://x.kusto.windows.net",
    ),
    "a setting": (
        Configure(Setting.TIMEOUT, "SECONDS"),
        "%adxmi connect … --timeout SECONDS",
        "ADXMI_TIMEOUT=SECONDS",
        "%adxmi connect … --timeout SECONDS",
    ),
    "an option among words": (
        Explain.of("remove one of them from ", Option("--columns")),
        *("remove one of them from --columns",) * 2,
        "remove one of them from Columns",
    ),
    "an option with its label": (
        Explain.of(Option("--columns"), " is missing", Label("Columns")),
        *("--columns is missing: Columns",) * 2,
        "Columns is missing",
    ),
    "options to leave out": (
        LeaveOut.of("--columns", "--identity"),
        *("remove --columns and --identity",) * 2,
        "remove Columns and Identity",
    ),
    "a preview": (
        Explain.of(DryRun(), " what is sent"),
        *("--dry-run shows what is sent",) * 2,
        "the form shows what is sent",
    ),
    "once more, among words": (
        Explain.of("wait a little and ", Retry()),
        *("wait a little and repeat the command",) * 2,
        "wait a little and press it",
    ),
}


@pytest.mark.parametrize(("fix", "documented", "console", "form"), WRITTEN.values(), ids=WRITTEN)
def test_each_front_end_writes_a_fix_its_own_way(fix, documented, console, form):
    assert Dialect().fix(fix) == documented
    assert Call(Console()).dialect.fix(fix) == console
    assert InForm("press it", LABELS).fix(fix) == form


@given(WORDS)
def test_a_command_of_a_notebook_is_read_as_it_was_meant(words):
    program, *typed = split(Dialect().command(Command(tuple(words))))

    assert program.text == "%adxmi"
    assert expand_words(tuple(typed), {}).arguments == tuple(words)


@given(WORDS)
def test_a_command_of_a_console_is_read_as_it_was_meant(words):
    written = Call(Console()).dialect.command(Command(tuple(words)))

    assert shlex.split(written) == ["adxmi", *words]


def test_a_form_puts_a_value_into_its_field():
    fix = ChangeOption("--columns", "OrderId:long, Region:string")

    assert InForm(labels=LABELS).fix(fix) == "Columns: OrderId:long, Region:string"


def test_a_form_without_a_field_for_an_option_names_both_option_and_label():
    what = Explain.of(Option("--columns"), " is missing", Label("Columns"))

    assert InForm(labels=LABELS).part(what) == "Columns is missing"
    assert InForm("press it").part(what) == "--columns is missing: Columns"


def test_an_error_keeps_what_fixes_it_as_a_value():
    error = InvalidField("no", why="so", fix=ChangeOption("--columns", "OrderId:long"))

    assert error.remediation == ChangeOption("--columns", "OrderId:long")
    assert error.fix == "--columns OrderId:long"


def test_no_value_of_an_error_holds_a_secret():
    secret = "https://a.blob.core.windows.net/c?sv=2024&sig=c2VjcmV0c2VjcmV0c2VjcmV0"

    error = InvalidField("no", why="so", fix=Explain.of("see ", Command.of("x", "--uri", secret)))

    assert "c2VjcmV0" not in repr(error.values)
    assert "c2VjcmV0" not in repr(vars(error))


def test_every_string_of_a_value_can_be_changed():
    found = mapped(AskOwner(ROLE, GRANT), str.upper)

    assert found.fix.words[0] == "AZ"
    assert found.here.words[1] == "GRANT"
