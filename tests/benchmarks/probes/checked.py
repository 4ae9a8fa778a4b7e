"""Check or audit a whole cluster in a fresh process; tell how long it took, and the most memory."""

import json
import resource
import sys
import time

from IPython.core.interactiveshell import InteractiveShell

uri, most, *line = sys.argv[1:]
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "adxmi_jupyter")
options = f"--credential default --database Sales --name bench --max-in-flight {most}"
shell.run_line_magic("adxmi", f"connect {uri} {options}")
shell.run_line_magic("adxmi", "policy show")  # loads what a first request loads
began, cpu = time.perf_counter(), time.process_time()
found = shell.run_line_magic("adxmi", " ".join(line) or "check")
taken, cpu = time.perf_counter() - began, time.process_time() - cpu
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = {"seconds": taken, "processor": cpu, "megabytes": kilobytes / 1024, "rows": len(found)}
print(json.dumps(told))
