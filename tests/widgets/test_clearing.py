"""Clear and its undo, as the developer meets them in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

import widgets.window.clearing as clearing_module
from app.session import Session
from app.settings import Settings
from eventscope.connector import Record
from tests.widgets.conftest import put
from widgets.focus import Focus
from widgets.window.banner import Banner, Offer
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.shortcuts_sheet import ShortcutsSheet

Feed = Callable[[list[Record]], int]


def furnished(qtbot: QtBot, session: Session) -> MainWindow:
    made = MainWindow()
    made.furnish(session, Focus())
    qtbot.addWidget(made, before_close_func=lambda window: window.views.stop())
    made.resize(1_300, 800)
    made.show_work()
    made.show()
    return made


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> Iterator[MainWindow]:
    made = furnished(qtbot, session)
    yield made
    made.let_go()


@pytest.fixture
def desk(window: MainWindow, qapp: QApplication) -> Desk:
    return Desk(window, qapp)


def beat(window: MainWindow) -> None:
    for _ in range(3):
        window.views.clock.beat()


def shown(window: MainWindow) -> int:
    beat(window)
    return window.views.work.table.rows.rowCount()


def said(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.views.work.findChildren(QLabel) if label.isVisible())


def test_clearing_empties_the_window_and_undo_fills_it_again(desk: Desk, window: MainWindow, session: Session) -> None:
    rows, kept = shown(window), session.store.kept
    assert rows
    desk.clearing.clear()
    assert shown(window) == 0
    assert window.banner.text == f"{kept:,} events cleared."
    assert window.banner.button.text() == "Undo"
    window.banner.button.click()
    assert shown(window) == rows
    assert window.banner.isHidden()


def test_the_empty_table_says_that_it_was_cleared_and_offers_to_undo_it(
    desk: Desk, window: MainWindow, session: Session
) -> None:
    rows, kept = shown(window), session.store.kept
    desk.clearing.clear()
    beat(window)
    assert f"{kept:,} events were cleared" in said(window)
    undo = next(button for button in window.views.work.findChildren(QPushButton) if button.text() == "Undo")
    undo.click()
    assert shown(window) == rows


def test_rows_that_came_since_stay_behind_those_that_are_back(
    desk: Desk, window: MainWindow, session: Session, feed: Feed
) -> None:
    rows = shown(window)
    before = window.views.work.matches.seqs(0, rows).tolist()
    desk.clearing.clear()
    feed([Record("late", b"{}", category="order")] * 3)
    assert shown(window) == 3
    desk.clearing.undo()
    assert shown(window) == rows + 3
    assert window.views.work.matches.seqs(0, rows + 3).tolist()[:-3] == before


def test_undo_says_how_many_did_not_come_back(qtbot: QtBot, qapp: QApplication) -> None:
    session = Session(Settings(memory_mib=16))
    window = furnished(qtbot, session)
    payloads = Random(3)
    records = [Record("t", payloads.randbytes(30_000)) for _ in range(50)]
    put(session, records)
    clearing = Desk(window, qapp).clearing
    clearing.clear()
    while session.store.evicted < 50:
        put(session, records)
    clearing.undo()
    assert "0 events came back; 50 events had to make room" in window.banner.text
    window.let_go()
    session.store.close()


def test_clearing_while_paused_goes_on(desk: Desk, window: MainWindow, feed: Feed) -> None:
    window.views.toggle_pause()
    desk.clearing.clear()
    feed([Record("late", b"{}")])
    assert shown(window) == 1


def test_nothing_but_clear_clears(desk: Desk, window: MainWindow, session: Session) -> None:
    kept = session.store.kept
    window.views.work.filter_bar.propose("type:nothing")
    beat(window)
    desk.toggle_theme()
    desk.toggle_theme()
    for view in (window.views.traces, window.views.latency, window.views.map):
        window.open_dock(view)
        beat(window)
    desk.toggle_sources()
    beat(window)
    assert (session.counters().kept, session.counters().cleared) == (kept, 0)


def test_undo_says_when_there_is_nothing_to_bring_back(desk: Desk, window: MainWindow) -> None:
    desk.clearing.undo()
    assert "10 seconds" in window.banner.text


def test_the_account_of_each_source_and_category_is_on_a_sheet(desk: Desk, window: MainWindow, feed: Feed) -> None:
    feed([Record("late", category="<b>rare</b>")])
    desk.clearing.show_account()
    sheet = window.findChild(ShortcutsSheet)
    words = [label.text() for label in sheet.findChildren(QLabel)]
    assert "evicted" in words
    assert any(word.endswith("· <b>rare</b>") for word in words)
    assert any(word.startswith("kept 1 (0.0 MB), evicted 0") for word in words)
    sheet.close()


async def test_the_offer_goes_when_it_ends(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    done: list[str] = []
    banner.say("gone", Offer("Undo", lambda: done.append("undone"), 0.05))
    assert banner.isVisible()
    qtbot.waitUntil(banner.isHidden)
    assert not done


def test_a_newer_sentence_takes_the_offer_away(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.say("gone", Offer("Undo", lambda: None, 10))
    banner.say("something else")
    assert banner.button.isHidden()
    assert banner.isVisible()


def test_one_event_is_told_as_one() -> None:
    assert clearing_module.told(1) == "1 event"
    assert clearing_module.told(18_233) == "18,233 events"
