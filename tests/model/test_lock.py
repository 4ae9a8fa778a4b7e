"""The lock file beside a policy file."""

import json

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.model.policy_file.lock import Lock, lock_file_of, read_lock

ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
OTHER = "https://other.kusto.windows.net"


def test_the_same_names_give_the_same_bytes_in_whatever_order():
    one = Lock({"embedded": {"b": ID, "a": ID}, OTHER: {"é": ID}})
    other = Lock({OTHER: {"é": ID}}).having("embedded", {"a": ID, "b": ID})

    assert one.text == other.text
    assert read_lock(one.text, "adxmi.lock.json") == one


def test_it_stands_beside_the_policy_file():
    assert lock_file_of("deploy/adxmi.prod.yaml") == "deploy/adxmi.prod.lock.json"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<<<<<<< HEAD\n{}", "line 1, column 1"),
        ('{"format": "adxmi-lock/v2", "clusters": {}}', "adxmi-lock/v2"),
        ('{"lockfileVersion": 3, "packages": {}}', "its format is None"),
        ("[]", "its format is None"),
        ('{"format": "adxmi-lock/v1"}', "no mapping of clusters"),
        (json.dumps({"format": "adxmi-lock/v1", "clusters": {"x": []}}), "x is not a mapping"),
        (json.dumps({"format": "adxmi-lock/v1", "clusters": {"x": {"lake": "y"}}}), "lake of x"),
        ('{"format": "adxmi-lock/v1", "clusters": {"x": {}, "x": {}}}', "x"),
        ("[" * 100_000, "nested"),
    ],
)
def test_one_that_is_damaged_or_of_something_else_is_told(text, words):
    with pytest.raises(errors.InvalidLockFile, match=r"adxmi\.lock\.json") as caught:
        read_lock(text, "adxmi.lock.json")

    assert words in caught.value.why
