"""A plan, and those of many clusters, as documents for other tools, and their JSON schemas.

A release that only adds fields raises the second number of `FORMAT`, any other one the first.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT = "1.1"
NAME = "adxmi.plan.schema.json"
FLEET_NAME = "adxmi.fleet-plan.schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"

Count = Annotated[int, Field(ge=0)]
Kind = Literal["identity", "policy", "role", "callout", "azure-role"]


class _Node(BaseModel):
    """Part of the document. Readers accept fields that a newer release adds."""

    model_config = ConfigDict(frozen=True, extra="allow")


class SummaryNode(_Node):
    """How many changes there are of each kind; `change` counts the names that are `replaced`."""

    add: Count
    remove: Count
    change: Count
    blocked: Count
    observed: Count
    unknown: Count


class ThingNode(_Node):
    """Something on the cluster.

    `address` names it. `key` is the object ID or the fully qualified name of whom it is about, and
    `name` what people call them. An empty `database` is the cluster.
    """

    address: str
    kind: Kind
    database: str
    name: str
    key: str
    item: str


class ChangeNode(ThingNode):
    """A change: what is there before and after, by which commands, and what has to be known.

    `actions` is ``no-op`` for what is blocked or only observed. `reason` says why it is blocked,
    and `protected` whether that is a protection rather than a requirement that isn't met. `breaks`
    are the workflows that stop working. A `line` of 0 is unknown.
    """

    actions: list[Literal["create", "delete", "update", "no-op"]]
    status: Literal["planned", "blocked", "observed"]
    reason: str
    before: str | None
    after: str | None
    commands: list[str]
    needs_right: str
    breaks: list[str]
    protected: bool
    why: str
    line: Count


class ReplacedNode(_Node):
    """A name of the file that stands for another identity than at the last apply: object IDs."""

    name: str
    before: str
    after: str
    confirmed: bool
    line: Count


class UnseenNode(_Node):
    """What could not be read, the permission that shows it, and the reason that was given."""

    what: str
    right: str
    section: str
    database: str
    why: str


class UnmatchedNode(_Node):
    """A name below ``except`` that no database has, and the closest one that is managed."""

    section: str
    name: str
    match: str
    line: Count


class PlanDocument(_Node):
    """A plan, or the difference that drift found. It holds no secret and no time."""

    format_version: Annotated[str, Field(pattern=r"^1\.[0-9]+$")]
    tool: str
    cluster: str
    file: str
    file_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    summary: SummaryNode
    changes: list[ChangeNode]
    replaced: list[ReplacedNode]
    unmanaged: list[ThingNode]
    cannot_see: list[UnseenNode]
    unmatched: list[UnmatchedNode] = Field(default_factory=list)
    states: dict[str, str]


class ClusterNode(_Node):
    """A cluster of many: its plan, or why there is none.

    `state` is ``reached``, ``read in part``, where the plan tells what it can't see, or says why
    the cluster was not reached.
    """

    cluster: str
    resource_id: str
    state: str
    why: str
    plan: PlanDocument | None


class FleetPlanDocument(_Node):
    """The plans of many clusters; `summary` counts the changes on all of them."""

    format_version: Annotated[str, Field(pattern=r"^1\.[0-9]+$")]
    tool: str
    summary: SummaryNode
    clusters: list[ClusterNode]


_SCHEMAS: tuple[tuple[str, str, type[_Node]], ...] = (
    (NAME, "plan", PlanDocument),
    (FLEET_NAME, "fleet-plan", FleetPlanDocument),
)


def schema_text(name: str = NAME) -> str:
    """Return one of the schemas that are shipped with the package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def generated_texts() -> dict[str, str]:
    """Return the schemas by file as they are declared; the shipped ones must be the same."""
    return {
        name: json.dumps(
            {
                "$schema": _DIALECT,
                "$id": f"urn:adxmi:{kind}:v1",
                **declared.model_json_schema(),
                "title": f"adxmi {kind}",
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
        for name, kind, declared in _SCHEMAS
    }
