"""Each way to get a line wrong is one typed error: what, why, and a line to paste."""

from copy import deepcopy

import pytest

from adxmi_jupyter import errors
from tests.magics.wrong_lines import CASES
from tests.magics.wrong_values import VALUES

LONGEST = 160
LINES = CASES | VALUES


def kept_by(cluster):
    """Return a copy of all that a cluster keeps; its logs grow by what is read, too."""
    return deepcopy({one: value for one, value in vars(cluster).items() if one != "logs"})


@pytest.mark.parametrize(("line", "error", "what", "why", "fix"), LINES.values(), ids=LINES)
def test_a_wrong_line_is_one_typed_error(magic, azure, line, error, what, why, fix):
    before = kept_by(azure.world.cluster)

    with pytest.raises(error) as caught:
        magic(line)

    assert type(caught.value) is error
    assert caught.value.lines == (what, why, fix)
    assert kept_by(azure.world.cluster) == before
    assert max(map(len, caught.value.lines)) <= LONGEST


def test_a_body_nobody_reads_is_refused(magic):
    with pytest.raises(errors.InvalidValue) as caught:
        magic("policy show --cluster", "[]")

    assert str(caught.value).splitlines() == [
        "policy show takes no cell body",
        "  why: nothing reads the text below the command",
        "  fix: %adxmi policy show --cluster",
    ]


def test_a_body_and_a_file_exclude_each_other(magic, tmp_path):
    file = tmp_path / "policy.json"
    file.write_text("[]")

    with pytest.raises(errors.ConflictingOptions, match="there is a cell body and --file"):
        magic(f"policy alter --cluster --file {file}", "[]")


def test_a_malformed_body_names_line_and_column(magic):
    with pytest.raises(errors.MalformedBody) as caught:
        magic(
            "policy alter --database Sales",
            '[{"ObjectId": "system",\n  "AllowedUsages" "AzureAI"}]',
        )

    assert caught.value.why == "line 2, column 19: Expecting ':' delimiter"


def test_a_repeated_line_with_a_body_keeps_its_two_percent_signs(magic):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        magic("policy alter --database Sales", "[]")

    assert caught.value.fix == "%%adxmi policy alter --database Sales --yes"
