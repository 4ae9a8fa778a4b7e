"""Stored functions in queries (page: Stored functions)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.kusto.errors import semantic_error
from adxmi_jupyter.embedded.kusto.session import WithoutScripts

if TYPE_CHECKING:
    from collections.abc import Callable

    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.kusto.tables import Result
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.workflows import StoredFunction


def call_function(
    function: StoredFunction,
    database: Database,
    session: Session,
    run: Callable[[str, Session], Result],
) -> Result:
    """Return what the body gives as its caller, its names those of its own database.

    A Refusal (semantic error) for a function that takes arguments, or that calls itself.
    """
    if function.parameters.strip("()").strip():
        raise semantic_error(
            f"The function '{function.name}' has parameters: the embedded Azure calls functions "
            "without any."
        )
    place = (database.name, function.name)
    if place in session.calls:
        raise semantic_error(f"The function '{function.name}' calls itself.")
    sender = session.sender
    if function.script_problem:
        sender = WithoutScripts(sender, function.script_problem)
    inside = replace(session, context=database.name, calls=(*session.calls, place), sender=sender)
    return run(function.body[1:-1], inside)
