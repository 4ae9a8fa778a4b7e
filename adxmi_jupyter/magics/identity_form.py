"""The verb ``identity form``: what is assigned to the cluster, by mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.magics.forms import refuse_console, writer
from adxmi_jupyter.magics.verbs import verb

if TYPE_CHECKING:
    from adxmi_jupyter.forms.identity.form import IdentityForm
    from adxmi_jupyter.magics.call import Call


@verb("form", examples=("identity form",))
def form(call: Call) -> IdentityForm:
    """Assign and remove by mouse: tick, look at the request, apply. For notebooks."""
    refuse_console(
        call, "identity form", "adxmi identity list --all, then adxmi identity assign or remove"
    )
    from adxmi_jupyter.forms.identity.form import IdentityForm
    from adxmi_jupyter.forms.identity.state import IdentityState

    connection = call.connection
    return IdentityForm(IdentityState(connection), writer(call), connection.cluster)
