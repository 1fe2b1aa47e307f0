"""Recording, saving and opening captures in the window, gesture by gesture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from app.marks import Mark
from app.session import Session
from app.settings import Settings
from connectors.capture.reader import CaptureReader
from eventscope.connector import Connector, Sink, SourceState
from tests.widgets.conftest import orders, put
from widgets.table.live import LiveState
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish
from widgets.window.record_button import clock, short

CANARY = "canary-77aa"


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


class Shop(Connector):
    """A source that ends once it has told of some orders."""

    label = "demo:orders"
    safety = "tells of orders that never were"

    async def run(self, sink: Sink) -> None:
        sink.push(orders(20))


@pytest.fixture
async def desk(qapp: QApplication, tmp_path: Path) -> AsyncIterator[Desk]:
    """A window on a source that is over after some rows, as if it had been stopped."""
    window = MainWindow()
    window.show()
    made = furnish(qapp, window, Session(Settings(capture_folder=str(tmp_path))))
    window.views.clock.start()
    made.attach(Shop(None))
    await until(lambda: stopped(made) and made.session.store.kept > 50)
    yield made
    await close(window)
    window.deleteLater()


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def stopped(desk: Desk) -> bool:
    return desk.session.sources[0].over and not desk.session.intake.rows


def key(desk: Desk, name: str) -> None:
    """Press the key of a command."""
    text = {"Ctrl+R": "Record or stop recording…", "Ctrl+S": "Save as capture…", "Ctrl+O": "Open a capture or file…"}[
        name
    ]
    (action,) = [each for each in desk.window.actions_ if each.text() == text]
    assert action.shortcut().toString() == name
    action.trigger()


def choose(desk: Desk, path: Path) -> None:
    """Answer the file dialog."""
    dialog = desk.window.findChildren(QFileDialog)[-1]
    dialog.fileSelected.emit(str(path))
    dialog.close()


def rows_in(path: Path) -> int:
    reader = CaptureReader(path)
    try:
        return sum(head.rows for head in reader.survey().leaves)
    finally:
        reader.close()


async def test_ctrl_r_asks_for_a_file_named_after_source_and_time_and_records_what_is_kept(
    desk: Desk, tmp_path: Path
) -> None:
    kept = desk.session.store.kept
    key(desk, "Ctrl+R")
    (dialog,) = desk.window.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    (name,) = map(Path, dialog.selectedFiles())
    assert name.name.startswith("demo-orders-20")
    assert name.suffix == ".eventscope"
    choose(desk, tmp_path / "a.eventscope")
    button = desk.window.views.status.record
    await until(lambda: "rec 00:0" in button.text())
    assert button.text().endswith("a.eventscope")
    assert "KB" in button.text()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    await until(lambda: "Recorded" in desk.window.banner.text)
    assert not desk.session.recording.runs
    assert rows_in(tmp_path / "a.eventscope") == desk.session.store.kept == kept
    assert button.text() == "Record"
    assert list(tmp_path.glob("a.eventscope*")) == [tmp_path / "a.eventscope"]


async def test_a_stopped_window_tells_what_is_not_saved_until_ctrl_s(desk: Desk, tmp_path: Path) -> None:
    pill = desk.window.views.pill
    await until(lambda: desk.window.isWindowModified() and "not saved" in pill.text())
    assert pill.property("state") == LiveState.STOPPED.value
    assert "Ctrl+S" in pill.toolTip()
    key(desk, "Ctrl+S")
    choose(desk, tmp_path / "saved.eventscope")
    await until(lambda: "Saved" in desk.window.banner.text)
    await until(lambda: not desk.window.isWindowModified() and "not saved" not in pill.text())
    assert rows_in(tmp_path / "saved.eventscope") == desk.session.store.kept


async def test_what_is_recorded_is_not_unsaved(desk: Desk, tmp_path: Path) -> None:
    desk.recordings.start(tmp_path / "a.eventscope")
    await until(lambda: desk.session.recording.runs and desk.session.recording.unsaved == 0)
    desk.recordings.look()
    assert not desk.window.isWindowModified()


async def test_the_name_of_other_formats_is_refused(desk: Desk, tmp_path: Path) -> None:
    desk.recordings.save(tmp_path / "a.jsonl")
    await until(lambda: "Export shown events" in desk.window.banner.text)
    assert not (tmp_path / "a.jsonl").exists()


async def test_saving_where_nobody_may_write_is_told_and_leaves_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.recordings.save(tmp_path / "no folder" / "a.eventscope")
    await until(lambda: "cannot record to" in desk.window.banner.text or "cannot write" in desk.window.banner.text)
    assert desk.session.recording.unsaved


class Usage(NamedTuple):
    total: int
    used: int
    free: int


async def test_a_full_disk_is_told_once_and_the_window_goes_on(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.recordings.start(tmp_path / "a.eventscope")
    await until(lambda: desk.session.recording.runs)
    monkeypatch.setattr("app.capture.recorder.shutil.disk_usage", lambda path: Usage(10**9, 10**9, 0))
    await until(lambda: "are free on the disk" in desk.window.banner.text)
    assert "Ctrl+R" in desk.window.banner.text
    desk.window.banner.hide()
    desk.attach_url("demo:life?rate=100")
    kept = desk.session.store.kept
    await until(lambda: desk.session.store.kept > kept and desk.session.counters().not_recorded > 0)
    await until(lambda: desk.window.views.status.record.text() == "recording stopped")
    assert not desk.window.banner.isVisible()
    monkeypatch.undo()
    desk.recordings.start(tmp_path / "b.eventscope")
    await until(lambda: desk.session.recording.runs and desk.session.counters().not_recorded == 0)


async def test_closing_while_recording_finishes_the_file(qapp: QApplication, tmp_path: Path) -> None:
    window = MainWindow()
    window.show()
    desk = furnish(qapp, window, Session(Settings()))
    window.views.clock.start()
    desk.attach_url("demo:orders?rate=300")
    desk.recordings.start(tmp_path / "a.eventscope")
    await until(lambda: desk.session.store.kept > 100 and desk.session.recording.runs)
    async with asyncio.timeout(5):
        await close(window)
    assert rows_in(tmp_path / "a.eventscope") == desk.session.store.kept
    assert list(tmp_path.glob("a.eventscope*")) == [tmp_path / "a.eventscope"]
    window.deleteLater()


async def test_leaving_asks_only_for_the_developers_own_work(desk: Desk, tmp_path: Path) -> None:
    left: list[int] = []
    desk.recordings.leave(lambda: left.append(1))
    assert left == [1], "events alone are no reason to ask"
    desk.session.marks.toggle(1, Mark.MARKED)
    desk.session.marks.set_comment(2, "here it begins")
    desk.recordings.leave(lambda: left.append(2))
    (box,) = desk.window.findChildren(QMessageBox)
    assert "2 events are marked or commented" in box.text()
    box.close()
    assert left == [1]
    desk.recordings.leave(lambda: left.append(3))
    box = desk.window.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if "Save" in button.text()).click()
    choose(desk, tmp_path / "mine.eventscope")
    await until(lambda: left == [1, 3])
    desk.recordings.leave(lambda: left.append(4))
    assert left == [1, 3, 4], "it is saved now"


async def test_a_window_that_is_closed_while_it_saves_waits_for_the_file(desk: Desk, tmp_path: Path) -> None:
    left: list[int] = []
    desk.recordings.save(tmp_path / "a.eventscope")
    await until(lambda: desk.session.recording.copying is not None or "Saved" in desk.window.banner.text)
    desk.recordings.leave(lambda: left.append(rows_in(tmp_path / "a.eventscope")))
    await until(lambda: bool(left))
    assert left[0] > 50


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (42.9, "00:42"), (3_723, "1:02:03")])
def test_the_age_of_a_recording(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_long_or_hostile_file_name_is_shown_in_few_harmless_characters() -> None:
    assert short("orders.eventscope") == "orders.eventscope"
    assert len(short("x" * 300 + ".eventscope")) < 40
    assert "\n" not in short("a\nb")


async def test_a_capture_is_opened_by_dropping_it_and_shows_marks_and_comments(desk: Desk, tmp_path: Path) -> None:
    capture = tmp_path / "a b.eventscope"
    desk.session.marks.toggle(3, Mark.MARKED)
    desk.session.marks.set_comment(4, "look here")
    desk.recordings.save(capture)
    await until(lambda: "Saved" in desk.window.banner.text)
    kept = desk.session.store.kept
    drop(desk.window, capture)
    await until(lambda: len(desk.session.sources) == 2 and desk.session.sources[1].state is SourceState.ENDED)
    await until(lambda: desk.session.store.kept == 2 * kept)
    marks, store = desk.session.marks, desk.session.store
    assert marks.rows(Mark.MARKED).tolist() == [3, kept + 3]
    assert marks.comment(kept + 4) == "look here"
    assert store.event(kept + 4).source == store.event(4).source == Shop.label
    assert store.event(kept + 4).observed_at == store.event(4).observed_at
    assert desk.session.recording.unsaved == 0, "what was opened is in a file already"
    assert desk.session.recording.unsaved_notes == 0


def drop(window: MainWindow, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    where: Any = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(QPoint(50, 50), *where)
    window.dragEnterEvent(entering)
    assert entering.isAccepted()
    window.dropEvent(QDropEvent(QPointF(50, 50), *where))


async def test_ctrl_o_opens_a_capture(desk: Desk, tmp_path: Path) -> None:
    desk.recordings.save(tmp_path / "a.eventscope")
    await until(lambda: "Saved" in desk.window.banner.text)
    key(desk, "Ctrl+O")
    choose(desk, tmp_path / "a.eventscope")
    await until(lambda: len(desk.session.sources) == 2 and desk.session.sources[1].seen > 0)


async def test_captures_are_listed_on_the_start_page_with_size_and_date(desk: Desk, tmp_path: Path) -> None:
    desk.recordings.save(tmp_path / "a.eventscope")
    await until(lambda: "Saved" in desk.window.banner.text)
    desk.connections.lists.begin()
    desk.window.show_start()
    files = desk.connections.lists.files.list.cards
    await until(lambda: bool(files.items))
    (start,) = files.items
    assert start.title == "a.eventscope"
    assert "KB · today " in start.line
    (tmp_path / "a.eventscope").unlink()
    desk.window.show_work()
    desk.window.show_start()
    await until(lambda: "not there any more" in files.items[0].line)
    assert not any("eventscope" in start.title for start in desk.connections.lists.recent.list.cards.items)


async def test_no_secret_of_a_source_is_in_the_file(desk: Desk, tmp_path: Path) -> None:
    url = f"amqp://me:{CANARY}@h/?exchange=e&password={CANARY}"
    desk.session.known_as(desk.session.sources[0], url)
    desk.recordings.save(tmp_path / "a.eventscope")
    await until(lambda: "Saved" in desk.window.banner.text)
    whole = (tmp_path / "a.eventscope").read_bytes()
    assert b"amqp://me@h/?exchange=e" in whole
    assert CANARY.encode() not in whole


async def test_rows_of_one_sitting_are_saved_whole_while_others_come(desk: Desk, tmp_path: Path) -> None:
    put(desk.session, orders(50), "bus")
    before = desk.session.store.next_seq
    desk.recordings.save(tmp_path / "a.eventscope")
    put(desk.session, orders(50, first=50), "bus")
    await until(lambda: "Saved" in desk.window.banner.text)
    assert rows_in(tmp_path / "a.eventscope") >= before - 1
    assert desk.session.recording.saved_until >= before


async def test_ctrl_r_without_events_records_what_comes(qapp: QApplication, tmp_path: Path) -> None:
    window = MainWindow()
    window.show()
    desk = furnish(qapp, window, Session(Settings()))
    window.views.clock.start()
    key(desk, "Ctrl+S")
    assert "Nothing is kept yet" in window.banner.text
    desk.recordings.start(tmp_path / "a.eventscope")
    await until(lambda: desk.session.recording.runs)
    put(desk.session, orders(3), "bus")
    await close(window)
    assert rows_in(tmp_path / "a.eventscope") == desk.session.store.kept
    window.deleteLater()
