"""The noun `role` as people type it: what is shown, asked, completed, and how it is taken back."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind
from adxmi_jupyter.magics.console import execute

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
OTHER_TENANT = "2f9ae417-50cb-4d68-8a3b-c1e7046d92f5"
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
INGEST = f"aadapp={INGEST_CLIENT};{TENANT}"
READER = f"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}"
GRANT = "role grant --database Telemetry --role viewers --identity mi-ingest"
REVOKE = "role revoke --database Telemetry --role viewers --identity aaduser=reader@contoso.example"
READER_NAME = "reader (upn: reader@contoso.example)"


@pytest.fixture
def roles(azure):
    """Return roles and references on a database, in the world itself."""

    def held(database="Telemetry"):
        found = azure.world.cluster.databases[database].roles
        return [(str(one.role), one.principal.fqn, one.notes) for one in found]

    return held


def test_list_shows_the_current_database(magic):
    frame = magic("role list")

    assert list(frame["role"]) == ["AllDatabasesAdmin", "viewers"]
    assert list(frame["database"]) == ["", "Sales"]


def test_list_can_be_limited_to_principals(magic, azure):
    magic(GRANT)

    by_name = magic("role list --all-databases --identity mi-ingest,aaduser=reader@contoso.example")
    nothing = magic("role list --identity mi-export")

    assert list(by_name["database"]) == ["Sales", "Telemetry", "Telemetry"]
    assert list(by_name["display_name"]) == [READER_NAME, READER_NAME, "mi-ingest"]
    assert (len(nothing), list(nothing.columns)) == (0, list(by_name.columns))


def test_list_leaves_out_what_may_not_be_read(magic, azure, printed):
    azure.world.grant(azure.world.principals[1], DatabaseRole.ADMINS, database="Telemetry")
    magic("connect embedded --name reader --credential as:reader")
    printed()

    with pytest.raises(errors.PartialRead) as caught:
        magic("role list --all-databases -c reader")
    frame = magic("role list --all-databases -c reader --skip-unreadable")

    assert caught.value.fix == "%adxmi role list --all-databases -c reader --skip-unreadable"
    assert set(frame["database"]) == {"", "Telemetry"}
    assert [line.partition(" (")[0] for line in printed()] == ["not read: database Sales"]


def test_a_grant_says_what_changed_and_the_line_that_takes_it_back(magic, printed, roles):
    magic(f'{GRANT} --description "for the dashboard"')

    assert printed() == [
        "Telemetry: mi-ingest + viewers",
        f'Undo: %adxmi role revoke --database Telemetry --role viewers --identity "{INGEST}" --yes',
    ]
    assert roles()[-1] == ("viewers", INGEST, "for the dashboard")


def test_the_line_that_takes_a_grant_back_does(magic, printed, roles):
    before = roles()
    magic(f"{GRANT},system")

    magic(printed()[-1].removeprefix("Undo: %adxmi "))

    assert roles() == before


def test_the_lines_that_take_a_revoke_back_do(magic, printed, roles):
    magic(f"{GRANT} --description \"a $5 job, or 'more'\"")
    before = sorted(roles())
    printed()

    magic(f"{REVOKE},mi-ingest --yes")
    shown = printed()
    for_reader, for_ingest = (line.removeprefix("Undo: %adxmi ") for line in shown[-2:])
    magic(for_reader)
    magic(for_ingest)

    assert sorted(roles()) == before
    assert shown[:2] == [f"Telemetry: {READER_NAME} - viewers", "Telemetry: mi-ingest - viewers"]


def test_a_name_with_quotes_and_dollars_is_written_so_that_it_reads_back(
    magic, azure, printed, roles
):
    name = "a \"b\" 'c' $d"
    azure.world.add_database(name)

    magic("role grant --role users --identity mi-ingest --database 'a \"b\" '\"'c' $$d\"")
    undo = printed()[-1].removeprefix("Undo: %adxmi ")
    granted = roles(name)
    magic(undo)

    assert (len(granted), roles(name)) == (1, [])


def test_the_line_back_runs_in_a_cell(magic, ip, printed, roles):
    before = roles()
    magic(GRANT)

    ip.run_cell(printed()[-1].removeprefix("Undo: ")).raise_error()

    assert roles() == before


def test_the_role_may_be_written_as_azure_does(magic, roles):
    magic(GRANT.replace("viewers", "Viewer"))

    assert roles()[-1][:2] == ("viewers", INGEST)


def test_granting_what_is_held_sends_nothing(magic, printed):
    magic(GRANT)
    printed()

    frame = magic(GRANT)

    assert printed() == ["mi-ingest holds viewers already", "Telemetry: nothing changed"]
    assert list(frame["display_name"])[-1] == "mi-ingest"


def test_a_dry_run_of_what_is_held_says_so(magic, printed):
    magic(GRANT)
    printed()

    frame = magic(f"{GRANT} --dry-run")

    assert printed() == ["mi-ingest holds viewers already", "nothing would be sent"]
    assert len(frame) == 0


def test_a_dry_run_shows_command_before_and_after_and_sends_nothing(magic, printed, roles):
    before = roles()

    frame = magic(f"{GRANT} --description why -n")

    assert printed() == [
        "would send:",
        f'.add database [\'Telemetry\'] viewers ("{INGEST}") "why"',
        "would change:",
        "Telemetry: mi-ingest + viewers",
        f"before: viewers: {READER_NAME}",
        f"after: viewers: {READER_NAME}, mi-ingest",
    ]
    assert list(frame["change"]) == ["added"]
    assert roles() == before


@pytest.mark.nightly
def test_a_long_list_of_holders_is_shortened(magic, azure, printed):
    names = [f"mi-{number}" for number in range(12)]
    for name in names:
        azure.world.add_identity(name)

    magic(f"role grant -d Telemetry --role users --identity {','.join(names)} --dry-run")

    assert printed()[-1].endswith("mi-9 and 2 more")


def test_a_revoke_shows_what_it_takes_and_asks(magic, printed, roles):
    before = roles()

    with pytest.raises(errors.ConfirmationRequired) as caught:
        magic(REVOKE)

    assert caught.value.fix == f"%adxmi {REVOKE} --yes"
    assert printed()[:2] == [
        "would send:",
        f".drop database ['Telemetry'] viewers (\"{READER}\")",
    ]
    assert printed() == []
    assert roles() == before


def test_a_hostile_name_stays_on_its_line(magic, azure, printed):
    hostile = azure.world.add_identity("mi-x\n\x1b[31mred")

    magic(f"role grant -d Telemetry --role users --identity {hostile.client_id}")

    assert printed()[0] == "Telemetry: mi-x \\x1b[31mred + users"


@pytest.mark.nightly
@pytest.mark.parametrize("place", ["--database Telemetry", "--cluster"])
def test_a_new_identity_is_waited_for_as_long_as_told(magic, azure, printed, place):
    fresh = azure.world.add_identity("mi-fresh", assigned=False)
    fresh.unseen = 2
    line = f"role grant {place} --role viewers --identity mi-fresh"

    with pytest.raises(errors.PrincipalNotFound) as caught:
        magic(f"{line} --wait-for-directory 0")
    quiet = printed()
    magic(line)

    assert caught.value.what == "Azure has mi-fresh, and the directory does not know it yet"
    assert quiet == []
    assert printed()[0].startswith("Azure has mi-fresh, and the directory does not know it yet (")


@pytest.mark.nightly
@pytest.mark.parametrize("place", ["--database Telemetry", "--cluster"])
def test_a_system_identity_assigned_anew_is_called_by_its_new_ids(magic, azure, printed, place):
    magic("identity remove --identity system --yes")
    magic("identity assign --identity system")
    new = azure.world.cluster.system_identity
    printed()

    magic(f"role grant {place} --role viewers --identity system")

    assert f"aadapp={new.client_id};{TENANT}" in printed()[-1]


@pytest.mark.nightly
def test_a_policy_names_a_system_identity_assigned_anew_by_its_new_id(magic, azure):
    magic("identity remove --identity system --yes")
    magic("identity assign --identity system")

    frame = magic("policy grant --database Sales --identity system --usage AzureAI")

    assert list(frame["object_id"])[-1] == azure.world.cluster.system_identity.object_id


def test_a_listing_by_object_id_comes_with_the_line_that_removes_it(magic, azure, printed):
    object_id = azure.world.identity("mi-ingest").object_id
    listed = Principal(PrincipalKind.APPLICATION, object_id, TENANT, "mi-ingest", object_id)
    azure.world.grant(listed, DatabaseRole.VIEWERS, database="Telemetry")

    magic(GRANT)

    assert (
        "%adxmi role revoke --database Telemetry --role viewers "
        f'--identity "aadapp={object_id};{TENANT}" --yes, then grant the role again'
    ) in printed()[0]


CASES = {
    "no database": (
        "role grant --role viewers --identity mi-ingest",
        errors.MissingOption,
        "the database of the role was not named",
        "%adxmi role grant --role viewers --identity mi-ingest --database Sales",
    ),
    "database and cluster": (
        "role grant -d Sales --cluster --role viewers --identity mi-ingest",
        errors.ConflictingOptions,
        "--cluster and --database exclude each other",
        "%adxmi role grant -d Sales --role viewers --identity mi-ingest",
    ),
    "no role": (
        "role revoke -d Sales --identity mi-ingest",
        errors.MissingOption,
        "role revoke needs --role",
        "%adxmi role revoke -d Sales --identity mi-ingest --role ROLE",
    ),
    "no identity": (
        "role grant -d Sales --role users",
        errors.MissingOption,
        "role grant needs --identity",
        "%adxmi role grant -d Sales --role users --identity REF[,…]",
    ),
    "nobody": (
        f"role grant -d Sales --role viewers --identity aadapp=11111111-2222-4333-8444-555555555555;{TENANT}",
        errors.PrincipalNotFound,
        (
            f"the service rejects aadapp=11111111-2222-4333-8444-555555555555;{TENANT}, and "
            "nothing here shows that it exists"
        ),
        "check the id and the tenant; %adxmi identity list --all shows those of identities",
    ),
    "too long a wait for the directory": (
        "role grant -d Sales --role viewers --identity mi-ingest --wait-for-directory 9999",
        errors.InvalidValue,
        "the value of --wait-for-directory cannot be used",
        "%adxmi role grant --help",
    ),
    "mistyped role": (
        "role grant -d Sales --role viewrs --identity mi-ingest",
        errors.InvalidInput,
        "there is no database role 'viewrs'",
        "%adxmi role grant -d Sales --role viewers --identity mi-ingest",
    ),
    "role on the cluster for a database": (
        "role grant -d Sales --role alldatabasesviewer --identity mi-ingest",
        errors.InvalidInput,
        "alldatabasesviewer is a role on the whole cluster",
        "%adxmi role grant -d Sales --role viewers --identity mi-ingest",
    ),
    "mistyped identity": (
        "role grant -d Sales --role viewers --identity mi-ingst",
        errors.UnknownIdentity,
        "no identity is named 'mi-ingst'",
        "%adxmi role grant -d Sales --role viewers --identity mi-ingest",
    ),
    "nearly an id": (
        "role grant -d Sales --role viewers --identity a1d84e6f-3c92-4b57-8e0a-95b7f2c61",
        errors.InvalidGuid,
        "'a1d84e6f-3c92-4b57-8e0a-95b7f2c61' is not an object ID",
        "copy the Object (principal) ID of the identity, or name it by its display name",
    ),
    "role repeated": (
        "role grant -d Sales --role viewers --role users --identity mi-ingest",
        errors.RepeatedOption,
        "--role is given twice",
        "%adxmi role grant -d Sales --role viewers --identity mi-ingest",
    ),
    "empty tenant": (
        'role grant -d Sales --role viewers --identity mi-ingest --tenant ""',
        errors.InvalidValue,
        "the value of --tenant cannot be used",
        "%adxmi role grant --help",
    ),
    "nothing to revoke": (
        "role revoke -d Sales --role users --identity mi-ingest --yes",
        errors.NothingToRevoke,
        "mi-ingest does not hold users on the database Sales",
        "%adxmi role list --database Sales",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_line_is_one_typed_error_with_its_fix(magic, azure, case):
    line, kind, what, fix = CASES[case]

    with pytest.raises(kind) as caught:
        magic(line)

    assert (caught.value.what, caught.value.fix) == (what, fix)
    assert len(caught.value._render_traceback_()) == 3


@pytest.mark.parametrize(
    ("code", "expected", "replaced"),
    [
        ("%adxmi role ", ["list", "grant", "revoke", "cleanup", "form"], ""),
        ("%adxmi role grant --role v", ["viewers"], "v"),
        (
            "x = %adxmi role grant -d Sales --role ",
            ["admins", "users", "viewers", "unrestrictedviewers", "ingestors", "monitors"],
            "",
        ),
        ("%adxmi role revoke -d T", ["Telemetry", '"Tom\'s Lab"'], "T"),
        (
            "%adxmi role grant --identity ",
            ["system", "contoso", "mi-export", "mi-ingest", "mi-stranger"],
            "",
        ),
        ("%adxmi role list --identity mi-export,mi-s", ["mi-stranger"], "mi-s"),
    ],
)
def test_roles_databases_and_identities_complete(azure, completions, code, expected, replaced):
    found = completions(code)

    assert [(text, typed) for text, typed, _ in found] == [(text, replaced) for text in expected]


def test_a_console_quotes_the_line_back_for_a_shell(capsys, monkeypatch):
    monkeypatch.delenv("ADXMI_CLUSTER", raising=False)
    line = ["role", "grant", "-d", "Tom's Lab", "--role", "users", "--identity", "mi-ingest"]

    code = execute(line)

    notes = capsys.readouterr().err.splitlines()
    assert code == 0
    assert notes[-1] == (
        "Undo: adxmi role revoke --database 'Tom'\"'\"'s Lab' --role users "
        f"--identity '{INGEST}' --yes"
    )
