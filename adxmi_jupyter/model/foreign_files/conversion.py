"""Convert files of one format into another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adxmi_jupyter.model.foreign_files.values import Finding, Format, ReadOptions, TextFile
    from adxmi_jupyter.model.identity import ManagedIdentity


@dataclass(frozen=True)
class Conversion:
    """The files that were made, and what is in one format and not in the other."""

    files: tuple[TextFile, ...]
    findings: tuple[Finding, ...]

    @property
    def text(self) -> str:
        """All files, one after the other, with their names if they are several."""
        if len(self.files) == 1:
            return self.files[0].text
        return "\n".join(f"# file: {one.name}\n{one.text}" for one in self.files)


def convert(
    files: Sequence[TextFile],
    source: Format,
    target: Format,
    options: ReadOptions,
    known: Sequence[ManagedIdentity] = (),
) -> Conversion:
    """Convert files; of identities that are `known`, all IDs are.

    Raises
    ------
    InvalidForeignFile, InvalidPolicyFile
        A file cannot be read; the place is named.
    LiteralSecret
        There is a key, a signature or a password in a file.

    """
    read = source.read(files, options)
    written = target.write(read.hub, known, read.findings)
    return Conversion(written.files, (*read.findings, *written.findings))
