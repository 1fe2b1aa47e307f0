"""Sagas: how each saga stands, judged when somebody asks and kept until its trace grows."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from app.store.away import Away, at_hand
from app.store.courtesy import WINDOW
from app.store.fetcher import Fetcher
from app.store.store import Evicted, Store
from app.traces.events import NOT_PUBLISHED, TracedEvent
from app.traces.facts import about
from app.traces.long_trace import FIRST_ROWS, LONG, Kinds, Tally, long_outcome
from app.traces.nodes import Trace
from app.traces.saga import LEAST_SERVICES, WENT_WELL, Outcome, SagaState
from app.traces.summary import TraceState, TraceSummary
from app.traces.trace import build_trace
from app.traces.traces import Traces

__all__ = ["Sagas", "Verdict"]

MOST_KEPT: Final = 8_192
MOST_TALLIES: Final = 64
"""So many long traces are counted on as they grow; of others all rows are counted again."""
SLICE_S: Final = 0.008
"""So long sagas are judged at a time; the rest waits for the next time."""
CALM_SHARE: Final = 0.25
"""The part of that for traces whose types tell of no failure: their payloads may still say something."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a trace up to row `last_seq`: `outcome` is None unless it is a saga.

    `whole` says that its beginning was captured.
    """

    last_seq: int
    outcome: Outcome | None
    name: str = ""
    """What it is about, such as `ord-17`, if the events say so."""
    whole: bool = True


class Sagas:
    """Verdicts on the traces of one capture, the latest asked for are kept. Whoever shows a trace asks here."""

    def __init__(self, store: Store, traces: Traces) -> None:
        self._store = store
        self._traces = traces
        self._verdicts: OrderedDict[str, Verdict] = OrderedDict()
        self._tallies: OrderedDict[str, Tally] = OrderedDict()
        self._fetcher: Fetcher[TraceSummary, Verdict] = Fetcher(self._fetched)

    def state(self, trace: TraceSummary) -> SagaState | None:
        """How a saga stands; None for an ordinary trace, and for one that tells of something and was not judged yet."""
        verdict = self._verdicts.get(trace.correlation_id)
        if verdict is None and not trace.tells:
            return WENT_WELL.state(trace.state) if trace.services >= LEAST_SERVICES else None
        return verdict.outcome.state(trace.state) if verdict and verdict.outcome else None

    def judge(self, traces: Sequence[TraceSummary], slice_s: float = SLICE_S) -> None:
        """Judge those of these traces that have grown, for a while: those that tell of something, then the others.

        What must be read from a file for that is read by a thread, and known at one of the next calls.
        """
        for trace, verdict in self._fetcher.take().items():
            self._keep(trace, verdict)
        self._judge_some((trace for trace in traces if trace.tells), slice_s)
        self._judge_some((trace for trace in traces if not trace.tells), slice_s * CALM_SHARE)

    def judged(self, trace: TraceSummary, built: Trace | None = None) -> Verdict | None:
        """The verdict on a trace as it is now, which the list shows as well; `built` is the trace, put together.

        None when rows of it were evicted before anybody asked.
        """
        if self._waits(trace, opened=True):
            return self._verdicts[trace.correlation_id]
        try:
            verdict = self._verdict(trace, built)
        except Evicted:
            return self._verdicts.get(trace.correlation_id)
        self._keep(trace, verdict)
        return verdict

    def broken(self, now: int, most: int) -> list[tuple[TraceSummary, Verdict]]:
        """The sagas among the latest `most` traces in which something was left behind, newest first."""
        traces = self._traces.recent(most, telling=True, now=now)
        self.judge(traces)
        found = [(trace, self._verdicts.get(trace.correlation_id)) for trace in traces]
        return [(trace, verdict) for trace, verdict in found if verdict and left_behind(trace, verdict)]

    def _judge_some(self, traces: Iterable[TraceSummary], slice_s: float) -> None:
        deadline = time.perf_counter() + slice_s
        for trace in traces:
            if not self._waits(trace):
                try:
                    at_hand(partial(self.judged, trace))
                except Away:
                    self._fetcher.ask([trace])
                if time.perf_counter() > deadline:
                    return

    def _fetched(self, traces: Sequence[TraceSummary]) -> dict[TraceSummary, Verdict]:
        """For the thread. Traces of which rows are evicted in this moment are left out."""
        found = {}
        for trace in traces:
            WINDOW.give_way()
            with suppress(Evicted):
                found[trace] = self._verdict(trace, None)
        return found

    def _keep(self, trace: TraceSummary, verdict: Verdict) -> None:
        self._verdicts[trace.correlation_id] = verdict
        self._verdicts.move_to_end(trace.correlation_id)
        while len(self._verdicts) > MOST_KEPT:
            self._verdicts.popitem(last=False)

    def _waits(self, trace: TraceSummary, *, opened: bool = False) -> bool:
        """Whether what was found before stands until more comes, or until nothing comes any more.

        A long trace is running while rows come, whatever happened in it, and one that tells of nothing is not looked
        into before it is over, unless somebody opened it.
        """
        known = self._verdicts.get(trace.correlation_id)
        if known is not None and known.last_seq == trace.last_seq:
            return True
        if trace.state is not TraceState.OPEN:
            return False
        if not (opened or trace.tells):
            return True
        return known is not None and trace.rows > LONG

    def _verdict(self, trace: TraceSummary, built: Trace | None) -> Verdict:
        """What is found in a trace up to its last row; raises Evicted."""
        until = trace.last_seq + 1
        if trace.rows > LONG:
            return self._long_verdict(trace, until)
        built = built or build_trace(self._store, trace.correlation_id, horizon=until, limit=LONG)
        return verdict_of(trace, built, built.saga.outcome if built.saga else None)

    def _long_verdict(self, trace: TraceSummary, until: int) -> Verdict:
        first = self._store.correlated(trace.correlation_id)[:FIRST_ROWS].tolist()
        begun = build_trace(self._store, trace.correlation_id, horizon=first[-1] + 1 if first else 0)
        kinds = self._kinds(trace.correlation_id, until)
        found = verdict_of(trace, begun, long_outcome(self._store, kinds, first))
        return replace(found, whole=found.whole and kinds.rows >= trace.rows)

    def _kinds(self, correlation_id: str, until: int) -> Kinds:
        """What a long trace holds, counted on from where it was counted before."""
        tally = self._tallies.pop(correlation_id, None)
        if tally is None or tally.until > until:
            tally = Tally()
        kinds = tally.kinds(self._store, correlation_id, until)
        self._tallies[correlation_id] = tally  # only now: one that was interrupted would count rows twice
        while len(self._tallies) > MOST_TALLIES:
            self._tallies.popitem(last=False)
        return kinds


def verdict_of(trace: TraceSummary, built: Trace, outcome: Outcome | None) -> Verdict:
    """The verdict on a trace of which this much was put together."""
    ordered = built.meaning.ordered if built.meaning else ()
    whole = not any(NOT_PUBLISHED in event.badges for event in ordered[:1]) and not any(map(is_orphan, ordered))
    return Verdict(trace.last_seq, outcome, name_of(ordered), whole)


def is_orphan(event: TracedEvent) -> bool:
    """Whether the event that caused this one was not captured."""
    return event.missing is not None and not event.of_span


def left_behind(trace: TraceSummary, verdict: Verdict) -> bool:
    """Whether a saga is over and something that had to be undone was not, as far as all of it was captured."""
    outcome = verdict.outcome
    if outcome is None or not verdict.whole or not outcome.left or not outcome.failures:
        return False
    return outcome.state(trace.state) is SagaState.FAILED


def name_of(ordered: Iterable[TracedEvent]) -> str:
    """What the first event with a key or an identity is about."""
    for event in ordered:
        if event.row.key:
            return event.row.key
        own = [value for name, value in event.facts.ids.items() if about(name, event.row.type or "")]
        if own:
            return own[0]
    return ""
