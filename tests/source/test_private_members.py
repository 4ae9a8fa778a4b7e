"""No private member of a foreign package is used but those that `INTERNALS` lists."""

import ast
import importlib
import inspect
import re
import sys

from tests.nightly.supply import ROOT
from tests.service.test_sdk_internals import INTERNALS

PACKAGE = ROOT / "adxmi_jupyter"
PRIVATE = re.compile(r"\b_[a-z]\w*")
OF_SELF = re.compile(r"(?<=self\.)_[a-z]\w*|(?<=cls\.)_[a-z]\w*|(?<=def )_[a-z]\w*")

DEFINED = re.compile(r"(?:def|class) (_[a-z]\w*)")
STORED = re.compile(r"\b(_[a-z]\w*)(?=(?:: [^=\n]+)? = )")

# Underscores that do not mean private.
DOCUMENTED = {"_exit"}  # of os

ASKING = re.compile(r"(?<!self)(?<!cls)\._[a-z]|(get|has|set)attr\(")
DERIVING = re.compile(r"^ *class \w+\([A-Z]", re.MULTILINE)


def sources():
    return [path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))]


def own_names(text):
    """Return the private names that a file defines, or stores something in."""
    return {*DEFINED.findall(text), *STORED.findall(text)}


def names_asked_for(text):
    """Yield the names of attributes, those that are asked for by text among them."""
    for node in ast.walk(ast.parse(text)) if ASKING.search(text) else ():
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            texts = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            yield from texts if node.func.id in {"getattr", "hasattr", "setattr"} else []


def names_shared_with_bases(text):
    """Yield the private names in a class that the source of a foreign base has as well."""
    nodes = list(ast.walk(ast.parse(text))) if DERIVING.search(text) else []
    origins = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in nodes
        if isinstance(node, ast.ImportFrom) and is_foreign(node.module or "")
        for alias in node.names
    }
    for node in nodes:
        bases = [base_name(one) for one in getattr(node, "bases", ())]
        for module, name in [origins[one] for one in bases if one in origins]:
            base = getattr(importlib.import_module(module), name)
            names = set(PRIVATE.findall(ast.unparse(node)))
            yield from names & set(OF_SELF.findall(inspect.getsource(base)))


def is_foreign(module):
    return module.partition(".")[0] not in {"", PACKAGE.name, *sys.stdlib_module_names}


def base_name(base):
    base = base.value if isinstance(base, ast.Subscript) else base
    return base.id if isinstance(base, ast.Name) else ""


def test_no_other_private_member_is_used():
    texts = sources()

    asked_for = {name for text in texts for name in names_asked_for(text)}
    own = {name for text in texts for name in own_names(text)}
    foreign = {one for one in asked_for - own if PRIVATE.fullmatch(one)}
    shared = {name for text in texts for name in names_shared_with_bases(text)}

    assert foreign | shared == {name for _, name in INTERNALS} | DOCUMENTED
