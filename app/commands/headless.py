"""Headless: attach and watch sources without a window, and give the matching rows as they come."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence

from app.credentials.credentials import Credentials
from app.credentials.second_chance import give_second_chance, login_refused
from app.failure import NO_CAPTURE, NO_SOURCE, WRONG_USAGE, Failure
from app.filter.matches import Matches
from app.filter.query import Filter, FilterError, parse
from app.profiles.file import load_profiles
from app.profiles.profile import SavedSource
from app.profiles.profiles import Profiles
from app.session import Session
from connectors.file.capture import UnreadableCapture
from connectors.registry import open_source
from eventscope.connector import Connector, Refused, SourceState

FRAME_S = 0.02
"""How often the intake is emptied."""


def wanted_sources(urls: Sequence[str], profiles: Sequence[str]) -> list[SavedSource]:
    """The sources of a command line, then those of its profiles; raises Failure with exit code 2."""
    known, complaint = load_profiles() if profiles else (Profiles(), None)
    try:
        saved = [source for name in profiles for source in known.named(name).sources]
    except ValueError as error:
        raise Failure(complaint or str(error), WRONG_USAGE) from error
    return [*(SavedSource(url) for url in urls), *saved]


def named_sources(urls: Sequence[str], profiles: Sequence[str]) -> list[SavedSource]:
    """As `wanted_sources`, of which there must be at least one."""
    if wanted := wanted_sources(urls, profiles):
        return wanted
    raise Failure("name a SOURCE such as demo: or file:events.jsonl, or a --profile", WRONG_USAGE)


def open_sources(urls: Sequence[str]) -> list[Connector]:
    """The connectors of `urls`; raises Failure with exit code 2 for a wrong URL."""
    try:
        return [open_source(url) for url in urls]
    except (Refused, ValueError) as error:
        raise Failure(str(error), WRONG_USAGE) from error


async def complete(connectors: Sequence[Connector], credentials: Credentials) -> list[Connector]:
    """The connectors with their passwords, after a warning about each that is unsafe.

    Raises Failure with exit code 3 when a password is missing.
    """
    for connector in connectors:
        for warning in connector.warnings:
            print(f"eventscope: warning: {connector.label}: {warning}", file=sys.stderr)
    try:
        return [await credentials.complete(connector) for connector in connectors]
    except Refused as error:
        raise Failure(str(error), NO_SOURCE) from error


def parse_filter(text: str) -> Filter:
    """The filter that `text` says; raises Failure with exit code 2."""
    try:
        return parse(text)
    except FilterError as error:
        raise Failure(f"filter: {error}", WRONG_USAGE) from error


@contextlib.contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop`, so that what was captured is still written."""
    loop = asyncio.get_running_loop()
    caught = [s for s in (signal.SIGINT, signal.SIGTERM) if _catch(loop, s, stop)]
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def _catch(loop: asyncio.AbstractEventLoop, number: signal.Signals, stop: asyncio.Event) -> bool:
    try:
        loop.add_signal_handler(number, stop.set)
    except (NotImplementedError, RuntimeError):  # Windows, or not the main thread
        return False
    return True


async def watch(
    session: Session,
    wanted: Filter,
    *,
    credentials: Credentials | None = None,
    limit: int | None = None,
    seconds: float | None = None,
) -> AsyncIterator[list[int]]:
    """Sequence numbers of matching rows, in lists as they come, until all sources ended or a bound is met."""
    stop = asyncio.Event()
    deadline = None if seconds is None else time.monotonic() + seconds
    with stopped_by_signals(stop), contextlib.closing(Matches(session.store)) as matches:
        matches.set_filter(wanted)
        left, last, over = limit, 0, False
        while not over and left != 0:
            over = await _frame(session, credentials, stop, deadline)
            rows = _new_rows(session, matches, last)[:left]
            if rows:
                last = rows[-1]
                left = None if left is None else left - len(rows)
                yield rows
    fail_without_source(session)


async def _frame(
    session: Session, credentials: Credentials | None, stop: asyncio.Event, deadline: float | None
) -> bool:
    """Wait for the next frame; True when it is the last, and then all sources have let go."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), FRAME_S)
    if credentials:
        for source in filter(login_refused, session.sources):
            await give_second_chance(source, session, credentials)
    late = deadline is not None and time.monotonic() >= deadline
    if not (stop.is_set() or late or all(source.over for source in session.sources)):
        session.drain(budget_s=0.05)
        return False
    await session.supervisor.close()
    while session.drain(budget_s=1.0):
        pass
    return True


def _new_rows(session: Session, matches: Matches, last: int) -> list[int]:
    matches.update(budget_s=1.0)
    while matches.progress[0] < matches.progress[1]:
        matches.update(budget_s=1.0)
    return [int(seq) for seq in matches.seqs(matches.index_of(last + 1), len(matches))]


def fail_without_source(session: Session) -> None:
    """Raise Failure when a source could not be reached or refused us: exit code 3, or 4 for a capture."""
    for source in session.sources:
        if source.state is SourceState.FAILED:
            code = NO_CAPTURE if isinstance(source.refusal, UnreadableCapture) else NO_SOURCE
            raise Failure(f"{source.label}: {source.detail}", code)
