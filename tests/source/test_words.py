"""What people read is plain technical English: no text of the package has a word of this list.

Help of commands and declarations of workflows have tests of their own. Some words are in no line of
the package at all, comments, docstrings and names included.
"""

import ast
import re
from pathlib import Path

import pytest

import adxmi_jupyter

PACKAGE = Path(adxmi_jupyter.__file__).parent
ELSEWHERE = ("embedded", "masking", "model/workflow", "model/declaration")
SOURCES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if not path.relative_to(PACKAGE).as_posix().startswith(ELSEWHERE)
)

INSTEAD = {
    r"mend(?:s|ed|ing)?": "fix",
    r"refus(?:e|es|ed|al|als)": "denied, rejected, failed, error message",
    r"(?:take|takes|taken|took) (?:it )?(?:away|back)": "remove, revoke, undo",
    r"(?:no|any|some)body(?: else)?": "no identity, another principal, the owner",
    r"who(?:ever|m)": "the caller, the identity",
    r"(?<!mi-)strangers?|vanished|former": "not assigned, no longer assigned, stale entry",
    r"least rights?": "required permissions",
    r"rights? (?:of|at|to|on|in)": "permission, role",
    r"not certain": "unknown",
    r"by mouse": "in a form",
    r"for good": "permanently",
    r"as you wished": "interrupted",
    r"wants? --yes": "requires --yes",
    r"does not do": "isn't sufficient",
    r"you may not (?:see|read)|to be seen": "unknown: requires ROLE",
    r"all the same": "anyway, still",
    r"line that|(?:the|this) line(?! and column)": "command",
    r"it takes(?! several)": "requires",
    r"would go": "would be removed",
    r"carried? (?:it )?out|carries (?:it )?out": "applied",
    r"looked? at": "checked",
}
WORDS = re.compile("|".join(rf"\b(?:{words})" + r"\b" for words in INSTEAD), re.IGNORECASE)


def _described(tree):
    """Return the docstrings of a module, and the help of its options, which others test."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.keyword) and node.arg == "help":
            yield from ast.walk(node.value)


def _read_only(tree):
    """Return the texts that earlier versions have written: the keys of `_CALLED_BEFORE`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_CALLED_BEFORE":
            yield from node.value.keys


def told(tree):
    """Yield the texts of a module that are shown, with the lines that they stand on."""
    described = {*map(id, _described(tree)), *map(id, _read_only(tree))}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in described:
            yield node.lineno, node.value


@pytest.mark.parametrize(
    "source", SOURCES, ids=[path.relative_to(PACKAGE).as_posix() for path in SOURCES]
)
def test_texts_have_no_word_that_a_reader_would_stop_at(source):
    tree = ast.parse(source.read_text(encoding="utf-8"))

    assert [f"{line}: {text}" for line, text in told(tree) if WORDS.search(text)] == []


IN_NO_LINE = re.compile(
    r"(?<![a-z])(?:nobody|mend(?:s|ed|ing)?|patien(?:ce|t)|aside|stations?|strangers|vanished)(?![a-z])",
    re.IGNORECASE,
)


def test_no_line_of_the_package_has_a_word_that_names_nothing():
    files = [file for kind in ("py", "js", "md") for file in PACKAGE.rglob(f"*.{kind}")]

    assert [
        f"{file.relative_to(PACKAGE)}: {line}"
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if IN_NO_LINE.search(line)
    ] == []
