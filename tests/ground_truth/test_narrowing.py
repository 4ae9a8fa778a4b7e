"""What works before the policies are narrowed works after, and undo restores them."""

import contextlib
import io
import random
import sys

import pytest

from adxmi_jupyter.model.audit import rules
from tests.ground_truth.narrowing import narrowed
from tests.ground_truth.random_clusters import KINDS, Random, give_everything
from tests.ground_truth.scene import Scene

STORED = {
    "function": "ExternalDataRequest",
    "external-table": "ExternalTable",
    "continuous-export": "AutomatedFlows",
    "event-hub": "DataConnection",
}
WRONG = '''
"""MI900: a rule that is wrong."""

from typing import ClassVar

from adxmi_jupyter.model.audit.findings import About, Severity
from adxmi_jupyter.model.audit.narrowing import only
from adxmi_jupyter.model.audit.rule import Rule


class NothingIsNeeded(Rule):
    id: ClassVar = "MI900"
    severity: ClassVar = Severity.LOW
    title: ClassVar = "Nothing is needed"
    why: ClassVar = "It is wrong."
    found_by: ClassVar = "no evidence at all"
    recommendation: ClassVar = "Revoke it."

    def examined(self, cluster):
        for scope, entry in cluster.entries():
            for usage in entry.allowed_usages:
                yield About(scope, entry.identity, usage).found("wrong")

    def narrowed(self, cluster, about, assumed):
        return only(about.scope, about.identity, about.usage)
'''


def test_a_small_world_works_as_before(walker):
    found = narrowed(walker, 1, kinds=2, is_short=True)

    assert found.differences == []
    assert found.worked
    assert found.removed


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 112))
def test_random_worlds_work_as_before(walker, seed):
    found = narrowed(walker, seed, plugin=seed % 4 == 0)

    assert found.differences == []
    assert found.ran


@pytest.fixture
def wrong_rule(tmp_path, monkeypatch):
    """Put a rule beside the others that takes every usage for superfluous."""
    (tmp_path / "mi900_nothing_is_needed.py").write_text(WRONG, encoding="utf-8")
    monkeypatch.setattr(rules, "__path__", [*rules.__path__, str(tmp_path)])
    yield
    sys.modules.pop("adxmi_jupyter.model.audit.rules.mi900_nothing_is_needed", None)
    vars(rules).pop("mi900_nothing_is_needed", None)


@pytest.fixture
def stored(walker):
    """A world whose workflows are all stored, each as allowed as it needs."""
    walker.magic("embedded reset")
    walker.azure.reset(with_history=False)
    walker.azure.arm.polls = 0
    scene = Scene(walker.azure, "Sales")
    scene.clear()
    world = Random(walker, random.Random(3), scene, ("Sales",))
    give_everything(scene)
    scene.allow([*STORED.values()], database="Sales", identity="mi-export")
    for noun in STORED:
        name = noun.title().replace("-", "")
        world.runs[noun] = KINDS[noun][1](world, name, "Sales", "mi-export")
    scene.cluster.policy = scene.cluster.databases["Sales"].policy = None
    system = scene.cluster.system_identity.display_name
    for who in (system, "mi-export", "mi-ingest", "mi-stranger"):
        scene.allow([*STORED.values()], database="Sales", identity=who)
    return world


def _rows(frame, change, *columns):
    found = frame[frame["change"] == change]
    return set(zip(*(found[one] for one in columns), strict=True))


@pytest.mark.nightly
def test_what_a_wrong_rule_would_break_is_left_out_and_told(walker, wrong_rule, stored, tmp_path):
    sales, file = stored.scene.cluster.databases["Sales"], tmp_path / "plan.json"
    roles = [str(one) for one in sales.roles]
    with contextlib.redirect_stdout(io.StringIO()):
        before = {name: run() for name, run in stored.runs.items()}

        frame = walker.magic(f"audit --plan {file}")
        walker.magic(f"apply {file} --yes")

        after = {name: run() for name, run in stored.runs.items()}
    kept = frame[(frame["change"] == "kept") & (frame["identity"] == "mi-export")]
    reasons = dict(zip(kept["usage"], kept["reason"], strict=True))
    assert ("mi-stranger", "DataConnection") in _rows(frame, "removed", "identity", "usage")
    assert {*STORED.values()} <= {*reasons}
    assert all(one.startswith("would fail: ") for one in reasons.values())
    assert "external table ExternalTable" in reasons["ExternalTable"]
    assert after == before
    assert [str(one) for one in sales.roles] == roles
