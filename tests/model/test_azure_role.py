import pytest

from adxmi_jupyter.model.azure_role import AzureRole, Target, name_of


@pytest.mark.parametrize("role", AzureRole)
def test_a_role_is_known_by_the_id_of_its_definition_in_any_letter_case(role):
    assert name_of(role.definition_id.upper()) == role.role_name


def test_a_role_of_ones_own_is_shown_by_its_id():
    assert name_of("11111111-2222-4333-8444-555555555555") == "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (Target("x", "contosolake"), "contosolake"),
        (
            Target("x", "contosolake", inside="blobServices/default/containers/archive"),
            "contosolake/archive",
        ),
    ],
)
def test_a_target_is_shown_by_the_names_people_know(target, shown):
    assert str(target) == shown
