"""The whole window: a source is attached, watched, held, exported and let go, as a developer does it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.session import Session
from app.settings import Settings
from eventscope.connector import Block, Record, SourceState
from widgets.look.theme import apply_theme
from widgets.table.live import LiveState
from widgets.window.desk import Desk, format_of
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[Desk]:
    window = MainWindow()
    window.show_start()
    window.show()
    made = furnish(qapp, window, Session(Settings()))
    window.views.clock.start()
    yield made
    await close(window)
    window.deleteLater()


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    return desk.window


def caught_up(window: MainWindow) -> bool:
    """Whether all rows up to the instant of the pause were tested."""
    done, total = window.views.work.matches.progress
    return done == total


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def demo(desk: Desk, rows: int = 200) -> None:
    desk.attach_url("demo:orders?rate=300&seed=7")
    await until(lambda: desk.session.store.kept >= rows and len(desk.window.views.work.matches) > rows // 3)


async def test_the_filter_and_the_status_bar_always_say_the_same_number_of_rows(desk: Desk) -> None:
    window, session = desk.window, desk.session
    window.show_work()
    said: set[tuple[str, str]] = set()
    for _ in range(40):
        session.intake.put("source", Block.of([Record("a.b")] * 100))
        await asyncio.sleep(0.02)
        shown = re.search(r"shown ([\d,]+)", visible_text(window.views.status))
        said.add((window.views.work.filter_bar.found.text.split(" ")[0], shown[1] if shown else ""))
    assert len(said) > 2
    assert all(found == shown for found, shown in said)


async def test_the_start_page_attaches_the_demo(desk: Desk, window: MainWindow) -> None:
    assert window.start_page.isVisible()
    window.start_page.chosen.emit("demo:?rate=300")
    await until(lambda: len(window.views.work.matches) > 10)
    assert not window.start_page.isVisible()
    assert window.views.work.table.isVisible()
    assert desk.session.sources[0].state is SourceState.LIVE


async def test_an_event_selected_in_the_table_is_shown_everywhere(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    table = window.views.work.table
    table.go_to(0)
    seq = window.views.work.matches.seq_at(0)
    assert window.focus.seq == seq
    event = desk.session.store.event(seq)
    assert window.focus.correlation_id == event.correlation_id
    assert event.type in visible_text(window.views.detail)


async def test_pausing_holds_the_window_while_capture_goes_on(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    window.views.toggle_pause()
    await until(lambda: caught_up(window))
    shown, kept = len(window.views.work.matches), desk.session.store.kept
    await until(lambda: desk.session.store.kept > kept + 100)
    assert len(window.views.work.matches) == shown
    assert "Paused" in window.views.pill.text()
    window.views.toggle_pause()
    await until(lambda: len(window.views.work.matches) > shown)


async def test_catching_up_goes_on_from_the_instant_of_the_pause(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    table = window.views.work.table
    window.views.toggle_pause()
    await until(lambda: caught_up(window))
    shown = len(window.views.work.matches)
    last = window.views.work.matches.seq_at(shown - 1)
    await until(lambda: desk.session.store.next_seq > last + 200)
    QTest.keyClick(table, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    await until(lambda: len(window.views.work.matches) > shown)
    assert not table.anchor.following
    assert table.anchor.new_rows == len(window.views.work.matches) - shown
    await until(lambda: "Scrolled back" in window.views.pill.text())


async def test_a_click_on_the_pill_starts_what_was_stopped(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    desk.toggle_sources()
    await until(lambda: "start" in window.views.pill.text())
    QTest.mouseClick(window.views.pill, Qt.MouseButton.LeftButton)
    await until(lambda: desk.session.sources[0].state is SourceState.LIVE)


async def test_stopping_all_sources_is_a_state_of_its_own(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    desk.toggle_sources()
    await until(lambda: all(s.state is SourceState.STOPPED for s in desk.session.sources))
    await until(lambda: LiveState.STOPPED.value.capitalize() in window.views.pill.text())
    desk.toggle_sources()
    await until(lambda: desk.session.sources[0].state is SourceState.LIVE)


async def test_the_trace_that_is_shown_is_exported_as_json(desk: Desk, window: MainWindow, tmp_path: Path) -> None:
    await demo(desk)
    chosen = desk.session.traces.recent(1)[0]
    window.focus.select_event(chosen.root_seq, chosen.correlation_id)
    target = tmp_path / "trace.json"
    desk._export_trace(chosen.correlation_id, target)
    await until(target.exists)
    document = json.loads(target.read_text())
    assert document["trace"]["correlation_id"] == chosen.correlation_id
    assert document["events"]
    await until(lambda: "Saved" in window.banner.text)


async def test_an_export_that_fails_says_why(desk: Desk, window: MainWindow, tmp_path: Path) -> None:
    await demo(desk)
    desk._export_rows(tmp_path / "no" / "such" / "folder.jsonl")
    await until(lambda: "not written" in window.banner.text)


@pytest.mark.parametrize("url", ["kafak://x", "demo:nonsense", "file:"])
async def test_a_wrong_url_is_a_sentence_in_the_banner(desk: Desk, window: MainWindow, url: str) -> None:
    desk.attach_url(url)
    assert window.banner.isVisible()
    assert window.banner.text
    assert desk.session.sources == []


async def test_a_source_that_cannot_be_read_is_told_in_the_banner(
    desk: Desk, window: MainWindow, tmp_path: Path
) -> None:
    not_ours = tmp_path / "picture.jsonl"
    not_ours.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(4_000))
    desk.attach_url(f"file:{not_ours}")
    await until(lambda: window.banner.isVisible())
    assert "picture.jsonl" in window.banner.text


async def test_recent_sources_are_remembered_without_a_password(desk: Desk) -> None:
    desk.attach_url("demo:orders?rate=50")
    assert desk.session.settings.recent[0] == "demo:orders?rate=50"


async def test_all_views_fit_side_by_side(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    window.spread()
    views: list[QWidget] = [window.views.traces, window.views.latency, window.views.map]

    def places() -> list[int]:
        return [view.mapTo(window, QPoint(0, 0)).x() for view in views]

    await until(lambda: all(view.isVisible() for view in views) and places() == sorted(set(places())))


async def test_the_theme_can_be_switched_while_events_come(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    for _ in range(2):
        desk.toggle_theme()
        await asyncio.sleep(0.05)
        assert not window.grab().isNull()


async def test_sheets_of_help_open_and_close(desk: Desk, window: MainWindow, qapp: QApplication) -> None:
    for show in (desk.keyboard.show_sheet, desk.keyboard.show_filters):
        show()
        await asyncio.sleep(0.05)
        dialog = qapp.activeModalWidget()
        assert dialog is not None
        dialog.close()


async def test_a_payload_is_never_markup_for_qt(desk: Desk, window: MainWindow, tmp_path: Path) -> None:
    """A FIFO named in markup would be opened, and block, if Qt took event text for rich text."""
    fifo = tmp_path / "bait"
    os.mkfifo(fifo)
    bait = f"<img src='file://{fifo}'><b>bold</b>"
    row = Record(
        type=bait, category=bait, id=bait, correlation_id=bait, producer=bait, subscription=bait, key=bait,
        channel=bait, error=bait, payload=json.dumps({bait: bait}).encode(), priority=3, phase=3, total_ns=10**9,
        queue_ns=1, handle_ns=1, attempt=1, headers=json.dumps([[bait, bait]]),
    )  # fmt: skip
    from eventscope.connector import Block

    desk.session.intake.put(bait, Block.of([row, row._replace(phase=0)]))
    window.show_work()
    await until(lambda: len(window.views.work.matches) == 2)
    window.focus.select_event(1, bait)
    window.spread()
    window.banner.say(bait)
    await asyncio.sleep(1.0)
    assert not window.grab().isNull()
    for view in window.findChildren(QWidget):
        tip = QHelpEvent(QEvent.Type.ToolTip, QPoint(20, 30), view.mapToGlobal(QPoint(20, 30)))
        QApplication.sendEvent(view, tip)
    writer = None
    try:
        writer = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        pass
    assert writer is None, "somebody opened the file that the event named"


async def test_closing_asks_first_and_then_cleans_up(qapp: QApplication) -> None:
    window = MainWindow()
    desk = furnish(qapp, window, Session(Settings()))
    window.show()
    desk.attach_url("demo:?rate=200")
    window.views.clock.start()
    await until(lambda: desk.session.store.kept > 0)
    asked: list[bool] = []
    window.close_asked.connect(lambda: asked.append(True))
    window.close()
    assert (asked, window.isVisible()) == ([True], True)
    await close(window)
    assert not window.isVisible()
    assert all(source.over for source in desk.session.sources)
    window.deleteLater()


async def test_the_layout_is_remembered(desk: Desk, window: MainWindow) -> None:
    await demo(desk, rows=20)
    window.spread()
    state = window.layout_state()
    assert window.restore_layout(state)
    assert not window.restore_layout(b"nonsense")


async def test_keys_act_on_the_table(desk: Desk, window: MainWindow) -> None:
    await demo(desk)
    table = window.views.work.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert window.focus.horizon is not None
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert window.focus.horizon is None
    QTest.keyClick(table, Qt.Key.Key_Slash)
    await until(lambda: window.views.work.filter_bar.isAncestorOf(QApplication.focusWidget() or window))


@pytest.mark.parametrize(
    ("name", "expected"), [("a.json", "json"), ("a.JSONL", "jsonl"), ("a.csv", "csv"), ("a", "json")]
)
def test_the_file_name_tells_the_format(name: str, expected: str) -> None:
    assert format_of(Path(name)) == expected


def test_both_themes_can_be_applied_twice(qapp: QApplication) -> None:
    for choice in ("dark", "light", "system", "light"):
        apply_theme(qapp, choice)  # type: ignore[arg-type]


def visible_text(view: QWidget) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(found.text() for found in view.findChildren(QLabel))
