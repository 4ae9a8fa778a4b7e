"""The order in which clusters are changed: a few first, the others once those went well."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import InvalidValue
from adxmi_jupyter.fixes import ChangeOption, LeaveOut

if TYPE_CHECKING:
    from adxmi_jupyter.fixes import Fix
    from adxmi_jupyter.model.fleet import FleetCluster

REST = "rest"
_TAG = "wave"


def in_waves(
    clusters: Sequence[FleetCluster], words: Sequence[str]
) -> tuple[tuple[FleetCluster, ...], ...]:
    """Return the clusters by waves: one for each word, in the order of the words.

    A word is a name with ``*`` and ``?``, the value of the tag ``wave``, or ``rest`` for all that
    no other word means. A cluster is in the first wave that means it. Without words there is one
    wave.

    Raises
    ------
    InvalidValue
        A word means no cluster, or a cluster is in no wave.

    """
    if not words:
        return (tuple(clusters),)
    waves: list[list[FleetCluster]] = [[] for _ in words]
    for cluster in clusters:
        place = next((at for at, word in enumerate(words) if _is_meant(cluster, word)), None)
        if place is None:
            place = next((at for at, word in enumerate(words) if word.lower() == REST), None)
        if place is None:
            raise InvalidValue(
                f"--waves has no wave for {cluster.name}",
                why=f"it is none of {', '.join(words)}, by its name or by its tag {_TAG}",
                fix=ChangeOption("--waves", ",".join((*words, REST))),
            )
        waves[place].append(cluster)
    for word, wave in zip(words, waves, strict=True):
        if not wave and word.lower() != REST:
            raise InvalidValue(
                f"--waves {word} means no cluster",
                why=f"no cluster of the command has that name or that value of the tag {_TAG}",
                fix=_without(word, words),
            )
    return tuple(tuple(wave) for wave in waves if wave)


def _without(word: str, words: Sequence[str]) -> Fix:
    left = [one for one in words if one != word and one.lower() != REST]
    return ChangeOption("--waves", ",".join((*left, REST))) if left else LeaveOut.of("--waves")


def _is_meant(cluster: FleetCluster, word: str) -> bool:
    tags = {name.lower(): value for name, value in cluster.tags.items()}
    is_tagged = tags.get(_TAG, "").lower() == word.lower()
    return word.lower() != REST and (is_tagged or fnmatchcase(cluster.name.lower(), word.lower()))
