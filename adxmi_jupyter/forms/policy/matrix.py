"""The matrix of the policy form: identities in rows, usages in columns."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.forms import matrix
from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.matrix import PAGE, Matrix
from adxmi_jupyter.forms.naming import beginning, searched
from adxmi_jupyter.forms.policy.state import Mark
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.identity import ManagedIdentity

if TYPE_CHECKING:
    from adxmi_jupyter.forms.policy.state import PolicyState
    from adxmi_jupyter.forms.screen import Screen

Wished = Callable[[ManagedIdentity, str, bool], None]

SHEET = matrix.sheet("policy", Mark)


class PolicyMatrix(Matrix[ManagedIdentity]):
    """Which identity is allowed what by the policy in sight."""

    heading = "Identity"
    marks = Mark
    state: PolicyState

    def __init__(self, screen: Screen, state: PolicyState, wished: Wished) -> None:
        listing = Listing(lambda: state.identities, searched, PAGE)
        hint = "name, object ID or client ID"
        super().__init__(screen, state, wished, listing, what="Identities", hint=hint)

    @property
    def columns(self) -> tuple[str, ...]:
        """The usages."""
        return self.state.usages

    def explained(self, column: str) -> str:
        """Return what a usage permits."""
        return usages.permits(column)

    def remarks(self) -> Sequence[str]:
        """Say which usage counts elsewhere only."""
        if self.state.scope.database:
            return ("SandboxArtifacts has an effect only in the cluster policy",)
        return ()

    def who(self, item: ManagedIdentity) -> str:
        """Return name and ids of an identity."""
        ids = f"object ID {item.object_id}, client ID {item.client_id or 'unknown'}"
        title = html.escape(f"{item.label}: {ids}")
        start = html.escape(beginning(item.object_id))
        kind = "system " if item.is_system else ""
        return (
            f'<div class="adxmi-who" title="{title}"><bdi>{html.escape(self.state.label(item))}'
            f"</bdi><small>{kind}{start}</small></div>"
        )
