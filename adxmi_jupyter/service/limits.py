"""How long a request may take, how large its answer may be, and how many may go at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption
from adxmi_jupyter.service.in_flight import MANY

LONGEST_TIMEOUT = 3600.0
LARGEST_ANSWER = 4096
DEFAULT_TIMEOUT = 60.0
DEFAULT_ANSWER = 64
AUTOMATIC = 0
_MEGABYTE = 2**20

Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Limits:
    """The limits of a request; raises InvalidValue for what can't be used.

    Parameters
    ----------
    seconds
        For the whole request, repeated attempts included; the service allows 1 to 3600.
    megabytes
        Of an answer, after decompression.
    in_flight
        Requests to a cluster at a time; `AUTOMATIC` for as many as suit its size.
    to_connect
        Seconds until there is a connection: name, network, proxy and TLS; never more than
        `seconds`.

    """

    seconds: float = DEFAULT_TIMEOUT
    megabytes: int = DEFAULT_ANSWER
    in_flight: int = AUTOMATIC
    to_connect: float = LONGEST_TIMEOUT

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= LONGEST_TIMEOUT:
            raise InvalidValue(
                f"a timeout of {self.seconds:g} s cannot be used",
                why=f"the service allows 1 to {LONGEST_TIMEOUT:g} seconds",
                fix=ChangeOption("--timeout", _nearest(self.seconds, LONGEST_TIMEOUT)),
            )
        if not 1 <= self.megabytes <= LARGEST_ANSWER:
            raise InvalidValue(
                f"a maximum answer size of {self.megabytes} MB cannot be used",
                why=f"1 to {LARGEST_ANSWER} MB are allowed",
                fix=ChangeOption("--max-answer-mb", _nearest(self.megabytes, LARGEST_ANSWER)),
            )
        if not AUTOMATIC <= self.in_flight <= MANY:
            raise InvalidValue(
                f"{self.in_flight} requests at a time cannot be used",
                why=f"1 to {MANY} are allowed, or {AUTOMATIC} for what suits the cluster's size",
                fix=ChangeOption("--max-in-flight", str(AUTOMATIC)),
            )

    @property
    def size(self) -> int:
        """The largest answer in bytes."""
        return self.megabytes * _MEGABYTE


def _nearest(number: float, most: float) -> str:
    """Return the bound that a number passes."""
    return f"{most if number > most else 1:g}"


def environment() -> Limits:
    """Return the limits of ``ADXMI_TIMEOUT`` and other variables, or the defaults.

    Raises
    ------
    InvalidValue
        A variable's value can't be used.

    """
    return Limits(
        _number("ADXMI_TIMEOUT", float, DEFAULT_TIMEOUT),
        _number("ADXMI_MAX_ANSWER_MB", int, DEFAULT_ANSWER),
        _number("ADXMI_MAX_IN_FLIGHT", int, AUTOMATIC),
    )


def _number(variable: str, kind: Callable[[str], Number], default: Number) -> Number:
    text = os.environ.get(variable, "").strip()
    try:
        return kind(text) if text else default
    except ValueError as error:
        raise InvalidValue(
            f"{variable}={text!r} cannot be used",
            why="it is not a number",
            fix=f"{variable}={default:g}",
        ) from error
