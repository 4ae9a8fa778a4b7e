"""Runs over many clusters as they are kept on this machine, one file for each cluster.

A run that ended early, or did not reach all clusters, goes on where it ended: a later run takes
over what is there (``--since``). The files are for their owner only, and hold no secrets: what
looks like one is masked. The newest twenty runs stay, and all that changed something.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.fleet.stored_frames import (
    restored,
    restored_values,
    stored,
    stored_values,
)
from adxmi_jupyter.errors import HistoryUnavailable, InvalidValue
from adxmi_jupyter.fixes import ChangeOption, LeaveOut
from adxmi_jupyter.masking import masked
from adxmi_jupyter.model.fleet_run import Outcome, Reach

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.errors import AdxmiError
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.service.connection import Connection

_OWNER_ONLY = 0o700
_KEPT = 20
_ABOUT, _WRITES = "run.json", "writes"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
LAST = "last"


@dataclass(frozen=True)
class Answered:
    """What a command returned on one cluster, and what it said meanwhile.

    `failure` is why that is not all there is, `apply` what the history of the cluster calls it,
    `document` what there is to tell besides the frame, as plain values.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    has_found: bool = False
    failure: AdxmiError | None = None
    apply: int = 0
    document: Mapping[str, Any] | None = None


Work = Callable[["Connection"], Answered]


@dataclass(frozen=True)
class Piece:
    """What came of one cluster.

    `frame` is None where nothing came, `notes` are what the command said of the cluster,
    `has_found` tells whether there was something to find, `apply` is what the history of the
    cluster calls what was applied, 0 for nothing. `document` is what there is to tell besides the
    frame, as plain values. `fix` is what helps where the cluster was not reached.
    """

    outcome: Outcome
    frame: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    has_found: bool = False
    apply: int = 0
    document: Mapping[str, Any] | None = None
    fix: Fix | None = None


class Run:
    """One run, by its number; its directory holds a file for each cluster."""

    def __init__(self, number: int, directory: Path) -> None:
        self.number = number
        self._directory = directory
        self._applies: dict[str, int] = {}
        self.is_kept = True

    def keep(self, piece: Piece) -> None:
        """Keep what came of a cluster; where that can't be, the run goes on without.

        The number of an apply that was kept once stays.
        """
        key = piece.outcome.resource_id.lower()
        apply = self._applies[key] = piece.apply or self._applies.get(key, 0)
        document = {
            "cluster": piece.outcome.cluster,
            "resource_id": piece.outcome.resource_id,
            "reach": piece.outcome.reach.value,
            "why": masked(piece.outcome.why),
            "notes": [masked(note) for note in piece.notes],
            "found": piece.has_found,
            "apply": apply,
            "frame": None if piece.frame is None else stored(piece.frame),
            "document": stored_values(piece.document),
        }
        try:
            if apply:
                (self._directory / _WRITES).touch(0o600)
            _write(self._directory, f"{_file_of(piece.outcome.resource_id)}.json", document)
        except OSError:
            self.is_kept = False

    def pieces(self) -> dict[str, Piece]:
        """Return what was kept, by resource ID in lower case; damaged files are left out."""
        read = ((path, _read(path)) for path in self._files())
        return {piece.outcome.resource_id.lower(): piece for _, piece in read if piece is not None}

    def damaged(self) -> tuple[str, ...]:
        """Return the names of files that can't be read: of what cluster they are is unknown."""
        return tuple(path.stem for path in self._files() if _read(path) is None)

    def _files(self) -> list[Path]:
        return [path for path in sorted(self._directory.glob("*.json")) if path.name != _ABOUT]


class NotKept(Run):
    """A run of which nothing is kept: a look at what would be done."""

    def __init__(self, number: int) -> None:
        super().__init__(number, Path())

    def keep(self, piece: Piece) -> None:
        """Do nothing."""


class Runs:
    """The runs that are kept in a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def begin(self, command: str) -> Run:
        """Begin a run of a command; `command` tells it from others, without secrets.

        Raises
        ------
        HistoryUnavailable
            There is no directory that can be written to.

        """
        try:
            self._directory.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            self._forget_old()
            number = max(self._numbers(), default=0) + 1
            while True:
                directory = self._directory / str(number)
                try:
                    directory.mkdir(mode=_OWNER_ONLY)
                    break
                except FileExistsError:  # another process was faster
                    number += 1
            _write(directory, _ABOUT, {"command": command})
        except OSError as error:
            raise HistoryUnavailable(
                "the run can't be kept",
                why=f"{type(error).__name__}: {error.strerror or 'no reason given'}",
                fix="set ADXMI_DATA_DIR to a directory you may write to",
            ) from error
        return Run(number, directory)

    def earlier(self, reference: str, command: str) -> Run:
        """Return a run by its number, or the last one, of the same command.

        Raises
        ------
        InvalidValue
            There is none, or it is one of another command.

        """
        numbers = self._numbers()
        if reference == LAST and numbers:
            number = max(numbers)
        elif _NUMBER.fullmatch(reference) and int(reference) in numbers:
            number = int(reference)
        else:
            raise InvalidValue(
                f"there is no run {reference}",
                why=f"the runs that are kept are {_listed(numbers)}",
                fix=ChangeOption("--since", LAST) if numbers else LeaveOut.of("--since"),
            )
        directory = self._directory / str(number)
        if _command_of(directory) != command:
            raise InvalidValue(
                f"run {number} is one of another command",
                why=f"it ran {_command_of(directory) or 'an unknown command'}",
                fix=LeaveOut.of("--since"),
            )
        return Run(number, directory)

    def of(self, number: int) -> Run:
        """Return a run by its number, whatever its command; empty where there is none."""
        return Run(number, self._directory / str(number))

    def _numbers(self) -> list[int]:
        try:
            names = [path.name for path in self._directory.iterdir() if path.is_dir()]
        except OSError:
            return []
        return sorted(int(name) for name in names if _NUMBER.fullmatch(name))

    def _forget_old(self) -> None:
        directories = [self._directory / str(number) for number in self._numbers()]
        read = [one for one in directories if not (one / _WRITES).exists()]
        for directory in read[: -_KEPT + 1]:
            shutil.rmtree(directory, ignore_errors=True)


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _command_of(directory: Path) -> str:
    try:
        return str(json.loads((directory / _ABOUT).read_text("utf-8"))["command"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _read(path: Path) -> Piece | None:
    try:
        return _piece(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _piece(document: Mapping[str, Any]) -> Piece:
    frame = document["frame"]
    outcome = Outcome(
        str(document["cluster"]),
        str(document["resource_id"]),
        Reach(document["reach"]),
        str(document["why"]),
    )
    return Piece(
        outcome,
        None if frame is None else restored(frame),
        tuple(map(str, document["notes"])),
        bool(document["found"]),
        int(document["apply"]),
        restored_values(document.get("document")),
    )


def _file_of(resource_id: str) -> str:
    """Return a file name for a cluster: its resource ID without what a file name can't have.

    Names of resource groups may have other letters: a digest tells those apart that become alike.
    """
    key = resource_id.lower().strip("/")
    digest = hashlib.sha256(key.encode()).hexdigest()[:12]
    return f"{re.sub(r'[^a-z0-9._-]+', '_', key)[-180:]}-{digest}"


def _write(directory: Path, name: str, document: Mapping[str, Any]) -> None:
    """Write a file as a whole, for its owner only."""
    handle, path = tempfile.mkstemp(prefix=".", dir=directory)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False)
        Path(path).replace(directory / name)
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise
