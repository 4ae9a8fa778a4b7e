"""Threads that send requests."""

from __future__ import annotations

import threading
from collections.abc import Callable


def request_thread(
    work: Callable[..., object], *arguments: object, name: str | None = None
) -> threading.Thread:
    """Return a daemon thread, not yet started, with what all Azure SDKs share loaded before.

    Modules of azure.core import each other. Two threads that load them at once, one for Kusto and
    one for Azure Resource Manager, can find one of them half made: an ImportError.
    """
    import azure.core.pipeline.policies
    import azure.core.tracing.decorator  # noqa: F401

    return threading.Thread(target=work, args=arguments, name=name, daemon=True)
