"""The file of an audit: suppressions, severities, and what a policy file protects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidPolicyFile, WrongCluster
from adxmi_jupyter.magics.body_file import file_text
from adxmi_jupyter.magics.policy_file import DEFAULT, NamedText

if TYPE_CHECKING:
    from adxmi_jupyter.actions.audit.suppressing import Settings
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.policy_file.reading import ClusterContent


@dataclass(frozen=True)
class AuditInput:
    """What a file says of the audit, and the policy file for the cluster, if it is one."""

    settings: Settings
    content: ClusterContent | None = None


def audit_settings(call: Call, file: NamedText, *, is_strict: bool = False) -> AuditInput:
    """Return what the file that is given says, or the policy file here.

    If `is_strict`, the policy file here has to be readable: it may protect something.

    Raises
    ------
    InvalidPolicyFile, WrongCluster
        The file that is given can't be used, or the one here.

    """
    from adxmi_jupyter.actions.audit.suppressing import Settings

    if file:
        return _read(call, file)
    if not Path(DEFAULT).is_file():
        return AuditInput(Settings())
    try:
        found = _read(call, NamedText(DEFAULT, file_text(DEFAULT)))
    except (InvalidPolicyFile, WrongCluster) as error:
        if is_strict and isinstance(error, InvalidPolicyFile):
            raise
        call.say(f"suppressions are not read from {DEFAULT}: {error.what}")
        return AuditInput(Settings())
    call.say(f"suppressions and severities: {DEFAULT}")
    return found


def _read(call: Call, source: NamedText) -> AuditInput:
    from adxmi_jupyter.actions.audit.suppressing import settings_of
    from adxmi_jupyter.actions.plan.planning import content_for
    from adxmi_jupyter.model.policy_file.reading import PolicyFile, read_audit_settings
    from adxmi_jupyter.model.policy_file.variables import Variables

    found = read_audit_settings(source.text, source.name, Variables(os.environ, {}))
    content = content_for(call.connection, found) if isinstance(found, PolicyFile) else None
    return AuditInput(settings_of(call.connection, found), content)
