"""The lock file beside a policy file: the object ID that each name stood for at the last apply.

A name can be used again after what bore it was deleted. The new identity has another object ID, and
none of the rights of the former one. The lock file holds no secrets and no time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from adxmi_jupyter.errors import InvalidLockFile, MalformedBody
from adxmi_jupyter.fixes import Explain
from adxmi_jupyter.model.body import json_value
from adxmi_jupyter.model.identity import is_guid

FORMAT = "adxmi-lock/v1"
_ENDING = ".lock.json"

Names = Mapping[str, str]
"""Object IDs by the names that a policy file uses."""


@dataclass(frozen=True)
class Lock:
    """Names and object IDs by the address of the cluster, ``embedded`` for the embedded Azure."""

    clusters: Mapping[str, Names] = field(default_factory=dict)

    def names(self, cluster: str) -> Names:
        """Return what names stood for on a cluster."""
        return self.clusters.get(cluster, {})

    def having(self, cluster: str, names: Names) -> Lock:
        """Return it with other names of one cluster."""
        return Lock({**self.clusters, cluster: names})

    @property
    def text(self) -> str:
        """The file: the same bytes for the same names."""
        value = {"format": FORMAT, "clusters": self.clusters}
        return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def lock_file_of(policy_file: str) -> str:
    """Return the name of the lock file of a policy file.

    >>> lock_file_of("adxmi.yaml")
    'adxmi.lock.json'
    """
    return str(PurePath(policy_file).with_suffix("")) + _ENDING


def read_lock(text: str, source: str) -> Lock:
    """Read a lock file; `source` is what errors call it.

    Raises
    ------
    InvalidLockFile
        It is damaged, or not a lock file of this format.

    """
    try:
        value = json_value(text, ignore_case=False)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise _invalid(source, place) from error
    except MalformedBody as error:
        raise _invalid(source, f"{error.what}: {error.why}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        named = value.get("format") if isinstance(value, dict) else None
        raise _invalid(source, f"its format is {named!r}, and not {FORMAT!r}")
    return lock_of(value.get("clusters"), source)


def lock_of(clusters: object, source: str) -> Lock:
    """Return what a value says of clusters; raises as `read_lock`."""
    if not isinstance(clusters, dict):
        raise _invalid(source, "there is no mapping of clusters")
    for cluster, names in clusters.items():
        if not isinstance(names, dict):
            raise _invalid(source, f"{cluster} is not a mapping of names to object IDs")
        for name, identifier in names.items():
            if not isinstance(identifier, str) or not is_guid(identifier):
                raise _invalid(source, f"{name} of {cluster} has no object ID")
    return Lock(clusters)


def _invalid(source: str, why: str) -> InvalidLockFile:
    return InvalidLockFile(
        f"{source} is not a lock file",
        why=why,
        fix=Explain.of(
            "restore it from version control; without it, identities that were created again "
            "under the same name are not noticed"
        ),
    )
