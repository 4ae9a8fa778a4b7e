"""What no page says of the service, as switches: real clusters may behave in any of these ways.

Each open question is a field of `Behaviours`, whose type holds the alternatives. The defaults are
the choices that the README lists; tools that read real clusters count on other ones. `QUESTIONS`
tells what each of them is about, and the page that leaves it open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any

Chosen = Mapping[str, str]
"""Alternatives by the names of their questions."""
DEFAULTS: Chosen = MappingProxyType({})


class PolicyColumns(StrEnum):
    """Columns of a managed identity policy: of the grammar, or of the page."""

    FIVE = "five"
    TWO = "two"


class NoPolicy(StrEnum):
    """What stands for no managed identity policy: in the cell, or no row at all."""

    NULL_TEXT = "null-text"
    NULL = "null"
    EMPTY_TEXT = "empty-text"
    EMPTY_LIST = "empty-list"
    NO_ROW = "no-row"


class EntityNames(StrEnum):
    """How a policy names its database."""

    BRACKETS = "brackets"
    BARE = "bare"


class PolicyTexts(StrEnum):
    """How the JSON of a policy is laid out."""

    ONE_LINE = "one-line"
    INDENTED = "indented"


class UsageLists(StrEnum):
    """What AllowedUsages of a policy holds."""

    TEXT = "text"
    LIST = "list"


class SystemInPolicies(StrEnum):
    """What managed identity policies call the system-assigned identity."""

    OBJECT_ID = "object-id"
    WORD = "word"


class ShownSystem(StrEnum):
    """What else names the system-assigned identity calls it."""

    AS_KEPT = "as-kept"
    WORD = "word"
    OBJECT_ID = "object-id"


class ShownStrings(StrEnum):
    """What listings show of the connection strings of external tables."""

    WITHOUT_SECRETS = "without-secrets"
    ADDRESSES = "addresses"
    ASTERISKS = "asterisks"
    LEFT_OUT = "left-out"


class ExportIdentities(StrEnum):
    """Whether listings of continuous exports have their identities."""

    SHOWN = "shown"
    LEFT_OUT = "left-out"


class ShownScript(StrEnum):
    """What `as csl script` shows of connection strings and identities, and to whom."""

    WITHOUT_SECRETS = "without-secrets"
    ASTERISKS = "asterisks"
    TO_ADMINS = "to-admins"


class ScriptPolicies(StrEnum):
    """Whether `as csl script` has the managed identity policy, and by which command."""

    LEFT_OUT = "left-out"
    ALTER = "alter"
    ALTER_MERGE = "alter-merge"


class JournalOfPolicies(StrEnum):
    """What the journal tells of a changed managed identity policy."""

    COMMAND_AND_STATES = "command-and-states"
    COMMAND = "command"
    STATES = "states"
    LEFT_OUT = "left-out"


class PolicyVersion(StrEnum):
    """Whether a changed managed identity policy moves the version of its database."""

    MOVES = "moves"
    STAYS = "stays"


class ExportPrincipal(StrEnum):
    """As whom the log of commands has a run of a continuous export with an identity."""

    NOT_LOGGED = "not-logged"
    IDENTITY = "identity"
    CREATOR = "creator"
    SERVICE = "service"


class Capacity(StrEnum):
    """How many requests at a time `.show capacity` tells of: of two cores, or of sixteen."""

    SMALL = "small"
    LARGE = "large"
    LEFT_OUT = "left-out"


@dataclass
class Behaviours:
    """How the clusters of one world behave where no page says it.

    `connection_strings` is for listings of external tables: ``addresses`` has asterisks for all
    behind the first semicolon, ``asterisks`` nothing else, ``left-out`` no such column. `system`
    is for all that names the system-assigned identity but managed identity policies: as each has
    it by itself, or the word or the object ID everywhere. `csl_script` shows connection strings
    and identities as well as it shows the rest, or as asterisks, or is for admins of the database.
    """

    policy_columns: PolicyColumns = PolicyColumns.FIVE
    no_policy: NoPolicy = NoPolicy.NULL_TEXT
    entity_names: EntityNames = EntityNames.BRACKETS
    policy_texts: PolicyTexts = PolicyTexts.ONE_LINE
    usage_lists: UsageLists = UsageLists.TEXT
    system_in_policies: SystemInPolicies = SystemInPolicies.OBJECT_ID
    system: ShownSystem = ShownSystem.AS_KEPT
    connection_strings: ShownStrings = ShownStrings.WITHOUT_SECRETS
    export_identities: ExportIdentities = ExportIdentities.SHOWN
    csl_script: ShownScript = ShownScript.WITHOUT_SECRETS
    csl_script_policies: ScriptPolicies = ScriptPolicies.LEFT_OUT
    journal_of_policies: JournalOfPolicies = JournalOfPolicies.COMMAND_AND_STATES
    policy_version: PolicyVersion = PolicyVersion.MOVES
    export_principal: ExportPrincipal = ExportPrincipal.NOT_LOGGED
    capacity: Capacity = Capacity.SMALL

    def choose(self, wanted: Chosen) -> None:
        """Behave as these words say, by the names of the questions.

        ValueError for an unknown name or word; then nothing changes.
        """
        chosen: dict[str, Any] = {}
        for name, word in wanted.items():
            if name not in QUESTIONS:
                raise ValueError(f"Unknown behaviour {name!r}. Known: {', '.join(QUESTIONS)}.")
            if word not in alternatives(name):
                known = ", ".join(alternatives(name))
                raise ValueError(f"Unknown alternative {word!r} of {name}. Known: {known}.")
            field = name.replace("-", "_")
            chosen[field] = type(getattr(self, field))(word)
        for field, value in chosen.items():
            setattr(self, field, value)

    def chosen(self) -> dict[str, str]:
        """Return how they behave, by the names of the questions."""
        return {name: str(getattr(self, name.replace("-", "_"))) for name in QUESTIONS}


QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "policy-columns": "Columns of a managed identity policy",
        "no-policy": "What stands for no managed identity policy",
        "entity-names": "How a policy names its database",
        "policy-texts": "Layout of the JSON of a policy",
        "usage-lists": "What AllowedUsages holds",
        "system-in-policies": "Name of the system-assigned identity in policies",
        "system": "Name of the system-assigned identity elsewhere",
        "connection-strings": "Connection strings in .show external tables",
        "export-identities": "Identities in .show continuous-exports",
        "csl-script": "Connection strings and identities in the csl script",
        "csl-script-policies": "The managed identity policy in the csl script",
        "journal-of-policies": "A changed policy in the journal",
        "policy-version": "Version of a database after a change of its policy",
        "export-principal": "Principal of a continuous export with an identity",
        "capacity": "Requests at a time in .show capacity",
    }
)
"""The open questions by the names of their switches."""


def alternatives(name: str) -> tuple[str, ...]:
    """Return the words of a question, the default first; KeyError where there is none."""
    default = _DEFAULTS[name]
    words = (word.value for word in type(default))
    return (default.value, *(word for word in words if word != default.value))


_DEFAULTS: Mapping[str, StrEnum] = MappingProxyType(
    {each.name.replace("_", "-"): getattr(Behaviours(), each.name) for each in fields(Behaviours)}
)
