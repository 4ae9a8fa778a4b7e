"""What every open question declares: one class in one file of `probes`.

A question is found by looking: adding one is adding a file.
"""

from __future__ import annotations

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import isclass
from typing import TYPE_CHECKING, ClassVar

from adxmi_jupyter.model.permission import ANY_ROLE
from adxmi_jupyter.model.verification import probes as folder

if TYPE_CHECKING:
    from adxmi_jupyter.model.verification.readings import Readings, Topic


@dataclass(frozen=True)
class Found:
    """How a cluster behaves, or why that is unknown.

    `answer` is a word of the question, empty if unknown; `why` and `requires` say then what is
    missing and which permission shows it. `evidence` names no object of the cluster. `detail` is
    what the tool has to know besides, such as the name of a column.
    """

    answer: str = ""
    evidence: str = ""
    why: str = ""
    requires: str = ""
    detail: str = ""


class Probe(ABC):
    """An open question, its answers, and what the tool makes of them.

    `answers` maps words to what they mean; `assumed` says what the tool counts on; of the answers
    in `handled` it reads all without being told. `effect` says what changes once another one is
    known. `topic` is what has to be read, `requires` who may. `order` is its place in the table.
    """

    key: ClassVar[str]
    order: ClassVar[int]
    question: ClassVar[str]
    answers: ClassVar[Mapping[str, str]]
    assumed: ClassVar[str]
    handled: ClassVar[frozenset[str]]
    effect: ClassVar[str] = ""
    topic: ClassVar[Topic]
    requires: ClassVar[str] = ANY_ROLE
    page: ClassVar[str] = "Managed identity policy"

    def judged(self, readings: Readings) -> Found:
        """Return the answer; where nothing tells it, why, and what it requires."""
        found = self.look(readings)
        if found.answer:
            return found
        failures = [failure for _, failure in readings.failures(self.topic)]
        denied = any(failure.is_denied for failure in failures)
        unread = next((failure.what for failure in failures), "")
        why = "; ".join(filter(None, (found.why, unread)))
        return Found(why=why, requires=self.requires if denied else found.requires)

    @abstractmethod
    def look(self, readings: Readings) -> Found:
        """Return what the answers tell."""


def every_probe() -> tuple[Probe, ...]:
    """Return all questions in their order."""
    names = (module.name for module in pkgutil.iter_modules(folder.__path__))
    found = (
        member()
        for name in names
        for member in vars(import_module(f"{folder.__name__}.{name}")).values()
        if isclass(member) and issubclass(member, Probe) and member is not Probe
    )
    return tuple(sorted(found, key=lambda one: one.order))
