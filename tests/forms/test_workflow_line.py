"""The line a workflow's form gives to copy says, to the letter, what *Apply* would have sent."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adxmi_jupyter.errors import UnknownCommand
from adxmi_jupyter.forms.workflow.state import WorkflowState
from adxmi_jupyter.magics.forms import written
from adxmi_jupyter.magics.tree import run
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.registry import declaration_of, declarations
from tests.examples import sampled
from tests.magics.conftest import clear_names

DECLARATIONS = {one.noun(): one for one in declarations()}
AWKWARD = [
    "two words",
    'say "please"',
    "it's",
    "a;",
    "a?",
    "back\\",
    "-dash",
    "--yes",
    "$Default",
    "%magic",
    "!shell",
    "a=b",
    "{x}",
    "é \u202e",
    "#",
]
SCRIPT = "\n  # a comment\n'''quotes''' and \"more\" $x {y} \\n\n\nresult = df;\n\n"

TOGETHER = {  # where the first thing at hand does not go with the others
    "ai-chat-completion": {"include_error_messages": False},
    "ai-embeddings": {"include_error_messages": False},
    "storage-ingestion": {"ingestion_mapping": ""},
    "export": {"compression_type": "gzip", "name_prefix": "orders", "file_extension": ".csv"},
    "external-table": {
        "kind": "",
        "compression_type": "gzip",
        "folder": "Old data",
        "doc_string": "Orders of former years",
        "name_prefix": "orders",
        "file_extension": ".csv",
    },
}
AS_BEFORE = {
    "ai-chat-completion": ["include_error_messages"],
    "ai-embeddings": ["include_error_messages"],
    "external-table": ["kind"],
    "storage-ingestion": ["ingestion_mapping"],
}

every = pytest.mark.parametrize("noun", DECLARATIONS)


@pytest.fixture
def ip(kept_extension):
    clear_names(kept_extension)
    return kept_extension


@pytest.fixture
def connection(magics):
    return magics.connections.current()


@pytest.fixture
def built(ip):
    """Build by the line that a form gives to copy, run as one pastes it."""

    def build(state):
        text = written("%adxmi", state.preview.line)
        assert text
        head, newline, body = text.partition("\n")
        verb = state.declaration.about.does
        line = head.replace(f" {verb} ", " build ", 1) + newline + body
        result = ip.run_cell(line)
        result.raise_error()
        return result.result.iloc[0]

    return build


def filled(connection, noun, **more):
    state = WorkflowState(connection, DECLARATIONS[noun], "Sales")
    for name, value in {**DECLARATIONS[noun].about.sample.fields, **more}.items():
        state.enter(name, value)
    return state


def everything(noun):
    """Return a value for each field of a workflow, as its declaration shows them to people."""
    choices = {s.name: s.choices[-1] for s in DECLARATIONS[noun].specs() if s.choices}
    flags = {s.name: not s.default for s in DECLARATIONS[noun].specs() if s.kind is FieldKind.FLAG}
    examples = {s.name: s.example for s in DECLARATIONS[noun].specs() if s.example}
    sample = DECLARATIONS[noun].about.sample.fields
    return {**choices, **flags, **examples, **sample, **TOGETHER.get(noun, {})}


@every
def test_the_sample_comes_out_the_same(connection, built, noun):
    state = filled(connection, noun)

    assert built(state)["text"] == state.preview.text
    assert built(state)["sent_to"] == state.preview.sent_to


@every
def test_so_does_a_form_in_which_everything_is_filled_in(connection, built, noun):
    state = filled(connection, noun, **everything(noun))

    assert state.problems == {}
    untouched = [spec.name for spec in state.specs if spec.name not in state.values]
    assert untouched == AS_BEFORE.get(noun, [])
    assert built(state)["text"] == state.preview.text


@every
def test_for_another_database_it_says_so(connection, built, noun):
    state = filled(connection, noun)

    state.choose("Tom's Lab")

    assert built(state)["database"] == "Tom's Lab"
    assert built(state)["text"] == state.preview.text


@pytest.mark.parametrize("value", AWKWARD)
@pytest.mark.parametrize(
    ("noun", "field"), [("external-table", "doc_string"), ("sdk-ingestion", "table")]
)
def test_awkward_texts_come_out_the_same(connection, built, noun, field, value):
    state = filled(connection, noun, **{field: value})

    assert built(state)["text"] == state.preview.text


@pytest.mark.parametrize("value", sampled([SCRIPT, *AWKWARD], each=3))
@pytest.mark.parametrize("noun", [n for n, one in DECLARATIONS.items() if one.about.body])
def test_awkward_bodies_come_out_the_same(connection, built, noun, value):
    state = filled(connection, noun, **{DECLARATIONS[noun].about.body: value})

    assert built(state)["text"] == state.preview.text


@pytest.mark.nightly
@given(value=st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_out_the_same_or_no_line_is_given(connection, ip, value):
    state = filled(connection, "external-table", doc_string=value)
    text = written("%adxmi", state.preview.line).replace(" create ", " build ", 1)
    result = ip.run_cell(text).result if text else None

    assert state.is_valid
    assert result is None or result.iloc[0]["text"] == state.preview.text


@pytest.mark.parametrize(
    ("noun", "field", "value"),
    [
        ("external-table", "doc_string", "{{name}}"),
        ("external-table", "doc_string", "two\nlines"),
        ("external-table", "doc_string", "two\u2028lines"),
        ("continuous-export", "query", "Orders | where Region == '{{ region }}'"),
    ],
)
def test_what_no_line_can_say_has_no_line(connection, noun, field, value):
    state = filled(connection, noun, **{field: value})

    assert state.is_valid
    assert written("%adxmi", state.preview.line) == ""


def test_what_is_wrong_is_left_out_of_the_line(connection):
    signed = "https://contosolake.blob.core.windows.net/archive?sig=cmVhZA"
    state = filled(connection, "external-table", location=signed, columns="nonsense")

    words = state.line().words
    assert "--name" in words
    assert "--columns" not in words
    assert "--location" not in words


@every
def test_the_form_begins_with_the_current_database(magic, noun):
    form = magic(f"{noun} form")

    assert form.state.database == "Sales"
    assert form.state.declaration is declaration_of(noun)


def test_the_form_begins_where_it_is_told(magic):
    assert magic('external-table form --database "Tom\'s Lab"').state.database == "Tom's Lab"


@pytest.mark.nightly
def test_the_form_follows_the_named_connection(magic):
    magic("connect embedded --name other")
    magic("connect embedded --name admin")

    assert "--connection other" in repr(magic("external-table form --connection other"))


class Terminal:
    program = "adxmi"


@every
def test_a_console_says_what_to_use_instead(noun):
    from adxmi_jupyter.magics.call import Call

    with pytest.raises(UnknownCommand, match="runs in a notebook only") as caught:
        run(Call(Terminal()), [noun, "form"])

    assert caught.value.fix == f"adxmi {noun} {DECLARATIONS[noun].about.does} --help"
