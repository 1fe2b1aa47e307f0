"""One conversation of a tapped program with a monitor: hello, steps, a heartbeat each second, bye."""

from __future__ import annotations

import dataclasses
import logging
import os
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eventscope.buffer import StepBuffer
from eventscope.connector import DeclaredSubscription
from eventscope.declared import declared_subscriptions
from eventscope.wire import MAGIC, VERSION, Kind, frame, step_frames

if TYPE_CHECKING:
    from eventscope.bus import EventBus

__all__ = ["Closing", "Sender", "program_name"]

log = logging.getLogger(__name__)

TICK_S: Final = 0.008
"""How long steps wait for others to travel with."""

HEARTBEAT_S: Final = 1.0

BATCH: Final = 256
"""Steps encoded in one go: about a millisecond in which the program's other threads may have to wait."""

PATIENCE_S: Final = 0.1
"""How often a send that is stuck looks whether it is to be given up."""

NO_SIGNAL: Final = getattr(socket, "MSG_NOSIGNAL", 0)
SO_NOSIGPIPE: Final = 0x1022
"""The option by which macOS is told to raise no SIGPIPE; Python has no name for it."""


def program_name() -> str:
    """The name of this program, as its user would say it."""
    script = Path(sys.argv[0] if sys.argv and sys.argv[0] else "python")
    if script.name == "__main__.py":
        return script.resolve().parent.name
    return "python" if script.name in ("-c", "-m", "-") else script.stem


class Closing(threading.Event):
    """Set when a tap is to end, with the time on the monotonic clock at which sending is given up."""

    deadline = 0.0

    def begin(self, flush_s: float) -> None:
        """Ask for the end, leaving `flush_s` to send what is left."""
        self.deadline = time.monotonic() + flush_s
        self.set()

    @property
    def over(self) -> bool:
        """Whether the time for sending what is left has passed."""
        return self.is_set() and time.monotonic() > self.deadline


class Sender:
    """Sends what is in `buffer` over `connection` until `closing` is set, or the monitor is gone.

    `sent` and `dropped` count steps of this conversation; `dropped` is brought up to date by each heartbeat.
    """

    def __init__(self, bus: EventBus, buffer: StepBuffer, connection: socket.socket, closing: Closing) -> None:
        self.sent = 0
        self.dropped = 0
        self._bus = bus
        self._buffer = buffer
        self._connection = connection
        self._closing = closing
        self._next_heartbeat = 0.0
        self._declared: tuple[DeclaredSubscription, ...] | None = None
        connection.settimeout(PATIENCE_S)
        if sys.platform == "darwin":
            connection.setsockopt(socket.SOL_SOCKET, SO_NOSIGPIPE, 1)

    def run(self) -> None:
        """Talk until the end; raises OSError when the monitor is gone."""
        self._send(MAGIC + frame(Kind.HELLO, self._hello()))
        while not self._closing.is_set():
            self._send_heartbeat_if_due()
            if self._send_batch() < BATCH:
                self._closing.wait(TICK_S)
        while self._send_batch():
            pass
        self._send_heartbeat()
        self._send(frame(Kind.BYE, {"reason": "the program closed its tap"}))

    def _hello(self) -> dict[str, object]:
        return {
            "version": VERSION,
            "pid": os.getpid(),
            "program": program_name(),
            "bus": self._bus.name,
            "started_at": time.time_ns(),
        }

    def _send_batch(self) -> int:
        taken = self._buffer.take(BATCH)
        for data in step_frames(*taken):
            self._send(data)
        self.sent += len(taken.steps)
        return len(taken.steps)

    def _send_heartbeat_if_due(self) -> None:
        if time.monotonic() >= self._next_heartbeat:
            self._next_heartbeat = time.monotonic() + HEARTBEAT_S
            self._send_heartbeat()

    def _send_heartbeat(self) -> None:
        self._send_subscriptions_if_new()
        self.dropped = self._buffer.dropped
        counts = {"emitted": self._buffer.emitted, "sent": self.sent, "dropped": self.dropped}
        self._send(frame(Kind.HEARTBEAT, counts))

    def _send_subscriptions_if_new(self) -> None:
        try:
            declared = declared_subscriptions(self._bus)
        except Exception:  # the bus changes them meanwhile, in its own thread
            log.debug("the subscriptions of bus %r are read again later", self._bus.name, exc_info=True)
            return
        if declared != self._declared:
            self._declared = declared
            listed = [dataclasses.asdict(subscription) for subscription in declared]
            self._send(frame(Kind.SUBSCRIPTIONS, {"subscriptions": listed}))

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._connection.send(rest, NO_SIGNAL) :]
            except TimeoutError:
                if self._closing.over:
                    raise
