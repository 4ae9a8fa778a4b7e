"""What every typed error can do."""

import copy
import pickle

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.error_base import ServiceDetails
from adxmi_jupyter.fixes import Command

KINDS = [
    kind for name in errors.__all__ if issubclass(kind := getattr(errors, name), errors.AdxmiError)
]


@pytest.mark.parametrize("again", [copy.copy, lambda one: pickle.loads(pickle.dumps(one))])
def test_an_error_tells_the_same_in_another_process(again):
    for kind in KINDS:
        error = kind.__new__(kind)
        errors.AdxmiError.__init__(error, "it failed", why="so", fix=Command.of("policy", "show"))
        error.service = ServiceDetails(403, "Forbidden", payload={"error": {"code": "Forbidden"}})
        error.hide = lambda text: text

        other = again(error)

        assert type(other) is kind
        assert (other.lines, other.values) == (error.lines, error.values)
        assert (str(other), other.service) == (str(error), error.service)
