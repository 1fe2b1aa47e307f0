"""The contract that every source of events implements, ours and third parties'.

A connector is found by the scheme of a source URL, through the entry-point group
`eventscope.connectors`. It tails its system in `run` and pushes *batches* of records into the sink that
it is given; it never blocks the loop, never imports Qt, and knows nothing of the monitor. What it
pushes is plain data, so that the same connector can run in the window's loop or in a child process.
docs/connectors.md has a worked example; `tests/connectors/conformance.py` is the suite to pass.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from eventscope.chart import Chart, Figures, Link, LinkKind, Place, PlaceKind, Spot
from eventscope.record import UNKNOWN_PRIORITY, Block, Headers, Record, Replay, headers_text

__all__ = [
    "UNKNOWN_PRIORITY",
    "Block",
    "Chart",
    "CheckResult",
    "Connector",
    "ConnectorError",
    "Declaration",
    "DeclaredSubscription",
    "Figures",
    "Headers",
    "Link",
    "LinkKind",
    "Offer",
    "Place",
    "PlaceKind",
    "Record",
    "Refused",
    "Replay",
    "Runner",
    "Sink",
    "SourceState",
    "Spot",
    "headers_text",
]


class SourceState(StrEnum):
    """What a source is doing, shown beside its name."""

    CONNECTING = "connecting"
    LIVE = "live"
    RETRYING = "retrying"
    ENDED = "ended"
    FAILED = "failed"
    STOPPED = "stopped"


class Runner(StrEnum):
    """Where a connector runs. AUTO begins in the monitor's loop, and moves to a process of its own once it is busy."""

    AUTO = "auto"
    LOOP = "loop"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class DeclaredSubscription:
    """A subscription that the watched system says it has, whether or not it ever fires."""

    name: str
    types: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    priority: str | None = None
    handler: str | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """All subscriptions declared on `channel` now; replaces what was declared there before.

    `source` names the source that declared it at first, when this is said again; empty otherwise.
    """

    channel: str
    subscriptions: tuple[DeclaredSubscription, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One step of `check SOURCE`: what was tried, whether it worked, and what to do if not."""

    step: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something at a source that can be picked, such as a topic: `name` is a value of the option `option`.

    `count` is how many events it holds now, `rate` how many come a second; None where that is not known (yet).
    With `many` names that are picked are joined by commas.
    """

    name: str
    option: str
    kind: str
    detail: str = ""
    rate: float | None = None
    count: int | None = None
    internal: bool = False
    many: bool = True


class ConnectorError(Exception):
    """The source cannot be read now; the sentence says why. It is tried again with back-off."""


class Refused(ConnectorError):
    """The source will not have us, or the request is wrong: trying again would not help."""


class Sink(Protocol):
    """What a connector is given. No call blocks; all are made from the loop that runs `run`."""

    def push(self, batch: Block | Sequence[Record]) -> None:
        """Hand over rows. Past its bound the monitor drops by rule and counts what it dropped."""

    async def room(self) -> None:
        """Wait until there is room. For sources that can wait (files, Kafka); live ones just push."""

    def lost(self, count: int, reason: str) -> None:
        """Report rows that are known to be lost before they reached us."""

    def declare(self, declaration: Declaration) -> None:
        """Say who listens to what on a channel."""

    def chart(self, chart: Chart) -> None:
        """Show the places and links of a broker; replaces what this source charted before."""

    def state(self, state: SourceState, detail: str = "") -> None:
        """Say that the source is live, or what it waits for."""


class Connector(ABC):
    """A source of events.

    `Options` is a frozen dataclass whose fields are the URL's query parameters (metadata `help`
    describes each); fields named `path`, `host`, … are filled from the URL's own parts. Construction
    must be cheap and touch nothing outside the process.
    """

    Options: ClassVar[type[Any]]
    summary: ClassVar[str]
    """One line for `--help` and the start page."""

    runner: Runner = Runner.LOOP
    """Where it runs unless the URL says `run=`. AUTO is for those with a position, who miss nothing by moving."""

    unpicked: ClassVar[Mapping[str, str]] = {}
    """Texts of options with which `browse` can be called before anything is picked; "" leaves an option out."""

    def __init__(self, options: Any) -> None:
        self.options = options

    @property
    @abstractmethod
    def label(self) -> str:
        """The short name of this source, shown in the Source column. Never holds a secret."""

    @property
    @abstractmethod
    def safety(self) -> str:
        """Exactly what attaching does at the source, such as "reads one file · writes nothing"."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unsafe in these options, a few words each, shown as permanent badges. None by default."""
        return ()

    @property
    def portable(self) -> bool:
        """Whether one made of the same options in another process reads the same source."""
        return True

    @property
    def lasting(self) -> bool:
        """Whether its events can be read again at any later time, such as those of a file."""
        return False

    def position(self) -> Any:
        """Where it is in its source, for `resume`: plain data that covers exactly what was pushed so far.

        Asked for between any two steps of the loop. None, as by default, means that it cannot go on from here.
        """
        return None

    def resume(self, position: Any) -> None:
        """Go on in the next run where another one like this was; pushes a gap there if something may be missing."""
        raise NotImplementedError(f"{type(self).__name__} has no positions")

    @abstractmethod
    async def run(self, sink: Sink) -> None:
        """Tail until cancelled, or return when the source has ended.

        Raises ConnectorError to be tried again, Refused to be stopped. Holds nothing after it
        returns, raises or is cancelled.
        """

    async def browse(self) -> AsyncGenerator[Sequence[Offer], None]:
        """All that can be picked, anew every second or two, until the caller has seen enough. By default nothing.

        Raises ConnectorError when it cannot be listed. It changes nothing at the source.
        """
        nothing: Sequence[Sequence[Offer]] = ()
        for offers in nothing:
            yield offers

    async def check(self) -> AsyncIterator[CheckResult]:
        """Try the connection step by step; by default there is nothing to try."""
        yield CheckResult("options", True, self.safety)
