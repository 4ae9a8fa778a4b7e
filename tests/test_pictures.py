"""The pictures the README shows are there, small, and made by the script."""

import re

import pytest

from tests.pictures import DOCS, PICTURES, path_of

README = (DOCS.parent / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"!\[[^\]]+\]\(docs/([\w-]+)\.png\)", README)
LARGEST = 150_000


def test_the_readme_shows_pictures_of_the_script_only():
    assert SHOWN
    assert set(SHOWN) <= set(PICTURES)
    assert README.count(".png") == len(SHOWN)


def test_there_are_no_other_pictures():
    assert {path.stem for path in DOCS.glob("*.png")} == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_small_png(name):
    data = path_of(name).read_bytes()

    assert data.startswith(b"\x89PNG\r\n")
    assert len(data) < LARGEST
