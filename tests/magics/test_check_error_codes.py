"""Every code that the embedded Azure can raise is known to ``check --error``."""

import json

import pytest

from adxmi_jupyter.model.denial.codes import meaning_of
from tests.embedded.raised_codes import raised_codes
from tests.examples import sampled


@pytest.mark.nightly
def test_the_walk_finds_codes_of_every_face():
    assert set(raised_codes()) > {
        *("BadRequest_InvalidManagedIdentity", "SyntaxException", "SEM0100"),
        *("InvalidResourceType", "XValidationErorFound", "LinkedAuthorizationFailed"),
        *("PopReceiptMismatch", "Download_SourceNotFound", "UpdatePolicy_X"),
    }


def test_every_code_has_a_meaning():
    assert [code for code in raised_codes() if meaning_of(code) is None] == []


@pytest.mark.parametrize("first", sampled(range(8), each=8))
def test_every_code_is_explained(kept_extension, first):
    for code in raised_codes()[first::8]:
        told = json.dumps({"error": {"code": code, "message": "no"}})
        frame = kept_extension.run_cell_magic("adxmi", "check --error", told)

        assert len(frame) > 0
        assert all(frame["detail"])
        assert set(frame["name"]) == {code}
