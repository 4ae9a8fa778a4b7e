"""The threads in which forms look things up."""

import asyncio
import threading

from adxmi_jupyter.forms.background import THREAD


async def every_thread():
    """Wait for the threads, and for what they hand to the loop."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join()
    await asyncio.sleep(0)
