"""Read one thing of several scopes at the same time, and say which could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from adxmi_jupyter.errors import AdxmiError, PartialRead
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.service.gather import gather

if TYPE_CHECKING:
    from adxmi_jupyter.model.policy import Scope

Thing = TypeVar("Thing")


def read_each(
    read: Callable[[Scope], Thing],
    scopes: Sequence[Scope],
    *,
    what: str,
    skip_unreadable: bool,
) -> tuple[dict[Scope, Thing], tuple[tuple[Scope, AdxmiError], ...]]:
    """Return what was read of each scope in the scopes' order, and what failed.

    `what` names the things in the plural, such as ``policies``.

    Raises
    ------
    PartialRead
        Some scopes could not be read and `skip_unreadable` is false.
    AdxmiError
        None could be read: the first one's error.

    """
    found: dict[Scope, Thing] = {}
    unreadable: list[tuple[Scope, AdxmiError]] = []
    for scope, result in zip(scopes, gather(read, scopes, what=f"reading {what}"), strict=True):
        if isinstance(result, AdxmiError):
            unreadable.append((scope, result))
        elif isinstance(result, Exception):
            raise result
        else:
            found[scope] = result
    if unreadable and not (found and skip_unreadable):
        raise _not_all_read(unreadable, what, len(scopes))
    return found, tuple(unreadable)


def _not_all_read(
    unreadable: Sequence[tuple[Scope, AdxmiError]], what: str, total: int
) -> AdxmiError:
    scope, first = unreadable[0]
    if len(unreadable) == total:
        return first
    return PartialRead(
        f"{len(unreadable)} of {total} {what} could not be read: "
        + ", ".join(str(scope) for scope, _ in unreadable),
        why=f"{scope}: {first.why}",
        fix=Retry.having("--skip-unreadable"),
    ).because_of(failure for _, failure in unreadable)
