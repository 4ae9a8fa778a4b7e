import pytest

from adxmi_jupyter import errors


def test_a_query_returns_its_rows(magic):
    frame = magic("query", "Orders\n| where Region == 'north'\n| count")

    assert frame.to_dict("records") == [{"Count": 3}]


def test_another_database_is_asked(magic):
    frame = magic("query --database Telemetry", "Events | take 1")

    assert list(frame.columns) == ["Timestamp", "Level", "Message"]


def test_a_query_that_is_none_keeps_the_words_of_the_service(magic):
    with pytest.raises(errors.CommandRefused) as raised:
        magic("query", "Orders | where")

    assert raised.value.why


def test_without_a_body_it_says_where_the_query_goes(magic):
    with pytest.raises(errors.MissingOption) as raised:
        magic("query")

    assert "%%adxmi query" in raised.value.fix


def test_a_show_command_is_sent_as_one(magic):
    frame = magic("query", ".show version")

    assert list(frame["ServiceType"]) == ["Engine"]


def test_what_changes_something_is_no_query(magic):
    with pytest.raises(errors.InvalidInput, match="drop"):
        magic("query", ".drop table Orders")
