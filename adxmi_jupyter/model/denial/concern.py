"""What denials are about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Concern(Enum):
    """What a refusal is about: requirements first, then what is beside every chain."""

    ALLOWED = "allowed"
    ASSIGNED = "assigned"
    TARGET = "target"
    ADDRESS = "address"
    KUSTO_ROLE = "kusto_role"
    CALLER = "caller"
    OPERATOR = "operator"
    SIGN_IN = "sign_in"
    HOST = "host"
    CLUSTER = "cluster"
    PRINCIPAL = "principal"
    BUSY = "busy"
    THROTTLED = "throttled"
    OUTAGE = "outage"
    STOPPED = "stopped"
    RESOURCE = "resource"
    DATABASE = "database"
    ENTITY = "entity"
    THERE = "there"
    DATA = "data"
    VALIDATION = "validation"
    STATEMENT = "statement"
    SYNTAX = "syntax"
    ENDPOINT = "endpoint"
    UNSPECIFIED = "unspecified"


@dataclass(frozen=True)
class Meaning:
    """What a code stands for; `says` is for people, `writes` tells that something was written."""

    concern: Concern
    says: str
    writes: bool = False
