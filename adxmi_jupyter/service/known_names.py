"""Names that commands of a console have seen, for completion in a shell.

A shell starts a process for each Tab, which must not sign in to a cluster. So commands leave the
names of databases, identities and workflows in a file for each cluster that only the account can
read. What a release completes by itself is kept there, too, where it takes long to find.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.service.directories import data_directory

_FOLDER = "completion"
_MOST_NAMES, _LONGEST_NAME = 2000, 200
_LARGEST = 4 * 1024**2
_HOUR = 3600.0


class KnownNames:
    """The names of one cluster by their kind, such as ``database``.

    Parameters
    ----------
    cluster
        How the cluster is configured; empty for the embedded Azure.

    """

    def __init__(self, cluster: str) -> None:
        self._is_embedded = not cluster
        self._file = f"names-{re.sub(r'[^a-z0-9.-]', '-', cluster.lower()) or 'embedded'}.json"

    def of(self, kind: str) -> tuple[str, ...]:
        """Return the names of a kind.

        Of the embedded Azure, which can be asked, only those of the last hour.
        """
        kept = _read(self._file).get(kind, {})
        if self._is_embedded and time.time() - _number(kept.get("asked")) > _HOUR:
            return ()
        return _texts(kept.get("names"))

    def asked(self, kind: str, names: Iterable[str]) -> None:
        """Keep all names of a kind."""
        self._keep({kind: {"names": _fitting(names), "asked": time.time()}})

    def seen(self, found: Mapping[str, Iterable[str]]) -> None:
        """Keep names beside those that are known."""
        known = _read(self._file)
        more = {}
        for kind, names in found.items():
            kept = known.get(kind, {})
            before = _texts(kept.get("names"))
            after = _fitting((*before, *names))
            if len(after) > len(before):
                more[kind] = {**kept, "names": after}
        if more:
            self._keep(more)

    def _keep(self, more: Mapping[str, Any]) -> None:
        _write(self._file, {**_read(self._file), **more})


def kept_answer(key: str, stamp: str) -> list[list[str]] | None:
    """Return what was kept of a release, by its stamp; None where there is nothing."""
    kept = _read("answers.json").get(key)
    if not isinstance(kept, dict) or kept.get("stamp") != stamp:
        return None
    answer = kept.get("answer")
    is_whole = isinstance(answer, list) and all(_texts(one) == tuple(one) for one in answer)
    return answer if is_whole else None


def keep_answer(key: str, stamp: str, answer: Sequence[Sequence[str]]) -> None:
    """Keep what is the same for each Tab of a release."""
    _write("answers.json", {**_read("answers.json"), key: {"stamp": stamp, "answer": answer}})


def _fitting(names: Iterable[str]) -> tuple[str, ...]:
    fitting = (name for name in names if 0 < len(name) <= _LONGEST_NAME and name.isprintable())
    return tuple(dict.fromkeys(fitting))[-_MOST_NAMES:]


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _number(value: object) -> float:
    return value if isinstance(value, float) else 0.0


def _read(file: str) -> dict[str, Any]:
    try:
        with (data_directory() / _FOLDER / file).open(encoding="utf-8") as kept:
            value = json.loads(kept.read(_LARGEST))
    except (OSError, ValueError, HistoryUnavailable):
        return {}
    return value if isinstance(value, dict) else {}


def _write(file: str, value: Mapping[str, Any]) -> None:
    """Put a file in place as a whole; where that cannot be, the next Tab takes longer."""
    with suppress(OSError, HistoryUnavailable):
        folder = data_directory() / _FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=folder, prefix=file)
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            json.dump(value, new)
        Path(beside).replace(folder / file)
