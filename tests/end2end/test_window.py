"""The window as a process: started as a user starts it, looked at, and ended."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from processes import finish, wait_until
from PySide6.QtGui import QImage

ROOT = Path(__file__).resolve().parents[2]


def test_the_tour_leaves_a_picture_and_a_trace(eventscope: Any, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    code, _, err = finish(eventscope("demo:?seed=7&rate=80", "--tour", folder), timeout=90)
    assert (code, err) == (0, "")
    picture = QImage(str(folder / "eventscope.png"))
    assert picture.width() >= 1_600
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
    assert len(colours) > 100, "the picture is empty"
    trace = json.loads((folder / "trace.json").read_text())
    schema = json.loads((ROOT / "resources" / "schema" / "trace.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(trace)
    assert len(trace["events"]) > 3


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt:")]
    return bool(int(line.split()[1], 16) >> (number - 1) & 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("sources", [[], ["demo:"], ["tap:", "demo:orders"]], ids=["none", "demo", "two"])
def test_a_signal_closes_the_window_cleanly(eventscope: Any, number: signal.Signals, sources: list[str]) -> None:
    process = eventscope(*sources)
    wait_until(lambda: process.poll() is not None or catches(process.pid, signal.SIGTERM), 60)
    time.sleep(1)  # so that there is something to close
    assert process.poll() is None, process.stderr.read()
    process.send_signal(number)
    code, _, err = finish(process, timeout=20)
    assert (code, err) == (0, "")


def test_a_wrong_source_ends_with_a_sentence(eventscope: Any) -> None:
    code, _, err = finish(eventscope("demo:nonsense"))
    assert code == 2
    assert err.startswith("eventscope: error: ")
    assert "Traceback" not in err


EMBEDDED = """
import asyncio
from PySide6.QtWidgets import QApplication
import qasync
import eventscope
from eventscope import Event, EventBus

async def main():
    async with EventBus(name="host") as bus:
        async def handle(event): pass
        bus.subscribe(handle, name="own handler")
        window = eventscope.open_monitor(bus)
        for number in range(200):
            await bus.publish(Event("order.created", {"number": number}))
            await asyncio.sleep(0.005)
        print("kept", window.session.store.kept)
        window.close()
        while window.isVisible():
            await asyncio.sleep(0.01)
        await bus.publish(Event("order.created", {"number": -1}))
    print("host lives on")

app = QApplication([])
app.setQuitOnLastWindowClosed(False)
loop = qasync.QEventLoop(app)
with loop:
    loop.run_until_complete(main())
"""


def test_the_window_opens_inside_a_program_with_a_qt_loop(start: Any) -> None:
    code, out, err = finish(start("-c", EMBEDDED))
    assert code == 0, err
    first, last = out.splitlines()
    assert int(first.removeprefix("kept ")) > 300
    assert last == "host lives on"


def test_the_theme_that_was_chosen_is_used_at_the_next_start(eventscope: Any, tmp_path: Path) -> None:
    (tmp_path / "eventscope.toml").write_text('theme = "dark"\n')
    folder = tmp_path / "out"
    code, _, err = finish(eventscope("demo:?seed=7", "--tour", folder), timeout=90)
    assert (code, err) == (0, "")
    corner = QImage(str(folder / "eventscope.png")).pixelColor(5, 700)
    assert corner.lightness() < 80
