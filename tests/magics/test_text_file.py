"""Files that policy files, plans and conversions are written to: as a whole, or not at all."""

import resource
from contextlib import contextmanager

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.text_file import write_text


@contextmanager
def little_room():
    """Let no file become larger than some bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_text_that_does_not_fit_leaves_what_was_there(tmp_path):
    target = tmp_path / "adxmi.yaml"
    target.write_text("before")

    with little_room(), pytest.raises(errors.ResultNotSaved):
        write_text(str(target), "x" * 100_000)

    assert target.read_text() == "before"
    assert [*tmp_path.iterdir()] == [target]


def test_a_text_that_is_none_leaves_what_was_there(tmp_path):
    target = tmp_path / "adxmi.yaml"
    target.write_text("before")

    with pytest.raises(errors.ResultNotSaved, match="could not be written") as caught:
        write_text(str(target), "a: \udcff")

    assert "U+DCFF" in caught.value.why
    assert target.read_text() == "before"
    assert [*tmp_path.iterdir()] == [target]
