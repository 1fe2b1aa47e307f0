"""A tap: streams the life of a bus's events to a monitor in another process.

The program must not notice. The bus is observed only while a monitor listens (a thread looks for one now and
then), so that without a monitor an emit costs what it costs without a tap, and nothing is kept for a monitor
that comes later. With one, an emit appends to a bounded buffer; when the monitor cannot keep up, new steps are
dropped and counted. A thread does the rest: it never raises into the program, and a monitor that stops, dies or comes
back changes nothing for it.
"""

from __future__ import annotations

import atexit
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from eventscope.address import AddressError, connect, default_address
from eventscope.buffer import StepBuffer
from eventscope.presence import Presence
from eventscope.sender import PATIENCE_S, Closing, Sender

if TYPE_CHECKING:
    from eventscope.bus import EventBus

__all__ = ["Tap"]

log = logging.getLogger(__name__)

BUFFERED_STEPS: Final = 20_000
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 2.0
CONNECT_S: Final = 0.2
FLUSH_S: Final = 0.5
"""How long a program's end may be held up to send what is left."""


class Tap:
    """Streams what happens on `bus` to the monitor at `address`, from now until `close`.

    With `snapshot` payloads are encoded at emit; else in the tap's thread some milliseconds later, which sees
    what the program has changed in them meanwhile. Usable as a context manager. Raises nothing, also where
    there are no Unix sockets: it logs why it sends nothing.
    """

    def __init__(
        self,
        bus: EventBus,
        address: str | os.PathLike[str] | None = None,
        *,
        snapshot: bool = False,
        limit: int = BUFFERED_STEPS,
    ) -> None:
        self._bus = bus
        self._address = None if address is None else Path(address)
        self._snapshot = snapshot
        self._limit = limit
        self._refusal = ""
        self._open()
        _taps.add(self)
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def connected(self) -> bool:
        """Whether a monitor listens now."""
        return self._connection is not None

    @property
    def sent(self) -> int:
        """Steps sent to the present or the last monitor."""
        return self._sender.sent if self._sender else 0

    @property
    def dropped(self) -> int:
        """Steps for which the present or the last monitor was too slow, as of the last heartbeat."""
        return self._sender.dropped if self._sender else 0

    def close(self) -> None:
        """Send what is left, for half a second at most, and let go of the bus. May be called again."""
        _taps.discard(self)
        atexit.unregister(self.close)
        self._closing.begin(FLUSH_S)
        self._detach()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(FLUSH_S + PATIENCE_S)

    def _open(self) -> None:
        self._closing = Closing()
        self._attachment = threading.Lock()
        self._unobserve: Callable[[], None] | None = None
        self._connection: socket.socket | None = None
        self._sender: Sender | None = None
        # Whether a monitor listens is not known yet: what is emitted until then is kept for it.
        buffer = self._attach()
        self._thread = threading.Thread(target=self._run, args=(buffer,), name="eventscope tap", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # no more threads, or the interpreter ends
            log.warning("the tap on bus %r sends nothing: %s", self._bus.name, error)
            self._detach()

    def _reopen_in_child(self) -> None:
        """After a fork: the child talks over a connection of its own. The thread exists only in the parent."""
        if self._connection is not None:
            self._connection.close()
        self._attachment = threading.Lock()
        self._detach()
        self._open()

    def _attach(self) -> StepBuffer:
        buffer = StepBuffer(self._limit, snapshot=self._snapshot)
        with self._attachment:
            if not self._closing.is_set():
                self._unobserve = self._bus.observe(buffer.observe)
        return buffer

    def _detach(self) -> None:
        with self._attachment:
            unobserve, self._unobserve = self._unobserve, None
            if unobserve is not None:
                unobserve()

    def _run(self, buffer: StepBuffer) -> None:
        noted = self._address is None
        try:
            if noted:
                _presence.enter(self._bus.name)
            self._look_for_monitors(buffer)
        except Exception:
            log.exception("the tap on bus %r ends", self._bus.name)
        finally:
            self._detach()
            if noted:
                _presence.leave(self._bus.name)

    def _look_for_monitors(self, first: StepBuffer) -> None:
        buffer: StepBuffer | None = first
        wait_s = FIRST_WAIT_S
        while True:
            began = time.monotonic()
            if connection := self._connect():
                self._talk(connection, buffer or self._attach())
            self._detach()
            buffer = None
            if time.monotonic() - began > LONGEST_WAIT_S:
                wait_s = FIRST_WAIT_S
            if self._closing.wait(wait_s):
                return
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _connect(self) -> socket.socket | None:
        try:
            return connect(self._address or default_address(), CONNECT_S)
        except AddressError as error:
            if str(error) != self._refusal:
                self._refusal = str(error)
                log.warning("the tap on bus %r sends nothing: %s", self._bus.name, error)
        except (OSError, ValueError) as error:
            log.debug("no monitor listens: %s", error)
        return None

    def _talk(self, connection: socket.socket, buffer: StepBuffer) -> None:
        self._sender = Sender(self._bus, buffer, connection, self._closing)
        self._connection = connection
        log.info("a monitor watches bus %r", self._bus.name)
        try:
            self._sender.run()
        except OSError as error:
            log.info("the monitor of bus %r is gone: %s", self._bus.name, error)
        finally:
            self._connection = None
            connection.close()


_taps: Final[set[Tap]] = set()
_presence: Final = Presence()


def _reopen_all_in_child() -> None:
    _presence.forget()
    for tap in list(_taps):
        tap._reopen_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reopen_all_in_child)
