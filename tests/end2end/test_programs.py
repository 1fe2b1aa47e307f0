"""Two real programs tap into one monitor; either side may die at any moment and harms nobody."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from processes import events_of, finish, wait_until

PROGRAM = Path(__file__).parent / "program.py"


class Lines:
    """Collects what a process prints, line by line, without ever blocking the test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.seen: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._read, args=(process,), daemon=True)
        self._thread.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.seen.append(json.loads(line))

    def producers(self) -> Counter[str]:
        return Counter(str(e.get("producer")) for e in list(self.seen))


@pytest.fixture
def address(tmp_path: Path) -> Path:
    folder = tmp_path / "tap"
    folder.mkdir(mode=0o700)
    return folder / "tap.sock"


def test_one_monitor_sees_every_event_of_two_programs(start: Any, eventscope: Any, address: Path) -> None:
    monitor = eventscope("tail", f"tap:{address}", "--filter", "type:order.created phase:published")
    lines = Lines(monitor)
    wait_until(address.exists)
    programs = [start(PROGRAM, name, address, "150") for name in ("shop", "warehouse")]
    assert [finish(p)[0] for p in programs] == [0, 0]
    # What was published before a tap had connected is not seen; from then on nothing is missing.
    wait_until(lambda: {e["payload"]["order"] for e in lines.seen if e["producer"] == "shop"} >= {149})
    wait_until(lambda: {e["payload"]["order"] for e in lines.seen if e["producer"] == "warehouse"} >= {149})
    for name in ("shop", "warehouse"):
        numbers = [e["payload"]["order"] for e in lines.seen if e["producer"] == name]
        assert numbers == list(range(numbers[0], 150))
        assert len(numbers) > 75
    monitor.send_signal(signal.SIGINT)
    assert monitor.wait(timeout=10) == 0


def test_life_of_an_event_crosses_the_tap_whole(start: Any, eventscope: Any, address: Path) -> None:
    monitor = eventscope("tail", f"tap:{address}", "--limit", "600")
    wait_until(address.exists)
    program = start(PROGRAM, "shop", address)
    code, out, err = finish(monitor)
    assert code == 0, err
    program.kill()
    events = events_of(out)
    assert {"published", "delivered", "handled", "failed", "dead-lettered"} <= {e["phase"] for e in events}
    by_id = {e["id"]: e for e in events if e["phase"] == "published"}
    children = [e for e in by_id.values() if e["type"] == "inventory.reserved" and e["causation_id"] in by_id]
    assert children
    for child in children:
        assert child["correlation_id"] == by_id[child["causation_id"]]["correlation_id"]
    failed = next(e for e in events if e["phase"] == "failed")
    assert "card refused" in failed["error"]
    assert failed["subscription"] == "shop.pay"
    assert failed["handle_ms"] >= 0


def test_killing_a_program_leaves_monitor_and_the_other_program_alone(
    start: Any, eventscope: Any, address: Path
) -> None:
    monitor = eventscope("tail", f"tap:{address}")
    lines = Lines(monitor)
    wait_until(address.exists)
    victim, survivor = (start(PROGRAM, name, address) for name in ("victim", "survivor"))
    wait_until(lambda: min(lines.producers()["victim"], lines.producers()["survivor"]) > 50)
    victim.kill()
    before = lines.producers()["survivor"]
    wait_until(lambda: lines.producers()["survivor"] > before + 100)
    assert survivor.poll() is None
    assert monitor.poll() is None


def test_a_killed_monitor_harms_no_program_and_its_successor_sees_them(
    start: Any, eventscope: Any, address: Path
) -> None:
    first = eventscope("tail", f"tap:{address}")
    lines = Lines(first)
    wait_until(address.exists)
    programs = [start(PROGRAM, name, address) for name in ("shop", "warehouse")]
    wait_until(lambda: len(lines.producers()) == 2)
    first.kill()
    first.wait(timeout=10)
    second = eventscope("tail", f"tap:{address}")
    again = Lines(second)
    wait_until(lambda: {"shop", "warehouse"} <= set(again.producers()))
    assert [p.poll() for p in programs] == [None, None]


def test_a_second_monitor_on_the_same_address_is_told_so(eventscope: Any, address: Path) -> None:
    first = eventscope("tail", f"tap:{address}")
    wait_until(address.exists)
    code, _, err = finish(eventscope("tail", f"tap:{address}"))
    assert code == 3
    assert "already" in err
    assert first.poll() is None


def test_the_demo_can_be_published_to_a_monitor(eventscope: Any, address: Path) -> None:
    monitor = eventscope("tail", f"tap:{address}", "--limit", "100")
    wait_until(address.exists)
    demo = eventscope("demo", "orders", "--to", f"tap:{address}", "--rate", "200", "--seconds", "20", "--seed", "3")
    code, out, err = finish(monitor)
    assert code == 0, err
    assert {e["category"] for e in events_of(out)} >= {"order"}
    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=10) == 0
