"""The noun ``policy``: who may use which identity for what."""

from __future__ import annotations

import click

from adxmi_jupyter.magics.policy_form import form
from adxmi_jupyter.magics.policy_reads import diff, history, matrix, show
from adxmi_jupyter.magics.policy_writes import alter, alter_merge, delete, grant, revoke, undo
from adxmi_jupyter.magics.verbs import Noun

_VERBS = (show, matrix, diff, grant, revoke, alter, alter_merge, delete, history, undo, form)


@click.group(cls=Noun, no_args_is_help=True, commands={str(verb.name): verb for verb in _VERBS})
def policy() -> None:
    """Which managed identity may be used for what.

    The managed identity policy says it, on the cluster and on each database.
    """
