"""Serve an embedded Azure with many databases until standard input ends; tell where it listens."""

import sys

from adxmi_jupyter.embedded import EmbeddedAzure

wanted, latency = int(sys.argv[1]), float(sys.argv[2])

with EmbeddedAzure(latency=latency) as azure:
    databases = azure.world.cluster.databases
    for number in range(wanted - len(databases)):
        azure.world.add_database(f"Bench{number:04}")
    for database in databases.values():
        database.policy = databases["Sales"].policy
    print(azure.kusto_uri, flush=True)
    sys.stdin.read()
