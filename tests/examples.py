"""How much of a rule is tried for every change; all of it comes with ``tests/run.py --all``."""

import pytest
from hypothesis import settings

SHARE = 10


def examples(number, **more):
    """Let Hypothesis try so many examples in a run with random ones, and a tenth of them else."""
    is_same_each_time = settings.default.derandomize
    return settings(max_examples=number // SHARE if is_same_each_time else number, **more)


def sampled(values, *, each):
    """Return the values of a parameter, all but every such one of them marked as nightly."""
    return [value if number % each == 0 else _nightly(value) for number, value in enumerate(values)]


def _nightly(value):
    values = value if isinstance(value, tuple) else (value,)
    return pytest.param(*values, marks=pytest.mark.nightly)
