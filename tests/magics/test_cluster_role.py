"""Lines about roles on the whole cluster: what they show, what they refuse, how they are undone."""

import pytest

from adxmi_jupyter import errors
from adxmi_jupyter.embedded import ClusterRole, Principal, PrincipalKind
from adxmi_jupyter.magics.console import execute

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
INGEST_OBJECT = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
INGEST_CLIENT = "a1d84e6f-3c92-4b57-8e0a-95b7f2c61d38"
INGEST = f"aadapp={INGEST_CLIENT};{TENANT}"
BY_OBJECT_ID = f"aadapp={INGEST_OBJECT};{TENANT}"
GRANT = "role grant --cluster --role viewers --identity mi-ingest"
REVOKE = "role revoke --cluster --role viewers --identity mi-ingest"
PATH = (
    "/subscriptions/4c8f2a61-7b3d-4e95-a0d2-91f6c3b58e07/resourceGroups/analytics/providers"
    "/Microsoft.Kusto/Clusters/contoso"
)
MINUTES = "it can take minutes to take effect; until then the cluster answers HTTP 401 or 403"


@pytest.fixture
def roles(azure):
    """Return roles and references on the cluster, in the world itself."""
    return lambda: [(str(one.role), one.principal.fqn) for one in azure.world.cluster.roles]


@pytest.fixture
def by_object_id(azure):
    """Put mi-ingest into a role on the cluster under its object ID."""
    listed = Principal(PrincipalKind.APPLICATION, INGEST_OBJECT, TENANT, "mi-ingest", INGEST_OBJECT)
    azure.world.grant(listed, ClusterRole.VIEWER)


def test_list_shows_everybody_with_a_role_on_the_cluster(magic, printed):
    magic(GRANT)
    printed()

    frame = magic("role list --cluster")

    assert list(frame["role"]) == ["AllDatabasesAdmin", "AllDatabasesViewer"]
    assert set(frame["scope"]) == {"cluster"}
    assert printed() == []


@pytest.mark.nightly
def test_list_can_be_limited_to_an_identity(magic):
    magic(GRANT)

    frame = magic("role list --cluster --identity mi-ingest")

    assert list(frame["fqn"]) == [INGEST]


def test_list_says_what_those_without_rights_in_azure_do_not_see(
    magic, azure, printed, monkeypatch
):
    principal = azure.world.add_principal("outsider", token="embedded-outsider")
    azure.world.grant(principal, ClusterRole.MONITOR)
    monkeypatch.setenv("ADXMI_TOKEN", "embedded-outsider")
    magic(f"connect {azure.kusto_uri} --name outsider --credential token")
    printed()

    frame = magic("role list --cluster -c outsider")

    assert list(frame["role"]) == ["AllDatabasesMonitor"]
    assert [line.partition(", since ")[0] for line in printed()] == [
        "of the cluster: your own roles only"
    ]


def test_a_dry_run_shows_request_before_and_after_and_sends_nothing(magic, printed, roles):
    before = roles()

    frame = magic(f"{GRANT} --dry-run")

    assert printed() == [
        "would send:",
        f"PUT {PATH}/principalAssignments/mi-ingest-AllDatabasesViewer",
        (
            f'{{"properties": {{"principalId": "{INGEST_CLIENT}", "principalType": "App", '
            f'"role": "AllDatabasesViewer", "tenantId": "{TENANT}"}}}}'
        ),
        "would change:",
        "cluster: mi-ingest + AllDatabasesViewer",
        "before: AllDatabasesViewer: none",
        "after: AllDatabasesViewer: mi-ingest",
    ]
    assert list(frame["change"]) == ["added"]
    assert roles() == before


@pytest.mark.nightly
def test_a_grant_says_what_changed_and_the_line_that_takes_it_back(magic, printed, roles):
    before = roles()

    frame = magic(GRANT)
    shown = printed()
    magic(shown[-1].removeprefix("Undo: %adxmi "))

    assert shown == [
        MINUTES,
        "cluster: mi-ingest + AllDatabasesViewer",
        f'Undo: %adxmi role revoke --cluster --role AllDatabasesViewer --identity "{INGEST}" --yes',
    ]
    assert list(frame["role"]) == ["AllDatabasesAdmin", "AllDatabasesViewer"]
    assert roles() == before


@pytest.mark.nightly
def test_the_line_that_takes_a_revoke_back_does(magic, printed, roles, by_object_id):
    magic(GRANT)
    printed()

    magic(f"{REVOKE} --yes")
    gone, shown = roles(), printed()
    magic(shown[-1].removeprefix("Undo: %adxmi "))

    assert len(gone) == 1
    assert roles()[1:] == [("AllDatabasesViewer", INGEST)]
    assert shown[-1].endswith(f'--identity "{BY_OBJECT_ID},{INGEST}"')


@pytest.mark.nightly
def test_a_revoke_shows_what_it_takes_and_asks(magic, printed, roles):
    magic(GRANT)
    before, _ = roles(), printed()

    with pytest.raises(errors.ConfirmationRequired) as caught:
        magic(REVOKE)

    assert caught.value.fix == f"%adxmi {REVOKE} --yes"
    assert printed()[:2] == [
        "would send:",
        f"DELETE {PATH}/PrincipalAssignments/mi-ingest-AllDatabasesViewer",
    ]
    assert roles() == before


def test_losing_the_last_admin_is_warned_about(magic, printed):
    with pytest.raises(errors.ConfirmationRequired) as caught:
        magic("role revoke --cluster --role admins --identity aaduser=admin@contoso.example")

    warning = "the cluster has no AllDatabasesAdmin left: its policies can no longer be"
    assert warning in caught.value.why
    assert any(line.startswith(warning) for line in printed())


@pytest.mark.nightly
def test_the_lines_that_fix_an_assignment_by_object_id_do(magic, printed, roles, by_object_id):
    magic("role list --cluster")
    first, _, then = printed()[0].partition(" --yes, then %adxmi ")

    magic(first.partition("%adxmi ")[2] + " --yes")
    magic(then.partition(", which uses")[0])

    assert roles()[1:] == [("AllDatabasesViewer", INGEST)]


def test_a_change_that_is_not_waited_for_is_listed_as_an_operation(magic, azure, printed, roles):
    azure.arm.polls = 3

    under_way = magic(f"{GRANT} --no-wait")
    shown = printed()
    ended = magic("identity operations --wait")

    assert shown == ["Azure goes on; %adxmi identity operations tells how far it is"]
    assert list(under_way["operation"]) == ["cluster: mi-ingest + AllDatabasesViewer"]
    assert list(ended["done"]) == [True]
    assert len(roles()) == 2


@pytest.mark.nightly
def test_granting_what_is_held_sends_nothing(magic, printed):
    magic(GRANT)
    printed()

    frame = magic(f"{GRANT} --no-wait")

    assert printed() == [
        "mi-ingest holds AllDatabasesViewer already",
        "cluster: nothing changed",
    ]
    assert "AllDatabasesViewer" in set(frame["role"])


@pytest.mark.nightly
def test_a_busy_cluster_is_waited_for_and_said(magic, azure, printed):
    azure.faults.add("in-maintenance")

    magic(GRANT)

    assert printed()[0] == "the cluster is busy with another change: waiting until it is free"


CASES = {
    "a role without counterpart": (
        "role grant --cluster --role ingestors --identity mi-ingest",
        errors.InvalidInput,
        "there is no role ingestors on the whole cluster",
        "give the role on each database with --database",
    ),
    "mistyped role": (
        "role revoke --cluster --role AllDatabaseViewer --identity mi-ingest",
        errors.InvalidInput,
        "there is no role 'AllDatabaseViewer' on the whole cluster",
        "%adxmi role revoke --cluster --role AllDatabasesViewer --identity mi-ingest",
    ),
    "a description": (
        f"{GRANT} --description partner",
        errors.ConflictingOptions,
        "--description and --cluster exclude each other",
        "%adxmi role grant --cluster --role viewers --identity mi-ingest",
    ),
    "no wait for a command": (
        "role grant -d Sales --role viewers --identity mi-ingest --no-wait",
        errors.ConflictingOptions,
        "--no-wait and --database exclude each other",
        "%adxmi role grant -d Sales --role viewers --identity mi-ingest",
    ),
    "nothing to revoke": (
        f"{REVOKE} --yes",
        errors.NothingToRevoke,
        "mi-ingest does not hold AllDatabasesViewer",
        "%adxmi role list --cluster",
    ),
    "a role of the cluster taken from a database": (
        "role revoke -d Sales --role admins --identity aaduser=admin@contoso.example --yes",
        errors.NothingToRevoke,
        "aaduser=admin@contoso.example does not hold admins on the database Sales itself",
        (
            "%adxmi role revoke --cluster --role AllDatabasesAdmin --identity "
            f'"aaduser=61e0c7d4-2b9f-4385-a7c6-d93f0b58e1a2;{TENANT}" --yes'
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_line_is_one_typed_error_with_its_fix(magic, azure, case):
    line, kind, what, fix = CASES[case]

    with pytest.raises(kind) as caught:
        magic(line)

    assert (caught.value.what, caught.value.fix) == (what, fix)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "%adxmi role grant --cluster --role ",
            ["AllDatabasesAdmin", "AllDatabasesViewer", "AllDatabasesMonitor"],
        ),
        ("%adxmi role grant -d Sales --role ad", ["admins"]),
    ],
)
def test_the_roles_of_the_place_complete(azure, completions, code, expected):
    assert [text for text, _, _ in completions(code)] == expected


@pytest.mark.nightly
def test_a_hostile_name_stays_on_its_line(magic, azure, printed):
    hostile = azure.world.add_identity("mi-x\n\x1b[31mred")

    magic(f"role grant --cluster --role viewers --identity {hostile.client_id}")

    assert "cluster: mi-x \\x1b[31mred + AllDatabasesViewer" in printed()
    assert azure.world.cluster.roles[-1].name == "mi-x-31mred-AllDatabasesViewer"


def test_a_console_quotes_the_line_back_for_a_shell(capsys):
    code = execute([*GRANT.split()])

    assert code == 0
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"Undo: adxmi role revoke --cluster --role AllDatabasesViewer --identity '{INGEST}' --yes"
    )
