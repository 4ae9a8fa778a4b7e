"""The test suite behind one command: ``python tests/run.py``; the whole of it with ``--all``.

Without options: what guards behaviour day by day. ``--all`` adds the tests that are marked
``nightly``, random examples of Hypothesis, the commands of `COMMANDS`, and the limits of coverage;
what ``--all`` runs holds everything that runs without it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# One more than cores: tests wait for answers, and for processes that they start.
WORKERS = max(2, min(CORES + 1, 8))

EVERYTHING_ELSE = "unit, kernel, forms"

# Those that take longest come first. Playwright leaves an event loop running in its process, nbval
# takes every notebook for tests, and each process would start Microsoft's parser for 5 seconds.
LAYERS = {
    EVERYTHING_ELSE: [
        *("-p", "no:nbval", "-p", "no:playwright"),
        *("--ignore=tests/ui", "--ignore=tests/kusto_parser", "tests"),
        *("-n", str(WORKERS), "--dist", "worksteal"),
    ],
    "browser": ["-p", "no:nbval", "tests/ui"],
    "notebooks": [
        *("-p", "no:cacheprovider", "-p", "no:playwright", "-p", "tests.kernels"),
        *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
        *("--nbval-sanitize-with=tests/notebooks/sanitize.cfg", "notebooks"),
    ],
    "parser": ["-p", "no:nbval", "-p", "no:playwright", "tests/kusto_parser"],
}

# What a slow machine would show besides is in no stored output.
ENVIRONMENTS = {"notebooks": {"TQDM_DISABLE": "1"}}

# What takes too long for every change and is no test of pytest. Clients of other makers come here.
COMMANDS = {
    "ground truth": ["tests.ground_truth"],
    "crashes": ["tests.nightly", "crashes", "--seed={seed}"],
    "faults": ["tests.nightly", "faults", "--seed={seed}"],
    "supply": ["tests.nightly", "supply"],
    "foreign clients": ["tests.nightly", "foreign_clients"],
    "documentation site": ["tests.nightly", "docs"],
}

# Processes at a time: the one in the browser mostly waits.
AT_A_TIME = 2

LIMITS = {
    "model and actions": (98, ["--include=*/adxmi_jupyter/model/*,*/adxmi_jupyter/actions/*"]),
    "package": (92, []),
}


def main() -> int:
    """Run what was asked for; return 0 if all passed."""
    parser = argparse.ArgumentParser(prog="python tests/run.py", description=__doc__)
    parser.add_argument("--all", action="store_true", help="the nightly tests, too")
    parser.add_argument("--seed", type=int, help="of what --all makes up; default: a random one")
    chosen = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        run = Run(Path(scratch), chosen.all, chosen.seed or random.SystemRandom().getrandbits(32))
        return run.everything()


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    name: str
    code: int
    seconds: float
    log: Path
    counts: Path


@dataclass(frozen=True)
class Run:
    """A run of the suite; `scratch` is its folder."""

    scratch: Path
    is_all: bool
    seed: int

    def everything(self) -> int:
        """Run every layer and what comes with it, and print how it went."""
        counts, broken = Counter(), []
        for done in self._finished():
            print(f"\n== {done.name}: {done.seconds:.0f} s")
            print(done.log.read_text(encoding="utf-8", errors="replace"))
            if done.name in LAYERS:
                counts += counted(done.counts)
            broken += [done.name] if done.code else []
        broken += self._too_little_covered() if self.is_all else []
        for name in broken:
            print(f"failed: {name}")
        print(self._closing(counts, broken))
        return 1 if broken else 0

    def _finished(self) -> Iterator[Done]:
        """Yield the layers, and the commands of --all, as they end."""
        calls = {name: self._pytest(name) for name in LAYERS}
        for name, call in COMMANDS.items() if self.is_all else ():
            calls[name] = [word.format(seed=self.seed) for word in call]
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            yield from (
                one.result()
                for one in as_completed(pool.submit(self._run, *call) for call in calls.items())
            )

    def _pytest(self, layer: str) -> list[str]:
        """Return how a layer is called."""
        plugin = ["-p", "tests.counts", f"--counts={self._file(layer, 'json')}"]
        if not self.is_all:
            return ["pytest", "-m", "not nightly", *plugin, *LAYERS[layer]]
        if layer in (EVERYTHING_ELSE, "parser"):
            plugin += ["--hypothesis-profile=random", f"--hypothesis-seed={self.seed}"]
        plugin.append("-ofaulthandler_timeout=900")  # hundreds of made-up cases in one test
        return ["coverage", "run", "-m", "pytest", *plugin, *LAYERS[layer]]

    def _run(self, name: str, call: list[str]) -> Done:
        log, began = self._file(name, "log"), time.monotonic()
        with log.open("wb") as stream:
            environment = {**self._environment(), **ENVIRONMENTS.get(name, {})}
            code = python(call, environment, stdout=stream, stderr=subprocess.STDOUT)
        return Done(name, code, time.monotonic() - began, log, self._file(name, "json"))

    def _file(self, name: str, kind: str) -> Path:
        return self.scratch / f"{name}.{kind}"

    def _environment(self) -> dict[str, str]:
        own = {
            "COVERAGE_FILE": str(self.scratch / "coverage"),
            "ADXMI_DATA_DIR": str(self.scratch / "data"),
        }
        # Hundreds of processes would compile the package anew, each of them all of it.
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return kept | own

    def _too_little_covered(self) -> list[str]:
        """Hold coverage against its limits; return the names of those that were missed."""
        environment = self._environment()
        python(["coverage", "combine", "-q"], environment)
        missed = []
        for name, (limit, include) in LIMITS.items():
            print(f"\n== coverage of {name}, at least {limit} %")
            command = ["coverage", "report", "--skip-covered", f"--fail-under={limit}", *include]
            missed += [f"coverage of {name}"] if python(command, environment) else []
        return missed

    def _closing(self, counts: Counter[str], broken: list[str]) -> str:
        failed = counts["failed"] + counts["error"] or len(broken)
        line = f"{counts['passed']} passed, {failed} failed, {counts['skipped']} skipped"
        if self.is_all:
            return f"{line}; the same ones again: --all --seed {self.seed}"
        return f"{line}; {counts['left out']} more with --all"


def python(command: list[str], environment: dict[str, str], **streams: object) -> int:
    """Run a module with this interpreter at the root of the project; return its exit code."""
    call = [sys.executable, "-m", *command]
    return subprocess.run(call, cwd=ROOT, env=environment, check=False, **streams).returncode


def counted(report: Path) -> Counter[str]:
    """Read the counts of a layer; one that has written none has failed."""
    return Counter(json.loads(report.read_text("utf-8")) if report.exists() else {"failed": 1})


if __name__ == "__main__":
    sys.exit(main())
