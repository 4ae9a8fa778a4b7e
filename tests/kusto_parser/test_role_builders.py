"""Whatever the role builders make, Microsoft's parser reads as the command that was meant."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adxmi_jupyter.model import kql
from adxmi_jupyter.model.policy import CLUSTER, Scope
from adxmi_jupyter.model.principal import PrincipalKind, PrincipalReference
from adxmi_jupyter.model.role import Role
from tests.examples import examples

# Plain random text hardly ever holds two quotes in a row or a backslash before a quote.
HOSTILE = st.sampled_from("'\"`\\[]{}()@~h;|/.,=\n\r\t\0\x7f\x85\u2028\ufeff x1é😀")
CHARACTERS = st.one_of(HOSTILE, st.characters(exclude_categories=["Cs"]))
KEYWORDS = st.sampled_from(["viewers", "database", "none", "principals", "1day", "__x__"])
TEXTS = st.one_of(st.text(CHARACTERS), KEYWORDS, st.just("skip-results"))
NAMES = st.one_of(st.text(CHARACTERS, min_size=1), KEYWORDS)
ROLES = st.sampled_from(list(Role))
REFERENCES = st.builds(
    PrincipalReference, st.sampled_from(list(PrincipalKind)), st.uuids().map(str) | NAMES, TEXTS
)
PRINCIPALS = st.lists(REFERENCES.map(str), min_size=1, max_size=4)
PRINCIPAL_COLUMNS = [
    *("Role", "PrincipalType", "PrincipalDisplayName", "PrincipalObjectId", "PrincipalFQN"),
    *("Notes", "RoleAssignmentIdentifier"),
]


@examples(500)
@given(database=NAMES, role=ROLES, principals=PRINCIPALS, description=TEXTS)
@example(database="Tom's Lab", role=Role.ADMINS, principals=['aadapp="\\;x'], description="")
@example(database="x", role=Role.USERS, principals=["aaduser=a@b.c"], description="skip-results")
def test_add_reads_back(kusto_parser, database, role, principals, description):
    command = kql.add_to_role(database, role, principals, description)

    judgement = kusto_parser.judge(command, schema=False)

    assert judgement.is_clean_command("AddDatabaseRole")
    assert judgement.names == (database,)
    assert list(judgement.literals) == principals + [description] * bool(description)
    assert f"] {role} (" in command


@examples(500)
@given(database=NAMES, role=ROLES, principals=PRINCIPALS)
@example(database="a'b\"]\\é", role=Role.UNRESTRICTED_VIEWERS, principals=["aadapp=x;y", ")"])
def test_drop_reads_back(kusto_parser, database, role, principals):
    command = kql.drop_from_role(database, role, principals)

    judgement = kusto_parser.judge(command, schema=False)

    assert judgement.is_clean_command("DropDatabaseRole")
    assert judgement.names == (database,)
    assert list(judgement.literals) == principals
    assert f"] {role} (" in command


@examples(500)
@given(database=NAMES)
@example(database="principals")
def test_show_principals_reads_back(kusto_parser, database):
    judgement = kusto_parser.judge(kql.show_roles(Scope(database)), schema=False)

    assert judgement.is_clean_command("ShowDatabasePrincipals")
    assert judgement.names == (database,)
    assert judgement.literals == ()


def test_show_of_the_cluster_reads_back(kusto_parser):
    judgement = kusto_parser.judge(kql.show_roles(CLUSTER))

    assert judgement.is_clean_command("ShowClusterPrincipalRoles")
    assert [c.name for c in judgement.columns] == ["Scope", "DisplayName", "AADObjectID", "Role"]


@pytest.mark.parametrize(
    "command",
    [
        kql.show_roles(Scope("Sales")),
        kql.add_to_role("Sales", Role.VIEWERS, ["aaduser=reader@contoso.example"], "why"),
        kql.drop_from_role("Sales", Role.VIEWERS, ["aaduser=reader@contoso.example"]),
    ],
)
def test_the_embedded_azure_answers_with_the_grammars_columns(
    kusto_parser, result_columns, command
):
    judgement = kusto_parser.judge(command)

    assert [column.name for column in judgement.columns] == PRINCIPAL_COLUMNS
    assert [name for name, _ in result_columns(command)] == PRINCIPAL_COLUMNS
