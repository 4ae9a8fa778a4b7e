"""Workflows filled in at random: for any declaration, from what it says about its fields.

A field is drawn as a pair, what a user types and what it stands for, so that a test can tell
whether the one is read as the other.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from hypothesis import assume
from hypothesis import strategies as st

from adxmi_jupyter.model import timespan
from adxmi_jupyter.model.columns import TYPES, Column
from adxmi_jupyter.model.connection_string import (
    AiModel,
    AzureStorage,
    Gen1,
    OneLake,
    Scheme,
)
from adxmi_jupyter.model.declaration.fields import FieldKind
from adxmi_jupyter.model.declaration.locations import GEN1
from adxmi_jupyter.model.declaration.reading import AS_A_WHOLE, read
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.moment import Period, moment_text
from adxmi_jupyter.model.partition import Partition
from adxmi_jupyter.model.path_format import PathPart, path_text

# Plain random text hardly ever holds two quotes in a row or a backslash before a quote.
HOSTILE = st.sampled_from("'\"`\\[]{}()@~h;|/.,*=\n\r\t\0\x7f\x85\u2028\ufeff x1é😀")
CHARACTERS = st.one_of(HOSTILE, st.characters(exclude_categories=["Cs"]))
KEYWORDS = st.sampled_from(
    ["table", "kind", "with", "by", "partition", "over", "to", "policy", "1day", "__x__", "null"]
)
TEXTS = st.one_of(st.text(CHARACTERS, min_size=1, max_size=30), KEYWORDS)
LINES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
    st.text(st.sampled_from("'\"`\\[]{}=;, x1é😀"), min_size=1, max_size=10),
).filter(str.strip)
NAMES = TEXTS.filter(lambda name: name == name.strip())
LISTED_NAMES = NAMES.filter(lambda name: "," not in name)

QUERIES = st.sampled_from(
    [
        "Orders",
        "Orders | take 10",
        "Orders // all of them",
        "let least = 1;\nOrders\n| where Amount > least",
        'Orders | where Region == "north" // with <| and ;',
        "['my orders'] | extend Note = @'it''s'",
    ]
)
OPERATORS = st.sampled_from(
    ["take 10", '| where Region == "north"', "summarize count() by Region // by region", "count"]
)
EXPRESSIONS = st.sampled_from(
    ["Region", "strcat(Region, ' and ', tostring(OrderId))", '"constant"']
)
KQL = {"query": QUERIES, "then": OPERATORS, "text": EXPRESSIONS}
"""Fields that are KQL themselves, by the name they have in every declaration."""

IDENTITIES = st.one_of(
    st.just(ManagedIdentity("system", "contoso", is_system=True)),
    st.uuids().map(lambda guid: ManagedIdentity(str(guid), "mi-export")),
)

PATHS = st.one_of(
    st.just(""),
    st.just("a/b c/it's,here.csv"),
    st.text(st.sampled_from("ab'\"é%&=[]{}(),"), max_size=9),
).filter(lambda path: not path.endswith(","))  # a comma after a URL begins the next one
CONTAINERS = st.sampled_from(["archive", "a-b-0", "$root"])
BLOBS = st.builds(
    AzureStorage,
    st.just("contosolake"),
    CONTAINERS,
    PATHS,
    st.sampled_from(list(Scheme)),
    st.sampled_from(["core.windows.net", "core.usgovcloudapi.net"]),
)
ONE_LAKES = st.one_of(
    st.builds(OneLake, st.just("Sales"), st.just("Orders.Lakehouse"), PATHS),
    st.builds(OneLake, st.uuids().map(str), st.uuids().map(str), PATHS),
)
GEN1_PLACES = st.builds(Gen1, st.just("contosolake"), PATHS)

COLUMN_NAMES = st.one_of(NAMES, st.sampled_from(["OrderId", "my column", "a:b", "a,b", "(", "by"]))


@dataclass(frozen=True)
class Typed:
    """What a user types into a field, and the value it stands for."""

    raw: object
    value: object


def same(value):
    return Typed(value, value)


def columns(names=COLUMN_NAMES):
    each = st.builds(Column, names, st.sampled_from(TYPES))
    return st.lists(each, min_size=1, max_size=4, unique_by=lambda column: column.name).map(
        lambda found: Typed(", ".join(map(str, found)), tuple(found))
    )


def spelled(length):
    """Return a length of time in the two spellings that people use."""
    return st.sampled_from([timespan.timespan_text(length), timespan.clock_text(length)])


def timespans(spec):
    least = spec.least or timedelta(microseconds=1)
    whole = st.timedeltas(least, spec.most or timedelta(days=40_000))
    return whole.flatmap(lambda length: spelled(length).map(lambda raw: Typed(raw, length)))


def numbers(spec):
    least = 0 if spec.least is None else spec.least
    return st.integers(least, spec.most or 2**31 - 1).map(lambda number: Typed(str(number), number))


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PERIODS = st.lists(
    st.lists(MOMENTS, min_size=2, max_size=2, unique=True).map(lambda two: Period(*sorted(two))),
    min_size=1,
    max_size=3,
)
NUMBERS = st.one_of(
    st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
OBJECTS = st.dictionaries(TEXTS.map(lambda name: f"@{name}"), JSON, min_size=1, max_size=3)
HOSTS = st.sampled_from(
    [
        Typed("ERP01.database.windows.net", "erp01.database.windows.net"),
        Typed("tcp:erp01.database.windows.net,1433", "erp01.database.windows.net"),
        Typed("erp01.database.windows.net, 14330", "erp01.database.windows.net,14330"),
    ]
)
ACCOUNTS = st.sampled_from(
    [
        Typed("contosoorders", "contosoorders.documents.azure.com"),
        Typed(
            "https://contosoorders.documents.azure.com:443/", "contosoorders.documents.azure.com"
        ),
    ]
)


def as_json(value):
    return Typed(json.dumps(value), value)


def in_storage(declaration, _spec):
    allowed = [BLOBS, BLOBS, ONE_LAKES]
    if GEN1 not in declaration.about.without_identity:
        allowed.append(GEN1_PLACES)
    places = st.lists(st.one_of(allowed), min_size=1, max_size=3, unique=True)
    few = st.one_of(places, st.lists(BLOBS, min_size=1, max_size=1))
    return few.map(lambda found: Typed(", ".join(one.uri for one in found), tuple(found)))


def models(declaration, _spec):
    model = AiModel("contosoai.openai.azure.com", "d-1_a.b", declaration.operation, "2024-06-01")
    return st.just(Typed(model.uri, model))


def choices(_declaration, spec):
    return st.sampled_from(
        [Typed(raw, one) for one in spec.choices for raw in (str(one), one.upper(), one.lower())]
    )


ARTIFACT_NAMES = st.text(st.sampled_from("ab.'\"\\{}é😀"), min_size=1, max_size=9)
ARTIFACTS = st.lists(
    st.tuples(ARTIFACT_NAMES, BLOBS), min_size=1, max_size=3, unique_by=lambda pair: pair[0]
).map(lambda found: Typed(" ".join(f"{name}={one.uri}" for name, one in found), tuple(found)))
NAME_LISTS = st.lists(LISTED_NAMES, min_size=1, max_size=3, unique=True).map(
    lambda found: Typed(", ".join(found), tuple(found))
)


def always(strategy):
    return lambda _declaration, _spec: strategy


OF_KIND = {
    FieldKind.TEXT: always(TEXTS.map(same)),
    FieldKind.LINE: always(LINES.map(same)),
    FieldKind.BODY: always(TEXTS.filter(str.strip).map(same)),
    FieldKind.NAME: always(NAMES.map(same)),
    FieldKind.TABLE: always(NAMES.map(same)),
    FieldKind.EXTERNAL_TABLE: always(NAMES.map(same)),
    FieldKind.NAMES: always(NAME_LISTS),
    FieldKind.CHOICE: choices,
    FieldKind.NUMBER: lambda _declaration, spec: numbers(spec),
    FieldKind.FLAG: always(st.booleans().map(same)),
    FieldKind.TIMESPAN: lambda _declaration, spec: timespans(spec),
    FieldKind.MOMENT: always(MOMENTS.map(lambda moment: Typed(moment_text(moment), moment))),
    FieldKind.PERIODS: always(
        PERIODS.map(lambda some: Typed(",".join(map(str, some)), tuple(some)))
    ),
    FieldKind.IDENTITY: always(IDENTITIES.map(same)),
    FieldKind.COLUMNS: always(columns()),
    FieldKind.LOCATION: in_storage,
    FieldKind.SERVER: always(HOSTS),
    FieldKind.ACCOUNT: always(ACCOUNTS),
    FieldKind.ARTIFACTS: always(ARTIFACTS),
    FieldKind.MODEL: models,
    FieldKind.JSON: always(OBJECTS.map(as_json)),
    FieldKind.JSON_LIST: always(st.lists(OBJECTS, min_size=1, max_size=2).map(as_json)),
    FieldKind.PATH: lambda _declaration, _spec: paths({"creationTime": "datetime"}),
}


@cache
def field_of(declaration, name):
    """Return the strategy for one field, whatever the others are."""
    if name in KQL:
        return KQL[name].map(same)
    spec = next(one for one in declaration.specs() if one.name == name)
    return OF_KIND[spec.kind](declaration, spec)


FORMATS = st.sampled_from(["yyyy", "yyyy/MM/dd", "yyyy'/Month='MM'/Day='dd", "'\"'HH\\:mm"])
SEPARATORS = st.text(CHARACTERS, min_size=1, max_size=5)


@st.composite
def paths(draw, types):
    """Draw a path that spells partitions, given as types by name; as statements write it."""
    parts = [PathPart(text) for text in draw(st.lists(SEPARATORS, max_size=1))]
    for name, kind in draw(st.permutations(list(types.items()))):
        spelling = draw(FORMATS) if kind == "datetime" and draw(st.booleans()) else ""
        parts += [PathPart("", name, spelling), PathPart(draw(SEPARATORS))]
    path = tuple(parts[:-1] if draw(st.booleans()) else parts)
    return Typed(path_text(path)[1:-1], path)


@st.composite
def layouts(draw):
    """Draw columns, partitions made of them, and perhaps a path that spells the partitions."""
    drawn = draw(columns(COLUMN_NAMES.filter(lambda name: "*" not in name))).value
    taken = {column.name for column in drawn}
    names = draw(
        st.lists(NAMES.filter(lambda n: n not in taken), min_size=1, max_size=3, unique=True)
    )
    partitions = tuple(draw(partition_of(name, drawn)) for name in names)
    fields = {
        "columns": Typed(", ".join(map(str, drawn)), drawn),
        "partition_by": Typed(", ".join(map(str, partitions)), partitions),
    }
    if draw(st.booleans()):
        fields["path_format"] = draw(paths({one.name: one.type for one in partitions}))
    return fields


@st.composite
def partition_of(draw, name, drawn):
    """Draw a partition with a name, made of one of some columns or of none."""
    made = [Partition(name, "string"), Partition(name, "datetime")]
    for column in drawn:
        made.append(Partition(name, "long", column.name, "hash", "10"))
        if column.type == "string":
            made.append(Partition(name, "string", column.name))
        if column.type == "datetime":
            made.append(Partition(name, "datetime", column.name, "bin", "36h"))
            made.append(Partition(name, "datetime", column.name, "startofmonth"))
    return draw(st.sampled_from(made))


@st.composite
def filled(draw, declaration):
    """Draw a filled-in declaration and the values its fields were given.

    Fields that decide about others come first; what goes together is drawn together. Optional
    fields that do not go with the rest are dropped, one by one.
    """
    specs = declaration.specs()
    deciding = {name for spec in specs for name in (*spec.only_for, *spec.required_for)}
    given = {
        spec.name: draw(field_of(declaration, spec.name))
        for spec in specs
        if spec.name in deciding and (spec.is_required or draw(st.booleans()))
    }
    values = {spec.name: spec.default for spec in specs} | {n: t.value for n, t in given.items()}
    for spec in specs:
        if spec.name in deciding or not spec.applies(values) or spec.kind is FieldKind.PARTITIONS:
            continue
        if spec.kind is FieldKind.PATH and any(one.kind is FieldKind.PARTITIONS for one in specs):
            continue
        if spec.is_needed(values) or draw(st.booleans()):
            given[spec.name] = draw(field_of(declaration, spec.name))
    layout = next((spec for spec in specs if spec.kind is FieldKind.PARTITIONS), None)
    if layout is not None and layout.applies(values) and draw(st.booleans()):
        given |= draw(layouts())
    return fitting(declaration, given)


def fitting(declaration, given):
    """Return the filled-in declaration, without the optional fields that do not fit."""
    specs = declaration.specs()
    deciding = {name for spec in specs for name in (*spec.only_for, *spec.required_for)}
    values = {one.name: one.default for one in specs} | {n: t.value for n, t in given.items()}
    optional = [one.name for one in specs if not (one.is_needed(values) or one.name in deciding)]
    for name in ("", *optional):
        given.pop(name, None)
        reading = read(declaration, {name: typed.raw for name, typed in given.items()})
        if reading.workflow is not None:
            return reading.workflow, {name: typed.value for name, typed in given.items()}
        assert set(reading.problems) == {AS_A_WHOLE}, reading.problems
    assume(False)
    raise AssertionError
