"""Writes the list of Kusto's commands that the embedded Azure carries with it.

`python -m tests.kusto_parser.known_commands` after the npm package has changed.
"""

from __future__ import annotations

from pathlib import Path

from adxmi_jupyter import embedded

from .judge import printed_by

CARRIED = Path(embedded.__file__).parent / "kusto" / "known_commands.tsv"


def listed_by_the_parser() -> str:
    """The list as the installed version of Microsoft's parser has it."""
    return printed_by("commands.js")


if __name__ == "__main__":
    CARRIED.write_text(listed_by_the_parser(), "utf-8", newline="\n")
