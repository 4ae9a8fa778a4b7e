"""The other side of the python plugin: runs one script in a process of its own.

It is started as a script, never imported by the server, and knows nothing of it. Its folder holds
`input.json` (columns, rows, kargs, script, names of the result's columns, time as text) and gets
`output.json` (`rows`, or `error` with the last line of the traceback). The folder `artifacts` in
it is the script's working directory. Page: Python plugin.
"""

from __future__ import annotations

import json
import math
import os
import sys
import threading
import traceback
import types
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

_LONGEST_ERROR = 1000
_LARGEST_RESULT = 32 * 1024**2


def main(folder: Path) -> None:
    """Run the script of a folder and write what becomes of it."""
    task = json.loads((folder / "input.json").read_text("utf-8"))
    _offer_artifacts()
    try:
        text = _bounded(json.dumps({"rows": _run(task)}, default=_plain))
    except MemoryError:
        text = json.dumps({"error": "MemoryError"})
    except BaseException:  # noqa: BLE001 - whatever ends the script is its answer
        line = traceback.format_exc().strip().splitlines()[-1]
        text = json.dumps({"error": line[:_LONGEST_ERROR]})
    (folder / "output.json").write_text(text, "utf-8")


def _bounded(text: str) -> str:
    if len(text) > _LARGEST_RESULT:
        raise ValueError(f"the result is larger than {_LARGEST_RESULT // 1024**2} MB")
    return text


def _run(task: dict[str, Any]) -> list[list[Any]]:
    import pandas as pd

    columns = task["columns"]
    frame = pd.DataFrame(task["rows"], columns=[name for name, _ in columns])
    for name, kind in columns:
        frame[name] = _typed(pd, frame[name], kind)
    names: dict[str, Any] = {"df": frame, "kargs": task["kargs"], "result": None}
    exec(compile(task["script"], "script", "exec"), names)  # noqa: S102 - the plugin's purpose
    result = names["result"]
    if not isinstance(result, pd.DataFrame):
        raise TypeError("result is no pandas DataFrame")
    missing = [name for name in task["output"] if name not in result.columns]
    if missing:
        raise KeyError(f"result has no column '{missing[0]}'")
    return [
        [_value(value) for value in row]
        for row in result[task["output"]].astype(object).itertuples(index=False, name=None)
    ]


def _typed(pd: Any, series: Any, kind: str) -> Any:
    """Return a column with the type that pandas has for the Kusto type."""
    if kind == "datetime":
        return pd.to_datetime(series, utc=True, format="ISO8601")
    if kind == "timespan":
        return pd.to_timedelta(series.map(_length, na_action="ignore"))
    if kind == "real":
        return pd.to_numeric(series)
    return series


def _length(text: str) -> timedelta:
    """Return the length of time that `[-][d.]hh:mm:ss[.fffffff]` is."""
    *whole, seconds = text.removeprefix("-").split(":")
    days, _, hours = whole[0].rpartition(".")
    length = timedelta(int(days or 0), float(seconds), 0, 0, int(whole[1]), int(hours))
    return -length if text.startswith("-") else length


def _value(value: Any) -> Any:
    """Return a cell as JSON has it; what pandas calls missing is null."""
    import pandas as pd

    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict | list | tuple | str | bool):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    return _kusto_length(value) if isinstance(value, timedelta) else value


def _kusto_length(length: timedelta) -> str:
    sign, length = ("-", -length) if length < timedelta() else ("", length)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}.{length.microseconds:06d}"
    return f"{sign}{length.days}.{clock}"


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _offer_artifacts() -> None:
    """Make `from sandbox_utils import Zipackage` work; `install` unpacks and can be imported."""
    module: Any = types.ModuleType("sandbox_utils")

    class Zipackage:
        @staticmethod
        def install(name: str) -> None:
            folder = Path(f"{Path(name).stem}.unpacked").resolve()
            with zipfile.ZipFile(name) as archive:
                archive.extractall(folder)
            sys.path.insert(0, str(folder))
            for wheel in sorted(folder.rglob("*.whl")):
                sys.path.insert(0, str(wheel))

    module.Zipackage = Zipackage
    sys.modules["sandbox_utils"] = module


def _end_with_server() -> None:
    """End when the pipe from the server closes; elsewhere than on Windows a supervisor does."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    if sys.platform == "win32":
        threading.Thread(target=_end_with_server, daemon=True).start()
    main(Path(sys.argv[1]))
