"""What is declared in pyproject.toml is what is used, has a real lower bound, and a reason."""

import re
from importlib.metadata import version

from packaging.version import Version

from tests.nightly.supply import ROOT, declared, lower_bound

README = (ROOT / "README.md").read_text("utf-8")
REASONS = README.split("\n## Dependencies\n")[1].split("\n## ")[0]

ALL = [(extra, one) for extra, group in declared().items() for one in group]


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
