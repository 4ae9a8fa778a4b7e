"""Columns, partitions and paths that are none or do not fit: one typed error each."""

import pytest

from tests.model.workflow_problems import problem_of, told

# What is wrong: the workflow, the fields that differ from its sample, the lines of the error.
CASES = {
    "a path with an unknown partition": (
        "external-table",
        {"partition_by": "Date:datetime = bin(Placed, 1d)", "path_format": "{Day:yyyy}"},
        [
            "InvalidPartition: partitions and path do not match: Day in the path isn't a partition",
            "  why: the partitions are Date",
            '  fix: --path-format "{Date:yyyy/MM/dd}"',
        ],
    ),
    "a path without partitions": (
        "external-table",
        {"path_format": "{Day:yyyy}"},
        [
            "InvalidPartition: partitions and path do not match: Day in the path isn't a partition",
            "  why: the partitions are none",
            "  fix: say which with --partition-by",
        ],
    ),
    "partitions that touch in the path": (
        "external-table",
        {
            "partition_by": "D:datetime = bin(Placed, 1d), R:string = Region",
            "path_format": "{D:yyyy}{R}",
        },
        [
            "InvalidPartition: D and R touch in the path",
            "  why: put text between two partitions, to tell them apart",
            '  fix: --path-format "{D}/{R}"',
        ],
    ),
    "a path that leaves a partition out": (
        "external-table",
        {
            "partition_by": "D:datetime = bin(Placed, 1d), R:string = Region",
            "path_format": "{D:yyyy}/",
        },
        [
            "InvalidPartition: partitions and path do not match: the path leaves out R",
            "  why: the partitions are D, R",
            '  fix: --path-format "{D:yyyy/MM/dd}/{R}"',
        ],
    ),
    "a date format for a text": (
        "external-table",
        {"partition_by": "R:string = Region", "path_format": "{R:yyyy}/"},
        [
            "InvalidPartition: partitions and path do not match: R has a date format and is no datetime",
            "  why: the partitions are R",
            '  fix: --path-format "{R}"',
        ],
    ),
    "a path that is none": (
        "external-table",
        {"partition_by": "R:string = Region", "path_format": "{R"},
        [
            "InvalidPartition: '{R' isn't a path format",
            "  why: it is text with partitions in braces, dates with their format",
            '  fix: --path-format "{Date:yyyy/MM/dd}/{Region}"',
        ],
    ),
    "a partition of the wrong type": (
        "external-table",
        {"partition_by": "R:long = Region"},
        [
            "InvalidPartition: the partition R cannot be of type long",
            "  why: ['R']:long = ['Region'] is of type string",
            "  fix: write it as R:string",
        ],
    ),
    "a partition without a type": (
        "external-table",
        {"partition_by": "R = Region"},
        [
            "InvalidPartition: 'R = Region' isn't a partition",
            "  why: the forms are NAME:string, NAME:datetime, NAME:string = COLUMN, NAME:long = hash(COLUMN, N), NAME:datetime = bin(COLUMN, 1d) or startofday(COLUMN)",
            '  fix: --partition-by "NAME:datetime = bin(COLUMN, 1d)"',
        ],
    ),
    "a partition of no column": (
        "external-table",
        {"partition_by": "R:string = Regoin"},
        [
            "InvalidPartition: the partition R is made of Regoin, which isn't a column",
            "  why: the columns are OrderId, Region, Amount, Placed",
            "  fix: name one of them",
        ],
    ),
    "a partition of a column of the wrong type": (
        "external-table",
        {"partition_by": "R:string = Amount"},
        [
            "InvalidPartition: the partition R needs a column of type string",
            "  why: Amount is of type real",
            "  fix: make it of a string column",
        ],
    ),
    "a partition named as a column": (
        "external-table",
        {"partition_by": "Region:string"},
        [
            "InvalidPartition: Region is both a column and a partition",
            "  why: a partition is one more column of the table",
            "  fix: remove Region from --columns, or rename the partition",
        ],
    ),
    "a type of another language": (
        "external-table",
        {"columns": "a:varchar"},
        [
            "InvalidColumns: there is no type 'varchar'",
            "  why: the types are bool, datetime, decimal, dynamic, guid, int, long, real, string, timespan",
            "  fix: --columns NAME:string,…",
        ],
    ),
    "a mistyped type": (
        "external-table",
        {"columns": "a:strnig"},
        [
            "InvalidColumns: there is no type 'strnig'",
            "  why: the types are bool, datetime, decimal, dynamic, guid, int, long, real, string, timespan",
            "  fix: --columns NAME:string,…",
        ],
    ),
    "a column without a type": (
        "external-table",
        {"columns": "a, b:int"},
        [
            "InvalidColumns: 'a' isn't a column",
            "  why: a column is NAME:TYPE; write a name with other characters as ['…']",
            "  fix: --columns NAME:TYPE,…",
        ],
    ),
    "twin columns": (
        "external-table",
        {"columns": "a:int, a:long"},
        [
            "InvalidColumns: two columns are called a",
            "  why: each column needs a name of its own",
            "  fix: remove one of them from --columns",
        ],
    ),
    "a star in a column of an external table": (
        "external-table",
        {"columns": "['a*']:int"},
        [
            "InvalidColumns: 'a*' cannot be a column of an external table",
            "  why: the names of its columns have no *",
            "  fix: call it a_",
        ],
    ),
    "no column": (
        "externaldata",
        {"columns": "()"},
        [
            "InvalidColumns: '' isn't a column",
            "  why: a column is NAME:TYPE; write a name with other characters as ['…']",
            "  fix: --columns NAME:TYPE,…",
        ],
    ),
    "a path of another name": (
        "storage-ingestion",
        {"path_format": "{Date:yyyy}"},
        [
            "InvalidPartition: partitions and path do not match: Date in the path isn't a partition",
            "  why: the partitions are creationTime",
            '  fix: --path-format "{creationTime:yyyy/MM/dd}"',
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_shapes_are_told_in_three_short_lines(case):
    noun, changes, lines = CASES[case]

    problem = problem_of(noun, changes)

    assert told(problem) == lines
