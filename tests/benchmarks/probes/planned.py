"""Plan a policy file of many databases in a fresh process; tell how long it took.

The file has three entries for each database, and one of them is missing on the cluster.
"""

import json
import sys
import time
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

uri, most, place = sys.argv[1:]
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "adxmi_jupyter")
options = f"--credential default --database Sales --name bench --max-in-flight {most}"
shell.run_line_magic("adxmi", f"connect {uri} {options}")
names = shell.run_line_magic("adxmi", "policy show --all-databases")["database"].unique()
entries = {
    "system": ["All"],
    "mi-export": ["ExternalTable"],
    "mi-ingest": ["NativeIngestion", "DataConnection"],
}
more = {"mi-ingest": [*entries["mi-ingest"], "SqlRequest"]}
databases = {name: {**entries, **(more if name == "Sales" else {})} for name in names}


def file_of(databases, name):
    """Write a policy file and return where it is."""
    content = {
        "apiVersion": "adxmi/v1",
        "clusters": {"bench": {"uri": uri}},
        "policy": {"mode": "authoritative", "databases": databases},
    }
    file = Path(place) / name
    file.write_text(json.dumps(content, indent=1))
    return file


small = file_of({"Sales": entries}, "small.json")
shell.run_line_magic("adxmi", f"plan --file {small}")  # loads what a first plan loads
file = file_of(databases, "adxmi.json")
began = time.perf_counter()
shell.run_line_magic("adxmi", "policy show --all-databases")
read = time.perf_counter() - began
began, cpu = time.perf_counter(), time.process_time()
found = shell.run_line_magic("adxmi", f"plan --file {file}")
taken, cpu = time.perf_counter() - began, time.process_time() - cpu
print(json.dumps({"seconds": taken, "processor": cpu, "rows": len(found), "read": read}))
