"""Whether the databases, exceptions and usages that a policy file names exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from adxmi_jupyter.errors import DatabaseNotFound, UnknownUsage
from adxmi_jupyter.fixes import Retry
from adxmi_jupyter.model import usage as usages
from adxmi_jupyter.model.plan import Section, UnmatchedException

if TYPE_CHECKING:
    from adxmi_jupyter.actions.plan.naming import Naming
    from adxmi_jupyter.actions.plan.world import World
    from adxmi_jupyter.errors import InvalidPolicyFile
    from adxmi_jupyter.model.body.places import Path
    from adxmi_jupyter.model.policy_file.reading import ClusterContent
    from adxmi_jupyter.model.policy_file.sections import Entries

_NAMED_AT_MOST = 10


def check_databases(content: ClusterContent, world: World, existing: Sequence[str]) -> None:
    """Check that there are the databases that the file names.

    Raises
    ------
    InvalidPolicyFile
        The service knows none of this name; the place and the closest match are named.

    """
    for one in world.unseen:
        name = one.scope.database
        if not isinstance(one.failure, DatabaseNotFound):
            continue
        section = getattr(content.content, one.section)
        path: Path = (str(one.section), "databases", section.databases.spelling(name))
        raise _no_database(content, path, name, existing) from one.failure
    spelled = {name.casefold() for name in existing}
    for number, protection in enumerate(content.content.protected):
        if protection.database is not None and protection.database.casefold() not in spelled:
            path = ("protected", number, "database")
            raise _no_database(content, path, protection.database, existing)


def _no_database(
    content: ClusterContent, path: Path, name: str, existing: Sequence[str]
) -> InvalidPolicyFile:
    match = usages.closest(name, existing)
    listed = ", ".join(existing[:_NAMED_AT_MOST])
    more = ", …" if len(existing) > _NAMED_AT_MOST else ""
    error: InvalidPolicyFile = content.mistake(
        path,
        f"there is no database {name!r}",
        f"the databases that you may see are {listed}{more}" if listed else "you see none",
        f"write {match}" if match else "create it, or leave it out",
    )
    return error


def unmatched_exceptions(
    content: ClusterContent, existing: Sequence[str], *, is_only_cluster: bool
) -> tuple[UnmatchedException, ...]:
    """Return the names below ``except`` that no database of the cluster has.

    In a file of several clusters, a name may be that of a database on another one: there only
    those are told that resemble a database which is not left out by its own name.
    """
    return tuple(_unmatched(content, existing, is_only_cluster=is_only_cluster))


def _unmatched(
    content: ClusterContent, existing: Sequence[str], *, is_only_cluster: bool
) -> Iterator[UnmatchedException]:
    for section in (Section.POLICY, Section.ROLES):
        part = getattr(content.content, section)
        everywhere = part.databases.everywhere if part and part.databases else None
        if everywhere is None:
            continue
        spelled = {name.casefold() for name in existing}
        managed = [name for name in existing if name.casefold() not in everywhere.excepted]
        for number, name in enumerate(everywhere.exceptions):
            match = usages.closest(name, managed)
            if name.casefold() in spelled or not (match or is_only_cluster):
                continue
            line = content.line((str(section), "databases", "*", "except", number))
            yield UnmatchedException(section, name, match, line)


def check_usages(naming: Naming) -> None:
    """Check that usages are known to this release, or to the cluster.

    Raises
    ------
    UnknownUsage
        One is known to neither; the place and the closest match are named.

    """
    there = {
        usage for policy in naming.world.policies.values() for one in policy
        for usage in one.allowed_usages
    }  # fmt: skip
    for usage, path in _usages_in(naming.file):
        name = usages.canonical(usage)
        if usages.is_known(name) or name in there:
            continue
        match = usages.closest(name, [one.value for one in usages.Usage])
        place = naming.file.document.place(path)
        raise UnknownUsage(
            f"{naming.file.source}, {place}: there is no usage {usage!r}",
            why="neither this release nor the cluster knows it",
            fix=f"write {match}" if match else Retry.having("--allow-unknown-usage"),
        )


def _usages_in(file: ClusterContent) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for number, protection in enumerate(file.content.protected):
        if protection.usage is not None:
            yield protection.usage, ("protected", number, "usage")
    policy = file.content.policy
    if policy is None:
        return
    parts: list[tuple[Entries, tuple[str, ...]]] = [(policy.cluster or {}, ("policy", "cluster"))]
    if policy.databases is not None:
        for name, entries in policy.databases.named.items():
            parts.append((entries or {}, ("policy", "databases", name)))
        if policy.databases.everywhere is not None:
            every = policy.databases.everywhere.entries
            parts.append((every, ("policy", "databases", "*", "entries")))
    for entries, path in parts:
        for reference, entry in entries.items():
            for number, usage in enumerate(entry.usages):
                yield usage, (*path, reference, "usages", number)
