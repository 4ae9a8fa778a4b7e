"""The ``identity`` lines that do the same as the identity form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.fixes import Command, option_words
from adxmi_jupyter.forms.identity.reading import key_of
from adxmi_jupyter.model.identity import word_among

if TYPE_CHECKING:
    from adxmi_jupyter.model.assignment import AssignmentChange
    from adxmi_jupyter.model.identity import ManagedIdentity


def equivalent(change: AssignmentChange, known: Sequence[ManagedIdentity]) -> tuple[Command, ...]:
    """Return a line that assigns, one that removes, or both in this order.

    An identity is called by its name where the line can find it by that, else by its object ID;
    one that is neither assigned nor in the cluster's subscription by its resource ID.
    """
    assigning = _line("assign", change.added, known)
    removing = _line("remove", change.removed, known, "--yes")
    return (*assigning, *removing)


def _line(
    verb: str, identities: Sequence[ManagedIdentity], known: Sequence[ManagedIdentity], *more: str
) -> tuple[Command, ...]:
    if not identities:
        return ()
    keys = {key_of(identity) for identity in known}
    words = ",".join(
        word_among(i, known, key_of, (key_of(i) in keys and i.object_id) or i.resource_id)
        for i in identities
    )
    return (Command(("identity", verb, *option_words("--identity", words), *more)),)
