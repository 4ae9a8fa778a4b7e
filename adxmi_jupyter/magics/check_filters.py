"""What narrows the result of a check down: states of requirements, as they are typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption, Explain, Several
from adxmi_jupyter.magics.params import NameList
from adxmi_jupyter.model.usage import closest

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import State
    from adxmi_jupyter.magics.call import Call

STATES = ("not-met", "unknown", "warning", "met")


class StateList(NameList):
    """States of requirements, separated by commas."""

    name = kind = "state"

    def names(self, call: Call) -> Iterable[str]:
        """Return the states there are."""
        del call
        return STATES


def states(words: Iterable[str]) -> tuple[State, ...]:
    """Return the states that words name.

    Raises
    ------
    InvalidValue
        A word names none.

    """
    from adxmi_jupyter.actions.check.findings import State

    known = [word.lower().replace(" ", "-").replace("_", "-") for word in words]
    wrong = [word for word in known if word not in STATES]
    if wrong:
        better = [word if word in STATES else closest(word, STATES) or "STATE" for word in known]
        raise InvalidValue(
            f"--only {wrong[0]} is not a state of a requirement",
            why=Explain.of("allowed values: ", Several.of(STATES)),
            fix=ChangeOption("--only", ",".join(dict.fromkeys(better))),
        )
    return tuple(State(word.replace("-", " ")) for word in known)
