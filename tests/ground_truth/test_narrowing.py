"""What works before the policies are narrowed works after, and undo restores them."""

import pytest

from tests.ground_truth.narrowing import narrowed


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
