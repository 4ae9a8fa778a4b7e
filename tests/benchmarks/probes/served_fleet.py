"""Serve many clusters until standard input ends; tell the addresses, then what was served.

Arguments: clusters, databases of each, latency in seconds. Of a hundred 12 are stopped, 3 throttle
whatever comes, 2 do not answer, and 1 has an expired certificate.
"""

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from adxmi_jupyter.embedded import EmbeddedAzure
from adxmi_jupyter.embedded.seed.fleet import add_cluster, add_database, add_identity, policy_item
from adxmi_jupyter.embedded.state.clusters import RUNNING, STOPPED
from adxmi_jupyter.embedded.state.ids import cluster_id

SUBSCRIPTIONS, IDENTITIES, LONG = 9, 5, 3600.0
clusters, each, latency = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
stopped, throttling, hanging = clusters * 12 // 100, 3, 2

with EmbeddedAzure(latency=latency) as azure:
    world = azure.world
    world.other_clusters.clear()
    names = [f"Bench {number}" for number in range(SUBSCRIPTIONS)]
    kept = [azure.add_subscription(name, "bench") for name in names]
    identities = [add_identity(world, f"mi-bench{one}", kept[0]) for one in range(IDENTITIES)]
    policy = [policy_item(one, "ExternalTable", "NativeIngestion") for one in identities]
    for number in range(clusters):
        state = STOPPED if number < stopped else RUNNING
        name = f"bench{number:03}"
        made = add_cluster(world, name, names[number % SUBSCRIPTIONS], identities, state=state)
        for database in range(each):
            add_database(made, f"D{database:03}", policy, ())
    bad = world.other_clusters[stopped:]
    for cluster in bad[:throttling]:
        azure.faults.add("throttled", times=None, cluster=cluster.name)
    for cluster in bad[throttling : throttling + hanging]:
        azure.faults.add("slow", times=None, cluster=cluster.name, delay=LONG)
    bad[throttling + hanging].bad_certificate = True
    uris = {cluster_id(one): azure.uri_of(cluster_id(one)) for one in world.clusters}
    print(json.dumps({"uri": azure.kusto_uri, "uris": uris}), flush=True)
    for _ in sys.stdin:
        told = {
            "requests": azure.requests_served + azure.arm_requests_served,
            "processor": time.process_time(),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
        print(json.dumps(told), flush=True)
