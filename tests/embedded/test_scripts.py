"""`.execute … script`: several commands in one request."""

import pytest

GRANT = "policy managed_identity ```[\n{'ObjectId':'system','AllowedUsages':'All'}\n]```"
WRONG = """policy managed_identity "[{'ObjectId':'system','AllowedUsages':'Nothing'}]" """


def outcomes(rows):
    return [(row["CommandType"], row["Result"]) for row in rows]


def test_database_script_runs_each_command(run, policy):
    rows = run(
        ".execute database script <|\n"
        "// first\n"
        f".alter database Telemetry {GRANT}\n"
        f".alter-merge database {GRANT}\n"
        ".add database Sales users ('aadapp=mi-export')\n"
        ".delete database Sales policy managed_identity",
        database="Sales",
    )

    assert list(rows[0]) == ["OperationId", "CommandType", "CommandText", "Result", "Reason"]
    assert outcomes(rows) == [
        ("DatabasePolicyManagedIdentityAlter", "Completed"),
        ("DatabasePolicyManagedIdentityAlterMerge", "Completed"),
        ("DatabaseRoleAdd", "Completed"),
        ("DatabasePolicyManagedIdentityDelete", "Completed"),
    ]
    assert policy(".show database Telemetry policy managed_identity") == {"contoso": "All"}
    assert policy(".show database Sales policy managed_identity") is None


def test_cluster_script_runs_cluster_commands(run, policy):
    rows = run(f".execute cluster script <| .alter-merge cluster {GRANT}")

    assert outcomes(rows) == [("ClusterPolicyManagedIdentityAlterMerge", "Completed")]
    assert list(policy(".show cluster policy managed_identity")) == ["mi-export", "contoso"]


def test_show_commands_in_a_script_are_skipped(run):
    rows = run(".execute cluster script <|\n.show version\n.show cluster policy managed_identity")

    assert [row["Result"] for row in rows] == ["Skipped", "Skipped"]


def test_dots_in_literals_and_comments_start_no_command(run):
    rows = run(
        ".execute cluster script <|\n"
        ".alter cluster policy managed_identity ```\n"
        "[{'ObjectId':'system','AllowedUsages':'All','Note':'\n.show version'}]\n```\n"
        "  // .show version"
    )

    assert len(rows) == 1


def test_obfuscated_literals_are_not_repeated(run):
    text = ".create external table T (a:string) kind=storage dataformat=csv (h'https://x;SECRET')"

    (row,) = run(f".execute database script <|\n{text}", database="Sales")

    assert "SECRET" not in str(row)
    assert "h'*******'" in row["CommandText"]


def test_script_stops_at_the_first_failure(run, policy):
    rows = run(
        f".execute cluster script <|\n.alter cluster {WRONG}\n.alter cluster {GRANT}",
    )

    assert [row["Result"] for row in rows] == ["Failed"]
    assert "'Nothing'" in rows[0]["Reason"]
    assert policy(".show cluster policy managed_identity") == {"mi-export": "AutomatedFlows"}


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "'true'", '"True"', "@'TRUE'"])
def test_continue_on_errors_goes_on(run, policy, value):
    rows = run(
        f".execute cluster script with (ContinueOnErrors={value}) <|\n"
        f".alter cluster {WRONG}\n.bogus\n.alter cluster {GRANT}",
    )

    assert [row["Result"] for row in rows] == ["Failed", "Failed", "Completed"]
    assert policy(".show cluster policy managed_identity") == {"contoso": "All"}


def test_continue_on_errors_as_a_false_string_stops(run):
    rows = run(
        ".execute cluster script with (ContinueOnErrors='false') <|\n"
        f".alter cluster {WRONG}\n.alter cluster {GRANT}",
    )

    assert [row["Result"] for row in rows] == ["Failed"]


def test_throw_on_errors_fails_the_whole_command(refusal):
    error = refusal(f".execute cluster script with (ThrowOnErrors=true) <|\n.alter cluster {WRONG}")

    assert error.code == "General_BadRequest"
    assert "'Nothing'" in error.description


@pytest.mark.parametrize(
    ("level", "command"),
    [
        ("database", f".alter cluster {GRANT}"),
        ("cluster", f".alter database Sales {GRANT}"),
        ("cluster", ".add database Sales users ('aadapp=mi-export')"),
        ("database", ".execute database script <| .show version"),
    ],
)
def test_command_of_another_level_fails(run, level, command):
    rows = run(f".execute {level} script <|\n{command}", database="Sales")

    assert rows[0]["Result"] == "Failed"
    assert rows[0]["Reason"] == f"Not a {level}-scope command"


def test_commands_keep_their_own_role_requirements(run):
    run(".add database Sales admins ('aaduser=reader@contoso.example')")

    rows = run(
        f".execute database script <|\n.alter database Sales {GRANT}",
        database="Sales",
        token="embedded-reader",
    )

    assert rows[0]["Result"] == "Failed"
    assert "is not authorized" in rows[0]["Reason"]


@pytest.mark.parametrize("level", ["cluster", "database"])
def test_scripts_need_an_admin(refusal, level):
    error = refusal(
        f".execute {level} script <| .show version", database="Sales", token="embedded-reader"
    )

    assert error.code == "Forbidden"


@pytest.mark.parametrize(
    "options",
    ["Sooner=true", "ContinueOnErrors='1'", "ContinueOnErrors=true, ThrowOnErrors='true'"],
)
def test_unknown_or_conflicting_options_are_refused(refusal, options):
    error = refusal(f".execute cluster script with ({options}) <| .show version")

    assert error.code == "General_BadRequest"


@pytest.mark.parametrize(
    "text",
    [
        ".execute cluster script <|",
        ".execute cluster script <| print 1",
        ".execute cluster script .show version",
        ".execute cluster script with () <| .show version",
    ],
)
def test_malformed_scripts_are_syntax_errors(refusal, text):
    error = refusal(text)

    assert error.code == "BadRequest_SyntaxError"
