"""``snapshot --fleet -o DIRECTORY``: a policy file of each cluster of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import InvalidValue, MissingOption, PartialRead, ResultNotSaved
from adxmi_jupyter.fixes import ChangeOption, Retry
from adxmi_jupyter.magics.lock_file import changed_lock
from adxmi_jupyter.magics.whole_files import write_texts
from adxmi_jupyter.model.policy_file.nodes import Mode
from adxmi_jupyter.model.safe_names import safe_names

if TYPE_CHECKING:
    from adxmi_jupyter.actions.fleet.running import FleetResult
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.magics.over_fleet import Asked
    from adxmi_jupyter.model.fleet import Selected
    from adxmi_jupyter.rendering.fleet_table import FleetTable
    from adxmi_jupyter.service.connection import Connection

_FILES = (".yaml", ".yml", ".json")
_SOME = "snapshots"


@dataclass(frozen=True)
class _Files:
    """Where the policy file of each cluster goes, by its resource ID in lower case."""

    directory: Path
    names: Mapping[str, str]

    def of(self, resource_id: str) -> str:
        """Return the policy file of a cluster."""
        return str(self.directory / f"{self.names[resource_id.strip('/').lower()]}.yaml")


def snapshot_of_fleet(call: Call, asked: Asked, options: Mapping[str, Any]) -> FleetTable:
    """Write a policy file of each cluster into a directory.

    Raises
    ------
    MissingOption, InvalidValue
        No directory is given, or what is given is a file.
    ResultNotSaved
        The directory or a file can't be written.
    AdxmiError
        As `Asked.results`.

    """
    directory = _directory(options["file"])
    selected = asked.selected()
    files = _files(directory, selected)
    mode = Mode(options["mode"])
    databases = (options["database"],) if options["database"] else ()

    def work(connection: Connection) -> Answered:
        return _answered(connection, files, mode, databases)

    result = asked.results(selected, work, lambda piece: piece.document is not None)
    _write(call, files, result)
    return asked.shown(result, selected)


def _directory(name: str) -> Path:
    if not name:
        raise MissingOption(
            "snapshot --fleet requires a directory",
            why="it writes a policy file for each cluster",
            fix=Retry((ChangeOption("--out", _SOME),)),
        )
    directory = Path(name).expanduser()
    if directory.is_file() or (name.lower().endswith(_FILES) and not directory.is_dir()):
        raise InvalidValue(
            f"--out {name} is a file",
            why="with --fleet it is a directory: there is a policy file for each cluster",
            fix=ChangeOption("--out", _SOME),
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise ResultNotSaved(
            f"the directory {name} can't be made",
            why=getattr(error, "strerror", None) or str(error),
            fix=ChangeOption("--out", _SOME),
        ) from error
    return directory


def _files(directory: Path, selected: Selected) -> _Files:
    from adxmi_jupyter.actions.fleet.running import named_apart

    clusters = named_apart(selected.clusters)
    names = safe_names([one.name for one in clusters])
    keys = [one.resource_id.strip("/").lower() for one in clusters]
    return _Files(directory, dict(zip(keys, names, strict=True)))


def _answered(
    connection: Connection, files: _Files, mode: Mode, databases: tuple[str, ...]
) -> Answered:
    from adxmi_jupyter.actions.fleet.runs import Answered
    from adxmi_jupyter.actions.frames import TEXT, fixed_frame
    from adxmi_jupyter.actions.history.plans import keep_snapshot
    from adxmi_jupyter.actions.plan.planning import lock_key
    from adxmi_jupyter.actions.plan.snapshot import snapshot

    notes: list[str] = []
    connection.say = lambda note: notes.append(str(note))
    found = snapshot(connection, mode, databases)
    keep_snapshot(found.world)
    untold = [f"{one.section} of the {one.scope}" for one in found.unseen]
    row = (files.of(connection.cluster_id), ", ".join(untold))
    failure = None
    if found.unseen:
        failure = PartialRead(
            "part of the cluster could not be read",
            why=f"{untold[0]}: {found.unseen[0].failure.why}",
            fix=Retry.having("--allow-partial"),
        ).because_of(one.failure for one in found.unseen)
    return Answered(
        fixed_frame({"file": TEXT, "not_read": TEXT}, [row]),
        tuple(notes),
        failure=failure,
        document={
            "text": found.text,
            "names": dict(found.names),
            "lock": lock_key(connection),
        },
    )


def _write(call: Call, files: _Files, result: FleetResult) -> None:
    """Write what there is, or nothing of it; say which files of others are older."""
    texts: dict[str, str] = {}
    written, older = 0, []
    for piece in result.pieces:
        name, document = files.of(piece.outcome.resource_id), piece.document
        if document is None:
            older += [name] if Path(name).is_file() else []
            continue
        texts[name] = document["text"]
        texts.update(changed_lock(name, document["lock"], document["names"]))
        written += 1
    write_texts(texts)
    call.say(f"saved: {written} policy files in {files.directory}")
    if older:
        call.say(f"not written again, from an earlier snapshot: {', '.join(older)}")
