"""Serve an embedded Azure with many databases until standard input ends; tell where it listens.

For each line of input it tells how many requests it has answered, its processor time, and the most
memory that it has taken.
"""

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from adxmi_jupyter.embedded import EmbeddedAzure
from tests.worlds import add_workflows

wanted, latency, has_workflows = int(sys.argv[1]), float(sys.argv[2]), "workflows" in sys.argv

with EmbeddedAzure(latency=latency) as azure:
    databases = azure.world.cluster.databases
    for number in range(wanted - len(databases)):
        azure.world.add_database(f"Bench{number:04}")
    of_system = databases["Tom's Lab"].policy
    for database in databases.values():
        database.policy = databases["Sales"].policy
        if "entries" in sys.argv:
            database.policy = [*databases["Sales"].policy, *of_system]
        if has_workflows:
            add_workflows(azure.world, database)
    if "requests" in sys.argv:
        azure.add_requests(int(sys.argv[sys.argv.index("requests") + 1]))
    print(azure.kusto_uri, flush=True)
    for _ in sys.stdin:
        told = {
            "requests": azure.requests_served + azure.arm_requests_served,
            "processor": time.process_time(),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(told), flush=True)
