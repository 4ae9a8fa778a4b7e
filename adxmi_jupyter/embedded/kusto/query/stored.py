"""Whose rules hold inside a stored function."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.embedded.engine.errors import QuerySemanticError
from adxmi_jupyter.embedded.kusto.session import WithoutScripts

if TYPE_CHECKING:
    from adxmi_jupyter.embedded.kusto.session import Session
    from adxmi_jupyter.embedded.state.clusters import Database
    from adxmi_jupyter.embedded.state.entities import StoredFunction


def inside_function(function: StoredFunction, database: Database, session: Session) -> Session:
    """Return the session in which a function's body runs: names are those of its own database.

    Raises a QuerySemanticError for a function that calls itself.
    """
    place = (database.name, function.name)
    if place in session.calls:
        raise QuerySemanticError(f"The function '{function.name}' calls itself.")
    sender = session.sender
    if function.script_problem:
        sender = WithoutScripts(sender, function.script_problem)
    return replace(session, context=database.name, calls=(*session.calls, place), sender=sender)
