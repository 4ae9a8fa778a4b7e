"""Tell a principal that the directory does not know yet from one that may not exist.

A new identity is in Azure at once and in the directory minutes later. Until then the service
refuses to give it a role, as it would refuse an ID of no principal.

The documentation is silent about it; users of the service have reported both refusals, and waits
of up to ten minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.actions.identity import identities
from adxmi_jupyter.actions.write.operations import telling
from adxmi_jupyter.errors import AdxmiError, CommandRefused, OperationFailed, PrincipalNotFound
from adxmi_jupyter.fixes import Command, Explain, Retry
from adxmi_jupyter.model.principal import PrincipalKind
from adxmi_jupyter.service.retry import retry_while

if TYPE_CHECKING:
    from adxmi_jupyter.actions.roles.principals import ResolvedPrincipal
    from adxmi_jupyter.actions.write.operations import Tell
    from adxmi_jupyter.service.connection import Connection

LONGEST_WAIT = 600.0
"""Seconds after which a new identity is known for sure, as far as people have seen."""

Result = TypeVar("Result")

_REFUSED = 400
_LATE = "ResourceNotFound"
_AZURE_CODES = {"400-BadRequest", "BadRequest"}
_SYNTAX = "BadRequest_SyntaxError"


def retry_until_known(
    connection: Connection,
    wanted: Sequence[ResolvedPrincipal],
    attempt: Callable[[], Result],
    *,
    longest: float = LONGEST_WAIT,
    tell: Tell | None = None,
) -> Result:
    """Give principals a role, again and again while the directory does not know them yet.

    Parameters
    ----------
    wanted
        The principals; only if Azure has every one of them, waiting makes sense.
    attempt
        Gives the role; a refusal says that nothing was changed.
    longest
        Seconds after which no other attempt is made; none at all for 0.
    tell
        Hears that something is waited for; without it, a note and a bar say so.

    Raises
    ------
    PrincipalNotFound
        Azure does not show one of them, the time is over, or a pause was interrupted.
    AdxmiError
        What else the attempt raises.

    """
    missing: list[ResolvedPrincipal] | None = None

    def passes(failure: AdxmiError) -> bool:
        nonlocal missing
        if not is_about_a_principal(failure):
            return False
        if missing is None:
            missing = not_in_azure(connection, wanted)
        return not missing

    every = connection.resource_manager.poll_every
    with _waiting_shown(connection, wanted, tell) as waiting:
        try:
            return retry_while(
                attempt, passes=passes, every=every, longest=longest, waiting=waiting
            )
        except AdxmiError as refusal:
            if not is_about_a_principal(refusal):
                raise
            raise _not_found(wanted, missing or (), refusal) from refusal


@contextmanager
def _waiting_shown(
    connection: Connection, wanted: Sequence[ResolvedPrincipal], tell: Tell | None
) -> Iterator[Callable[[AdxmiError], None]]:
    """Give what says that somebody is waited for: to `tell`, or by a note and then a bar."""
    with ExitStack() as shown:
        bars: list[Tell] = []

        def waiting(refusal: AdxmiError) -> None:
            if tell is not None:
                tell(f"{_reason(wanted)}: waiting")
                return
            if not bars:
                connection.say(f"{_reason(wanted)} ({refusal.why}): waiting")
                bars.append(shown.enter_context(telling("waiting for the directory", None)))
            bars[0](_labels(wanted))

        yield waiting


def is_about_a_principal(failure: AdxmiError) -> bool:
    """Tell whether a failure may mean that the directory does not know a principal.

    Kusto refuses a principal it does not know with HTTP 400, and Azure Resource Manager either
    so or by an operation that fails with ResourceNotFound.
    """
    service = failure.service
    if isinstance(failure, OperationFailed):
        return service.code == _LATE
    if not isinstance(failure, CommandRefused) or service.status != _REFUSED:
        return False
    if service.type:  # errors of Kusto have one
        return service.code != _SYNTAX
    return service.code in _AZURE_CODES


def not_in_azure(
    connection: Connection, wanted: Sequence[ResolvedPrincipal]
) -> list[ResolvedPrincipal]:
    """Return those that Azure Resource Manager does not show, all of them if it is not asked."""
    try:
        seen = identities.known(connection)
    except AdxmiError:  # without permission there, it is unknown
        return list(wanted)
    ids = {one.lower() for each in seen for one in (each.client_id, each.object_id) if one}
    return [one for one in wanted if not _is_among(one, ids)]


def _is_among(principal: ResolvedPrincipal, ids: set[str]) -> bool:
    reference = principal.reference
    mine = {reference.identifier.lower(), principal.object_id.lower()}
    return reference.kind is PrincipalKind.APPLICATION and not ids.isdisjoint(mine)


def _reason(wanted: Sequence[ResolvedPrincipal]) -> str:
    return f"Azure has {_labels(wanted)}, and the directory does not know it yet"


def _labels(principals: Sequence[ResolvedPrincipal]) -> str:
    return ", ".join(principal.label for principal in principals)


def _not_found(
    wanted: Sequence[ResolvedPrincipal],
    missing: Sequence[ResolvedPrincipal],
    refusal: AdxmiError,
) -> PrincipalNotFound:
    others = [one for one in wanted if one not in missing]
    if missing:
        check = Explain.of(
            "check the id and the tenant; ",
            Command.of("identity", "list", "--all"),
            " shows those of identities",
        )
        alone = Explain.of(Retry(), f" without {_labels(missing)}, or ", check)
        who = _labels(missing) if others else "it"
        error = PrincipalNotFound(
            f"the service rejects {_labels(wanted)}, and nothing here shows that {who} exists",
            why=refusal.why,
            fix=alone if others else check,
        )
    else:
        error = PrincipalNotFound(
            _reason(wanted),
            why=refusal.why,
            fix=Explain.of("wait some minutes, then ", Retry(), "; a new identity takes up to ten"),
        )
    error.service = refusal.service
    return error
