"""Who made and who changed a resource, and when (page: Azure Resource Manager, system data)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.state.security import PrincipalKind
from adxmi_jupyter.embedded.state.timestamps import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.embedded.arm.request import ArmRequest


def system_data(call: ArmRequest, before: Mapping[str, str] | None) -> dict[str, str]:
    """Return the system data of what the caller writes now; `before` is that of an existing one."""
    caller = call.caller
    by, moment = caller.upn or caller.identifier, now()
    kind = "Application" if caller.kind is PrincipalKind.APPLICATION else "User"
    created = {"createdBy": by, "createdByType": kind, "createdAt": moment}
    if before:
        created = {name: before[name] for name in created}
    return {
        **created,
        "lastModifiedBy": by,
        "lastModifiedByType": kind,
        "lastModifiedAt": moment,
    }
