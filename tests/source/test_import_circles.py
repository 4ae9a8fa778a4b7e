"""No group of files imports itself in a circle: each can be understood without the others.

Imports for type checking and inside of functions count, which import-linter leaves out or ties to
packages: a value that two files tell each other about belongs below both.
"""

import ast
from pathlib import Path

import adxmi_jupyter

PACKAGE = Path(adxmi_jupyter.__file__).parent


def _modules(package):
    files = {
        ".".join(p.relative_to(package.parent).with_suffix("").parts): p
        for p in package.rglob("*.py")
    }
    return {name.removesuffix(".__init__"): path for name, path in files.items()}


def _imported(path, modules):
    """Yield the modules of the package that a file names in any import statement."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                inner = f"{node.module}.{each.name}"
                yield inner if inner in modules else node.module


def _reached(start, imports):
    found, waiting = set(), [start]
    while waiting:
        new = imports[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def import_circles(package):
    """Return the groups of modules that import one another, the largest first."""
    modules = _modules(package)
    imports = {
        name: {each for each in _imported(path, modules) if each in modules and each != name}
        for name, path in modules.items()
    }
    reached = {name: _reached(name, imports) for name in modules}
    circles = {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in modules
        if name in reached[name]
    }
    return sorted((sorted(each) for each in circles), key=lambda each: (-len(each), each))


def test_no_files_import_each_other_in_a_circle():
    assert import_circles(PACKAGE) == []


def test_imports_for_type_checking_and_within_functions_count(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "plain.py").write_text("import package.typed\n")
    (package / "typed.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from package import late\n"
    )
    (package / "late.py").write_text("def f():\n    from package.plain import x\n    return x\n")
    (package / "outside.py").write_text("from package import plain\n")

    assert import_circles(package) == [["package.late", "package.plain", "package.typed"]]
