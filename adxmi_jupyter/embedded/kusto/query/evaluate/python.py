"""The `python` plugin: a script over the piped table, in a process of its own.

Pages: Python plugin, Manage language extensions.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.kusto.errors import KustoError, bad_request, cancelled
from adxmi_jupyter.embedded.kusto.query.evaluate.call import OutputType
from adxmi_jupyter.embedded.kusto.results import Result
from adxmi_jupyter.embedded.kusto.targets.folders import open_folder
from adxmi_jupyter.embedded.storage.values import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.kusto.query.evaluate.call import PluginCall
    from adxmi_jupyter.embedded.kusto.session import Session

SANDBOX_ARTIFACTS = "SandboxArtifacts"
_CALLOUT = "sandbox_artifacts"
_SECONDS = 20.0
_LOOK_EVERY_SECONDS = 0.05
_CPU_LIMIT_REACHED = 128 + 24  # SIGXCPU, see `supervisor`
_SANDBOX = Path(__file__).with_name("sandbox.py")
_PARAMETERS = (
    "output_schema",
    "script",
    "script_parameters",
    "external_artifacts",
    "spill_to_disk",
)
# What a Python process cannot do without; nothing else of the environment is passed on.
_ENVIRONMENT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL")

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

_LARGEST_OUTPUT = 64 * 1024**2
_MEMORY = "MemoryError"


def run_python(call: PluginCall) -> Result:
    """Return what the script leaves in `result`; a KustoError when it may not run, or fails."""
    database = call.database
    given = call.bound(*_PARAMETERS, least=2)
    output = given["output_schema"]
    if not isinstance(output, OutputType):
        raise call.error("needs typeof(…) as its first argument.")
    table = call.table if call.table is not None else Result((), ())
    columns = output.columns(table.columns)
    task = {
        "columns": table.columns,
        "rows": table.rows,
        "kargs": call.bag(given, "script_parameters"),
        "script": call.text(given, "script"),
        "output": [name for name, _ in columns],
    }
    artifacts = {
        _file_name(call, name): _artifact(call, str(uri), database)
        for name, uri in call.bag(given, "external_artifacts").items()
    }
    if problem := call.session.sender.script_problem:
        raise _not_for_you(problem)
    with call.session.unlocked():
        rows = _run(task, artifacts, call.session)
    kinds = [kind for _, kind in columns]
    return Result(
        columns,
        tuple(tuple(convert(v, kind) for v, kind in zip(row, kinds, strict=True)) for row in rows),
    )


def _artifact(call: PluginCall, connection_string: str, database: Any) -> bytes:
    folder = open_folder(
        call.session.world,
        connection_string,
        usage=SANDBOX_ARTIFACTS,
        database=database,
        caller=call.session.caller,
        callout=_CALLOUT,
    )
    return folder.read(folder.location.path)


def _file_name(call: PluginCall, name: str) -> str:
    """Return the name of an artifact's file; a KustoError when it is more than a file's name."""
    if not name or name in {".", ".."} or {"/", "\\", ":", "\0"} & set(name):
        raise call.error(f"takes '{name}' for no file name.")
    return name


def _run(
    task: Mapping[str, Any], artifacts: Mapping[str, bytes], session: Session
) -> list[list[Any]]:
    """Run a script in a scratch folder; a KustoError (400) with the last line of its traceback."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        (folder / "artifacts").mkdir()
        for name, data in artifacts.items():
            (folder / "artifacts" / name).write_bytes(data)
        (folder / "input.json").write_text(json.dumps(task), "utf-8")
        _start(folder, session)
        return _output(folder / "output.json", len(task["output"]))


def _start(folder: Path, session: Session) -> None:
    """Run the script to its end; a KustoError (400) when it takes too long, and it is stopped.

    It is stopped as well when the client has left.
    """
    command = [sys.executable, "-I", str(_SANDBOX), str(folder)]
    given = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    end = time.monotonic() + _SECONDS
    with session.scripts.started(
        command, folder, cwd=folder / "artifacts", env={**given, **_ONE_THREAD}
    ) as process:
        while not _has_ended(process):
            session.stop_if_cancelled()
            if not session.sender.is_connected:
                raise cancelled("The client left before the script had ended.")
            if time.monotonic() > end:
                raise bad_request(f"The script did not end within {_SECONDS:g} seconds.")
    if process.returncode == _CPU_LIMIT_REACHED:
        raise bad_request(f"The script used more than {_SECONDS:g} seconds of processor time.")


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_LOOK_EVERY_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _output(path: Path, width: int) -> list[list[Any]]:
    """Return rows of so many cells; a KustoError (400) when the script failed or left none.

    The file need not be trusted: the script may have written it itself.
    """
    try:
        answer = json.loads(_regular_file(path), parse_constant=lambda _: None)
    except (OSError, ValueError, RecursionError) as error:
        raise bad_request("The script ended without a result.") from error
    if not isinstance(answer, dict):
        raise bad_request("The script ended without a result.")
    if answer.get("error") == _MEMORY:
        raise bad_request("The script needs more memory than scripts get.")
    if "error" in answer:
        raise bad_request(f"The script failed: {answer['error']}")
    rows = answer.get("rows")
    if not isinstance(rows, list) or any(not _is_row(each, width) for each in rows):
        raise bad_request("The script ended without a result.")
    return rows


def _is_row(row: Any, width: int) -> bool:
    return isinstance(row, list) and len(row) == width


def _regular_file(path: Path) -> bytes:
    """Return what a file holds; OSError for anything else that has its name, and for a huge one."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_OUTPUT:
            raise OSError(path)
        return file.read(_LARGEST_OUTPUT)


def _not_for_you(problem: str) -> KustoError:
    return KustoError(
        403,
        "Forbidden",
        "Caller is not authorized to perform this action",
        "Kusto.Data.Exceptions.KustoRequestDeniedException",
        problem,
    )
