"""What there is to say of a list of choices: why it is empty, or not all there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.masking import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adxmi_jupyter.actions.choices.values import Choices
    from adxmi_jupyter.actions.identity.known_identities import KnownIdentities

READING = "Reading the list …"
_TYPE_IT = "You can type it instead."
_NO_IDENTITY = "None found. Required permissions: Reader on the identities or their subscription."


def told_of_identities(known: KnownIdentities) -> str:
    """Return why identities are missing from a list, or all of them; empty where none is."""
    if known.notes:
        return f"{masked(one_line(' '.join(f'{note}.' for note in known.notes)))} {_TYPE_IT}"
    return "" if known.every else f"{_NO_IDENTITY} {_TYPE_IT}"


def told_of(choices: Choices, labels: Mapping[str, str]) -> str:
    """Return what there is to say, with the labels of the fields there are; empty for nothing."""
    if choices.missing:
        wanted = " or ".join(labels[name] for name in choices.missing if name in labels)
        return f"To see the list, fill in first: {wanted}."
    if choices.failure is not None:
        why = masked(one_line(f"{choices.failure.what} ({choices.failure.why})"))
        return f"Not listed: {why}. Required permissions: {choices.required}. {_TYPE_IT}"
    if not choices.every:
        return f"None found. Required permissions: {choices.required}. {_TYPE_IT}"
    if choices.most:
        return f"The service lists the first {choices.most:,} files only. {_TYPE_IT}"
    return ""
