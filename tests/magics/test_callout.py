"""The noun `callout` as people type it: what is shown, asked, completed, and how it is undone."""

import pytest

from adxmi_jupyter import errors

LAKE = "https://contosolake.blob.core.windows.net"
LAKE_RULE = r"^https://contosolake\.blob\.core\.windows\.net(/|$)"
ALLOW = f"callout allow --type sandbox_artifacts --uri {LAKE}/artifacts/rates.csv"


@pytest.fixture
def own(azure):
    """The patterns of the cluster's own rules, in the world itself."""
    return lambda: [rule.uri_regex for rule in azure.world.cluster.callout_policy or []]


def test_list_shows_the_rules_the_predefined_ones_among_them(magic):
    frame = magic("callout list")

    assert list(frame.columns) == ["type", "pattern", "can_call", "predefined"]
    assert set(frame["predefined"]) == {True}


def test_allowing_says_what_changed_and_the_line_that_takes_it_back(magic, printed, own):
    frame = magic(ALLOW)

    assert printed() == [
        f"+ sandbox_artifacts {LAKE_RULE} allowed",
        (
            "Undo: %adxmi callout revoke --type sandbox_artifacts "
            f"--pattern {LAKE_RULE.replace('$', '$$')} --yes"
        ),
    ]
    assert own() == [LAKE_RULE]
    assert frame.loc[0, ["type", "pattern", "predefined"]].tolist() == [
        *("sandbox_artifacts", LAKE_RULE, False),
    ]


def test_the_line_that_takes_it_back_does(magic, printed, own):
    magic(ALLOW)

    magic(printed()[-1].removeprefix("Undo: %adxmi "))

    assert own() == []


def test_a_dry_run_shows_the_command_and_sends_nothing(magic, printed, own):
    frame = magic(f"{ALLOW} --dry-run")

    shown = printed()
    assert shown[0] == "would send:"
    assert shown[1].startswith(".alter-merge cluster policy callout ```[{")
    assert shown[2:] == ["would change:", f"+ sandbox_artifacts {LAKE_RULE} allowed"]
    assert LAKE_RULE in set(frame["pattern"])
    assert own() == []


def test_what_is_allowed_already_is_said(magic, printed, own):
    magic(ALLOW)
    printed()

    magic(ALLOW)
    magic(f"{ALLOW} -n")

    assert printed() == ["already allowed", "already allowed", "nothing would be sent"]
    assert own() == [LAKE_RULE]


def test_a_secret_in_an_address_goes_nowhere(magic, printed, own):
    magic(f'callout allow --type external_data --uri "{LAKE}/x?sig=c2VjcmV0"')
    magic(f'callout allow --type sandbox_artifacts --uri "{LAKE}/x?sig=c2VjcmV0"')

    assert "c2VjcmV0" not in f"{printed()} {own()}"


def test_taking_a_rule_back_asks_first(magic, own):
    magic(ALLOW)

    with pytest.raises(errors.ConfirmationRequired) as caught:
        magic(f"callout revoke --type sandbox_artifacts --pattern {LAKE_RULE.replace('$', '$$')}")

    assert caught.value.fix.endswith(" --yes")
    assert own() == [LAKE_RULE]


@pytest.mark.parametrize(
    ("line", "error", "fix"),
    [
        ("callout allow --uri x", errors.MissingOption, "--type TYPE"),
        ("callout allow --type sql", errors.MissingOption, "--uri URL"),
        ("callout allow --type sql --uri x --pattern y", errors.ConflictingOptions, "--pattern y"),
        ("callout allow --type sqll --uri x", errors.InvalidInput, "--type sql"),
        ("callout allow --type sql --pattern (", errors.InvalidInput, "--uri"),
        ("callout allow --type sql --uri https://", errors.InvalidInput, "--uri"),
        ("callout revoke --type sql", errors.MissingOption, "--pattern REGEX"),
        ("callout revoke --type sql --pattern x -y", errors.NothingToRevoke, "callout list"),
        ("callout revok", errors.UnknownCommand, "callout revoke"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_what_fixes_it(magic, own, line, error, fix):
    with pytest.raises(error) as caught:
        magic(line)

    assert fix in caught.value.fix
    assert own() == []


def test_whoever_may_not_look_is_refused(magic):
    magic("connect embedded --name reader --credential as:reader")

    with pytest.raises(errors.NotAuthorized):
        magic("callout list -c reader")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("%adxmi callout ", ["list", "allow", "revoke"]),
        ("%adxmi callout allow --type sa", ["sandbox_artifacts"]),
        ("x = %adxmi callout allow --type my", ["mysql"]),
    ],
)
def test_verbs_and_types_complete(azure, completions, code, expected):
    assert [text for text, _, _ in completions(code)] == expected
