import pytest

from tests.benchmarks.table import Budget, Row, Samples, Unit, markdown, text

ROWS = [
    Row("`%load_ext one`", Samples((0.008, 0.006, 0.007)), budget=Budget(0.1)),
    Row("`%load_ext other`", Samples((2.5, 1.5))),
    Row("ratio", 20.0, Unit.TIMES, Budget(25, at_least=True)),
    Row("heavy modules", 0, Unit.COUNT, Budget(0)),
]


def test_the_table_shows_spread_budget_and_verdict_as_markdown():
    assert markdown(ROWS).splitlines() == [
        "| what | median | min | max | runs | budget |  |",
        "| --- | ---: | ---: | ---: | ---: | --- | --- |",
        "| `%load_ext one` | 7.0 ms | 6.0 ms | 8.0 ms | 3 | ≤ 100.0 ms | met |",
        "| `%load_ext other` | 2.00 s | 1.50 s | 2.50 s | 2 |  |  |",
        "| ratio | 20x |  |  |  | ≥ 25x | **not met** |",
        "| heavy modules | 0 |  |  |  | ≤ 0 | met |",
    ]


def test_the_table_is_aligned_for_a_terminal():
    assert text(ROWS).splitlines() == [
        "what             median     min     max  runs  budget",
        "%load_ext one    7.0 ms  6.0 ms  8.0 ms     3  ≤ 100.0 ms  met",
        "%load_ext other  2.00 s  1.50 s  2.50 s     2",
        "ratio               20x                        ≥ 25x       not met",
        "heavy modules         0                        ≤ 0         met",
    ]


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        (Unit.TIME, 0.9994, "999.4 ms"),
        (Unit.TIME, 1.0, "1.00 s"),
        (Unit.TIME, -0.0002, "-0.2 ms"),
        (Unit.TIMES, 1.096, "1.10x"),
        (Unit.TIMES, 48.7, "49x"),
    ],
)
def test_figures_are_short(unit, value, expected):
    assert unit.shown(value) == expected
