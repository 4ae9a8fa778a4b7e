"""The properties of exports.

Pages: Export data to storage, … to an external table, Create or alter continuous export.
"""

from __future__ import annotations

from datetime import timedelta

from adxmi_jupyter.embedded.kusto.external_tables.storage import PARQUET_COMPRESSIONS
from adxmi_jupyter.embedded.kusto.properties import COUNT, GIGABYTE, MEGABYTE, TEXT, TRUTH, Rule

_DISTRIBUTION = Rule(choices=("single", "per_node", "per_shard"))
_KIND = Rule(choices=("uniform", "default"))

TO_STORAGE = {
    "includeHeaders": Rule(choices=("none", "all", "firstFile")),
    "fileExtension": TEXT,
    "namePrefix": TEXT,
    "encoding": Rule(choices=("UTF8NoBOM", "UTF8BOM")),
    "compressionType": Rule(choices=PARQUET_COMPRESSIONS),
    "distribution": _DISTRIBUTION,
    "distributed": TRUTH,
    "persistDetails": TRUTH,
    "sizeLimit": Rule("long", least=100 * MEGABYTE, most=4 * GIGABYTE),
    "parquetRowGroupSize": COUNT,
    "parquetDatetimePrecision": Rule(choices=("millisecond", "microsecond")),
}
TO_TABLE = {
    "sizeLimit": Rule("long", least=100 * MEGABYTE, most=GIGABYTE),
    "distributed": TRUTH,
    "distribution": _DISTRIBUTION,
    "distributionKind": _KIND,
    "concurrency": COUNT,
    "spread": Rule("long", least=1, most=64),
    "parquetRowGroupSize": COUNT,
}
CONTINUOUS = {
    "managedIdentity": Rule(identity=True),
    "intervalBetweenRuns": Rule("timespan", least=timedelta(minutes=1)),
    "forcedLatency": Rule("timespan", least=timedelta()),
    "sizeLimit": Rule("long", least=100 * MEGABYTE, most=GIGABYTE),
    "distributed": TRUTH,
    "distribution": _DISTRIBUTION,
    "distributionKind": _KIND,
    "parquetRowGroupSize": COUNT,
    "isDisabled": TRUTH,
}
