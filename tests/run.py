"""The whole test suite behind one command: ``python tests/run.py``.

Layers that need a process of their own run one after the other; their counts are added up in one
closing line, and coverage is held against the project's limits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent

LAYERS = {
    "unit, kernel, parser, notebooks executed": [
        *("-p", "no:nbval", "-p", "no:playwright"),
        "--ignore=tests/ui",
        "tests",
    ],
    "notebooks compared": [
        "-p",
        "no:cacheprovider",
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout=120",
        "--nbval-sanitize-with=tests/notebooks/sanitize.cfg",
        "notebooks",
    ],
    # Playwright leaves an event loop running in its process.
    "browser": ["-p", "no:nbval", "tests/ui"],
}

LIMITS = {
    "model and actions": (98, ["--include=*/adxmi_jupyter/model/*,*/adxmi_jupyter/actions/*"]),
    "package": (92, []),
}


def main() -> int:
    """Run every layer, then judge coverage; return 0 if all passed."""
    sys.stdout.reconfigure(line_buffering=True)
    counts: Counter[str] = Counter()
    broken = []
    with tempfile.TemporaryDirectory() as scratch:
        environment = os.environ | {
            "COVERAGE_FILE": str(Path(scratch) / "coverage"),
            "ADXMI_DATA_DIR": str(Path(scratch) / "data"),
        }
        for number, (name, arguments) in enumerate(LAYERS.items()):
            print(f"\n== {name}")
            report = Path(scratch) / f"{number}.xml"
            command = ["coverage", "run", "-m", "pytest", f"--junitxml={report}", *arguments]
            code = python(command, environment)
            counts += counted(report)
            broken += [name] if code else []
        python(["coverage", "combine", "-q"], environment)
        for name, (limit, include) in LIMITS.items():
            print(f"\n== coverage of {name}, at least {limit} %")
            command = ["coverage", "report", "--skip-covered", f"--fail-under={limit}", *include]
            broken += [f"coverage of {name}"] if python(command, environment) else []
    for name in broken:
        print(f"failed: {name}")
    failed = counts["failed"] or len(broken)
    print(f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped")
    return 1 if broken else 0


def python(command: list[str], environment: dict[str, str]) -> int:
    """Run a module with this interpreter at the root of the project; return its exit code."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, check=False
    ).returncode


def counted(report: Path) -> Counter[str]:
    """Read pytest's own counts of a layer."""
    if not report.exists():
        return Counter(failed=1)
    suite = ET.parse(report).getroot().find("testsuite")
    number = {key: int(suite.get(key)) for key in ("tests", "failures", "errors", "skipped")}
    failed = number["failures"] + number["errors"]
    passed = number["tests"] - failed - number["skipped"]
    return Counter(passed=passed, failed=failed, skipped=number["skipped"])


if __name__ == "__main__":
    sys.exit(main())
