"""The whole test suite behind one command: ``python tests/run.py``.

Layers run in processes of their own, two at a time. Their counts are added up in one closing line,
and coverage is held against the project's limits.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent

_PLAIN = ("-p", "no:nbval", "-p", "no:playwright")

_ELSEWHERE = (
    *("ui", "magics", "forms", "embedded", "kusto_parser"),
    *("model", "actions", "service"),
)

# Those that take longest come first. What is new in tests/ belongs to "everything else".
LAYERS = {
    # Playwright leaves an event loop running in its process.
    "browser": ["-p", "no:nbval", "tests/ui"],
    "kernel, forms": [*_PLAIN, "tests/magics", "tests/forms"],
    "embedded Azure, parser": [*_PLAIN, "tests/embedded", "tests/kusto_parser"],
    "model, actions, service": [*_PLAIN, "tests/model", "tests/actions", "tests/service"],
    "everything else": [
        *_PLAIN,
        *(f"--ignore=tests/{name}" for name in _ELSEWHERE),
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
}

# Layers at a time: the one in the browser mostly waits.
AT_A_TIME = 2

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
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            layers = pool.map(lambda name: finished(name, Path(scratch), environment), LAYERS)
            for layer in layers:
                print(f"\n== {layer.name}")
                print(layer.log.read_text(encoding="utf-8", errors="replace"))
                counts += counted(layer.report)
                broken += [layer.name] if layer.code else []
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


@dataclass(frozen=True)
class Layer:
    """A layer that has run: its exit code, what it printed, and pytest's report."""

    name: str
    code: int
    log: Path
    report: Path


def finished(name: str, scratch: Path, environment: dict[str, str]) -> Layer:
    """Run a layer in a process of its own."""
    place = list(LAYERS).index(name)
    log, report = scratch / f"{place}.log", scratch / f"{place}.xml"
    command = ["coverage", "run", "-m", "pytest", f"--junitxml={report}", *LAYERS[name]]
    with log.open("wb") as stream:
        code = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    return Layer(name, code, log, report)


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
