"""The language of help, reference and documentation: plain technical English, alike everywhere."""

import ast
import re
from pathlib import Path

import click
import pytest

import adxmi_jupyter
from adxmi_jupyter.magics.reference import pages
from adxmi_jupyter.magics.tree import leaves, tree
from adxmi_jupyter.magics.verbs import Noun, described
from adxmi_jupyter.model.declaration.registry import declarations, nouns

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name != "errors.md"),
    *sorted((ROOT / "docs" / "guides").glob("*.md")),
]
PACKAGE = Path(adxmi_jupyter.__file__).parent
DECLARATIONS = [
    *sorted((PACKAGE / "model" / "workflow").glob("*.py")),
    *sorted((PACKAGE / "model" / "declaration").glob("*.py")),
]
LEAVES = dict(leaves())
ROOT_CONTEXT = click.Context(tree, info_name="%adxmi")
NOUNS = {name: tree.get_command(ROOT_CONTEXT, name) for name in tree.list_commands(ROOT_CONTEXT)}
GROUPS = {name: command for name, command in NOUNS.items() if isinstance(command, Noun)}

# What must not come back, and what is said instead.
INSTEAD = {
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\bcures?\b": "fix",
    r"\bleast rights?\b": "required permissions",
    r"\brights\b|\bthe right (to|that|it)\b|\ba right\b": "permissions, roles, access",
    r"\bwants\b": "requires",
    r"\bby mouse\b": "in a form",
    r"\b(no|any|some)body\b": "name the person, role or component",
    r"\b(patience|aside|stations?)\b": "say what is meant",
    r"(?<!mi-)\bstrangers?\b": "not assigned",
    r"\bvanished\b|\bformer one\b": "no longer assigned",
    r"\bfor good\b": "permanently",
    r"\btak(e|es|en|ing)\b[^.|]{0,20}\b(back|away)\b": "undo; remove, revoke, delete, reduce access",
    r"\blines? that\b": "command",
    r"\brefus(e|es|ed|al|als|ing)\b": "denied, rejected, failed",
    r"\bdoes not do\b|\bdoes not open\b": "not sufficient, does not grant access to data",
    r"\breach(es)? the data\b": "managed identity",
    r"\b(you )?may not (see|read)\b": "unknown: requires ROLE",
    r"\bat the same time\b": "concurrently, in parallel",
    r"[;,] else\b": "Default: …",
    r"\bfor people\b": "description",
    r"\bwhom\b|\bas whom\b": "identity, caller, principal",
    r"\bas you wished\b": "interrupted",
    r"\blinks? (is|are) missing\b|\bmissing links?\b": "requirement that isn't met",
    r"\ban? look at\b|\blook before\b": "preview, dry run, check",
    r"\bbesides\b": "in addition to",
    r"\bmust be in place\b": "requirements",
    r"\bsaid\b|\btold\b": "show, name, list, report",
    r"\bit takes of\b|\bwhat it takes\b": "requires",
    r"\b(is|are|was|were) looked (at|through)\b": "checked",
    r"\bthis line\b": "command",
}

IMPERATIVES = {
    "Add",
    *("Allow", "Assign", "Build", "Call", "Change", "Check", "Close", "Compare", "Convert"),
    "Create",
    *("Delete", "Drop", "Explain", "Export", "Grant", "Infer", "Ingest", "List", "Manage", "Merge"),
    "Migrate",
    *(
        "Open",
        "Query",
        "Queue",
        "Record",
        "Remove",
        "Replace",
        "Reset",
        "Revoke",
        "Run",
        "Send",
        "Serve",
    ),
    *("Show", "Start", "Stop", "Switch", "Undo"),
}
LONGEST_SUMMARY = 80
LONGEST_HELP = 300


def in_old_words(text):
    """Return what is said in words that must not come back, each with what to say instead."""
    prose = re.sub(r"```.*?```|`[^`\n]*`|https?://\S+", "", text, flags=re.DOTALL)
    return [
        f"{prose[max(0, found.start() - 40) : found.end() + 20]!r}: {instead}"
        for pattern, instead in INSTEAD.items()
        for found in re.finditer(pattern, prose, re.IGNORECASE)
    ]


def texts_of(file):
    """Return the texts in a module that are no docstrings, and more than a word."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    constants = [node for node in nodes if isinstance(node, ast.Constant)]
    return [
        str(node.value)
        for node in constants
        if isinstance(node.value, str) and " " in node.value and id(node) not in docstrings
    ]


def summary(command):
    return (command.help or "").split("\n\n", maxsplit=1)[0]


def option_helps():
    return {
        f"{name} {option.opts[-1]}": described(option)
        for name, verb in LEAVES.items()
        for option in verb.params
        if isinstance(option, click.Option)
    }


@pytest.mark.parametrize("name", [*NOUNS, *(name for name in LEAVES if " " in name)])
def test_help_is_in_the_words_of_the_field(name):
    command = LEAVES.get(name) or NOUNS[name]

    assert in_old_words(command.get_help(click.Context(command, info_name=name))) == []


@pytest.mark.parametrize("noun", pages())
def test_the_reference_is_in_the_words_of_the_field(noun):
    assert in_old_words(pages()[noun]) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_documentation_is_in_the_words_of_the_field(file):
    assert in_old_words(file.read_text("utf-8")) == []


@pytest.mark.parametrize("file", DECLARATIONS, ids=lambda file: file.stem)
def test_declarations_are_in_the_words_of_the_field(file):
    assert [found for text in texts_of(file) for found in in_old_words(text)] == []


@pytest.mark.parametrize("name", adxmi_jupyter.__all__)
def test_public_docstrings_are_in_the_words_of_the_field(name):
    assert in_old_words(getattr(getattr(adxmi_jupyter, name), "__doc__", "") or "") == []


def test_every_summary_of_a_verb_is_a_short_imperative():
    found = {name: summary(verb) for name, verb in LEAVES.items()}

    assert {n: s for n, s in found.items() if s.split()[0] not in IMPERATIVES} == {}
    assert {n: s for n, s in found.items() if len(s) > LONGEST_SUMMARY or "\n" in s} == {}
    assert {n: s for n, s in found.items() if s.count(".") - s.count(" .show") != 1} == {}


def test_every_summary_of_a_noun_is_an_imperative_or_names_the_workflow():
    found = {name: summary(command) for name, command in GROUPS.items()}

    assert {
        name: text
        for name, text in found.items()
        if text.split()[0] not in IMPERATIVES
        and not (name in nouns() and "a managed identity" in text)
    } == {}


def test_summaries_stand_in_lists_without_a_full_stop():
    commands = [*NOUNS.values(), *LEAVES.values()]

    listed = [command.get_short_help_str(LONGEST_SUMMARY) for command in commands]

    assert [text for text in listed if text.endswith((".", "…"))] == []


def test_the_help_of_an_option_is_a_few_short_sentences():
    found = option_helps()

    wrong = {name: text for name, text in found.items() if not re.fullmatch(r"[A-Z].*\.", text)}
    assert wrong == {}
    assert {name: text for name, text in found.items() if len(text) > LONGEST_HELP} == {}


def test_the_help_of_an_option_is_no_question():
    starts = ("Whether", "Who", "Which", "What", "Where", "How", "Only", "Of", "With", "One of")

    found = {name: text for name, text in option_helps().items() if text.startswith(starts)}

    assert found == {}


def test_defaults_and_allowed_values_are_written_alike():
    found = option_helps()

    alike = re.compile(r"(^|[.] )(Default|Allowed values): \S")
    odd = re.compile(r"\b[Dd]efaults? to\b|\(default\)|by default\b(?!,)|\bOne of\b")
    assert {
        name: text
        for name, text in found.items()
        if odd.search(text)
        or len(re.findall("Default: |Allowed values: ", text)) != len(alike.findall(text))
    } == {}


def test_choices_of_fields_are_allowed_values():
    helps = option_helps()

    missing = [
        (declaration.noun(), spec.name)
        for declaration in declarations()
        for spec in declaration.specs()
        if spec.choices
        and f"Allowed values: {', '.join(spec.choices)}."
        not in helps[f"{declaration.noun()} build {spec.option}"]
    ]
    assert missing == []
