"""A source's process as seen from the monitor: started, listened to, watched and ended.

It is an interpreter of our own making, not one of `multiprocessing`, which would run a user's script again that
opened the monitor. Two pipes lead to it and two threads listen, which works with every loop and every system.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import pickle
import signal
import subprocess
import sys
import threading
from typing import BinaryIO, Final, NamedTuple, cast

from msgspec import MsgspecError

from app.sources.child import Task
from app.sources.messages import Beat, Log, Told, read_frame

log = logging.getLogger(__name__)

BOOT: Final = "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); from app.sources.child import main; main()"

TICK_S: Final = 0.5
HUNG_TICKS: Final = 10
"""Ticks without a sign of life from which on it hangs. They are counted, so that a monitor that stood still does not
take that for its fault."""

STARTING_TICKS: Final = 60
"""How many it has for its first sign."""

CLOSE_S: Final = 3.5
"""How long it may take to let go of its source, before it is ended."""

PRINTED_S: Final = 1.0
"""How long its last printed lines are waited for: a process that it started might still have the pipe."""


class Exit(NamedTuple):
    """The process is gone, and why, as a clause."""

    why: str


class ChildProcess:
    """Started when made. Raises OSError if that is not possible, and pickle's errors for options that cannot travel."""

    def __init__(self, task: Task) -> None:
        told = pickle.dumps(task)
        self.memory = 0
        """Bytes that it takes; 0 if unknown."""
        self.alive = False
        """Whether it has given a sign of life yet."""
        self.over = False
        """Whether it is gone, and `next` has said so."""
        self.parcels = asyncio.Semaphore(0)
        """Those that came and are not acknowledged."""
        self._began_with = 0
        self._growth = task.growth
        self._why: str | None = None
        self._silent = 0
        self._loop = asyncio.get_running_loop()
        self._told: asyncio.Queue[Told | Exit] = asyncio.Queue()
        command = [sys.executable, "-c", BOOT, json.dumps(sys.path)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=-1)  # noqa: S603
        self._tick = self._loop.call_later(TICK_S, self._look)
        self._overhearing = threading.Thread(target=self._overhear, name=f"overhear {self.pid}", daemon=True)
        self._overhearing.start()
        threading.Thread(target=self._listen, args=(told,), name=f"listen to {self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def next(self) -> Told | Exit:
        """What it says next. Nothing follows an Exit."""
        told = await self._told.get()
        self.over = isinstance(told, Exit)
        return told

    def acknowledge(self) -> None:
        """Let it send one more parcel."""
        self._write(b".")

    def stop(self) -> None:
        """Ask it to let go of its source and end, and end it if it does not."""
        if not self.alive:
            return self.kill("it was stopped")
        self._tick.cancel()
        self._tick = self._loop.call_later(CLOSE_S, self.kill, "it did not end when it was stopped")
        with contextlib.suppress(OSError):
            self._stdin.close()

    def kill(self, why: str) -> None:
        """End it at once."""
        self._why = self._why or why
        self._process.kill()

    @property
    def _stdin(self) -> BinaryIO:
        return cast(BinaryIO, self._process.stdin)

    def _write(self, data: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):  # it is gone or was stopped, which is told elsewhere
            self._stdin.write(data)
            self._stdin.flush()

    def _listen(self, task: bytes) -> None:
        """In a thread: tell it what to do, which may fill the pipe, and hand on what it says, until it ends."""
        self._write(task)
        stdout = cast(BinaryIO, self._process.stdout)
        try:
            while told := read_frame(stdout):
                self._silent = 0
                self._call(self._heard, told)
        except MsgspecError:
            log.exception("the process %s said what nobody understands", self.pid)
            self._process.kill()
        stdout.close()
        self._overhearing.join(PRINTED_S)
        self._call(self._ended, self._process.wait())

    def _overhear(self) -> None:
        """In a thread: log what it prints."""
        with cast(BinaryIO, self._process.stderr) as stderr:
            for line in stderr:
                log.warning("process %s: %s", self.pid, line.decode("utf-8", "backslashreplace").rstrip())

    def _call(self, callback: object, argument: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(callback, argument)  # type: ignore[arg-type]

    def _heard(self, told: Told) -> None:
        self.alive = True
        match told:
            case Beat():
                self._weigh(told.memory)
            case Log():
                logging.getLogger(told.name).log(told.level, "%s", told.text)
            case _:
                self._told.put_nowait(told)

    def _weigh(self, memory: int) -> None:
        self.memory = memory
        self._began_with = self._began_with or memory
        if memory - self._began_with > self._growth:
            self.kill(f"it took more than {self._growth >> 20:,} MiB of memory")

    def _look(self) -> None:
        self._silent += 1
        if self._silent > (HUNG_TICKS if self.alive else STARTING_TICKS):
            self.kill(f"it gave no sign of life for {self._silent * TICK_S:.0f} s")
        else:
            self._tick = self._loop.call_later(TICK_S, self._look)

    def _ended(self, code: int) -> None:
        self._tick.cancel()
        with contextlib.suppress(OSError):
            self._stdin.close()
        self._told.put_nowait(Exit(self._why or _why(code)))


def _why(code: int) -> str:
    if code >= 0:
        return f"it ended with code {code}"
    try:
        return f"it was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"it was ended by signal {-code}"
