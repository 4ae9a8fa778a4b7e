"""Every code that the embedded Azure can raise is known to ``check --error``."""

import json

import pytest

from adxmi_jupyter.model.denial.codes import meaning_of
from tests.embedded.raised_codes import raised_codes
from tests.examples import sampled

CODES = raised_codes()


def test_the_walk_finds_codes_of_every_face():
    assert set(CODES) > {
        *("BadRequest_InvalidManagedIdentity", "SyntaxException", "SEM0100"),
        *("InvalidResourceType", "XValidationErorFound", "LinkedAuthorizationFailed"),
        *("PopReceiptMismatch", "Download_SourceNotFound", "UpdatePolicy_X"),
    }


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_meaning(code):
    assert meaning_of(code) is not None


@pytest.mark.parametrize("code", sampled(CODES, each=8))
def test_every_code_is_explained(kept_extension, code):
    frame = kept_extension.run_cell_magic(
        "adxmi", "check --error", json.dumps({"error": {"code": code, "message": "no"}})
    )

    assert len(frame) > 0
    assert all(frame["detail"])
    assert set(frame["name"]) == {code}
