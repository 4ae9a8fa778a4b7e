"""The policy a line is about: the cell body, or the file of ``--file``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.errors import MissingOption
from adxmi_jupyter.fixes import OwnCommand

if TYPE_CHECKING:
    from adxmi_jupyter.magics.call import Call
    from adxmi_jupyter.model.policy import Policy


def body(
    call: Call,
    file: str,
    *,
    otherwise: str = "--file FILE",
    allow_unknown_usage: bool = True,
) -> tuple[Policy, tuple[str, ...]]:
    """Read the policy of the cell body or of the file; `otherwise` is an option that needs none.

    Returns the policy and notes about its identities.

    Raises
    ------
    MissingOption
        There is neither.
    InvalidInput
        It cannot be read, see `actions.policy_body.body_policy`.

    """
    from adxmi_jupyter.actions.policy.body import body_policy

    text = file or call.body or ""
    if not text.strip():
        raise MissingOption(
            "there is no policy",
            why="a file has it, or the standard input"
            if call.is_console
            else "it stands in the cell below %%adxmi …, or in a file",
            fix=OwnCommand(call.again(more=otherwise)),
        )
    return body_policy(call.connection, text, allow_unknown_usage=allow_unknown_usage)
