"""What is declared in pyproject.toml is what is used, has a real lower bound, and a reason."""

import ast
import re
import sys
from importlib.metadata import packages_distributions, version

from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.nightly.supply import EXTRAS, ROOT, declared, lower_bound

PACKAGE = ROOT / "adxmi_jupyter"
README = (ROOT / "README.md").read_text("utf-8")
REASONS = README.split("\n## Dependencies, and why\n")[1].split("\n## ")[0]

# Parts of an interface that another package declares and pins.
PART_OF = {
    "annotated-types": "pydantic",
    "azure-storage-blob": "azure-kusto-ingest",
    "azure-storage-queue": "azure-kusto-ingest",
    "pydantic-core": "pydantic",
}

ALL = [(extra, one) for extra, group in declared().items() for one in group]


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


def test_every_dependency_has_a_lower_bound_with_major_and_minor():
    vague = [one for _, one in ALL if len(Version(lower_bound(one) or "0").release) < 2]

    assert vague == []


def test_what_is_installed_is_within_the_bounds():
    outside = [one for _, one in ALL if not one.specifier.contains(version(one.name))]

    assert outside == []


def test_the_readme_gives_a_reason_for_every_dependency_and_for_no_other_package():
    rows = re.findall(r"^\| (?:extra `(\w+)`: )?(`.*) \| .+ \|$", REASONS, re.MULTILINE)

    told = {(extra, name) for extra, names in rows for name in re.findall(r"`([^`]+)`", names)}

    assert told == {(extra, one.name) for extra, one in ALL}
