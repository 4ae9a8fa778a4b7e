import pytest

from adxmi_jupyter.errors import UnreadableAnswer
from adxmi_jupyter.model import azure_shapes, kusto_shapes
from adxmi_jupyter.model.shape import (
    Shape,
    cluster_id,
    fields,
    filled,
    flag,
    guid,
    json_list,
    json_object,
    maybe,
    obj,
    optional,
    required,
    resource_id,
    text,
)

GUID = "5b27c9d0-8e14-4a6b-9f35-c2d18e70a4b6"
CLUSTER = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Kusto/Clusters/c"
_CLUSTER = {
    "id": CLUSTER,
    "name": "c",
    "location": "West Europe",
    "properties": {"provisioningState": "Succeeded"},
}
DATABASES = Shape("the databases", (required("DatabaseName"), optional("IsCurrent", check=flag)))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (text, ["", "x"], [None, 5, True, [], {}]),
        (filled, ["x"], ["", "  ", None, 5]),
        (guid, [GUID, GUID.upper()], ["", "system", f"{GUID}0", None, 5]),
        (flag, [True, False, 0, 1], ["true", 2, 1.0, None, []]),
        (resource_id, ["/subscriptions/s", CLUSTER], ["", "/", "//", "a/b", "/a//b", None, 5]),
        (cluster_id, [CLUSTER, CLUSTER.lower()], ["", f"{CLUSTER}/databases/d", "/a/b", None, 5]),
        (json_list(text), [[], "[]", '["x"]', "null", "", None], ["{}", {}, 5, "[1]", "[" * 9999]),
        (json_list(obj), [[], "[{}]"], ["{}", [1], "[[]]"]),
        (json_object, [{}, "{}", "null", "", None], ["[]", [], 5, "text", '{"a":' * 100_000]),
        (maybe(guid), [GUID, None, ""], ["text", 5]),
        (fields(required("a")), [{"a": "x"}, {"A": "x", "b": 1}], [{}, {"a": 5}, [], None]),
    ],
)
def test_a_check_tells_what_is_plausible(check, good, bad):
    assert [check(value) for value in good] == [""] * len(good)
    assert all(check(value) for value in bad)


def test_names_of_columns_may_differ_in_case_and_blanks():
    rows = [{"database name": "Sales"}]

    assert DATABASES.of_table(["database name"], rows) == rows


def test_newer_columns_pass():
    rows = [{"DatabaseName": "Sales", "Newer": [1]}]

    assert DATABASES.of_table(["DatabaseName", "Newer"], rows) == rows


@pytest.mark.parametrize(
    ("columns", "rows", "why"),
    [
        (["Name"], [], "there is no column DatabaseName"),
        (["DatabaseName"], [{"DatabaseName": None}], "DatabaseName is null"),
        (["DatabaseName"], [{"DatabaseName": 5}], "DatabaseName is a number"),
        (["DatabaseName"], [{"DatabaseName": " "}], "DatabaseName is empty"),
        (
            ["DatabaseName", "IsCurrent"],
            [{"DatabaseName": "Sales", "IsCurrent": "x"}],
            "IsCurrent is a text",
        ),
    ],
)
def test_a_table_of_another_shape_is_unreadable(columns, rows, why):
    with pytest.raises(UnreadableAnswer) as raised:
        DATABASES.of_table(columns, rows)

    assert raised.value.what == "the answer about the databases could not be understood"
    assert raised.value.why == why


@pytest.mark.parametrize("value", [None, {}, "text", 5, [None], ["x"], [[]], [{}]])
def test_what_is_no_list_of_such_objects_is_unreadable(value):
    with pytest.raises(UnreadableAnswer):
        DATABASES.of_items(value)


def test_an_answer_that_cannot_be_empty_is_unreadable_if_it_is():
    with pytest.raises(UnreadableAnswer, match="could not be understood"):
        kusto_shapes.CALLOUT_POLICY.of_table(["Policy"], [])


@pytest.mark.parametrize("columns", [("Policy",), ("Policies",)])
@pytest.mark.parametrize("policy", [None, "", "null", "[]", []])
def test_both_shapes_of_a_policy_are_read(columns, policy):
    rows = [dict.fromkeys(columns, policy)]
    shape = kusto_shapes.policy_shape(("Policy", "Policies"), at_least=1, has_name=False)

    assert shape.of_table(columns, rows) == rows


@pytest.mark.parametrize(
    "identity",
    [
        {"type": "None"},
        {"type": "SystemAssigned"},
        {"type": "SystemAssigned", "principalId": GUID, "userAssignedIdentities": {}},
        {"type": "UserAssigned", "userAssignedIdentities": {"/a/b": {"principalId": GUID}}},
        {"type": "systemassigned,userassigned", "userAssignedIdentities": {"/a/b": None}},
    ],
)
def test_identities_of_a_cluster_are_read_as_azure_tells_them(identity):
    cluster = {**_CLUSTER, "identity": identity}

    assert azure_shapes.CLUSTER.of_object(cluster) == cluster


@pytest.mark.parametrize(
    "identity",
    [
        None,
        "text",
        [],
        {},
        {"type": None},
        {"type": "Quantum"},
        {"type": "UserAssigned"},
        {"type": "UserAssigned", "userAssignedIdentities": []},
        {"type": "UserAssigned", "userAssignedIdentities": {"text": {}}},
        {"type": "UserAssigned", "userAssignedIdentities": {"/a/b": {"principalId": 5}}},
        {"type": "SystemAssigned", "principalId": "text"},
    ],
)
def test_identities_that_azure_cannot_tell_are_unreadable(identity):
    with pytest.raises(UnreadableAnswer):
        azure_shapes.CLUSTER.of_object({**_CLUSTER, "identity": identity})
