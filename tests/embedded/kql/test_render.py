"""What `render` asks for reaches the client beside the rows, at both endpoints."""

import json

import pytest
from azure.kusto.data._models import WellKnownDataSet
from azure.kusto.data.exceptions import KustoServiceError

DAYS = "Orders | where OrderId < 4 | summarize Total = sum(Amount) by Day = bin(Placed, 1d)"


@pytest.fixture
def drawing(connect):
    """Return what a client is told to draw."""

    def ask(text):
        answer = connect("embedded-admin").execute("Sales", text)
        [table] = [
            each for each in answer.tables if each.table_kind == WellKnownDataSet.QueryProperties
        ]
        told = json.loads(table[0]["Value"])
        return {name: value for name, value in told.items() if value not in {None, False, "NaN"}}

    return ask


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DAYS, {}),
        (f"{DAYS} | render timechart", {"Visualization": "timechart"}),
        (
            f"{DAYS} | render columnchart with (kind=stacked, title='By | day', ycolumns=Total, xcolumn=Day)",
            {"Visualization": "columnchart", "Kind": "stacked", "Title": "By | day"}
            | {"YColumns": "Total", "XColumn": "Day"},
        ),
        (
            f"let n = 3; {DAYS}, Region | render areachart with (ymin=-1, accumulate=True, series=Region, Day);",
            {"Visualization": "areachart", "Ymin": -1, "Accumulate": True, "Series": "Region,Day"},
        ),
        ("print text = 'a | render piechart'", {}),
        (".show tables | project TableName | render table", {"Visualization": "table"}),
    ],
)
def test_a_client_is_told_what_to_draw(drawing, text, told):
    assert drawing(text) == told


def test_a_property_that_render_does_not_have_is_refused(connect):
    with pytest.raises(KustoServiceError, match="colour"):
        connect("embedded-admin").execute("Sales", f"{DAYS} | render piechart with (colour='red')")
