"""The process of one source: makes its connector again from its options, and runs it with plain asyncio.

It is told what to run through its standard input, and one byte there for each parcel that was taken. The end of
that input, which the death of the monitor is too, stops it. All it has to say leaves through its standard output.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import pickle
import signal
import sys
import threading
import time
from queue import SimpleQueue
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn

from app.sources.memory import forbid_growth, resident
from app.sources.messages import Beat, End, Log, Message, frame
from app.sources.outbox import Outbox
from eventscope.connector import Connector, ConnectorError

log = logging.getLogger(__name__)

BEAT_S: Final = 0.5

COLLECTED_AT: Final = (50_000, 20, 50)
"""New objects per garbage collection, and collections per collection of the older ones: all rows are young, and go."""

LETTING_GO_S: Final = 4.0
"""How long a connector that was stopped may take."""


class Task(NamedTuple):
    """What a process is told to do. `growth` are the bytes that it may take beyond what it begins with."""

    kind: type[Connector]
    options: Any
    position: Any
    growth: int
    log_level: int


def main() -> None:
    """Run what standard input tells."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for the monitor, which then stops us
    gc.set_threshold(*COLLECTED_AT)
    source, target = _take_over()
    task: Task = pickle.load(source)  # noqa: S301 - it comes from the process that started us
    voice = Voice(target)
    logging.basicConfig(handlers=[voice.handler()], level=task.log_level)
    logging.captureWarnings(True)
    end = asyncio.run(_carry_out(task, source, voice))
    voice.say(end)
    voice.close()
    os._exit(0)  # what is still in some thread cannot hold us up


def _take_over() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for ourselves: what a connector prints or reads must not get between."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return source, target


class Voice:
    """Says messages in their order, from a thread of its own: nobody here waits for the monitor to listen."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._queue: SimpleQueue[Message | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._speak, name="voice", daemon=True)
        self._thread.start()

    def say(self, message: Message) -> None:
        """Say it soon."""
        self._queue.put(message)

    def close(self) -> None:
        """Say what is left, and be silent."""
        self._queue.put(None)
        self._thread.join(LETTING_GO_S)

    def handler(self) -> logging.Handler:
        """Says what is logged."""
        return _Forwarding(self)

    def _speak(self) -> None:
        try:
            while message := self._queue.get():
                self._target.write(frame(message))
                self._target.flush()
        except OSError:  # nobody listens any more
            os._exit(1)


class _Forwarding(logging.Handler):
    def __init__(self, voice: Voice) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter())  # the text alone; logging's own default for a root adds more
        self._voice = voice

    def emit(self, record: logging.LogRecord) -> None:
        self._voice.say(Log(record.name, record.levelno, self.format(record)))


async def _carry_out(task: Task, source: BinaryIO, voice: Voice) -> End:
    connector = task.kind(task.options)
    if task.position is not None:
        connector.resume(task.position)
    gc.freeze()  # what was imported stays
    forbid_growth(task.growth)
    outbox = Outbox(voice.say, connector.position)
    running = asyncio.current_task()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_listen, args=(source, loop, outbox, running), name="ear", daemon=True).start()
    async with asyncio.TaskGroup() as group:
        others = [group.create_task(work) for work in (outbox.ship(), outbox.tell(), _live(voice))]
        errors, sentence = await _run(connector, outbox)
        for other in others:
            other.cancel()
    outbox.empty()
    return End(errors, sentence, outbox.position())


async def _run(connector: Connector, outbox: Outbox) -> tuple[tuple[str, ...], str]:
    """Run the connector; the classes of what it raised, and its sentence."""
    try:
        await connector.run(outbox)
    except asyncio.CancelledError:
        return (), ""
    except Exception as raised:
        error: BaseException = raised
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if not isinstance(error, ConnectorError):
            log.exception("the connector raised what it must not raise")
        return tuple(f"{kind.__module__}:{kind.__qualname__}" for kind in type(error).__mro__), str(error)
    return (), ""


async def _live(voice: Voice) -> NoReturn:
    while True:
        voice.say(Beat(resident()))
        await asyncio.sleep(BEAT_S)


def _listen(source: BinaryIO, loop: asyncio.AbstractEventLoop, outbox: Outbox, running: asyncio.Task[Any]) -> None:
    """A byte for each parcel that was taken; then the end."""
    with contextlib.suppress(RuntimeError):  # the loop is closed: everything is over already
        while source.read(1):
            loop.call_soon_threadsafe(outbox.arrived)
        loop.call_soon_threadsafe(running.cancel)
    time.sleep(LETTING_GO_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit("it is started by a monitor")
