"""What the log tells of the work of a request: the embedded Azure scans nothing and caches nothing.

Pages: `.show queries`, `.show commands`.
"""

from __future__ import annotations

from typing import Any

GROUP = "default"
LEAST_MEMORY = 524_384
_NO_BYTES = {"HitBytes": 0, "MissBytes": 0, "RetrieveBytes": 0}
CACHE = {
    "Memory": {"Hits": 0, "Misses": 0},
    "Disk": {"Hits": 0, "Misses": 0},
    "Shards": {"Hot": _NO_BYTES, "Cold": _NO_BYTES, "BypassBytes": 0},
}
SCANNED = {
    "MinDataScannedTime": None,
    "MaxDataScannedTime": None,
    "TotalExtentsCount": 0,
    "ScannedExtentsCount": 0,
    "TotalRowsCount": 0,
    "ScannedRowsCount": 0,
}


def result_set(rows: int, size: int) -> dict[str, Any]:
    """Return the statistics of an answer of one table."""
    return {"TableCount": 1, "TablesStatistics": [{"RowCount": rows, "TableSize": size}]}


def resources(memory: int, total_cpu: str) -> dict[str, Any]:
    """Return what a command used."""
    return {
        "ScannedExtentsStatistics": SCANNED,
        "CacheStatistics": CACHE,
        "MemoryPeak": memory,
        "TotalCpu": total_cpu,
    }
