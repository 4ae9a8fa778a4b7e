"""The noun ``connection-string``: addresses of targets, and how the cluster authenticates there."""

from __future__ import annotations

import click

from adxmi_jupyter.magics.connection_string_build import ai, cosmos, sql, storage
from adxmi_jupyter.magics.connection_string_parse import parse
from adxmi_jupyter.magics.verbs import Noun

_VERBS = (storage, sql, cosmos, ai, parse)


@click.group(
    cls=Noun,
    no_args_is_help=True,
    commands={str(verb.name): verb for verb in _VERBS},
    pages=("Storage connection strings", "SQL connection strings"),
)
def connection_string() -> None:
    """Build and parse connection strings."""
