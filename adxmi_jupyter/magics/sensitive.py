"""What of a line must not be kept: values of variables, and the credentials of the environment.

A value that looks like a secret, or whose variable is called like one, is hidden everywhere. What
else a body takes from a variable is hidden where the statement is kept or repeated. Plain values of
options, such as the name of an identity, are shown.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from adxmi_jupyter.masking import Hidden, is_secret_name, masked, pieces_of

_ENVIRONMENT = (
    "ADXMI_TOKEN",
    "ADXMI_ARM_TOKEN",
    "ADXMI_LOGS_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
)
_SHORTEST_TOKEN = 16
_CALLED_SECRET = re.compile(r"(?:.*_)?(?:sas|key|conn|connstr|cs|jwt|cookie)", re.IGNORECASE)
_RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/_~.-]{16,}={0,2}")


def hidden_values(on_line: Mapping[str, str], in_body: Mapping[str, str]) -> Hidden:
    """Return what is hidden while a line runs, values to the names that were written for them."""
    secrets = {
        value: f"${name}"
        for name in _ENVIRONMENT
        if len(value := os.environ.get(name, "")) >= _SHORTEST_TOKEN
    }
    for value, name in {**on_line, **in_body}.items():
        shown = masked(value)
        if shown != value or _is_secret(value, name.strip("${} ")):
            secrets |= dict.fromkeys((value, *pieces_of(value, shown)), name)
    return Hidden(secrets, dict(in_body))


def _is_secret(value: str, name: str) -> bool:
    is_called_so = is_secret_name(name) or _CALLED_SECRET.fullmatch(name) is not None
    return is_called_so or _RANDOM.fullmatch(value) is not None
