"""Public names are few and listed: how the extension is loaded, and the errors one can catch."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

import adxmi_jupyter
from adxmi_jupyter import errors

PACKAGE = Path(adxmi_jupyter.__file__).parent
FACADES = sorted(PACKAGE.rglob("__init__.py"))
_BRANCH = re.compile(r"^(?P<indent>[│ ]*)[├└]── (?P<name>\w+)", re.MULTILINE)


def _drawn_parents(drawing):
    """Return the parent of each name of a tree that is drawn with four columns a level."""
    above = ["AdxmiError"]
    parents = {}
    for branch in _BRANCH.finditer(drawing):
        level = len(branch["indent"]) // 4
        del above[level + 1 :]
        parents[branch["name"]] = above[level]
        above.append(branch["name"])
    return parents


def _error_classes():
    found = inspect.getmembers(errors, inspect.isclass)
    return {name: one for name, one in found if issubclass(one, errors.AdxmiError)}


def _bound(tree):
    """Yield the public names that a file binds at its top."""
    for node in tree.body:
        match node:
            case ast.ImportFrom(module="__future__" | "typing"):
                pass
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (each.asname or each.name for each in names)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) if name != "__all__":
                yield name


def _listed(tree):
    return [
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    ]


def test_the_package_offers_what_loads_the_extension():
    assert sorted(adxmi_jupyter.__all__) == [
        "__version__",
        "load_ipython_extension",
        "unload_ipython_extension",
    ]


@pytest.mark.parametrize("path", FACADES, ids=lambda path: str(path.parent.relative_to(PACKAGE)))
def test_a_package_lists_each_name_that_it_hands_on(path):
    tree = ast.parse(path.read_text("utf-8"))

    assert ast.get_docstring(tree)
    assert sorted(_listed(tree)) == sorted(_bound(tree))


@pytest.mark.parametrize(
    "topic", sorted(p.parent.name for p in PACKAGE.glob("actions/*/__init__.py"))
)
def test_a_topic_of_the_actions_hands_nothing_on(topic):
    package = importlib.import_module(f"adxmi_jupyter.actions.{topic}")
    tree = ast.parse(inspect.getsource(package))

    assert [ast.get_docstring(tree)] == [ast.literal_eval(node.value) for node in tree.body]


def test_the_errors_are_listed_and_nothing_else_is_public():
    own = vars(errors).items()
    public = {name for name, one in own if not name.startswith("_") and not inspect.ismodule(one)}

    assert set(errors.__all__) == public
    assert public - set(_error_classes()) == {"ServiceDetails"}


def test_the_tree_of_errors_is_drawn_as_the_classes_are():
    bases = {
        name: one.__base__.__name__
        for name, one in _error_classes().items()
        if name != "AdxmiError"
    }

    assert _drawn_parents(errors.__doc__) == bases


def test_every_error_says_when_it_occurs():
    silent = [name for name, one in _error_classes().items() if not one.__doc__]

    assert silent == []
