"""The note that a program taps: there while it does, gone with it, and never trusted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from eventscope import EventBus
from eventscope.presence import Program, programs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o700)
    monkeypatch.setenv("EVENTSCOPE_TAP", str(tmp_path / "tap.sock"))
    return tmp_path


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def note(address: Path, name: str, text: str) -> None:
    folder = address / "programs"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).write_text(text)


def test_a_program_is_there_while_it_taps() -> None:
    shop, audit = EventBus(name="shop").tap(), EventBus(name="audit").tap()
    eventually(lambda: bool(programs()) and set(programs()[0].buses) == {"shop", "audit"})
    (program,) = programs()
    assert program.pid == os.getpid()
    assert program.name
    audit.close()
    eventually(lambda: programs()[0].buses == ("shop",))
    shop.close()
    eventually(lambda: programs() == [])


def test_a_tap_at_an_address_of_its_own_is_not_noted(address: Path) -> None:
    with EventBus(name="shop").tap(address / "other.sock"):
        time.sleep(0.05)
        assert programs() == []


def test_a_program_that_was_killed_is_not_listed_and_its_note_is_cleared_away(address: Path) -> None:
    code = "import time; from eventscope import EventBus; tap = EventBus(name='gone').tap(); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        eventually(lambda: [program.pid for program in programs()] == [child.pid])
    finally:
        child.kill()
        child.wait()
    assert programs() == []
    assert (address / "programs" / str(child.pid)).exists()
    with EventBus(name="shop").tap():
        eventually(lambda: bool(programs()))
        assert not (address / "programs" / str(child.pid)).exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 9_000, '{"name": "x"}', '{"name": "x", "buses": 3}'])
def test_a_note_that_cannot_be_read_is_left_out(address: Path, text: str) -> None:
    note(address, str(os.getpid()), text)
    assert programs() == []


def test_a_note_is_text_whatever_it_says(address: Path) -> None:
    note(address, str(os.getpid()), '{"name": 7, "buses": ["<b>", null]}')
    note(address, "not-a-number", "{}")
    note(address, "9" * 30, "{}")
    assert programs() == [Program(os.getpid(), "7", ("<b>", "None"))]


def test_a_folder_that_is_open_to_others_is_not_read(address: Path) -> None:
    note(address, str(os.getpid()), '{"name": "x", "buses": []}')
    (address / "programs").chmod(0o777)
    assert programs() == []
