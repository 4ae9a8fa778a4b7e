r"""Replace whatever a recording must not hold by stand-ins: the same one for the same thing.

Texts are taken apart into IDs, hosts, addresses, moments and words. A word is kept only if it is
listed (see `vocabulary`); all else gets a stand-in of its kind, so that a policy stays a policy and
a connection string one. What is left are signs of ASCII.

>>> Redaction().text("managed_identity=5f0c1d2e-0a1b-4c2d-8e3f-0123456789ab of mi-lake")
'managed_identity=00000000-0000-4000-8000-000000000001 of name1-name2'
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.model.verification.readings import DATABASES, of_cluster, of_database

_PARTS = re.compile(
    r"""
    (?P<address>[\w.!\#$%&*+/?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+)
    |(?P<id>(?<!\w)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?!\w))
    |(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z?)
    |(?P<span>(?<![\w.:])(?:\d{1,5}\.)?\d\d:\d\d:\d\d(?:\.\d{1,7})?(?![\w:]))
    |(?P<version>(?<![\w.])v\d{1,4}\.\d{1,7}(?![\w.]))
    |(?P<host>\w[\w-]*(?:\.\w[\w-]*)+)
    |(?P<word>\w+)
    |(?P<sign>[^\w])
    """,
    re.VERBOSE | re.DOTALL,
)
_SUFFIX = re.compile(
    r"\.(?:(?:blob|dfs|queue)\.core\.windows\.net|kusto\.windows\.net|database\.windows\.net"
    r"|documents\.azure\.com|servicebus\.windows\.net|openai\.azure\.com)$",
    re.IGNORECASE,
)
_OWN = re.compile(rf"{_SUFFIX.pattern[:-1]}|\.example|@example\.com", re.IGNORECASE)
_SCHEMA = re.compile(r"[A-Za-z][A-Za-z0-9]{0,40}")
_STAND_IN = re.compile(r"(?:name|host|user)\d+|[0-9-]+|1\d\d+", re.IGNORECASE)
_NUMBERS = frozenset({"total", "consumed", "remaining", "times"})
_LEAST = 3
_WORD = re.compile(r"[^\W_][\w]*|_\w+")
_COMMANDS = """
    show create alter merge or add set delete drop execute append ingest export into to on of over
    with from as by in and not has contains where project summarize count ago take top desc asc
    database databases cluster table tables external function functions policy policies
    managed_identity impersonate system continuous exports identity identities schema csl script
    journal commands capacity materialized view views update query acceleration callout caching
    retention mapping mappings kind storage delta sql dataformat pathformat partition
    datetime_pattern bin startofday time timespan datetime dynamic string long int real bool guid
    decimal hot window
    admins users viewers unrestrictedviewers ingestors monitors true false null none async
    compressed csv tsv json parquet orc avro txt skipvalidation docstring folder h https abfss
    adl wasbs tcp s3
    managedIdentity intervalBetweenRuns forcedLatency sizeLimit distributed isDisabled
    compressionType includeHeaders fileExtension namePrefix ingestiontime merge sharding
"""
_COLUMNS = """
    PolicyName EntityName Policy Policies ChildEntities EntityType ManagedIdentityPolicy ObjectId
    ClientId TenantId DisplayName IsSystem AllowedUsages DatabaseName PersistentStorage Version
    IsCurrent DatabaseAccessMode PrettyName ReservedSlot1 DatabaseId InTransitionTo ReadWrite
    ReadOnlyFollowing TableName TableType Folder DocString Properties ConnectionStrings Partitions
    PathFormat Name ExternalTableName Query ForcedLatency IntervalBetweenRuns CursorScopedTables
    ExportProperties LastRunTime StartCursor LastRunResult ExportedTo IsRunning ManagedIdentity
    SizeLimit Distributed Completed Failed DatabaseSchemaScript Event EventTimestamp Database
    UpdatedEntityName EntityVersion EntityContainerName OriginalEntityState UpdatedEntityState
    ChangeCommand Principal RootActivityId ClientRequestId User OriginalEntityVersion CommandType
    Application Times Resource Total Consumed Remaining Origin Format Compressed CompressionType
    FileExtension IncludeHeaders Encoding NamePrefix Blob Delta Sql Type Function Column Argument
    aaduser aadapp aadgroup AAD app id DataExport DataExportToExternalTable Kusto ContinuousExport
    ingestions queries extents stored results purge artifacts cleanup periodic streaming ingestion
    post processing graph_snapshot mirroring data
"""
_EVENTS = "ALTER MERGE DELETE DATABASE CLUSTER POLICY MANAGED IDENTITY CREATE TABLE ROLE ADD"


@cache
def vocabulary() -> frozenset[str]:
    """Return the words that are kept, in lower case: of commands, columns, policies and events.

    Whatever is not listed here is replaced, so that a name, a secret or a text of somebody never
    gets into a recording by being overlooked.
    """
    sent = " ".join(one.text for one in (DATABASES, *of_cluster(), *of_database("")))
    usages = " ".join(one.value for one in Usage)
    texts = f"{_COMMANDS} {_COLUMNS} {_EVENTS} {usages} {sent}"
    return frozenset(word.casefold() for word in _WORD.findall(texts))


class Kind(StrEnum):
    """What is replaced; the groups of `_PARTS` that get stand-ins have these names."""

    ID = "id"
    ADDRESS = "address"
    MOMENT = "moment"
    SPAN = "span"
    VERSION = "version"
    HOST = "host"
    NUMBER = "number"
    NAME = "name"


class Redaction:
    """Stand-ins of one recording."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, str], str] = {}
        self._counts: Counter[Kind] = Counter()

    @property
    def replaced(self) -> Mapping[Kind, int]:
        """How many things of each kind were replaced."""
        return dict(self._counts)

    def text(self, text: str) -> str:
        """Return a text with stand-ins."""
        return _PARTS.sub(self._part, text)

    def column(self, name: str) -> str:
        """Return the name of a column: the service's own, if it looks like one."""
        return name if _SCHEMA.fullmatch(name) and not self.replaces(name) else self.text(name)

    def replaces(self, text: str) -> bool:
        """Tell whether a word of a text names something that was replaced elsewhere."""
        words = {word.casefold() for word in re.findall(r"[^\W_]+|\w+", text)}
        return not words.isdisjoint(original for _, original in self._known)

    def value(self, value: Any, column: str = "") -> Any:
        """Return a value of JSON with stand-ins; numbers are 0 but in columns that count."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return value if column.casefold() in _NUMBERS else 0
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.value(one) for key, one in value.items()}
        return [self.value(one) for one in value]

    def leaked(self, text: str) -> tuple[str, ...]:
        """Return what stands in a finished text although it was replaced: there must be nothing."""
        own = _OWN.sub("", text)
        left = {found[0].casefold() for found in re.finditer(r"\w+", own)}
        replaced = {original for kind, original in self._known if kind in {Kind.NAME, Kind.HOST}}
        return tuple(
            sorted(
                one
                for one in replaced & left
                if len(one) >= _LEAST and not _STAND_IN.fullmatch(one) and one not in vocabulary()
            )
        )

    def _part(self, found: re.Match[str]) -> str:
        kind, text = str(found.lastgroup), found[0]
        match kind:
            case "sign":
                return text if text.isascii() else "?"
            case "word":
                return self._word(text)
            case "host":
                return self._host(text)
            case _:
                return self._stand_in(Kind(kind), text)

    def _word(self, word: str) -> str:
        if word.casefold() in vocabulary():
            return word
        return self._stand_in(Kind.NUMBER if word.isdecimal() else Kind.NAME, word)

    def _host(self, text: str) -> str:
        parts = re.findall(r"\w+", text.casefold())
        if all(part in vocabulary() and not part.isdecimal() for part in parts):
            return text
        suffix = _SUFFIX.search(text)
        head = text[: suffix.start()] if suffix else text
        return self._stand_in(Kind.HOST, head) + (suffix[0] if suffix else ".example")

    def _stand_in(self, kind: Kind, text: str) -> str:
        key = (kind, text.casefold())
        if key not in self._known:
            self._counts[kind] += 1
            self._known[key] = _made(kind, self._counts[kind])
        return self._known[key]


def _made(kind: Kind, number: int) -> str:
    match kind:
        case Kind.ID:
            return f"00000000-0000-4000-8000-{number:012x}"
        case Kind.ADDRESS:
            return f"user{number}@example.com"
        case Kind.MOMENT:
            return f"2026-01-01T00:00:00.{number:07d}Z"
        case Kind.SPAN:
            return f"00:00:00.{number:07d}"
        case Kind.VERSION:
            return f"v1.{number}"
        case Kind.NUMBER:
            return str(100 + number)
        case _:
            return f"{kind}{number}"
