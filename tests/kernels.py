"""Kernels that are reached by files instead of ports; a plugin of pytest for those of nbval, too.

A port is chosen before the kernel takes it: where several processes start kernels and servers at
the same time, another one may have it by then, and the kernel never answers.
"""

from functools import cache
from pathlib import Path
from uuid import uuid4


def pytest_configure():
    """Let nbval start its kernels so (``-p tests.kernels``)."""
    from nbval import kernel

    kernel.KernelManager = manager_class()


def start_kernel(**options):
    """Start a kernel; return its manager and a client, ready to use."""
    manager = manager_class()(kernel_name="python3")
    manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return manager, client


@cache
def manager_class():
    """Return the class of managers; importing it takes long."""
    from jupyter_client.manager import KernelManager
    from jupyter_core.paths import jupyter_runtime_dir

    class Manager(KernelManager):
        """The kernel's sockets lie beside its connection file."""

        def __init__(self, **options):
            folder = Path(jupyter_runtime_dir())
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{uuid4().hex[:8]}.json"
            super().__init__(transport="ipc", connection_file=str(file), **options)

    return Manager
