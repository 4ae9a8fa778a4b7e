"""What the audit found in words: subjects, evidence, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from adxmi_jupyter.dialect import Dialect
from adxmi_jupyter.error_base import one_line
from adxmi_jupyter.model.audit.evidence import Layer, Reason, Source

if TYPE_CHECKING:
    from adxmi_jupyter.model.audit.evidence import Trace, Unseen
    from adxmi_jupyter.model.audit.findings import AuditFinding, Mute, Verdict

_FEW = 2
_REASONS = {
    Reason.FAILED: "{what} could not be read{in_where}: {detail}",
    Reason.DENIED: "{what}{in_where}: requires {requires}",
    Reason.OWN_ONLY: "requests of others to {where}: requires {requires}",
    Reason.NO_LOG: (
        "ingestion from storage, which only {source} shows: give --workspace, or export it and give"
        " --logs"
    ),
    Reason.HIDDEN: "identity of {detail} requests in {where}: it is written as a hidden literal",
    Reason.UNTOLD: "identity of {where}",
    Reason.SEVERAL: "which of several usages reached the target that {source} shows",
    Reason.YOUNG: "a longer time: it was allowed within the window, on {detail}",
    Reason.UNKNOWN_AGE: "since when it is allowed: {what} requires {requires}",
    Reason.SHORT: "a longer time: the window is shorter than 14 days",
    Reason.NEWER: "which objects need a usage that is newer than this release",
    Reason.GONE: "identity of {detail} runs for {where}, which has no such policy now",
    Reason.INTERVAL: "runs of {where}: its interval is longer than the window",
    Reason.PART: "databases that were not read: requires --all-databases",
    Reason.CALLS: "what the identity does with the {detail} requests that it sent to {where}",
    Reason.NO_ID: "the object ID of {where}, which is assigned: Azure doesn't show it yet",
    Reason.FOLLOWED: "requests at {detail}, which follows {where}",
    Reason.NOT_SENT: "{source}: it is not in the workspace; requires {requires}",
    Reason.LATE: "what was before {detail}: {source} of the workspace begins there",
    Reason.KEPT: "who uses {detail}: it leaves no object that names what it reaches",
}
_REQUESTS = (Source.REQUESTS, Source.ADX_QUERY, Source.ADX_COMMAND)
_TIMES = {Source.DATA: "run", **dict.fromkeys(_REQUESTS, "request")}


def subject_of(verdict: Verdict) -> str:
    """Return what a verdict is about, on one line."""
    who = verdict.identity.label if verdict.identity else ""
    where = verdict.scope.database or ("cluster" if verdict.usage else "")
    parts = (who, verdict.usage, verdict.subject)
    told = " ".join(filter(None, parts)) or "cluster"
    is_named = f"({verdict.scope.database})" in verdict.subject
    return one_line(f"{told} ({where})" if where and not is_named else told)


def evidence_of(finding: AuditFinding) -> str:
    """Return the evidence of a finding as a sentence."""
    told = Dialect().part(finding.verdict.evidence)
    seen = traces_text(finding.verdict.traces)
    expired = f"suppressed until {finding.expired.until}" if finding.expired else ""
    return one_line("; ".join(filter(None, (told, seen, expired))))


def traces_text(traces: Sequence[Trace]) -> str:
    """Return pieces of evidence, those of each layer together."""
    return "; ".join(filter(None, (_of_layer(traces, layer) for layer in Layer)))


def _of_layer(traces: Iterable[Trace], layer: Layer) -> str:
    mine = [one for one in traces if one.layer is layer]
    if not mine:
        return ""
    some = ", ".join(map(_trace, mine[:_FEW]))
    more = f" and {len(mine) - _FEW} more" if len(mine) > _FEW else ""
    return f"{_VERBS[layer]} {some}{more}"


_VERBS = {Layer.DECLARED: "needed by", Layer.RUN: "ran:", Layer.TOUCHED: "reached:"}


def _trace(one: Trace) -> str:
    if not one.times:
        return one.what
    done = one.times - one.failed
    counts = [_counted(done, _TIMES.get(one.source, "time"))] if done else []
    counts += [f"{one.failed} failed"] if one.failed else []
    told = f" by {one.source}" if one.layer is Layer.TOUCHED else ""
    return f"{one.what}{told}, {', '.join(counts)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def unseen_text(unseen: Iterable[Unseen]) -> str:
    """Return what was not visible, and the permission or log that shows it."""
    return one_line("; ".join(map(unseen_line, merged(unseen))))


def merged(unseen: Iterable[Unseen]) -> tuple[Unseen, ...]:
    """Return what was not visible for the same reason as one, with all the places."""
    places: dict[Unseen, dict[str, None]] = {}
    for one in unseen:
        places.setdefault(replace(one, where=""), {})[one.where] = None
    return tuple(
        replace(one, where=", ".join(filter(None, found))) for one, found in places.items()
    )


def unseen_line(one: Unseen) -> str:
    """Return one thing that was not visible."""
    in_where = f" of {one.where}" if one.where else ""
    return _REASONS[one.reason].format(
        what=one.source,
        source=one.source,
        where=one.where,
        in_where=in_where,
        requires=one.requires,
        detail=one.detail,
    )


def mute_text(mute: Mute | None) -> str:
    """Return why a finding is accepted, until when, and by whom."""
    if mute is None:
        return ""
    parts: Iterator[str] = filter(
        None,
        (mute.reason, f"until {mute.until}" if mute.until else "", mute.by and f"by {mute.by}"),
    )
    return one_line(", ".join(parts))
