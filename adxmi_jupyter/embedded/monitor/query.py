"""Queries of a workspace, by the engine (page: Log Analytics query API, request and response)."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.embedded.engine.canonical import canonical_text
from adxmi_jupyter.embedded.engine.errors import (
    EngineError,
    LimitError,
    QuerySyntaxError,
    TooLongError,
)
from adxmi_jupyter.embedded.engine.execution import Limits
from adxmi_jupyter.embedded.engine.tokens import split_at, tokens_of
from adxmi_jupyter.embedded.engine.workspace import Workspace
from adxmi_jupyter.embedded.monitor import errors
from adxmi_jupyter.embedded.monitor.columns import COLUMNS
from adxmi_jupyter.embedded.monitor.tables import Span, table_of
from adxmi_jupyter.embedded.state.periods import read_period
from adxmi_jupyter.embedded.state.timestamps import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adxmi_jupyter.embedded.engine.operators import Relation
    from adxmi_jupyter.embedded.engine.workspace import Answer
    from adxmi_jupyter.embedded.state.log_workspaces import LogWorkspace
    from adxmi_jupyter.embedded.state.world import World

_MOST_ROWS = 500_000
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST = re.compile(r"set\s+truncationmaxrecords\s*=\s*(\d{1,9})", re.IGNORECASE)
_NAMES = frozenset(name for columns in COLUMNS.values() for name, _ in columns)


@dataclass(frozen=True)
class LogQuery:
    """A query of one workspace, and the period that it is about, as ISO 8601 has it."""

    world: World
    workspace: LogWorkspace
    text: str
    period: str = ""

    def body(self) -> dict[str, Any]:
        """Return the answer: rows, and an error beside them when they are cut.

        Raises a MonitorError.
        """
        text, most = self._read()
        try:
            return _body(self._answer(text, Limits(rows=most)))
        except LimitError as error:
            cut = self._answer(f"{text} | take {most}", Limits(rows=most))
            return {**_body(cut), "error": errors.partial_error(str(error))}

    def _read(self) -> tuple[str, int]:
        """Return the query in one form of its literals, and how many rows it may return."""
        parts, most = [], _MOST_ROWS
        with _errors():
            tokens = tokens_of(self.text)
            for first, last in split_at(tokens, 0, len(tokens), ";", self.text):
                if first == last:
                    continue
                part = canonical_text(tokens, first, last, self.text)
                limit = _MOST.fullmatch(part.strip())
                most = min(most, int(limit[1])) if limit else most
                parts += [] if tokens[first].text == "set" else [part]
        if not parts:
            raise errors.syntax_error("A query is expected.")
        return "; ".join(parts), most

    def _answer(self, text: str, limits: Limits) -> Answer:
        world, span = self.world, self._span()
        with _errors(), Workspace(moment_of(world.clock()), names=_NAMES) as engine:
            relations: dict[str, Relation | None] = {}

            def lookup(name: str, database: str | None, cluster: str | None) -> Relation | None:
                if database is not None or cluster is not None:
                    return None
                if name not in relations:
                    found = table_of(world, self.workspace, name, span)
                    relations[name] = (
                        engine.add(found.columns, found.rows, found.older) if found else None
                    )
                return relations[name]

            return engine.answer(text, lookup, limits)

    def _span(self) -> Span:
        """Return the time that is asked for, as far as the workspace keeps it."""
        now_ns = self.world.clock()
        kept = Span(now_ns - _ns(self.workspace.kept), now_ns)
        if not self.period:
            return kept
        try:
            first, last = _period(self.period, now_ns)
        except (ValueError, OverflowError) as error:
            raise errors.bad_argument(
                ("InvalidTimespan", f"'{self.period}' is no period of ISO 8601.")
            ) from error
        return Span(max(first, kept.first_ns), min(last, kept.last_ns))


def _period(text: str, now_ns: int) -> tuple[int, int]:
    """Return the two ends of a length of time, or of moments and a length of time."""
    first, _, second = text.partition("/")
    if not second:
        return now_ns - _ns(read_period(first)), now_ns
    if second.startswith("P"):
        begin = _moment(first)
        return begin, begin + _ns(read_period(second))
    if first.startswith("P"):
        end = _moment(second)
        return end - _ns(read_period(first)), end
    return _moment(first), _moment(second)


def _moment(text: str) -> int:
    found = datetime.fromisoformat(text)
    return _ns((found if found.tzinfo else found.replace(tzinfo=UTC)) - _EPOCH)


def _ns(length: timedelta) -> int:
    return length // _MICROSECOND * 1000


@contextmanager
def _errors() -> Iterator[None]:
    """Turn errors of the engine into those of the API; of limits there is a result."""
    try:
        yield
    except LimitError:
        raise
    except QuerySyntaxError as error:
        raise errors.syntax_error(str(error)) from error
    except TooLongError as error:
        raise errors.timed_out(str(error)) from error
    except EngineError as error:
        raise errors.semantic_error(str(error)) from error


def _body(answer: Answer) -> dict[str, Any]:
    columns = [{"name": name, "type": kind} for name, kind in answer.columns]
    return {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": answer.rows}]}
