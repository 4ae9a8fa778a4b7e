import pytest
from hypothesis import given
from hypothesis import strategies as st

from adxmi_jupyter.errors import InvalidInput, UnreadableAnswer
from adxmi_jupyter.model.role import (
    CLUSTER_ROLES,
    Role,
    RoleAssignment,
    parse_assignment,
    parse_own_role,
    parse_role,
)

LISTED = {
    Role.ADMINS: "Admin",
    Role.USERS: "User",
    Role.VIEWERS: "Viewer",
    Role.UNRESTRICTED_VIEWERS: "UnrestrictedViewer",
    Role.INGESTORS: "Ingestor",
    Role.MONITORS: "Monitor",
}
names = st.text(min_size=1, max_size=40)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_meant_in_any_letter_case_singular_or_plural(role):
    texts = [role.value, role.value.upper(), role.singular, f" {role.singular.title()} "]

    assert [parse_role(text) for text in texts] == [role] * 4
    assert role.allows


def test_an_unknown_role_names_the_closest_one():
    with pytest.raises(InvalidInput) as caught:
        parse_role("ingesters")

    assert caught.value.what == "there is no database role 'ingesters'"
    assert caught.value.fix == "--role ingestors"


def test_a_role_like_no_other_lists_them_all():
    with pytest.raises(InvalidInput, match="nobodies") as caught:
        parse_role("nobodies")

    assert "unrestrictedviewers" in caught.value.why


def test_a_role_on_the_cluster_is_told_from_one_on_a_database():
    with pytest.raises(InvalidInput) as caught:
        parse_role("AllDatabasesMonitor")

    assert caught.value.what == "AllDatabasesMonitor is a role on the whole cluster"
    assert caught.value.fix == "--role monitors"


@given(names, st.sampled_from(list(LISTED)))
def test_the_role_is_read_behind_any_database_name(database, role):
    row = {"Role": f"Database {database} {LISTED[role]}"}

    found = parse_assignment(row, database)

    assert (found.database, found.role) == (database, role.value)


@pytest.mark.parametrize(
    ("words", "database", "role"),
    [
        ("DATABASE sales Viewer", "Sales", "viewers"),
        ("Database Sales Unrestricted Viewer", "Sales", "unrestrictedviewers"),
        ("Database Unrestricted Viewer", "Unrestricted", "viewers"),
        ("Database A Pretty Name UnrestrictedViewer", "Sales", "unrestrictedviewers"),
        ("Database Sales Gardener", "Sales", "Database Sales Gardener"),
        ("", "Sales", ""),
    ],
)
def test_odd_role_words_are_read_or_kept(words, database, role):
    found = parse_assignment({"Role": words}, database)

    assert (found.database, found.role) == (database, role)


@pytest.mark.parametrize("word", CLUSTER_ROLES.values())
def test_a_role_on_every_database_belongs_to_the_cluster(word):
    spaced = word.replace("All", "All ").replace("Databases", "Databases ")

    found = parse_assignment({"Role": spaced}, "Sales")

    assert (found.database, found.role) == ("", word)


def test_an_answer_without_roles_cannot_be_read():
    with pytest.raises(UnreadableAnswer, match="principals") as caught:
        parse_assignment({"PolicyName": "x"}, "Sales")

    assert "PolicyName" in caught.value.why


@pytest.mark.parametrize(
    ("scope", "role", "expected"),
    [
        ("Cluster", "All Databases Admin", ("", "AllDatabasesAdmin")),
        ("Database Sales", "Viewer", ("Sales", "viewers")),
    ],
)
def test_a_callers_own_role_is_read_with_its_scope(scope, role, expected):
    row = {"Scope": scope, "DisplayName": "admin", "AADObjectID": "1", "Role": role}

    found = parse_own_role(row)

    assert (found.database, found.role) == expected
    assert (found.display_name, found.object_id, found.fqn) == ("admin", "1", "")


@pytest.mark.parametrize("fqn", ["", "dscert=x", "aadapp=", "nothing"])
def test_a_name_that_is_no_reference_is_shown_and_compared_with_nothing(fqn):
    one = RoleAssignment("Sales", "viewers", "", "", "object id", fqn)

    assert one.reference is None
    assert one.label == (fqn or "object id")
