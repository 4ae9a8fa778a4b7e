"""An error on a screen: what failed and why are short, and the error itself keeps all of it."""

import re

import pytest

from adxmi_jupyter.error_base import LONGEST_DISPLAYED
from adxmi_jupyter.errors import CommandRefused, NotAuthorized, UnknownIdentity
from adxmi_jupyter.fixes import Command, Explain, Several
from adxmi_jupyter.forms.submission import failed
from adxmi_jupyter.rendering.terminal import Screen, error_text

NAMES = [f"mi-team-{number:03}" for number in range(40)]
SAID = " ".join(f"word{number}" for number in range(100))
LISTED = Explain.of("there are: ", Several.of(NAMES), "; others are hidden")
FIX = Command.of("policy", "grant", "--database", "Sales", "--identity", ",".join(NAMES))


@pytest.fixture
def refused():
    return CommandRefused("the service rejected the command", why=SAID, fix=FIX)


def lines_of(error):
    """Return the lines in a notebook, a terminal and a form, without what stands before them."""
    for lines in (
        error._render_traceback_(),
        error_text(error, Screen(80, has_colours=False)).splitlines(),
        failed(error, "").lines,
    ):
        yield [line.strip().partition(": ")[2] for line in lines]


def test_a_long_reason_is_cut_on_every_screen_and_kept_by_the_error(refused):
    reasons = [why for _, why, _ in lines_of(refused)]

    assert len(set(reasons)) == 1
    assert len(reasons[0]) <= LONGEST_DISPLAYED
    assert re.fullmatch(r"word0 (word\d+ )+…", reasons[0])
    assert refused.why == SAID


@pytest.mark.parametrize(
    "added",
    [
        "; the request may still be applied",
        " (requires: Viewer)",
        " (requires: Viewer; for the policy of the cluster: Monitor (any))",
    ],
)
def test_what_was_added_to_the_words_of_a_service_stays(added):
    error = CommandRefused("the service rejected the command", why=f"{SAID}{added}")

    reasons = {why for _, why, _ in lines_of(error)}

    assert {len(why) <= LONGEST_DISPLAYED and why.endswith(f" …{added}") for why in reasons} == {
        True
    }


def test_ids_are_short_where_a_reason_is_too_long_with_them():
    principal = "aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
    said = (
        f"Principal '{principal}' is not authorized to perform operation '{'X' * 40}' on 'Sales'."
    )
    error = NotAuthorized("the service did not authorize this", why=said)

    reasons = {why for _, why, _ in lines_of(error)}

    assert reasons == {said.replace(principal, "aaduser=d72b84f9…;8d1f5c02…")}
    assert error.why == said


def test_a_fix_is_whole_on_every_screen_for_it_is_pasted(refused):
    fixes = [fix for _, _, fix in lines_of(refused)]

    assert fixes == [refused.fix] * 3
    assert NAMES[-1] in refused.fix


def test_a_long_list_tells_how_many_more_there_are():
    error = UnknownIdentity("no identity is named 'x'", why=LISTED)

    reasons = {why for _, why, _ in lines_of(error)}

    assert reasons == {f"there are: {', '.join(NAMES[:8])} and 32 more; others are hidden"}
    assert all(name in error.why for name in NAMES)


def test_a_list_that_fits_is_whole_and_an_empty_one_says_so():
    some = UnknownIdentity("x", why=Explain.of("there are: ", Several.of(NAMES[:3])))
    none = UnknownIdentity("x", why=Explain.of("there are: ", Several.of(())))

    assert (some.lines[1], none.lines[1]) == (
        "there are: mi-team-000, mi-team-001, mi-team-002",
        "there are: none",
    )
