"""What ``audit form`` shows: findings with their evidence, to tick what to narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics.forms import refuse_console, writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.actions.audit.audit import Audit
    from adxmi_jupyter.forms.audit.form import AuditForm
    from adxmi_jupyter.magics.audit_settings import AuditInput
    from adxmi_jupyter.magics.call import Call


def audit_form(call: Call, read: Callable[[], tuple[Audit, AuditInput]]) -> AuditForm:
    """Return the form; `read` audits the cluster, and raises as the audit does."""
    refuse_console(call, "audit form", "adxmi audit --plan plan.json, then adxmi apply plan.json")
    from adxmi_jupyter.forms.audit.form import AuditForm
    from adxmi_jupyter.forms.audit.state import AuditState, Read

    def found() -> Read:
        audit, given = read()
        return Read(audit, given.settings, given.content)

    state = AuditState(call.connection, found)
    return AuditForm(state, writer(call, has_own_variables=True), call.connection.cluster)
