"""The commands that the audit gives: they fix what it found, and break no workflow."""

from dataclasses import replace

import pytest

from tests.audit.planted import plant

pytestmark = pytest.mark.nightly

BY_THIS_TOOL = [
    *("MI006", "MI003", "MI005", "MI001", "MI002", "MI004", "MI009", "MI008"),
    *("MI011", "MI012", "MI014", "MI017", "MI007"),
]


@pytest.fixture
def planted(azure):
    azure.reset(with_history=False)
    plant(azure.world)
    beta = azure.world.cluster.databases["Beta"]
    beta.policy = [  # the embedded Azure takes no policy with a usage that it does not know
        replace(one, usages=tuple(usage for usage in one.usages if usage != "FutureUsage"))
        for one in beta.policy
    ]
    return azure


def test_fixes_fix_and_break_nothing(planted, magic):
    before = magic("check")
    left = {}

    for rule in BY_THIS_TOOL:
        for fix in magic(f"audit --rule {rule}").query("state == 'open'")["fix"].unique():
            for line in fix.replace(" or %adxmi", "\n# %adxmi").splitlines():
                if line.startswith("%adxmi "):
                    magic(line.removeprefix("%adxmi "))
        found = magic(f"audit --rule {rule}").query("state == 'open'")
        left[rule] = list(found["subject"] + found["identity"])

    after = magic("check")
    assert {rule: subjects for rule, subjects in left.items() if subjects} == {}
    keys = ["workflow", "name", "requirement", "subject"]
    worse = before.merge(after, on=keys, suffixes=("_before", "_after"))
    lost = worse[(worse["state_before"] == "met") & (worse["state_after"] != "met")]
    assert lost[keys].to_dict("records") == []
