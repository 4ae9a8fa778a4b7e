"""The sections of a policy file.

A section that is absent or ``null`` is not managed; one that is empty is managed, and empty.

Source: *Managed identity policy*, *Manage database security roles*, *Callout policy* (Azure Data
Explorer docs).
"""

from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from adxmi_jupyter.model.audit.findings import Severity
from adxmi_jupyter.model.callout import TYPES
from adxmi_jupyter.model.cluster_role import ClusterRole
from adxmi_jupyter.model.policy_file.nodes import (
    UNKNOWN_WORD,
    Mode,
    ModeWord,
    Node,
    PerCluster,
    Word,
    mistaken,
    one_of,
    short_form,
)
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.model.usage import Usage

VERSION = "adxmi/v1"


class Cluster(Node):
    """A cluster that the file is for: its address, ``embedded`` for the embedded Azure."""

    uri: Word
    resource_id: Word | None = None


class Alias(Node):
    """What the file calls an identity by a name of its own: the same for all clusters, or each."""

    name: PerCluster = Field(default_factory=dict)
    resource_id: PerCluster = Field(default_factory=dict)
    object_id: PerCluster = Field(default_factory=dict)
    client_id: PerCluster = Field(default_factory=dict)

    def references(self, cluster: str) -> tuple[str, ...]:
        """Return how the identity may be found on a cluster, the surest first."""
        kinds = (self.resource_id, self.object_id, self.client_id, self.name)
        found = (kind.get(cluster, kind.get("", "")) for kind in kinds)
        return tuple(one for one in found if one)


class Entry(Node):
    """What an identity is allowed in one scope; a plain list holds the usages."""

    usages: tuple[Word, ...]
    protect: StrictBool = False
    why: str = ""

    _short = model_validator(mode="before")(short_form("usages", list))

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> Any:
        """Allow the short form; usages that are newer than this release are none of the names."""
        usage = {"anyOf": [{"enum": [one.value for one in Usage]}, {"type": "string"}]}
        usages = {"type": "array", "items": usage, "uniqueItems": True}
        whole = handler.resolve_ref_schema(handler(core))
        whole["properties"]["usages"] = usages
        return {"anyOf": [usages, whole]}


class Member(Node):
    """Who holds a role: an identity, or a fully qualified name; a plain text is that."""

    principal: Word
    description: str | None = None
    protect: StrictBool = False
    why: str = ""

    _short = model_validator(mode="before")(short_form("principal", str))

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> Any:
        """Allow the short form."""
        whole = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{"type": "string", "minLength": 1}, whole]}


Entries = dict[Word, Entry]
Members = tuple[Member, ...]
RoleName = Annotated[Role, one_of(Role)]
ClusterRoleName = Annotated[ClusterRole, one_of(ClusterRole)]
DatabaseMembers = dict[RoleName, Members | None]


class _Everywhere(Node):
    exceptions: tuple[Word, ...] = Field(default=(), alias="except")

    @cached_property
    def excepted(self) -> frozenset[str]:
        """The databases that are left out, for comparing names in any letter case."""
        return frozenset(one.casefold() for one in self.exceptions)


class EntriesEverywhere(_Everywhere):
    """Entries of every database there is, new ones included, but for some."""

    entries: Entries = Field(default_factory=dict)


class MembersEverywhere(_Everywhere):
    """Roles on every database there is, new ones included, but for some."""

    entries: DatabaseMembers = Field(default_factory=dict)


class _ByName(Node):
    """What holds values by the names of databases, in whatever letter case."""

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.__pydantic_extra__ or {}}

    def spelling(self, name: str) -> str:
        """Return how the file spells a database; as it is given if it doesn't name it."""
        return self._spelled.get(name.casefold(), name)


class PolicyDatabases(_ByName):
    """Entries by the names of databases; those below ``*`` are added to each."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Entries | None]
    everywhere: EntriesEverywhere | None = Field(default=None, alias="*")

    @property
    def named(self) -> dict[str, Entries | None]:
        """The databases that are named."""
        return self.__pydantic_extra__


class RoleDatabases(_ByName):
    """Roles by the names of databases; those below ``*`` are added to each."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, DatabaseMembers | None]
    everywhere: MembersEverywhere | None = Field(default=None, alias="*")

    @property
    def named(self) -> dict[str, DatabaseMembers | None]:
        """The databases that are named."""
        return self.__pydantic_extra__


class AssignedSection(Node):
    """The identities that are assigned to the cluster."""

    mode: ModeWord = Mode.ADDITIVE
    identities: tuple[Word, ...] | None = None


class PolicySection(Node):
    """The managed identity policies of the cluster and of its databases."""

    mode: ModeWord = Mode.ADDITIVE
    cluster: Entries | None = None
    databases: PolicyDatabases | None = None


class RoleSection(Node):
    """Security roles on the cluster and on its databases; a role that is absent isn't managed."""

    mode: ModeWord = Mode.ADDITIVE
    cluster: dict[ClusterRoleName, Members | None] | None = None
    databases: RoleDatabases | None = None


class Rule(Node):
    """A rule of the callout policy: addresses that match the regular expression."""

    type: Annotated[str, one_of(TYPES)]
    uri: Word


class CalloutSection(Node):
    """The cluster's own rules of the callout policy: those that allow, and those that deny."""

    mode: ModeWord = Mode.ADDITIVE
    allow: tuple[Rule, ...] | None = None
    deny: tuple[Rule, ...] | None = None


class AzureRole(Node):
    """A role in Azure that an identity has on a resource, or on what holds it."""

    role: Word
    scope: Word


class AzureRoleSection(Node):
    """Roles of identities in Azure, which are looked at, and never changed."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, tuple[AzureRole, ...] | None]
    mode: Annotated[Literal[Mode.OBSERVE], one_of([Mode.OBSERVE])] = Mode.OBSERVE

    @property
    def identities(self) -> dict[str, tuple[AzureRole, ...] | None]:
        """The roles by the identity."""
        return self.__pydantic_extra__


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("day", "it is no day: write YYYY-MM-DD") from error


class Suppression(Node):
    """A finding of the audit that is known and accepted, why, and until when."""

    rule: Word
    identity: Word | None = None
    database: Word | None = None
    usage: Word | None = None
    cluster: Word | None = None
    reason: Word
    until: Annotated[date, BeforeValidator(_day)] | None = None
    by: str = ""


SeverityWord = Annotated[Severity, one_of(Severity)]


class AuditSection(Node):
    """What the audit does not report, and how bad it takes what its rules find."""

    suppress: tuple[Suppression, ...] = ()
    severity: dict[Word, SeverityWord] = Field(default_factory=dict)


class AuditAlone(Node):
    """A file that has the section ``audit`` of a policy file, and no other."""

    audit: AuditSection | None = None


_SECURITY_ROLES = {str(one).lower(): str(one) for one in (*Role, *ClusterRole)}


def _security_role(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return value
    name = value.strip().lower()
    if name not in _SECURITY_ROLES:
        raise mistaken(UNKNOWN_WORD, value, _SECURITY_ROLES.values())
    return _SECURITY_ROLES[name]


class Protection(Node):
    """What no apply removes, whoever leaves it out: all that has each of the values given."""

    identity: Word
    usage: Word | None = None
    role: Annotated[Word, BeforeValidator(_security_role)] | None = None
    database: Word | None = None


class Content(Node):
    """A whole file; `only` holds what is laid over it for one of its clusters."""

    api_version: Annotated[Literal["adxmi/v1"], one_of([VERSION])]
    clusters: dict[Word, Cluster] = Field(min_length=1)
    identities: dict[Word, Alias] = Field(default_factory=dict)
    assigned: AssignedSection | None = None
    policy: PolicySection | None = None
    roles: RoleSection | None = None
    callouts: CalloutSection | None = None
    azure_roles: AzureRoleSection | None = None
    audit: AuditSection | None = None
    protected: tuple[Protection, ...] = ()
    only: dict[Word, dict[str, Any]] = Field(default_factory=dict)
