"""A recording of what a cluster answered, for a bug report or as the input of a test.

It holds commands, columns, rows and statuses with stand-ins for whatever names something, no
headers, no tokens and no messages of errors.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import NUMBER, TEXT, fixed_frame
from adxmi_jupyter.errors import AdxmiError, InvalidInput
from adxmi_jupyter.fixes import Command
from adxmi_jupyter.model.verification.redaction import Redaction
from adxmi_jupyter.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from adxmi_jupyter.actions.verify.verifying import Verification
    from adxmi_jupyter.model.verification.readings import Request
    from adxmi_jupyter.model.verification.redaction import Kind
    from adxmi_jupyter.service.answer import Answer

FORMAT = "adxmi recording"
FORMAT_VERSION = 1
_TYPES = frozenset(
    {"string", "datetime", "int", "long", "guid", "real", "dynamic", "bool", "timespan", "decimal"}
)
_LARGEST = 16 * 1024**2
_ERROR_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,80}(?:\.[A-Za-z][A-Za-z0-9_]{0,80}){0,8}")


@dataclass(frozen=True)
class _Heard:
    request: Request
    columns: Mapping[str, str]
    rows: list[dict[str, Any]]
    failure: AdxmiError | None = None


class Recording:
    """What was asked and answered, in the order in which it came."""

    def __init__(self) -> None:
        self._heard: list[_Heard] = []
        self._lock = Lock()

    def answered(self, request: Request, answer: Answer | AdxmiError) -> None:
        """Note an answer, or the error in its place."""
        if isinstance(answer, AdxmiError):
            heard = _Heard(request, {}, [], answer)
        else:
            heard = _Heard(request, answer.columns, answer.rows())
        with self._lock:
            self._heard.append(heard)

    def document(self, found: Verification) -> tuple[str, Mapping[Kind, int]]:
        """Return the recording as JSON, and how many things of each kind were replaced.

        Raises
        ------
        InvalidInput
            Something that was to be replaced is still there: then there is no recording.

        """
        redaction = Redaction()
        ordered = sorted(self._heard, key=lambda one: (one.request.topic, one.request.database))
        entries = [_entry(one, redaction) for one in ordered]
        for entry in entries:
            _without_names(entry, redaction)
        document = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "tool": __version__,
            "entries": entries,
            "answers": dict(found.known.answers),
        }
        text = json.dumps(document, indent=1, ensure_ascii=True) + "\n"
        content = [[one["command"], one["database"], one.get("rows")] for one in entries]
        if redaction.leaked(json.dumps(content)):
            raise InvalidInput(
                "no recording was written",
                why="something that names an object of the cluster could not be replaced",
                fix=Command.of("verify"),
            )
        return text, redaction.replaced


def _entry(heard: _Heard, redaction: Redaction) -> dict[str, Any]:
    request = heard.request
    entry: dict[str, Any] = {
        "topic": str(request.topic),
        "command": redaction.text(request.text),
        "database": redaction.text(request.database),
    }
    if heard.failure is not None:
        return {**entry, **_failure(heard.failure)}
    columns = [[name, _type(of)] for name, of in heard.columns.items()]
    rows = [[redaction.value(one, name) for name, one in row.items()] for row in heard.rows]
    return {**entry, "status": 200, "columns": columns, "rows": rows}


def _type(name: str) -> str:
    return name.lower() if name.lower() in _TYPES else "string"


def _without_names(entry: dict[str, Any], redaction: Redaction) -> None:
    """Replace what the service named by a name that is known once all entries are read."""
    if "columns" in entry:
        entry["columns"] = [[redaction.column(name), of] for name, of in entry["columns"]]
    for key in ("code", "type"):
        if redaction.replaces(entry.get(key) or ""):
            del entry[key]


def _failure(failure: AdxmiError) -> dict[str, Any]:
    """Return what a failure was; never its message, which names whatever it likes."""
    service = failure.service
    codes = {"code": service.code, "type": service.type}
    return {
        "status": service.status or 0,
        "error": type(failure).__name__,
        **{name: text for name, text in codes.items() if _ERROR_CODE.fullmatch(text or "")},
        "permanent": service.permanent,
    }


def read_recording(name: str) -> dict[str, Any]:
    """Return the document of a recording.

    Raises
    ------
    InvalidInput
        The file cannot be read, or is no recording.

    """
    try:
        with Path(name).open(encoding="utf-8") as file:
            document = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError) as error:
        raise _no_recording(name, type(error).__name__) from error
    is_one = isinstance(document, dict) and document.get("format") == FORMAT
    if not is_one or not isinstance(document.get("entries"), list):
        raise _no_recording(name, f"its format isn't {FORMAT!r}")
    return dict(document)


def _no_recording(name: str, why: str) -> InvalidInput:
    return InvalidInput(
        f"{name} is not a recording", why=why, fix=Command.of("verify", "--record", name)
    )


def recording_frame(document: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row for each request of a recording, with all that is in it.

    Columns: ``command``, ``database`` string, ``status``, ``rows`` Int64, ``columns``, ``content``
    string.
    """
    rows = [
        (
            str(entry.get("command", "")),
            str(entry.get("database", "")),
            entry.get("status") or None,
            len(entry.get("rows") or ()),
            ", ".join(str(name) for name, _ in entry.get("columns") or ()),
            json.dumps(entry.get("rows") or entry.get("code") or ""),
        )
        for entry in document["entries"]
    ]
    columns = {"command": TEXT, "database": TEXT, "status": NUMBER, "rows": NUMBER}
    return fixed_frame({**columns, "columns": TEXT, "content": TEXT}, rows)
