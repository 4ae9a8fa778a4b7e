"""What listings show of identities and connection strings: real clusters may differ in it.

Pages: `.show continuous-exports`, `.show external tables`, `.show database schema as csl script`,
none of which says it. The defaults are the choices that the README lists; tools that read real
clusters count on other ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ShownStrings(StrEnum):
    """What listings show of the connection strings of external tables."""

    WITHOUT_SECRETS = "without-secrets"
    ADDRESSES = "addresses"
    ASTERISKS = "asterisks"
    LEFT_OUT = "left-out"


class ShownSystem(StrEnum):
    """What the system-assigned identity is called where something names it."""

    AS_KEPT = "as-kept"
    WORD = "word"
    OBJECT_ID = "object-id"


class ShownScript(StrEnum):
    """What `as csl script` shows of the same, and to whom."""

    WITHOUT_SECRETS = "without-secrets"
    ASTERISKS = "asterisks"
    TO_ADMINS = "to-admins"


@dataclass
class ListingSettings:
    """How the clusters show what names an identity.

    `export_identities` says whether listings of continuous exports have their identities.
    `connection_strings` is for listings of external tables: ``addresses`` has asterisks for all
    behind the first semicolon, ``asterisks`` nothing else, ``left-out`` no such column.
    `system_in_policies` is for managed identity policies, `system` for all else that names the
    system-assigned identity: as each has it by itself, or the word or the object ID everywhere.
    `csl_script` shows connection strings and identities as well as it shows the rest, or as
    asterisks, or is for admins of the database alone.
    """

    export_identities: bool = True
    connection_strings: ShownStrings = ShownStrings.WITHOUT_SECRETS
    system: ShownSystem = ShownSystem.AS_KEPT
    system_in_policies: ShownSystem = ShownSystem.AS_KEPT
    csl_script: ShownScript = ShownScript.WITHOUT_SECRETS
