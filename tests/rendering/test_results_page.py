"""The page about results says what the code displays."""

from pathlib import Path

from adxmi_jupyter.rendering import display

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "results.md").read_text(encoding="utf-8")


def row_of(names):
    return next(line for line in PAGE.splitlines() if line.startswith(f"| {listed(names)} |"))


def listed(names):
    return ", ".join(f"`{name}`" for name in names)


def test_every_column_with_a_place_of_its_own_is_in_the_table():
    assert "first" in row_of(display.NAMES)
    assert "last" in row_of(display.SHORT_IDS)
    assert "--ids" in row_of(display.FURTHER_IDS)
