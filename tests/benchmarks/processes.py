"""Fresh processes to measure in, and the interpreter that has JupySQL."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import IPython

JUPYSQL = "0.11.1"
PROBES = Path(__file__).parent / "probes"
BUILD = Path(__file__).resolve().parents[2] / "build" / "benchmarks"


def probe(
    python: str,
    name: str,
    *arguments: str,
    home: Path,
    more: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Run a probe in a fresh process of an interpreter; return what it tells.

    Python's isolated mode and an empty home keep out what the developer has configured. `more` are
    further variables of its environment.
    """
    done = subprocess.run(
        [python, "-I", str(PROBES / f"{name}.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment(home) | dict(more),
    )
    if done.returncode:
        raise SystemExit(f"the probe {name} failed:\n{done.stderr}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def process_seconds(
    *arguments: str, home: Path, more: Mapping[str, str] = MappingProxyType({})
) -> float:
    """Run this interpreter in a fresh process, from its start to its end; seconds that it took.

    `more` are further variables of its environment.
    """
    command = [sys.executable, "-I", *arguments]
    start = time.perf_counter()
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(home) | dict(more)
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stderr}")
    return seconds


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a user with nothing configured."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ADXMI_", "PYTHON"))}
    places = dict.fromkeys(("HOME", "USERPROFILE", "IPYTHONDIR", "ADXMI_DATA_DIR"), str(home))
    return kept | places


def jupysql_python() -> str:
    """Return the interpreter of an environment with JupySQL and this IPython; make it once."""
    folder = BUILD / f"jupysql-{JUPYSQL}-ipython-{IPython.__version__}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not _has_jupysql(python):
        print("installing JupySQL into build/benchmarks, this once", file=sys.stderr)
        venv.create(folder, clear=True, with_pip=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        wanted = [f"jupysql=={JUPYSQL}", f"ipython=={IPython.__version__}"]
        subprocess.run([*pip, *wanted], check=True, stdout=subprocess.DEVNULL)
    return str(python)


def _has_jupysql(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-c", "import sql"], check=False).returncode == 0
