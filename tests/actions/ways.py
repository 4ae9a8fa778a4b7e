"""Assigning and removing, and the faults that can strike them: for the tests of each level."""

import pytest

from adxmi_jupyter import errors

BEFORE = ["contoso", "mi-export", "mi-ingest"]
AFTER = {
    "assign": ["contoso", "mi-export", "mi-ingest", "mi-stranger"],
    "remove": ["contoso", "mi-ingest"],
}

each_way = pytest.mark.parametrize("way", AFTER)

refused = pytest.mark.parametrize(
    ("name", "error"),
    [
        ("throttled", errors.Throttled),
        ("unavailable", errors.WriteOutcomeUnknown),
        ("dropped-before-write", errors.WriteOutcomeUnknown),
    ],
)

lost = pytest.mark.parametrize(
    ("name", "match"),
    [
        ("dropped-after-write", "PATCH"),
        ("truncated-body", "PATCH"),
        ("throttled", "operationResults"),
        ("unavailable", "operationResults"),
        ("dropped-before-write", "operationResults"),
        ("dropped-after-write", "operationResults"),
        ("truncated-body", "operationResults"),
        ("not-json", "operationResults"),
        ("empty-body", "operationResults"),
    ],
)

followed = pytest.mark.parametrize(
    ("name", "match"),
    [
        ("not-json", "PATCH"),
        ("empty-body", "PATCH"),
        ("wrong-content-type", "PATCH"),
        ("slow", "PATCH"),
        ("wrong-content-type", "operationResults"),
        ("slow", "operationResults"),
    ],
)

unread = pytest.mark.parametrize(
    "name", ["throttled", "unavailable", "dropped-before-write", "truncated-body", "not-json"]
)
