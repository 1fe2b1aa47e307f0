"""Captures as a user makes and reads them: real processes, killed and stopped, and what is read back afterwards."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from killed import Killed, commits, flipped
from processes import events_of, finish, wait_until

from app.exports import export_rows
from app.session import Session
from connectors.capture.write_ahead import FRAME
from connectors.demo.connector import DemoConnector, DemoOptions
from connectors.file.connector import FileConnector, FileOptions

CANARY = "canary-9f3a"
LATER = 2 * 10**18
"""When all traces have come to rest (ns since the epoch)."""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50,000 events of all systems of the demo."""
    file = tmp_path_factory.mktemp("demo") / "demo.jsonl"

    async def play() -> None:
        session = Session()
        session.attach(DemoConnector(DemoOptions(path="all", rate=4_000, seed=11)), "demo")
        while session.store.next_seq <= 50_000:
            await asyncio.sleep(0.01)
            session.drain(0.5)
        await session.close()
        export_rows("jsonl", session.store, range(1, 50_001), file, redact=False)

    asyncio.run(play())
    return file


def exported(eventscope: Any, capture: Path, *more: str) -> list[str]:
    code, out, err = finish(eventscope("export", capture, "--format", "jsonl", "--with-secrets", *more), 60)
    assert (code, err) == (0, "")
    return [line for line in out.splitlines() if line]


def test_fifty_thousand_events_come_back_as_they_were(eventscope: Any, lines: Path, tmp_path: Path) -> None:
    capture = tmp_path / "demo.eventscope"
    code, out, err = finish(eventscope("record", f"file:{lines}?follow=0", "-o", capture), 60)
    assert (code, out, err) == (0, "", f"recorded 50,000 events in {capture}\n")
    assert exported(eventscope, capture) == lines.read_text().splitlines()
    assert [file.name for file in tmp_path.glob("demo.eventscope*")] == ["demo.eventscope"]
    assert capture.stat().st_size < lines.stat().st_size / 5


def test_what_was_committed_outlives_a_kill(eventscope: Any, lines: Path, tmp_path: Path) -> None:
    capture, growing = tmp_path / "killed.eventscope", tmp_path / "growing.jsonl"
    growing.touch()
    recording = eventscope("record", f"file:{growing}", "-o", capture)
    wait_until(capture.exists)
    tail = eventscope("tail", f"file:{capture}")
    story = lines.read_text().splitlines(keepends=True)
    with growing.open("a") as file:
        for at in range(0, 20_000, 200):
            file.write("".join(story[at : at + 200]))
            file.flush()
            time.sleep(0.01)
    printed = [json.loads(tail.stdout.readline()) for _ in range(2_000)]
    recording.kill()
    recording.wait()
    printed += events_of(tail.stdout.read())
    assert tail.wait(30) == 0, "the end of the recording is the end of the capture"
    kept = [json.loads(line) for line in exported(eventscope, capture)]
    assert kept == printed == [json.loads(line) for line in story[: len(kept)]]


def test_a_capture_that_was_cut_off_is_refused_and_what_is_left_of_it_recovered(
    eventscope: Any, lines: Path, tmp_path: Path
) -> None:
    capture, saved = tmp_path / "cut.eventscope", tmp_path / "saved.eventscope"
    twice = (f"file:{lines}?follow=0", f"file:{tmp_path / 'again.jsonl'}?follow=0")
    (tmp_path / "again.jsonl").symlink_to(lines)
    assert finish(eventscope("record", *twice, "-o", capture), 60)[0] == 0
    whole = exported(eventscope, capture)
    capture.write_bytes(capture.read_bytes()[:-8192])
    code, _, err = finish(eventscope("export", capture), 60)
    assert (code, "eventscope recover" in err) == (4, True)
    code, _, err = finish(eventscope("recover", capture, "-o", saved), 60)
    assert (code, err.count("\n"), f"events are in {saved}" in err) == (0, 1, True)
    code, out, _ = finish(eventscope("export", saved, "--format", "jsonl", "--with-secrets"), 60)
    events = [line for line in out.splitlines() if '"gap"' not in line]
    assert (code, 0 < len(events) <= len(whole)) == (0, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_recording_as_one_whole_file(eventscope: Any, tmp_path: Path, number: signal.Signals) -> None:
    capture = tmp_path / "a.eventscope"
    recording = eventscope("record", "demo:all?rate=300&seed=5", "-o", capture)
    wait_until(capture.exists)
    time.sleep(1.5)
    recording.send_signal(number)
    code, out, err = finish(recording)
    assert (code, out) == (0, "")
    rows = exported(eventscope, capture)
    assert err == f"recorded {len(rows):,} events in {capture}\n"
    assert len(rows) > 100
    assert [file.name for file in tmp_path.glob("a.eventscope*")] == ["a.eventscope"]


def test_only_what_is_wanted_is_recorded(eventscope: Any, lines: Path, tmp_path: Path) -> None:
    capture = tmp_path / "orders.eventscope"
    wanted = ("--filter", "category:order phase:published", "--limit", "300")
    code, _, err = finish(eventscope("record", f"file:{lines}?follow=0", "-o", capture, *wanted), 60)
    assert (code, err) == (0, f"recorded 300 events in {capture}\n")
    _, told, _ = finish(eventscope("tail", f"file:{lines}?follow=0", *wanted), 60)
    without_number = [{**event, "seq": 0} for event in events_of(told)]
    assert [{**json.loads(line), "seq": 0} for line in exported(eventscope, capture)] == without_number


def test_a_capture_is_known_by_its_first_bytes_whatever_its_name(eventscope: Any, lines: Path, tmp_path: Path) -> None:
    capture, renamed = tmp_path / "a.eventscope", tmp_path / "mailed.json"
    finish(eventscope("record", f"file:{lines}?follow=0", "-o", capture, "--limit", "100"), 60)
    capture.rename(renamed)
    assert len(exported(eventscope, renamed)) == 100
    code, out, _ = finish(eventscope("check", f"file:{renamed}"))
    assert code == 0
    assert "is a capture of 100 events" in out


def test_a_file_that_is_there_is_not_overwritten(eventscope: Any, tmp_path: Path) -> None:
    capture = tmp_path / "precious.eventscope"
    capture.write_text("precious")
    code, _, err = finish(eventscope("record", "demo:", "-o", capture))
    assert code == 4
    assert err.startswith("eventscope: error: ")
    assert err.count("\n") == 1
    assert capture.read_text() == "precious"


def test_two_programs_do_not_record_into_one_file(eventscope: Any, tmp_path: Path) -> None:
    capture = tmp_path / "a.eventscope"
    first = eventscope("record", "demo:", "-o", capture)
    wait_until(capture.exists)
    code, _, err = finish(eventscope("record", "demo:", "-o", capture))
    assert code == 4
    assert f"is being recorded by process {first.pid}" in err
    first.send_signal(signal.SIGTERM)
    assert finish(first)[0] == 0


def test_a_source_that_is_not_there_leaves_no_empty_capture(eventscope: Any, tmp_path: Path) -> None:
    capture = tmp_path / "a.eventscope"
    code, _, _ = finish(eventscope("record", f"file:{tmp_path}/nothing", "-o", capture))
    assert code == 3
    assert list(tmp_path.glob("a.eventscope*")) == []


@pytest.mark.parametrize("command", ["tail", "export"])
def test_what_is_no_capture_any_more_is_told_in_one_sentence(
    eventscope: Any, lines: Path, tmp_path: Path, command: str
) -> None:
    capture = tmp_path / "a.eventscope"
    finish(eventscope("record", f"file:{lines}?follow=0", "-o", capture, "--limit", "5000"), 60)
    capture.write_bytes(capture.read_bytes()[: capture.stat().st_size // 2])
    code, out, err = finish(eventscope(command, capture if command == "export" else f"file:{capture}"))
    assert (code, out) == (4, "")
    assert err.startswith("eventscope: error: ")
    assert "is cut off" in err
    assert err.count("\n") == 1


def test_damage_is_a_gap_in_its_place_and_export_says_so(eventscope: Any, lines: Path, tmp_path: Path) -> None:
    capture = tmp_path / "a.eventscope"
    finish(eventscope("record", f"file:{lines}?follow=0", "-o", capture), 60)
    with sqlite3.connect(capture) as db:
        db.execute("UPDATE pieces SET crc = crc + 1 WHERE id >> 16 = (SELECT min(id) FROM leaves)")
    db.close()
    code, out, err = finish(eventscope("export", capture, "--format", "jsonl"), 60)
    assert code == 0
    gap, *rest = events_of(out)
    assert gap["type"] == "eventscope.gap"
    missing = 50_000 - len(rest)
    assert missing > 0
    assert f"missed exactly {missing:,} events" in gap["error"]
    assert err == f"eventscope: warning: {missing:,} events missing: a.eventscope: they are damaged in the capture\n"


def test_damage_beside_a_capture_that_was_not_closed_is_told_by_each_command(eventscope: Any, tmp_path: Path) -> None:
    killed = Killed(tmp_path)
    damaged = flipped(killed.data, commits(killed.data)[-2] + FRAME + 9)
    capture, saved = killed.lies(tmp_path / "copy", damaged, lock=True), tmp_path / "saved.eventscope"
    code, out, err = finish(eventscope("export", capture, "--format", "jsonl"), 60)
    *rest, gap = events_of(out)
    missing = len(killed.rows) - len(rest)
    assert (code, missing > 0, gap["type"]) == (0, True, "eventscope.gap")
    assert err.startswith(f"eventscope: warning: {missing:,} events missing: {capture.name}: they are damaged")
    code, out, err = finish(eventscope("tail", f"file:{capture}"), 60)
    assert (code, events_of(out)[-1]["error"]) == (0, gap["error"])
    assert f"{missing:,} lost at the source" in err
    code, _, err = finish(eventscope("recover", capture, "-o", saved), 60)
    assert (code, err) == (0, f"{len(rest):,} events are in {saved}; {missing:,} are missing\n")
    code, out, _ = finish(eventscope("export", saved, "--format", "jsonl"), 60)
    assert events_of(out)[-1]["error"] == gap["error"], "the copy tells it as well"


def test_no_secret_of_a_url_is_in_the_file(eventscope: Any, tmp_path: Path) -> None:
    capture = tmp_path / "a.eventscope"
    secret = f"amqp://me:{CANARY}@127.0.0.1:1/?exchange=e"
    code, out, err = finish(eventscope("record", "demo:", secret, "-o", capture, "--seconds", "2"))
    assert code == 3
    assert CANARY.encode() not in capture.read_bytes()
    assert CANARY not in out + err
    assert b"amqp://me@127.0.0.1:1/" in capture.read_bytes()


def shown(session: Session) -> dict[str, Any]:
    """What the views show of a session, but for rates and ages, which are of the moment."""
    drawn = session.topology.map()
    names = {node.id: (node.kind, node.channel, node.name) for node in drawn.nodes}
    sources = {name for chunk in session.store.chunks for name in chunk.dictionaries["source"].values if name}
    return {
        "sources": sources,
        "traces": session.traces.recent(10**6, now=LATER),
        "nodes": {(names[n.id], n.category, n.handler, n.count, n.errors, n.declared, n.stray) for n in drawn.nodes},
        "edges": {(names[e.source], names[e.target], e.channel, e.count, e.errors, e.declared) for e in drawn.edges},
    }


async def test_a_recording_of_three_systems_shows_what_the_original_showed(tmp_path: Path) -> None:
    original, capture = Session(), tmp_path / "three.eventscope"
    await original.record(capture)
    for name in ("orders", "life", "roles"):
        original.attach(DemoConnector(DemoOptions(path=name, rate=200, seed=3)), name)
    while original.store.next_seq < 4_000:
        await asyncio.sleep(0.01)
        original.drain()
    await original.close()
    again = Session()
    again.attach(FileConnector(FileOptions(path=capture)))
    while not all(source.over for source in again.sources):
        await asyncio.sleep(0.01)
        again.drain()
    await again.close()
    assert shown(again) == shown(original)
    assert shown(again)["sources"] == {"orders", "life", "roles"}


def test_the_window_records_from_the_start_and_finishes_the_file_when_it_closes(
    eventscope: Any, tmp_path: Path
) -> None:
    capture = tmp_path / "a.eventscope"
    window = eventscope("demo:orders?rate=300", "demo:life?rate=100", "--capture", capture)
    wait_until(lambda: capture.exists() and capture.with_name("a.eventscope-wal").exists())
    time.sleep(3)
    window.send_signal(signal.SIGTERM)
    code, _, err = finish(window, timeout=10)
    assert (code, err) == (0, "")
    assert [file.name for file in tmp_path.glob("a.eventscope*")] == ["a.eventscope"]
    events = events_of("\n".join(exported(eventscope, capture)))
    assert {event["source"] for event in events} == {"demo:orders", "demo:life"}
    assert events[0]["phase"] == "published", "nothing is missing at the beginning"


def test_a_window_that_cannot_record_says_so_and_does_not_open(eventscope: Any, tmp_path: Path) -> None:
    (tmp_path / "a.eventscope").write_text("precious")
    code, _, err = finish(eventscope("demo:", "--capture", tmp_path / "a.eventscope"))
    assert code == 4
    assert err.startswith("eventscope: error: ")
    assert err.count("\n") == 1
