"""Queue blobs for ingestion, and tell how that went.

That a blob is queued does not mean that it is ingested: the service fetches it later, as the
identity, and only then finds what is missing.

Source: *Queue blobs for ingestion using managed identity authentication*, *.show ingestion
failures* (Azure Data Explorer docs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from adxmi_jupyter.actions.frames import TEXT, fixed_frame
from adxmi_jupyter.actions.write import protocol
from adxmi_jupyter.actions.write.protocol import Write
from adxmi_jupyter.errors import AdxmiError, NotAuthorized, OperationFailed
from adxmi_jupyter.fixes import Explain, Retry
from adxmi_jupyter.model import kql
from adxmi_jupyter.model.connection_string import scrubbed
from adxmi_jupyter.model.kusto_shapes import INGESTION_FAILURES
from adxmi_jupyter.model.shape import cell

if TYPE_CHECKING:
    import pandas as pd

    from adxmi_jupyter.actions.workflow.plans import WorkflowWrite
    from adxmi_jupyter.fixes import Note
    from adxmi_jupyter.model.declaration.products import QueuedIngestion
    from adxmi_jupyter.service.connection import Connection

Failure = Mapping[str, Any]
"""A row of ``.show ingestion failures``."""


def queue(
    connection: Connection,
    database: str,
    product: QueuedIngestion,
    write: WorkflowWrite,
    tell: Callable[[Note], None] | None = None,
) -> pd.DataFrame:
    """Queue a blob and return ``database``, ``table``, ``blob``, ``status``, all string.

    Afterwards the service's list of failures is looked at once: on a cluster it may take minutes
    until the blob is in there, so `tell` hears where to look.

    Raises
    ------
    OperationFailed
        The blob was queued, and the service failed to ingest it; its words are kept.
    AdxmiError
        As `service.ingestion.queue_blob`.

    """
    say = tell or connection.say
    address = _address(product.blob)
    where = _table(database, product.table)
    before, unseen = _failures_so_far(connection, database, where)
    status = _queued(connection, database, product, write, say)
    if not unseen:
        now, unseen = _failures_so_far(connection, database, where)
        new = [one for one in now if one not in before]
        for failure in new:
            if _address(str(cell(failure, "IngestionSourcePath"))).lower() == address.lower():
                raise failed(f"the ingestion of {address} into {product.table}", failure)
    show_command = f".show ingestion failures | {where}"
    say(f"it is queued, not ingested yet; this command shows failures: {show_command}")
    if unseen:
        say(f"whether it has failed already could not be looked up: {unseen}")
    columns = dict.fromkeys(("database", "table", "blob", "status"), TEXT)
    return fixed_frame(columns, [(database, product.table, product.blob, status)])


def _queued(
    connection: Connection,
    database: str,
    product: QueuedIngestion,
    write: WorkflowWrite,
    say: Callable[[Note], None],
) -> str:
    """Queue the blob as any write is carried out; return the client's word for how that went."""
    status: list[str] = []

    def send() -> None:
        status.append(connection.queue_blob(database, product))

    written = protocol.carry_out(
        connection,
        Write[None](
            kind=write.declaration.noun(),
            database=database,
            target=product.table,
            verb=write.verb,
            command=scrubbed(write.text),
            title=f"{write.verb} of {write.title}",
            subject="the queue",
            show_command=write.show_command,
            before=None,
            wanted=None,
            send=send,
        ),
    )
    for note in written.notes:
        say(note)
    return status[0]


def _table(database: str, table: str) -> str:
    return (
        f"where Database == {kql.string_literal(database)} and Table == {kql.string_literal(table)}"
    )


def _failures_so_far(
    connection: Connection, database: str, where: str
) -> tuple[list[Failure], str]:
    """Return the failures there are, or why they cannot be seen: ingesting needs no such right."""
    try:
        return failures(connection, database, where), ""
    except NotAuthorized as refusal:
        return [], refusal.why
    except AdxmiError as failure:
        return [], failure.what


def failures(connection: Connection, database: str, where: str = "") -> list[Failure]:
    """Return the failures of ingestion, those that ``where …`` chooses if there is one.

    Raises as `Kusto.command` does; it takes the role Database Monitor.
    """
    command = " | ".join(filter(None, (".show ingestion failures", where)))
    return list(connection.kusto.command(command, database=database).rows(INGESTION_FAILURES))


def failed(what: str, failure: Failure) -> OperationFailed:
    """Return the error for a failure of ingestion: the service's own words are kept."""
    code, details = (str(cell(failure, name) or "") for name in ("ErrorCode", "Details"))
    return OperationFailed(
        f"{what} failed",
        why=f"{code}: {details}" if code else details,
        fix=Explain.of("fix what the message names, and ", Retry()),
    )


def _address(blob: str) -> str:
    """Return the address of a blob without how to get in."""
    return re.split(r"[?;]", blob, maxsplit=1)[0]
