"""Random clusters whose policies are narrowed: every workflow is run before and after.

``python -m tests.ground_truth.narrowing --worlds 50`` prints how many worlds there were, workflows
that ran, entries that were removed, and every difference.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azure.kusto.data.exceptions import KustoError

from adxmi_jupyter.errors import AdxmiError
from tests.ground_truth.random_clusters import GONE, meant, random_world

if TYPE_CHECKING:
    from tests.ground_truth.scene import Scene
    from tests.ground_truth.walking import Walker


@dataclass
class Narrowed:
    """How a world went: the workflows that were run, what was revoked, and every difference."""

    ran: int = 0
    worked: int = 0
    removed: int = 0
    added: int = 0
    left_out: int = 0
    differences: list[str] = field(default_factory=list)


def narrowed(
    walker: Walker, seed: int, kinds: int = 7, *, plugin: bool = False, is_short: bool = False
) -> Narrowed:
    """Make a random world, run its workflows, narrow its policies, and run them again.

    Unless `is_short`, a second plan is made, and the first one undone.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return _narrowed(walker, seed, kinds, plugin=plugin, is_short=is_short)


def _narrowed(walker: Walker, seed: int, kinds: int, *, plugin: bool, is_short: bool) -> Narrowed:
    world = random_world(walker, seed, kinds, plugin=plugin)
    before = {name: _outcome(run) for name, run in world.runs.items()}
    policies = _policies(world.scene)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        frame = walker.magic(f"audit --plan {file}")
        changes = Counter(frame["change"])
        if changes["removed"] or changes["added"]:
            walker.magic(f"apply {file} --yes")
    after = {name: _outcome(run) for name, run in world.runs.items()}
    found = Narrowed(len(before), sum(not _failed(one) for one in before.values()))
    found.removed, found.added = changes["removed"], changes["added"]
    told = frame[frame["change"] == "kept"]["reason"]
    found.left_out = int((told != "cannot tell").sum())
    found.differences = [
        f"world {seed}: {name}: {before[name]}, then {after[name]}"
        for name in before
        if before[name] != after[name]
    ]
    if not is_short:
        found.differences += _not_narrower(seed, walker, policies, world.scene)
    return found


def _not_narrower(
    seed: int, walker: Walker, before: dict[str, list[str]], scene: Scene
) -> Iterator[str]:
    """Yield what a second plan still changes, and what undo does not restore."""
    with tempfile.TemporaryDirectory() as folder:
        again = walker.magic(f"audit --plan {folder}/again.json --dry-run")
    changes = Counter(again["change"])
    if changes["removed"] or changes["added"]:
        yield f"world {seed}: a second plan still has {dict(changes)}"
    try:
        walker.magic("undo --apply 1 --yes")
    except AdxmiError as error:
        if "nothing to undo" not in error.what:
            yield f"world {seed}: undo: {error.what}: {error.why}"
    if _policies(scene) != before:
        yield f"world {seed}: undone, the policies are {_policies(scene)}, not {before}"


def _policies(scene: Scene) -> dict[str, list[str]]:
    """Return what policies allow, without the entry that no write can restore."""
    places = {"": scene.cluster, **scene.cluster.databases}
    return {
        name: sorted(
            f"{one.object_id} {sorted(meant(one.usages))}"
            for one in place.policy or ()
            if one.object_id != GONE
        )
        for name, place in places.items()
    }


def _outcome(run: Callable[[], Any]) -> str:
    """Return what a run gave, or that it was refused."""
    try:
        return f"{run()}"
    except (AdxmiError, KustoError) as error:
        return f"failed: {type(error).__name__}"


def _failed(outcome: str) -> bool:
    return outcome.startswith("failed")


def main() -> int:
    """Narrow worlds, print the figures, and return 1 if there was a difference."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from tests.ground_truth.walking import walker_in

    parser = argparse.ArgumentParser(prog="python -m tests.ground_truth.narrowing")
    parser.add_argument("--worlds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--plugin", action="store_true", help="run a Python plugin in each, too")
    options = parser.parse_args()
    total, wrong, started = Counter(), [], time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.update(ADXMI_DATA_DIR=scratch, IPYTHONDIR=scratch)
        config = Config(HistoryManager={"hist_file": ":memory:"})
        with walker_in(InteractiveShell.instance(config=config)) as walker:
            for seed in range(options.first, options.first + options.worlds):
                one = narrowed(walker, seed, plugin=options.plugin)
                total.update({name: getattr(one, name) for name in FIGURES}, worlds=1)
                wrong += one.differences
                for line in one.differences:
                    print(line, flush=True)
    print(", ".join(f"{name}: {total[name]}" for name in ("worlds", *FIGURES)))
    print(f"differences: {len(wrong)}")
    print(f"{time.perf_counter() - started:.0f} s", file=sys.stderr)
    return 1 if wrong else 0


FIGURES = ("ran", "worked", "removed", "added", "left_out")

if __name__ == "__main__":
    sys.exit(main())
