"""Find and remove the temporary roles that interrupted commands left, from whatever computer.

Azure lists them by their names; the history of this machine tells which are of its own commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from adxmi_jupyter.actions.elevation import records
from adxmi_jupyter.actions.elevation.elevating import RECENT, known_caller
from adxmi_jupyter.actions.elevation.temporary import ROLE, TemporaryRole, listed
from adxmi_jupyter.actions.frames import MOMENT, TEXT, fixed_frame
from adxmi_jupyter.actions.roles.cluster import ClusterRoles
from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
from adxmi_jupyter.actions.write import journal
from adxmi_jupyter.actions.write.journal import Journal
from adxmi_jupyter.actions.write.open_writes import settle_all
from adxmi_jupyter.actions.write.operations import telling
from adxmi_jupyter.actions.write.protocol import Comparison
from adxmi_jupyter.errors import ClusterBusy, ConfirmationRequired
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model.elevation import granted_at
from adxmi_jupyter.model.principal import parse_reference
from adxmi_jupyter.service.retry import retry_while

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from adxmi_jupyter.actions.write.journal import Entry
    from adxmi_jupyter.model.cluster_role import PrincipalAssignment
    from adxmi_jupyter.service.connection import Connection

_LONGEST = 300.0


class State(StrEnum):
    """Whether a temporary role is to be removed."""

    LEFT_OVER = "left over"
    IN_USE = "in use"
    MAY_BE_IN_USE = "may be in use on another computer"


@dataclass(frozen=True)
class Found:
    """A temporary role that is there, since when, and whether a command may still use it."""

    role: TemporaryRole
    granted: datetime
    state: State


def find(connection: Connection, me: ResolvedPrincipal | None = None) -> tuple[Found, ...]:
    """Return the temporary roles of the caller, and those of this machine's history.

    `me` is the caller where that is known already.

    A grant that Azure is carrying out is waited for. What the history still has and Azure does not
    list is noted as gone.

    Raises
    ------
    HistoryUnavailable
        The history cannot be read.
    ClusterBusy
        Azure is not through with a grant in five minutes.
    ResourceNotFound, NotAuthorized, ConnectionFailure
        The caller does not see the cluster in Azure Resource Manager.

    """
    for note in settle_all(connection):
        connection.say(note)
    own = records.granted(connection)
    _wait_for(connection, [entry for entry in own.values() if entry.is_open])
    there = listed(connection)
    _note_gone(connection, own, there)
    me, now = me or known_caller(connection), connection.resource_manager.clock.now()
    mine = me.listed_in(there) if me is not None else ()
    kept = [one for one in there if one in mine or one.resource_id.lower() in own]
    users = records.users_of(connection)
    return tuple(
        Found(
            TemporaryRole(connection, me or _principal_of(one), one),
            granted_at(one.name) or now,
            State.IN_USE
            if users.is_used(records.name_of(one.resource_id))
            else _state(one, now, is_own=one.resource_id.lower() in own),
        )
        for one in kept
    )


def _wait_for(connection: Connection, still_open: Sequence[Entry]) -> None:
    """Wait until Azure is through with grants whose commands ended before them."""

    def require_end() -> None:
        for entry in still_open:
            comparison, _ = ClusterRoles(connection, "").outcome(entry)
            if comparison is Comparison.UNDER_WAY:
                raise ClusterBusy(
                    "Azure is still carrying a grant out",
                    why=f"it has not ended after {_LONGEST:.0f} s",
                    fix=Retry(),
                )

    with telling("role cleanup", None) as told:
        retry_while(
            require_end,
            passes=lambda failure: isinstance(failure, ClusterBusy),
            every=connection.resource_manager.poll_every,
            longest=_LONGEST,
            waiting=lambda busy: told(busy.what),
        )


def _state(one: PrincipalAssignment, now: datetime, *, is_own: bool) -> State:
    since = granted_at(one.name)
    is_old = since is not None and now - since > RECENT
    return State.LEFT_OVER if is_own or is_old else State.MAY_BE_IN_USE


def _principal_of(one: PrincipalAssignment) -> ResolvedPrincipal:
    return ResolvedPrincipal(one.reference or parse_reference(one.fqn), one.label)


def _note_gone(
    connection: Connection, own: dict[str, Entry], there: Sequence[PrincipalAssignment]
) -> None:
    """Note which granted roles others have removed, so that they aren't looked for any more."""
    present = {one.resource_id.lower() for one in there}
    for target, entry in own.items():
        if target not in present and entry.outcome == journal.APPLIED:
            Journal(connection.history_file).settle(entry, journal.APPLIED, [])


def to_remove(found: Sequence[Found], *, recent: bool) -> tuple[Found, ...]:
    """Return those to remove; with `recent` those, too, that another computer may use."""
    states = {State.LEFT_OVER, *([State.MAY_BE_IN_USE] if recent else [])}
    return tuple(one for one in found if one.state in states)


def remove(connection: Connection, chosen: Sequence[Found], *, confirmed: bool) -> None:
    """Remove temporary roles.

    Raises
    ------
    ConfirmationRequired
        It is not confirmed. Nothing was sent.
    AdxmiError
        As `protocol.carry_out`; those before it are removed.

    """
    if chosen and not confirmed:
        number = len(chosen)
        raise ConfirmationRequired(
            f"cleanup removes {number} temporary role{'s' if number > 1 else ''} from the cluster",
            why=f"a command that still uses one loses {ROLE}",
            fix=Retry.having("--yes"),
        )
    users = records.users_of(connection)
    for one in chosen:
        one.role.remove()
        users.forget(one.role.name)


def leftovers_frame(found: Sequence[Found]) -> pd.DataFrame:
    """Return temporary roles: ``name``, ``principal``, ``role``, ``state`` string, ``granted``.

    ``granted`` is datetime64[ns, UTC].
    """
    columns = dict.fromkeys(("name", "principal", "role", "state"), TEXT) | {"granted": MOMENT}
    rows = [
        (
            *(one.role.assignment.name, one.role.assignment.label),
            *(one.role.assignment.role, str(one.state), one.granted),
        )
        for one in found
    ]
    return fixed_frame(columns, rows)
