"""Read the policy matrix of many clusters in a fresh process; tell how long that took.

Arguments: a file with the addresses of the clusters. The environment sets the pace.
"""

import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

from adxmi_jupyter.actions.fleet.runs import Run
from adxmi_jupyter.magics.call import Call
from adxmi_jupyter.magics.console import Console
from adxmi_jupyter.magics.line import split
from adxmi_jupyter.magics.tree import run
from adxmi_jupyter.service.connections import Connections, Settings
from adxmi_jupyter.service.embedded import EmbeddedService

LINE = "policy matrix --fleet bench*"
addresses = json.loads(Path(sys.argv[1]).read_text("utf-8"))
# The clusters of another process, as if it were this one.
served = SimpleNamespace(
    kusto_uri=addresses["uri"], script_key="", uri_of=addresses["uris"].__getitem__, stop=int
)
console = Console()
console.connections = Connections(Settings(), console.say, embedded=EmbeddedService(served))
console.connections.current().kusto.command(".show version")  # loads what a first request loads

reached = []
keep = Run.keep


def noting(kept, piece):
    keep(kept, piece)
    if piece.outcome.is_reached:
        reached.append(time.perf_counter())


Run.keep = noting
call = Call(console, split(LINE))
began, cpu = time.perf_counter(), time.process_time()
frame = run(call, [word.text for word in call.words])
taken, cpu = time.perf_counter() - began, time.process_time() - cpu
states = Counter(one["state"] for one in frame.attrs["adxmi"]["clusters"])
told = {
    "seconds": taken,
    "until_last": max(reached) - began,
    "processor": cpu,
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "rows": int((frame.cluster_state == "reached").sum()),
    "states": states,
}
print(json.dumps(told))
