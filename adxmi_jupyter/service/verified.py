"""What was found out about clusters, kept for the commands that come after.

A file for each cluster beside its history, which only the account can read: of an embedded Azure it
lasts as long as its world. It holds no name of anything on the cluster.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.errors import HistoryUnavailable
from adxmi_jupyter.model.verification.known import NOTHING_KNOWN, Known
from adxmi_jupyter.service.directories import verified_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORMAT = 1
_LARGEST = 256 * 1024
_OWNER_ONLY = 0o700


@dataclass(frozen=True)
class Verified:
    """What was found out, at which host, of which version of the service, on which date."""

    host: str = ""
    version: str = ""
    date: str = ""
    known: Known = NOTHING_KNOWN


class VerifiedFile:
    """The file of one cluster; `history` is that of its writes, `host` is whose answers count."""

    def __init__(self, history: Path, host: str) -> None:
        self._path = verified_beside(history)
        self._host = host

    def read(self) -> Verified:
        """Return what is kept; nothing where the file is missing, foreign or cannot be read."""
        try:
            with self._path.open(encoding="utf-8") as file:
                kept = json.loads(file.read(_LARGEST))
        except (OSError, ValueError, RecursionError):
            return Verified()
        is_ours = isinstance(kept, dict) and kept.get("format") == _FORMAT
        if not is_ours or kept.get("host") != self._host:
            return Verified()
        known = Known(_texts(kept.get("answers")), _texts(kept.get("details")))
        return Verified(self._host, str(kept.get("version")), str(kept.get("date")), known)

    def keep(self, verified: Verified) -> None:
        """Keep what was found out, in place of what was kept.

        Raises
        ------
        HistoryUnavailable
            The file cannot be written.

        """
        known = verified.known
        kept = {
            "format": _FORMAT,
            "host": self._host,
            "version": verified.version,
            "date": verified.date,
            "answers": dict(known.answers),
            "details": dict(known.details),
        }
        try:
            self._path.parent.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            descriptor, beside = tempfile.mkstemp(dir=self._path.parent, prefix="verified-")
            with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                json.dump(kept, new, indent=1)
            Path(beside).replace(self._path)
        except OSError as error:
            raise HistoryUnavailable(
                "what was found out could not be kept",
                why=f"{self._path}: {error.strerror or type(error).__name__}",
                fix="make the directory writable for your account",
            ) from error

    def forget(self) -> bool:
        """Forget what was found out; whether there was anything."""
        with suppress(OSError):
            self._path.unlink()
            return True
        return False


def _texts(value: Any) -> Mapping[str, str]:
    texts = value.items() if isinstance(value, dict) else ()
    return MappingProxyType({k: v for k, v in texts if isinstance(k, str) and isinstance(v, str)})
