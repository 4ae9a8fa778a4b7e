"""What the package imports is declared in pyproject.toml."""

import ast
import sys
from importlib.metadata import packages_distributions

from packaging.utils import canonicalize_name

from tests.nightly.supply import EXTRAS, ROOT, declared

PACKAGE = ROOT / "adxmi_jupyter"

# Parts of an interface that another package declares and pins.
PART_OF = {
    "annotated-types": "pydantic",
    "azure-storage-blob": "azure-kusto-ingest",
    "azure-storage-queue": "azure-kusto-ingest",
    "pydantic-core": "pydantic",
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def distributions():
    """Return the distributions whose modules the package imports."""
    known = packages_distributions()
    modules = {name for path in PACKAGE.rglob("*.py") for name in imported(path)}
    found = set()
    for module in modules:
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names | {PACKAGE.name}:
            found |= {name for name in known.get(top, [top]) if _is_of(module, name)}
    return {canonicalize_name(name) for name in found}


def _is_of(module, distribution):
    """Tell whether a module is the distribution's: many share the namespace ``azure``."""
    shared = not module.startswith("azure.")
    return shared or f"{module}.".startswith(f"{distribution.replace('-', '.')}.")


def test_every_imported_package_is_declared():
    names = {canonicalize_name(one.name) for extra in ("", *EXTRAS) for one in declared()[extra]}

    used = {PART_OF.get(name, name) for name in distributions()}

    assert used - names == set()
