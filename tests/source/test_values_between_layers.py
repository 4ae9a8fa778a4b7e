"""Values travel between layers: no code takes text for people apart, and no fix is a sentence.

Text is made in `rendering`, of values; `masking` may cut secrets out of any text, and `quoting` and
`dialect` write commands for `errors`, which every layer can import.
"""

import ast
import re
from pathlib import Path

import pytest

import adxmi_jupyter

PACKAGE = Path(adxmi_jupyter.__file__).parent
WRITERS = ("rendering", "masking", "embedded", "dialect.py", "quoting.py")
SOURCES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in WRITERS
)

# What people read: the lines of an error, what is told of a finding, notes.
TOLD = {"what", "why", "fix", "evidence", "detail", "subject", "title", "note", "notes"}
TAKES_APART = {
    *("split", "rsplit", "partition", "rpartition", "splitlines", "find", "index", "strip"),
    *("replace", "removeprefix", "removesuffix", "startswith", "endswith", "translate"),
}
OF_REGULAR_EXPRESSIONS = {"search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
# A command of this tool, an option, or the words for once more: each of them is a value.
COMMAND = re.compile(r"%%?adxmi [a-z]|(?<![\w-])--[a-z]|\brepeat the (?:line|command)\b")


def _is_told(node):
    return isinstance(node, ast.Attribute) and node.attr in TOLD


def _texts(node):
    return [
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


def _is_command_in_words(node):
    """Tell whether a fix is a sentence, or a line, with a command in it."""
    sentences = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return any(
        isinstance(one, ast.Constant | ast.JoinedStr | ast.BinOp)
        and any(COMMAND.search(text) for text in _texts(one))
        for one in sentences
    )


def taken_apart(tree):
    """Yield the code of a module that takes text for people apart, compares or rewrites it."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=told, attr=method)) if (
                method in TAKES_APART and _is_told(told)
            ):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr=method), args=arguments) if (
                method in OF_REGULAR_EXPRESSIONS and any(map(_is_told, arguments))
            ):
                yield ast.unparse(node)
            case ast.Compare(left=left, comparators=others, ops=ops) if (
                not isinstance(ops[0], ast.Is | ast.IsNot)
                and any(map(_is_told, (left, *others)))
                and any(_texts(one) for one in (left, *others))
            ):
                yield ast.unparse(node)


def commands_in_words(tree):
    """Yield the fixes of a module that are sentences with a command in them."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="fix" | "show_command", value=fix) if _is_command_in_words(fix):
                yield ast.unparse(fix)
            case ast.Assign(targets=[ast.Attribute(attr="fix")], value=fix) if _is_command_in_words(
                fix
            ):
                yield ast.unparse(fix)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_text_for_people_is_taken_apart(path):
    assert list(taken_apart(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_fix_is_a_sentence_with_a_command(path):
    assert list(commands_in_words(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        'error.fix.replace("repeat the command", "press the button")',
        'finding.subject.removeprefix("mi-export")',
        'failure.fix.removeprefix("--credential ")',
        're.sub("^--usage ", "write ", error.fix)',
        "_OPTION.fullmatch(error.fix)",
        'one.fix.startswith("--")',
        'refusal.fix in {"ask for the role"}',
        'finding.title == "Azure role"',
        'error.why.rpartition(": ")',
    ],
)
def test_code_that_takes_text_apart_is_found(code):
    assert list(taken_apart(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'InvalidField("no", why="so", fix="--columns NAME:string")',
        'InvalidField("no", why="so", fix=f"%adxmi policy show --database {name}")',
        'error.fix = "wait a little and repeat the line"',
        'error.fix = "a" if x else "leave --columns out"',
        'Write(show_command="%adxmi identity list")',
    ],
)
def test_a_fix_with_a_command_in_words_is_found(code):
    assert list(commands_in_words(ast.parse(code)))
