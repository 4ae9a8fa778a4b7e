"""``check --error``: where the text comes from, what is shown of it, and texts that are none."""

import pytest

from adxmi_jupyter import errors

STRANGER = "9c06e2b5-47d8-4f13-82ac-b5e97d10f348"
EXPORT = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"
INGEST = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
BACKUP = "https://contosobackup.blob.core.windows.net/backups"
UNASSIGNED = f"BadRequest_InvalidManagedIdentity managed_identity={STRANGER}"
ASSIGN = "%adxmi identity assign --identity mi-stranger"
COLUMNS = ["workflow", "name", "requirement", "subject", "state", "detail", "fix"]
KINDS = [
    ("BadRequest_InvalidManagedIdentity", "assigned to the cluster", "unknown"),
    ("ManagedIdentityNotAllowedByPolicyException mi-export", "allowed by policy", "unknown"),
    ("Download_Forbidden mi-export", "permission at the target", "unknown"),
    (f"Download_SourceNotFound {BACKUP}/none.csv", "address", "unknown"),
    ('{"error": "invalid_request"}', "identity of the client's host", "unknown"),
    ("DefaultAzureCredential failed", "sign-in of the caller", "unknown"),
    ("ClusterSuspendedException", "state of the cluster", "not met"),
    ("ResourceNotFound", "resource", "unknown"),
    ("EntityAlreadyExistsException", "already there", "met"),
    ("BadRequest_SyntaxError", "request", "unknown"),
    ("UpdatePolicy_FailedDescendantTransaction", "data", "unknown"),
    ("BadRequest_TableNotExist", "table or other entity", "unknown"),
    ("BadRequest_DatabaseNotExist 'Nowhere'", "database", "unknown"),
    ("BadRequest_DatabaseNotExist 'Telemetry'", "database", "met"),
    ("400-BadRequest", "principal", "warning"),
    ("ServiceIsInMaintenance", "other change", "warning"),
    ("General_ThrottledIngestion", "request rate", "warning"),
    ("UnauthorizedOperationException", "security role", "unknown"),
    ("HTTP 403", "error", "unknown"),
]


@pytest.fixture
def fails(ip):
    """Run a cell that fails, as a notebook does, without what it prints."""

    def run(code):
        assert ip.run_cell(code).error_in_exec

    return run


def test_the_frame_is_that_of_other_checks(magic):
    frame = magic("check --error", UNASSIGNED)

    assert list(frame.columns) == COLUMNS
    assert set(map(str, frame.dtypes)) == {"string"}
    assert list(frame["requirement"]) == ["identity exists", "assigned to the cluster"]
    assert list(frame["state"]) == ["met", "not met"]
    assert list(frame["fix"]) == ["", ASSIGN]
    assert set(frame["name"]) == {"BadRequest_InvalidManagedIdentity"}


@pytest.mark.parametrize(("text", "requirement", "state"), KINDS)
def test_what_the_code_means_where_the_text_names_little(magic, text, requirement, state):
    frame = magic("check --error", text)

    last = frame.iloc[-1]
    assert (last["requirement"], last["state"]) == (requirement, state)
    assert last["detail"]


def test_the_picture_says_what_the_frame_says(magic):
    shown = magic("check --error", UNASSIGNED)._repr_html_()

    assert "error BadRequest_InvalidManagedIdentity: 1 not met" in shown
    assert ASSIGN in shown


@pytest.mark.nightly
def test_the_last_exception_is_looked_at_without_a_body(fails, magic):
    fails(f"raise RuntimeError('{UNASSIGNED}')")

    frame = magic("check --error")

    assert list(frame["fix"]) == ["", ASSIGN]


@pytest.mark.nightly
def test_our_own_errors_carry_more_than_their_text(fails, magic):
    fails(
        "%adxmi storage-ingestion run --database Sales --identity mi-stranger --table Orders "
        f"--data-format csv --how direct --location {BACKUP}/orders.csv"
    )

    frame = magic("check --error")

    assert set(frame["name"]) == {"BadRequest_InvalidManagedIdentity"}
    assert frame.iloc[-1]["fix"] == ASSIGN


@pytest.mark.nightly
def test_causes_of_the_last_exception_count(fails, magic):
    fails(
        f"try:\n    raise ValueError('{UNASSIGNED}')\nexcept ValueError as e:\n    raise OSError('no') from e"
    )

    assert magic("check --error").iloc[-1]["fix"] == ASSIGN


def test_a_line_that_was_mistyped_is_no_refusal(fails, magic):
    fails("%adxmi polcy show")

    with pytest.raises(errors.UnknownRefusal) as caught:
        magic("check --error")

    assert caught.value.what == "the last exception, UnknownCommand, isn't a known error message"
    assert caught.value.fix == "%adxmi policy show"


def test_asking_again_is_about_the_same_exception(fails, magic):
    fails("1 / 0")
    fails("%adxmi check --error")

    with pytest.raises(errors.UnknownRefusal) as caught:
        magic("check --error")

    assert isinstance(caught.value.__cause__.__cause__, ZeroDivisionError)


def test_a_sentence_is_no_refusal(magic):
    with pytest.raises(errors.UnknownRefusal) as caught:
        magic("check --error", "something went wrong")

    assert caught.value.fix == "%adxmi check"


def test_a_body_needs_the_option(magic):
    with pytest.raises(errors.MissingOption) as caught:
        magic("check", UNASSIGNED)

    assert caught.value.fix == "%%adxmi check --error"


@pytest.mark.nightly
def test_what_fixes_it_can_be_applied(magic, capsys):
    frame = magic("check --error --fix --yes", UNASSIGNED)

    assert set(frame["state"]) == {"met"}
    assert frame.iloc[-1]["detail"].endswith("met now; run it again")
    assert "Undo: %adxmi identity remove --identity mi-stranger" in capsys.readouterr().out


def test_the_plan_can_be_seen_first(magic):
    plan = magic("check --error --fix --dry-run", UNASSIGNED)

    assert ASSIGN in plan.to_csv()


def test_a_text_from_a_file(magic, tmp_path):
    path = tmp_path / "refusal.txt"
    path.write_text(UNASSIGNED, encoding="utf-8")

    assert magic(f"check --error --file {path}").iloc[-1]["fix"] == ASSIGN


def test_the_database_can_be_said(magic):
    text = f"ManagedIdentityNotAllowedByPolicyException {INGEST} 'AzureAI'"

    frame = magic("check --error --database Telemetry", text)

    assert "--database Telemetry" in frame.iloc[-1]["fix"]


def test_a_database_that_is_not_there(magic):
    text = f"ManagedIdentityNotAllowedByPolicyException {INGEST} 'AzureAI'"

    frame = magic("check --error --database Nowhere", text)

    assert list(frame["requirement"]) == ["database"]
    assert list(frame["state"]) == ["not met"]


def test_a_name_is_taken_where_there_is_no_id(magic):
    frame = magic(
        "check --error", "ManagedIdentityNotAllowedByPolicyException: 'mi-ingest' SqlRequest"
    )

    assert frame.iloc[-1]["fix"] == (
        "%adxmi policy grant --database Sales --identity mi-ingest --usage SqlRequest"
    )


def test_an_id_that_nobody_knows_is_looked_for(magic):
    unknown = "11111111-1111-4111-8111-111111111111"

    frame = magic("check --error", f"BadRequest_InvalidManagedIdentity: {unknown}")

    assert set(frame["subject"]) == {unknown}
    assert "not met" in set(frame["state"])


def test_an_object_id_where_a_client_id_is_needed(magic):
    frame = magic("check --error", f"400-BadRequest {EXPORT}")

    assert list(frame["state"]) == ["not met"]
    assert "27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64" in frame["detail"][0]
    magic(frame["fix"][0].removeprefix("%adxmi "))


@pytest.mark.nightly
def test_an_external_table_that_is_named_is_followed(magic):
    frame = magic("check --error", f"Download_Forbidden {EXPORT} 'OrdersDelta' 'Telemetry'")

    assert "external table" in set(frame["requirement"])
    assert "Azure role" in set(frame["requirement"])


def test_no_secret_is_shown(magic):
    frame = magic(
        "check --error",
        f"Upload_Forbidden {BACKUP}?sv=2024&sig=c2VjcmV0 {BACKUP};c2VjcmV0 password=c2VjcmV0 "
        f"client_secret=c2VjcmV0 {EXPORT}",
    )

    assert "c2VjcmV0" not in frame.to_csv() + frame._repr_html_()


def test_hostile_names_are_escaped(magic):
    text = "AuthorizationFailed Microsoft.Kusto/clusters/write <script>alert(1)</script>"

    assert "<script>" not in magic("check --error", text)._repr_html_()


def test_a_console_takes_the_text_from_a_pipe(adxmi):
    done = adxmi("check", "--error", "--file", "-", text=UNASSIGNED)

    assert done.returncode == 3
    assert "adxmi identity assign --identity mi-stranger" in done.stdout
    assert "%adxmi" not in done.stdout


def test_a_console_has_no_last_exception(adxmi):
    done = adxmi("check", "--error")

    assert done.returncode == 2
    assert "fix: adxmi check --error --file -" in done.stderr


def test_the_option_is_completed(completions):
    ((option, _, kind),) = completions("%adxmi check --er")

    assert option == "--error"
    assert kind.startswith("option: Explain an error message")


@pytest.mark.nightly
def test_a_role_without_effect_yet_is_not_told_to_be_in_place(magic):
    magic("identity assign --identity mi-stranger")
    magic("embedded faults late-roles")
    magic(
        'embedded azure-role --identity mi-stranger --role "Storage Blob Data Reader" '
        "--target contosobackup/backups"
    )

    frame = magic(
        "check --error",
        "Download_Forbidden https://contosobackup.blob.core.windows.net/backups/a.csv;"
        "managed_identity=9c06e2b5-47d8-4f13-82ac-b5e97d10f348",
    )

    assert frame.iloc[-1]["state"] == "warning"
    assert not frame["detail"].str.contains("in place by now").any()
