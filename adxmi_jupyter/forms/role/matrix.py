"""The matrix of the role form: who may hold roles in rows, the roles in columns."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import TYPE_CHECKING

from adxmi_jupyter.forms import matrix
from adxmi_jupyter.forms.listing import Listing
from adxmi_jupyter.forms.matrix import PAGE, Matrix
from adxmi_jupyter.forms.naming import beginning
from adxmi_jupyter.forms.role.reading import Holder
from adxmi_jupyter.forms.role.state import Mark
from adxmi_jupyter.model.identity import is_guid

if TYPE_CHECKING:
    from adxmi_jupyter.forms.role.state import RoleState
    from adxmi_jupyter.forms.screen import Screen

Wished = Callable[[Holder, str, bool], None]

SHEET = matrix.sheet("role", Mark)


class RoleMatrix(Matrix[Holder]):
    """Who holds which role in the scope in sight."""

    heading = "Identity, user, group or application"
    marks = Mark
    state: RoleState
    head_width = "minmax(160px, 1fr)"
    cell_width = "minmax(64px, 88px)"

    def __init__(self, screen: Screen, state: RoleState, wished: Wished) -> None:
        listing = Listing(lambda: state.holders, _searched, PAGE)
        hint = "name, id, kind or tenant"
        super().__init__(screen, state, wished, listing, what="Principals", hint=hint)

    @property
    def columns(self) -> tuple[str, ...]:
        """The roles."""
        return tuple(role.value for role in self.state.roles)

    def explained(self, column: str) -> str:
        """Return what a role is good for."""
        return next(role.allows for role in self.state.roles if role == column)

    def broken(self, column: str) -> str:
        """Let the longest name of a role on a database break, too."""
        return super().broken(column).replace("unrestricted", "unrestricted<wbr>")

    def is_fixed(self, item: Holder, column: str) -> bool:
        """Tell whether a role can be neither given to somebody nor taken away."""
        return self.state.is_fixed(item, column)

    def who(self, item: Holder) -> str:
        """Return name, kind and id of somebody."""
        reference = item.principal.reference if item.principal else None
        title = html.escape(f"{item.label}: {reference or item.object_id}")
        told = html.escape(f"{item.kind} {_start(item)}".strip())
        return (
            f'<div class="adxmi-who" title="{title}"><bdi>{html.escape(self.state.label(item))}'
            f"</bdi><small>{told}</small></div>"
        )


def _start(holder: Holder) -> str:
    """Return the beginning of the ID by which a role calls somebody; an address says nothing so."""
    named = holder.principal.reference.identifier if holder.principal else ""
    return beginning(named) if is_guid(named) else ""


def _searched(holder: Holder) -> str:
    reference = holder.principal.reference if holder.principal else ""
    return f"{holder.label} {holder.kind} {holder.object_id} {reference}"
