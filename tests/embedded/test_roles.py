"""Security role commands."""

import pytest

from adxmi_jupyter.embedded import DatabaseRole, Principal, PrincipalKind

TENANT = "8d1f5c02-63a7-4f0e-9b1d-2e5a7c94b6d3"
ADMIN_FQN = f"aaduser=61e0c7d4-2b9f-4385-a7c6-d93f0b58e1a2;{TENANT}"
READER_FQN = f"aaduser=d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5;{TENANT}"
MI_EXPORT_FQN = f"aadapp=27c5b0a9-6f1e-4830-a4d9-d8e3071b5c64;{TENANT}"
MI_EXPORT_OBJECT_ID = "e84d3f17-90a6-4d2c-b7e8-4f5a1c6b920d"


@pytest.fixture
def members(azure):
    """Return who is in a role of Sales, as fully qualified names."""

    def members_of(role):
        assignments = azure.world.cluster.databases["Sales"].roles
        return [a.principal.fqn for a in assignments if a.role == role]

    return members_of


def test_show_principals_lists_the_roles_of_a_database(run):
    rows = run(".show database Sales principals")

    assert [(row["Role"], row["PrincipalFQN"]) for row in rows] == [
        ("All Databases Admin", ADMIN_FQN),
        ("Database Sales Viewer", READER_FQN),
    ]


def test_principals_columns(run):
    row = run(".show database principals", database="Sales")[1]

    assert row.pop("RoleAssignmentIdentifier")
    assert row == {
        "Role": "Database Sales Viewer",
        "PrincipalType": "Microsoft Entra user",
        "PrincipalDisplayName": "reader (upn: reader@contoso.example)",
        "PrincipalObjectId": "d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5",
        "PrincipalFQN": READER_FQN,
        "Notes": "",
    }


def test_show_principal_roles_of_the_caller_on_a_database(run):
    rows = run(".show database Sales principal roles", token="embedded-reader")

    assert rows == [
        {
            "Scope": "Database Sales",
            "DisplayName": "reader (upn: reader@contoso.example)",
            "AADObjectID": "d72b84f9-05ce-4a16-93e7-6a1f5c08b4d5",
            "Role": "Viewer",
        }
    ]


def test_show_cluster_principal_roles_of_the_caller(run):
    rows = run(".show cluster principal roles")

    assert [(row["Scope"], row["Role"]) for row in rows] == [("Cluster", "All Databases Admin")]


@pytest.mark.parametrize("scope", ["cluster", "database Sales"])
def test_show_roles_of_another_principal(run, scope):
    rows = run(f".show {scope} principal '{ADMIN_FQN}' roles")

    assert [row["Role"] for row in rows] == ["All Databases Admin"]


@pytest.mark.parametrize("scope", ["cluster", "database Sales"])
def test_reader_may_not_show_roles_of_another_principal(refusal, scope):
    error = refusal(f".show {scope} principal '{ADMIN_FQN}' roles", token="embedded-reader")

    assert error.code == "Forbidden"


def test_add_puts_principals_into_a_role(run, members):
    rows = run(
        ".add database Sales users "
        "('aaduser=reader@contoso.example', 'aadapp=mi-export;contoso.example') 'for the report'"
    )

    assert members("users") == [READER_FQN, MI_EXPORT_FQN]
    assert [row["Notes"] for row in rows] == ["", "", "for the report", "for the report"]
    assert rows[-1]["PrincipalType"] == "Microsoft Entra app"
    assert rows[-1]["PrincipalDisplayName"] == "mi-export"


def test_add_without_a_name_means_the_database_of_the_request(run, members):
    rows = run(f".add database users ('{READER_FQN}')", database="Sales")

    assert members("users") == [READER_FQN]
    assert rows[-1]["Role"] == "Database Sales User"


def test_add_without_a_name_or_a_database_is_refused(refusal):
    error = refusal(f".add database users ('{READER_FQN}')")

    assert error.code == "BadRequest_DatabaseNotExist"


@pytest.mark.parametrize("change", ["drop", "set"])
def test_other_role_commands_need_the_name_of_a_database(refusal, change):
    error = refusal(f".{change} database users ('{READER_FQN}')", database="Sales")

    assert error.code == "BadRequest_SyntaxError"


def test_add_twice_keeps_one_assignment(run, members):
    run(f".add database Sales monitors ('{READER_FQN}')")
    run(f".add database Sales monitors ('{READER_FQN}', '{READER_FQN}')")

    assert members("monitors") == [READER_FQN]


def test_granted_role_counts_for_the_caller(run):
    run(f".add database ['Tom\\'s Lab'] viewers ('{READER_FQN}')")

    rows = run(".show databases", token="embedded-reader")

    assert [row["DatabaseName"] for row in rows] == ["Sales", "Tom's Lab", "Telemetry"]


def test_drop_takes_a_principal_out_of_one_role_only(run, members):
    run(f".add database Sales users ('{READER_FQN}')")

    run(f".drop database Sales viewers ('{READER_FQN}')")

    assert members("viewers") == []
    assert members("users") == [READER_FQN]


MI_EXPORT_BY_OBJECT_ID = f"aadapp={MI_EXPORT_OBJECT_ID};{TENANT}"


@pytest.fixture
def by_object_id(azure):
    """Put an identity into a role under its object ID, as Resource Manager lets one do."""
    listed = Principal(
        PrincipalKind.APPLICATION, MI_EXPORT_OBJECT_ID, TENANT, "mi-export", MI_EXPORT_OBJECT_ID
    )
    azure.world.grant(listed, DatabaseRole.INGESTORS, database="Sales")
    return listed.fqn


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (MI_EXPORT_BY_OBJECT_ID, [MI_EXPORT_FQN]),
        (f"AADApp={MI_EXPORT_OBJECT_ID.upper()};Contoso.Example", [MI_EXPORT_FQN]),
        (f"aadapp={MI_EXPORT_OBJECT_ID}", [MI_EXPORT_FQN]),
        (MI_EXPORT_FQN, [MI_EXPORT_BY_OBJECT_ID]),
    ],
)
def test_drop_takes_whom_the_role_lists_by_exactly_that_name(
    run, members, by_object_id, given, left
):
    run(f".add database Sales ingestors ('{MI_EXPORT_FQN}')")

    run(f".drop database Sales ingestors ('{given}')")

    assert members("ingestors") == left


@pytest.mark.parametrize("given", [MI_EXPORT_FQN, "aadapp=mi-export;contoso.example"])
def test_drop_by_another_name_takes_the_identity_listed_by_its_object_id(
    run, members, by_object_id, given
):
    run(f".drop database Sales ingestors ('{given}')")

    assert members("ingestors") == []


def test_drop_by_object_id_takes_the_identity_listed_by_its_client_id(run, members):
    run(f".add database Sales ingestors ('{MI_EXPORT_FQN}')")

    run(f".drop database Sales ingestors ('{MI_EXPORT_BY_OBJECT_ID}')")

    assert members("ingestors") == []


def test_drop_of_both_ids_takes_both(run, members, by_object_id):
    run(f".add database Sales ingestors ('{MI_EXPORT_FQN}')")

    run(f".drop database Sales ingestors ('{MI_EXPORT_FQN}', '{by_object_id}')")

    assert members("ingestors") == []


def test_drop_of_whom_the_directory_no_longer_knows(run, members, by_object_id, azure):
    azure.world.identities.remove(azure.world.identity("mi-export"))

    run(f".drop database Sales ingestors ('{by_object_id}')")

    assert members("ingestors") == []


def test_drop_of_nobody_the_directory_knows_is_refused(refusal):
    error = refusal(".drop database Sales viewers ('aaduser=ghost@contoso.example')")

    assert error.code == "General_BadRequest"


def test_set_replaces_the_members_of_a_role(run, members):
    run(f".set database Sales viewers ('{MI_EXPORT_FQN}') skip-results 'jobs only'")

    assert members("viewers") == [MI_EXPORT_FQN]


def test_set_none_empties_a_role(run, members):
    run(".set database Sales viewers none")

    assert members("viewers") == []


@pytest.mark.parametrize(
    "text",
    [
        f".add database Sales admins ('{READER_FQN}') skip-results",
        ".set database Sales viewers none skip-results",
    ],
)
def test_skip_results_returns_no_rows(run, text):
    rows = run(text)

    assert rows == []


@pytest.mark.parametrize(
    "role", ["admins", "users", "viewers", "unrestrictedviewers", "ingestors", "monitors"]
)
def test_every_database_role_can_be_given(run, members, role):
    run(f".add database Sales {role} ('{MI_EXPORT_FQN}')")

    assert MI_EXPORT_FQN in members(role)


@pytest.mark.parametrize(
    ("given", "fqn", "shown"),
    [
        (f"aadapp={MI_EXPORT_OBJECT_ID};{TENANT}", MI_EXPORT_FQN, "mi-export"),
        (f"aadapp={MI_EXPORT_OBJECT_ID}", MI_EXPORT_FQN, "mi-export"),
        (f"AADApp=27C5B0A9-6F1E-4830-A4D9-D8E3071B5C64;{TENANT}", MI_EXPORT_FQN, "mi-export"),
        ("msauser=pat@mail.example", "msauser=pat@mail.example", "pat@mail.example"),
        (
            "aadgroup=1234;fabrikam.example",
            "aadgroup=1234;fabrikam.example",
            "[Group from AAD tenant [fabrikam.example]]",
        ),
        (
            "aaduser=pat@fabrikam.example",
            "aaduser=pat@fabrikam.example;fabrikam.example",
            "[User from AAD tenant [fabrikam.example]]",
        ),
        (
            "aadgroup=team@fabrikam.example",
            "aadgroup=team@fabrikam.example;fabrikam.example",
            "[Group from AAD tenant [fabrikam.example]]",
        ),
        (
            "aaduser=pat@fabrikam.example;northwind.example",
            "aaduser=pat@fabrikam.example;northwind.example",
            "[User from AAD tenant [northwind.example]]",
        ),
        ("aaduser=reader@contoso.example", READER_FQN, "reader"),
        ("aaduser=Reader@Contoso.example", READER_FQN, "reader"),
    ],
)
def test_forms_of_a_principal(run, members, given, fqn, shown):
    rows = run(f".add database Sales ingestors ('{given}')")

    assert members("ingestors") == [fqn]
    assert shown in rows[-1]["PrincipalDisplayName"]


def test_a_user_of_another_tenant_goes_by_the_name_that_it_came_by(run, members):
    run(".add database Sales users ('aaduser=pat@fabrikam.example')")
    run(".add database Sales users ('aaduser=pat@fabrikam.example;fabrikam.example')")

    assert members("users") == ["aaduser=pat@fabrikam.example;fabrikam.example"]
    run(".drop database Sales users ('aaduser=pat@fabrikam.example')")
    assert members("users") == []


def test_group_and_application_of_the_tenant_are_found(run, members, azure):
    azure.world.add_principal("analysts", kind=PrincipalKind.GROUP)
    etl = azure.world.add_principal("etl", kind=PrincipalKind.APPLICATION)

    run(
        f".add database Sales users ('aadgroup=analysts;contoso.example', 'aadapp={etl.identifier}')"
    )

    assert len(members("users")) == 2


@pytest.mark.parametrize(
    "fqn",
    [
        "aaduser=ghost@contoso.example",
        "aadapp=00000000-0000-0000-0000-000000000001;contoso.example",
        "someone",
        "aadrobot=x;y",
        "aaduser=",
    ],
)
def test_unknown_or_malformed_principal_is_refused(refusal, members, fqn):
    error = refusal(f".add database Sales admins ('{READER_FQN}', '{fqn}')")

    assert error.code == "General_BadRequest"
    assert members("admins") == []


@pytest.mark.parametrize(
    "text",
    [
        f".add database Sales admins ('{READER_FQN}')",
        f".drop database Sales viewers ('{READER_FQN}')",
        ".set database Sales viewers none",
        ".show database Sales principals",
    ],
)
def test_role_commands_need_database_admin(refusal, text):
    error = refusal(text, token="embedded-reader")

    assert error.code == "Forbidden"


def test_database_admin_may_change_roles(run, members):
    run(f".add database Sales admins ('{READER_FQN}')")

    run(f".add database Sales users ('{READER_FQN}')", token="embedded-reader")

    assert members("users") == [READER_FQN]


@pytest.mark.parametrize(
    "text",
    [
        ".add database Sales Viewers ('aaduser=a')",
        ".add database Sales viewers ()",
        ".add database Sales viewers 'aaduser=a'",
        ".add database Sales viewers none",
        ".add database Sales viewers ('aaduser=a') 'note' skip-results",
        ".set database Sales viewers none 'note'",
        ".show database Sales principal",
    ],
)
def test_malformed_role_commands_are_syntax_errors(refusal, text):
    error = refusal(text)

    assert error.code == "BadRequest_SyntaxError"
