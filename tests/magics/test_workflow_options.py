"""The options that workflows' fields become."""

import pytest

EXPORT = (
    "export build --identity mi-export --query Orders --data-format csv "
    "--location https://contosolake.blob.core.windows.net/exports"
)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("", ""),
        ("--persist-details", "persistDetails=true"),
        ("--not-persist-details", "persistDetails=false"),
    ],
)
def test_a_flag_without_a_default_is_yes_or_no_or_left_to_the_service(magic, option, said):
    (text,) = magic(f"{EXPORT} {option}")["text"]

    assert text.count("persistDetails") == bool(said)
    assert said in text


def test_a_flag_that_is_on_by_itself_can_be_denied(magic):
    (text,) = magic(f"{EXPORT} --not-distributed")["text"]

    assert "with (distributed=false)" in text
