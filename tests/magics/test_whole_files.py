"""Files that policy files, plans and conversions are written to: as a whole, or not at all."""

import errno
import os
import resource
from contextlib import contextmanager
from pathlib import Path

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.magics.whole_files import write_text, write_texts


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


def test_files_are_written_all_or_none(tmp_path):
    first, taken = tmp_path / "a.yaml", tmp_path / "taken"
    first.write_text("before")
    taken.mkdir()
    texts = {str(first): "after", str(tmp_path / "new" / "b"): "new", str(taken): "x"}

    with pytest.raises(errors.ResultNotSaved, match="taken could not be written") as caught:
        write_texts(texts, makes_folders=True)

    assert caught.value.why == "it is a directory; none of the 3 files was written"
    assert first.read_text() == "before"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.yaml", "taken"]


def test_files_that_were_put_in_their_places_are_restored(tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("before")
    file_and_folder = {str(tmp_path / "x"): "x", str(tmp_path / "x" / "y"): "y"}
    texts = {str(first): "after", str(second): "new", **file_and_folder}

    with pytest.raises(errors.ResultNotSaved, match="x could not be written"):
        write_texts(texts, makes_folders=True)

    assert first.read_text() == "before"
    assert [*tmp_path.iterdir()] == [first]


def test_what_cannot_be_restored_is_kept_beside_and_named(tmp_path, monkeypatch):
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("before")
    replace, done = Path.replace, []

    def replaced_once(self, target):
        if done:
            raise OSError(errno.EROFS, "the disk is read-only now")
        done.append(replace(self, target))

    monkeypatch.setattr(Path, "replace", replaced_once)

    with pytest.raises(errors.ResultNotSaved) as caught:
        write_texts({str(first): "after", str(second): "new"})

    assert f"not restored: {first} (before: {tmp_path}/.a.yaml." in caught.value.why
    (kept,) = tmp_path.glob(".a.yaml.*.before")
    assert kept.read_text() == "before"


def test_what_is_no_file_is_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(errors.ResultNotSaved) as caught:
        write_text(str(pipe), "x")

    assert caught.value.why == "it is not a file"
    assert pipe.is_fifo()


@pytest.mark.parametrize("name", ["~nobody-has-this-name/adxmi.yaml", "a\0b", "no/adxmi.yaml"])
def test_a_name_that_cannot_be_is_an_error_of_the_tree(name):
    with pytest.raises(errors.ResultNotSaved, match="could not be written"):
        write_text(name, "x")


def test_a_new_file_has_the_permissions_that_the_user_sets(tmp_path):
    before = os.umask(0o077)
    try:
        write_text(str(tmp_path / "a"), "x")
    finally:
        os.umask(before)

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
