"""Install the lowest and the newest dependencies, and run the package on each.

For each interpreter of ``--python`` a new environment gets the package with its extras, once with
every declared dependency at its lower bound, once with the newest that there are. Packages come as
wheels only: a lower bound that has to be compiled is none. Then `tests.nightly.smoke` runs there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

from tests.nightly.figures import Figure, show

ROOT = Path(__file__).resolve().parents[2]

EXTRAS = ("ingest", "kql", "lab", "logs")

SETS = ("lowest", "newest")

_LAST_LINES = 15


def options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--python",
        action="append",
        metavar="NAME",
        help="an interpreter, by name or path; may be repeated; default: this one",
    )
    parser.add_argument("--set", dest="sets", action="append", choices=SETS, help="default: both")


def run(chosen: argparse.Namespace) -> int:
    """Install and try every set on every interpreter."""
    figures = [
        Figure(f"{name} dependencies, {python}", _tried(python, name), "passed")
        for python in chosen.python or [sys.executable]
        for name in chosen.sets or SETS
    ]
    return show(figures)


def declared() -> dict[str, list[Requirement]]:
    """Return the requirements of ``pyproject.toml`` by extra; those of the package are under ``""``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        extra: [one for one in map(Requirement, lines) if one.name != project["name"]]
        for extra, lines in groups.items()
    }


def lower_bound(requirement: Requirement) -> str:
    """Return the version after ``>=``, or the only one that is allowed; empty without one."""
    bounds = [one.version for one in requirement.specifier if one.operator in {">=", "=="}]
    return bounds[0] if len(bounds) == 1 else ""


def _tried(python: str, name: str) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        venv, constraints = Path(scratch) / "venv", Path(scratch) / "constraints.txt"
        constraints.write_text("\n".join(_lowest()) if name == "lowest" else "", "utf-8")
        own = venv / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        package = f"{ROOT}[{','.join(EXTRAS)}]"
        steps = {
            "no environment": [python, "-m", "venv", venv],
            "not installed": [
                *(own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--only-binary", ":all:", "--constraint", constraints, package),
            ],
            "smoke failed": [own, "-I", Path(__file__).with_name("smoke.py")],
        }
        for failure, step in steps.items():
            done = subprocess.run(
                step, cwd=scratch, text=True, capture_output=True, check=False, env=_clean(scratch)
            )
            if done.returncode:
                told = (done.stdout + done.stderr).splitlines()[-_LAST_LINES:]
                print("\n".join(told), file=sys.stderr)
                return failure
        return "passed"


def _lowest() -> list[str]:
    """Return a constraint for each dependency: the version of its lower bound."""
    groups = declared()
    wanted = [one for extra in ("", *EXTRAS) for one in groups[extra]]
    return [f"{one.name}=={lower_bound(one)}" for one in wanted]


def _clean(home: str) -> dict[str, str]:
    """Return the environment without what configures the package, or leads to other packages."""
    dropped = ("ADXMI_", "PYTHON", "IPYTHON", "JUPYTER")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return kept | {"ADXMI_DATA_DIR": f"{home}/data", "IPYTHONDIR": f"{home}/ipython"}
