"""Guard: keeps what a plug-in does wrong away from everything else.

Each call is made in a thread of its own and waited for only so long. What raises something else than ValueError, takes
too long or hangs is a fault; after five of them the plug-in is not called any more, which is said once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple

from eventscope.decoder import Decoder, EnvelopeKind, Message, Rule
from eventscope.payload import clean_text

__all__ = ["Guard", "GuardedDecoder", "guarded_kind"]

log = logging.getLogger(__name__)

PATIENCE_S: Final = 0.25
SLOW_S: Final = 0.05
MOST_FAULTS: Final = 5


class Answer(NamedTuple):
    """What came of a call: whether it returned, what it returned or raised, and the seconds that it took."""

    good: bool
    result: Any
    took: float


Job = tuple[Callable[[], Any], "SimpleQueue[Answer]"]


class Guard:
    """Calls what belongs to one plug-in. `faults` counts what went wrong, `off` is set when it was too much."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.faults = 0
        self.off = False
        self._jobs: SimpleQueue[Job] | None = None

    def call(self, work: Callable[[], Any]) -> Any:
        """What `work` returns; raises ValueError that says why there is nothing."""
        if self.off:
            raise ValueError(f"the decoder {self.name} is switched off")
        answer: SimpleQueue[Answer] = SimpleQueue()
        self._worker().put((work, answer))
        try:
            good, result, took = answer.get(timeout=PATIENCE_S)
        except Empty:
            self._jobs = None  # its thread is lost to whatever it waits for
            raise self._fault(f"did not answer within {PATIENCE_S:g} s") from None
        if not good and not isinstance(result, ValueError):
            raise self._fault(f"raised {(clean_text(result) or '')[:200]}") from None
        if took > SLOW_S:
            self._fault(f"took longer than {SLOW_S:g} s")
        if not good:
            raise result
        return result

    def _worker(self) -> SimpleQueue[Job]:
        if self._jobs is None:
            self._jobs = SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name=f"decoder {self.name}", daemon=True).start()
        return self._jobs

    def _fault(self, what: str) -> ValueError:
        self.faults += 1
        sentence = f"the decoder {self.name} {what}"
        if self.faults >= MOST_FAULTS and not self.off:
            self.off = True
            sentence += f"; after {MOST_FAULTS} faults it is not asked any more"
            log.warning("%s", sentence)
        else:
            log.info("%s", sentence)
        return ValueError(sentence)


def _work(jobs: SimpleQueue[Job]) -> None:
    """Do jobs for ever; a daemon, since it may be stuck in one when the program ends."""
    while True:
        work, answer = jobs.get()
        began = time.monotonic()
        try:
            good, result = True, work()
        except BaseException as error:  # a plug-in may raise anything, SystemExit too
            good, result = False, error
        answer.put(Answer(good, result, time.monotonic() - began))


class GuardedDecoder(Decoder):
    """A decoder of somebody else."""

    name = "guarded"

    def __init__(self, inner: Decoder, name: str) -> None:
        self.guard = Guard(name)
        self.name = str(getattr(inner, "name", name))  # type: ignore[misc]
        self._inner = inner

    def claims(self, message: Message) -> bool:
        """What it says, or no."""
        try:
            return not self.guard.off and bool(self.guard.call(lambda: self._inner.claims(message)))
        except ValueError:
            return False

    def decode(self, message: Message) -> Any:
        """What it returns; raises ValueError."""
        return self.guard.call(lambda: self._inner.decode(message))


def guarded_kind(kind: EnvelopeKind, name: str) -> EnvelopeKind:
    """A kind of somebody else: as data it is harmless, its readers are guarded."""
    guard = Guard(name)

    def guarded(rule: Rule) -> Rule:
        read = rule.read
        if read is None or read.__module__.startswith("connectors.envelopes."):
            return rule

        def safe(value: Any) -> Any:
            try:
                return guard.call(lambda: read(value))
            except ValueError:
                return None

        return rule._replace(read=safe)

    return replace(kind, headers=tuple(map(guarded, kind.headers)), members=tuple(map(guarded, kind.members)))
