"""What events carry, and what users do at bad moments, leaves the window as it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QDialog

from app.session import Session
from app.settings import Settings
from eventscope.connector import Record, headers_text
from eventscope.step import Phase
from tests.widgets.capture import MS, START, order
from tests.widgets.conftest import orders, put
from widgets.look.icons import icon
from widgets.look.text import label
from widgets.table.live import LiveState
from widgets.window import program
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

SIZES = ((1, 1), (300, 200), (1_440, 200), (200, 900), (2_600, 1_500), (1_000, 640))
LONG = "x" * 100_000
STRANGE = "طلب\u202eevil\x00\x1b[31m\r\n\t👩‍👩‍👧‍👦\u2028"


def long_row() -> Record:
    """Each text is longer than any screen is wide, and has no space in it."""
    return Record(
        type=LONG, category=LONG, id=LONG, correlation_id=LONG, producer=LONG, subscription=LONG, key=LONG,
        channel=LONG, error=LONG, payload=LONG.encode(), priority=3, phase=Phase.FAILED, total_ns=10**18, queue_ns=1,
        handle_ns=1, attempt=1, headers=headers_text([(LONG, LONG)]), occurred_at=START,
    )  # fmt: skip


def strange_row() -> Record:
    """Directions, pictures and control characters in all texts."""
    return Record(
        type=STRANGE, category=STRANGE, id=STRANGE, correlation_id=STRANGE, producer=STRANGE, subscription=STRANGE,
        key=STRANGE, channel=STRANGE, error=STRANGE, payload=b"\xff\xfe\x00" + b"[" * 10_000, phase=Phase.FAILED,
        headers=headers_text([(STRANGE, STRANGE)]),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[Desk]:
    window = MainWindow()
    window.resize(1_280, 800)
    window.show()
    made = furnish(qapp, window, Session(Settings()))
    window.show_work()
    window.views.clock.start()
    yield made
    await close(window)
    window.deleteLater()


@pytest.fixture
def window(desk: Desk) -> MainWindow:
    return desk.window


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def pause() -> None:
    """Long enough for each view to have shown what is new."""
    await asyncio.sleep(0.4)


@pytest.mark.parametrize("row", [long_row(), strange_row()], ids=["long", "strange"])
async def test_no_event_widens_the_window(desk: Desk, window: MainWindow, row: Record) -> None:
    put(desk.session, [row, row._replace(phase=Phase.PUBLISHED)], source=row.type or "")
    for phases in ("", "phase:failed"):
        window.views.work.filter_bar.propose(phases)
        await until(lambda: len(window.views.work.matches) > 0)
        window.views.work.table.go_to(0)
        for dock in window.docks:
            dock.raise_()
            await asyncio.sleep(0.1)
        for tab in range(window.views.detail.panes.tabs.count()):
            window.views.detail.panes.tabs.setCurrentIndex(tab)
            await asyncio.sleep(0.1)
        window.banner.say(row.error or "")
        await pause()
        assert (window.width(), window.height()) == (1_280, 800)


async def test_an_event_of_an_endless_type_cannot_be_compared_and_says_so(desk: Desk, window: MainWindow) -> None:
    put(desk.session, [long_row()._replace(phase=Phase.PUBLISHED)] * 2)
    changes = window.views.detail.changes
    window.views.detail.panes.tabs.setCurrentWidget(changes)
    await until(lambda: len(window.views.work.matches) == 2)
    window.views.work.table.go_to(1)
    await until(lambda: "too long" in changes.empty.text())


async def test_all_parts_of_the_window_survive_any_size(desk: Desk, window: MainWindow) -> None:
    put(desk.session, orders(20))
    for width, height in SIZES:
        window.resize(width, height)
        await asyncio.sleep(0.1)
        assert not window.grab().isNull()
    assert window.views.work.table.height() > 5 * window.views.work.table.painter.row_height


async def test_the_theme_may_change_while_the_window_is_held(desk: Desk, window: MainWindow) -> None:
    put(desk.session, orders(20))
    await pause()
    window.views.toggle_pause()
    shown = len(window.views.work.matches)
    put(desk.session, orders(5, first=20))
    desk.toggle_theme()
    for dock in window.docks:
        dock.raise_()
        await asyncio.sleep(0.1)
    desk.toggle_theme()
    assert len(window.views.work.matches) == shown
    assert window.views.work.table._live.state is LiveState.PAUSED


async def test_filters_may_be_typed_while_a_flood_comes_in(desk: Desk, window: MainWindow) -> None:
    bar, first = window.views.work.filter_bar, 0
    for text in (
        "category:order",
        "-(phase:failed or",
        "/ti.*/",
        '"',
        "payload.items[*].sku:A7",
        "((",
        "latency>5ms",
        "",
    ):
        for letters in range(len(text) + 1):
            bar.edit.setText(text[:letters])
            put(desk.session, orders(2, first))
            first += 2
            await asyncio.sleep(0.005)
    bar.apply()
    await until(lambda: len(window.views.work.matches) > 0)
    counters = desk.session.counters()
    assert counters.seen == counters.kept + counters.evicted + counters.cleared + counters.dropped


async def test_a_trace_of_thousands_of_rows_grows_while_it_is_looked_at(desk: Desk, window: MainWindow) -> None:
    def huge(number: int) -> list[Record]:
        return [row._replace(correlation_id="huge") for row in order(number, START + number * MS)]

    put(desk.session, [row for number in range(160) for row in huge(number)])
    window.open_dock(window.views.traces)
    window.focus.select_trace("huge")
    for page in range(4):
        window.views.traces.pages.choice.choose(page)
        put(desk.session, huge(200 + page))
        await pause()
    assert window.views.traces.pages.trace.nodes


async def test_clearing_is_undone_though_another_source_was_attached_meanwhile(desk: Desk, window: MainWindow) -> None:
    put(desk.session, orders(20))
    before = desk.session.store.kept
    desk.clearing.clear()
    desk.attach_url("demo:orders?rate=200&seed=3")
    await until(lambda: desk.session.store.kept > 10)
    desk.clearing.undo()
    assert desk.session.store.kept > before + 10
    counters = desk.session.counters()
    assert counters.seen == counters.kept + counters.evicted + counters.cleared + counters.dropped


async def test_a_source_may_go_while_its_dialogs_and_windows_are_open(desk: Desk, window: MainWindow) -> None:
    desk.attach_url("demo:orders?rate=300&seed=3")
    await until(lambda: len(window.views.work.matches) > 10)
    window.views.work.table.go_to(3)
    window.views.detail.want_window()
    window.views.sources.check(desk.session.sources[0])
    desk.remove_source(desk.session.sources[0])
    await until(lambda: not desk.session.sources)
    await pause()
    assert not window.grab().isNull()


async def test_closing_the_window_closes_its_dialogs(qapp: QApplication) -> None:
    window = MainWindow()
    desk = furnish(qapp, window, Session(Settings()))
    window.show()
    desk.keyboard.show_sheet()
    desk.marking.show_colours("type:x")
    desk.connections.ask_source()
    assert len(window.findChildren(QDialog)) == 3
    await close(window)
    await asyncio.sleep(0)
    assert window.findChildren(QDialog) == []
    window.deleteLater()


async def test_a_source_that_does_not_let_go_keeps_no_window_open(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    window = MainWindow()
    furnish(qapp, window, Session(Settings()))
    window.show()
    monkeypatch.setattr(window.session, "close", asyncio.Event().wait)
    monkeypatch.setattr(program, "LETTING_GO_S", 0.05)
    with caplog.at_level(logging.WARNING):
        await close(window)
    assert not window.isVisible()
    assert "let go" in caplog.text
    window.deleteLater()


def test_an_icon_without_room_is_an_empty_picture(qapp: QApplication) -> None:
    assert icon("x").pixmap(QSize(0, 0), 2.0, QIcon.Mode.Normal, QIcon.State.Off).isNull()


def test_a_word_without_end_is_broken_where_a_label_wraps(qapp: QApplication) -> None:
    long = label(LONG, wrap=True)
    assert long.minimumSizeHint().width() < 400
    assert long.text() == LONG
