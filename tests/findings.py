"""Findings for tests of what is drawn and told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.actions.check import findings
from adxmi_jupyter.actions.check.findings import State
from adxmi_jupyter.model.azure_role import READS_BLOBS, STORAGE_ACCOUNT, Target
from adxmi_jupyter.model.declaration import requirements as r
from adxmi_jupyter.model.identity import ManagedIdentity
from adxmi_jupyter.model.role import Role
from adxmi_jupyter.model.usage import Usage
from adxmi_jupyter.rendering.diagram_model import step_of

if TYPE_CHECKING:
    from adxmi_jupyter.actions.check.findings import Finding, Observation
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.rendering.diagram_model import Step


def identity(name: str) -> ManagedIdentity:
    return ManagedIdentity("11111111-2222-4333-8444-555555555555", name)


def exists(name: str) -> r.Requirement:
    return r.Exists(identity(name))


def assigned(name: str) -> r.Requirement:
    return r.Assigned(identity(name))


def allowed(name: str, usage: str) -> r.Requirement:
    return r.Allowed(identity(name), Usage(usage))


def callout(uri: str, callout_type: str = "external_data") -> r.Requirement:
    return r.CalloutAllowed(callout_type, uri)


def viewer(name: str) -> r.Requirement:
    return r.GrantedInKusto(identity(name), Role.VIEWERS)


def azure_role(name: str, account: str, container: str) -> r.Requirement:
    inside = f"blobServices/default/containers/{container}"
    return r.GrantedInAzure(
        identity(name), READS_BLOBS, Target(STORAGE_ACCOUNT, account, inside=inside)
    )


def table(name: str) -> r.Requirement:
    return r.WritesThrough(name)


def found(
    about: r.Requirement | Observation, state: str = "met", why: str = "", **more: Fix
) -> Finding:
    return findings.finding(about, State(state), why, **more)


def step(about: r.Requirement | Observation, state: str = "met", why: str = "") -> Step:
    return step_of(found(about, state, why))
