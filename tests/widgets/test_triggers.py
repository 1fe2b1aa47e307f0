"""Triggers in the window: the dialog and the menu they are made in, and what happens when one fires."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from rule_dialogs import shown

from app.filter.query import parse
from app.marks import Mark
from app.session import Session
from app.settings import Settings
from app.table_setup import Trigger
from eventscope.connector import Record
from tests.widgets.conftest import put
from widgets.focus import Focus
from widgets.table.gutter import icon_of
from widgets.table.looks import Look
from widgets.table.menu import menu_of_cell
from widgets.triggers.dialog import TriggersDialog
from widgets.triggers.firings import Firings
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

Key = Qt.Key
PAID = Trigger("type:failed", "payment failed")
HOLDING = Trigger("type:failed", "payment failed", notify=False, hold=True)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


def opened(qtbot: QtBot, session: Session, *arguments: str) -> TriggersDialog:
    return shown(qtbot, lambda window: TriggersDialog(window, session, *arguments))


def triggers_of(session: Session) -> list[Trigger]:
    return list(session.settings.table.triggers)


def happened(session: Session, *types: str) -> int:
    """Rows of these types come; the number of the first."""
    first = session.store.next_seq
    put(session, [Record(type_) for type_ in types])
    return first


def waiting(session: Session, *rules: Trigger) -> None:
    session.settings = session.settings.with_table(triggers=rules)
    session.drain()


def test_a_trigger_is_made_and_acts_when_its_filter_is_finished(qtbot: QtBot, session: Session) -> None:
    dialog = opened(qtbot, session)
    assert "no triggers yet" in dialog.hint.text()
    assert not dialog.editor.isEnabled()
    dialog.add.click()
    assert triggers_of(session) == [], "one without a filter is none yet"
    QTest.keyClicks(dialog.editor.filter, "type:failed")
    assert triggers_of(session) == [], "what is half written meets other rows"
    QTest.keyClick(dialog.editor.filter, Key.Key_Return)
    assert triggers_of(session) == [Trigger("type:failed")]
    assert dialog.isVisible()
    assert "keeps" in dialog.hint.text() or "keep" in dialog.hint.text()


def test_a_wrong_filter_is_said_and_the_last_right_one_stays(qtbot: QtBot, session: Session) -> None:
    dialog = opened(qtbot, session, "type:failed")
    dialog.editor.filter.selectAll()
    QTest.keyClicks(dialog.editor.filter, "type:")
    QTest.keyClick(dialog.editor.filter, Key.Key_Return)
    assert dialog.editor.filter.property("edge") == "wrong"
    assert "✖" in dialog.editor.filter.message.text()
    assert triggers_of(session) == [Trigger("type:failed")]


def test_what_it_keeps_and_does_is_chosen(qtbot: QtBot, session: Session) -> None:
    dialog = opened(qtbot, session, "type:failed")
    editor = dialog.editor
    QTest.keyClicks(editor.name, "payment failed")
    QTest.keyClick(editor.name, Key.Key_Return)
    editor.before.setValue(5)
    editor.after.setValue(2.5)
    editor.notify.click()
    editor.hold.click()
    expected = Trigger("type:failed", "payment failed", before_s=5, after_s=2.5, notify=False, hold=True)
    assert triggers_of(session) == [expected]
    assert dialog.list.item(0).text() == "payment failed   type:failed   (5 s before, 2.5 s after, pauses)"


def test_what_was_written_last_counts_when_the_dialog_is_closed(qtbot: QtBot, session: Session) -> None:
    dialog = opened(qtbot, session, "type:failed")
    QTest.keyClicks(dialog.editor.name, "x")
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Close").click()
    assert triggers_of(session)[0].name == "x"


def test_triggers_are_switched_off_and_deleted_and_the_list_is_a_sound_model(qtbot: QtBot, session: Session) -> None:
    waiting(session, PAID, Trigger("error:*"))
    dialog = opened(qtbot, session)
    tester = QAbstractItemModelTester(dialog.list.model(), QAbstractItemModelTester.FailureReportingMode.Fatal)
    dialog.list.setCurrentRow(0)
    assert dialog.editor.name.text() == "payment failed"
    QTest.keyClick(dialog.list, Key.Key_Space)
    assert [rule.off for rule in triggers_of(session)] == [True, False]
    QTest.keyClick(dialog.list, Key.Key_Delete)
    assert triggers_of(session) == [Trigger("error:*")]
    assert dialog.editor.filter.text() == "error:*"
    dialog.delete.click()
    assert triggers_of(session) == []
    del tester


def test_the_dialog_tells_what_a_trigger_met_and_what_all_keep(qtbot: QtBot, empty_session: Session) -> None:
    waiting(empty_session, PAID)
    dialog = opened(qtbot, empty_session)
    assert dialog.state.text() == "It met no row yet."
    happened(empty_session, "tick", "failed", "failed")
    qtbot.waitUntil(lambda: "It met 2 rows" in dialog.state.text())
    assert "All triggers keep 3 rows" in dialog.state.text()


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[Desk]:
    window = MainWindow()
    made = furnish(qapp, window, Session(Settings()))
    waiting(made.session, PAID)
    happened(made.session, "tick", "tick")
    window.show()
    window.show_work()
    window.views.work.tick()
    yield made
    await close(window)
    window.deleteLater()


async def test_a_firing_is_told_in_one_sentence_that_leads_to_the_row(desk: Desk) -> None:
    window, work = desk.window, desk.window.views.work
    work.tick()
    assert not window.alerts.isVisible()
    happened(desk.session, "failed", "tick", "failed", "failed", "tick")
    work.tick()
    assert window.alerts.isVisible()
    assert window.alerts.text.startswith("payment failed fired 3 times, last ")
    assert window.focus.seq is None, "nothing moves by itself"
    window.alerts.button.click()
    assert window.focus.seq == 6
    assert work.table.currentIndex().row() == 5
    assert not window.alerts.isVisible()


async def test_no_more_is_told_than_once_a_second_and_what_came_meanwhile_is_counted(desk: Desk) -> None:
    told: list[str] = []
    desk.window.views.work.firings.told.connect(lambda sentence, seq: told.append(sentence))
    for _ in range(5):
        happened(desk.session, "failed")
        desk.window.views.work.tick()
    assert len(told) == 1
    desk.window.views.work.firings._told_at -= 1.0
    desk.window.views.work.tick()
    desk.window.views.work.tick()
    assert len(told) == 2
    assert told[1].startswith("payment failed fired 5 times")


async def test_what_else_was_said_stays_beside_it(desk: Desk) -> None:
    desk.window.banner.say("Something that must be read.")
    happened(desk.session, "failed")
    desk.window.views.work.tick()
    assert desk.window.banner.isVisible()
    assert desk.window.alerts.isVisible()


async def test_a_row_that_cannot_be_shown_says_why(desk: Desk) -> None:
    window, bar = desk.window, desk.window.views.work.filter_bar
    seq = happened(desk.session, "failed")
    bar.set_text("type:tick")
    window.views.work.tick()
    desk.marking.show_row(seq)
    assert window.banner.text == "The filter hides row 3."
    window.banner.button.click()
    assert bar.text == ""
    window.focus.hold(seq)
    desk.marking.show_row(seq)
    assert "came after the window was paused" in window.banner.text
    desk.marking.show_row(1_000)
    assert "not kept any more" in window.banner.text


async def test_a_trigger_that_holds_pauses_the_window_behind_the_row(desk: Desk) -> None:
    window, work = desk.window, desk.window.views.work
    waiting(desk.session, HOLDING)
    first = happened(desk.session, "tick", "failed", "tick", "failed")
    work.tick()
    assert window.focus.horizon == first + 2
    assert work.table.rows.rowCount() == first + 1
    assert "the window is paused behind that row" in window.alerts.text
    window.alerts.button.click()
    assert window.focus.seq == first + 1
    window.views.toggle_pause()
    work.tick()
    assert window.focus.horizon is None, "what came while it was paused holds it no more"
    happened(desk.session, "failed")
    work.tick()
    assert window.focus.horizon == desk.session.store.next_seq


def test_a_window_that_is_paused_already_stays_where_it_is(session: Session) -> None:
    waiting(session, HOLDING)
    focus = Focus()
    firings = Firings(session, focus)
    told: list[object] = []
    firings.told.connect(lambda sentence, seq: told.append(seq))
    focus.hold(10)
    happened(session, "failed")
    firings.tick()
    assert focus.horizon == 10
    assert told == []


async def test_a_table_that_is_scrolled_back_does_not_move(desk: Desk) -> None:
    work = desk.window.views.work
    happened(desk.session, *["tick"] * 500)
    work.tick()
    work.table.go_to(3)
    top = work.table.verticalScrollBar().value()
    happened(desk.session, "failed", *["tick"] * 50)
    work.tick()
    assert work.table.verticalScrollBar().value() == top
    assert work.table.focus.seq == 4


async def test_rows_that_fired_are_found_and_said(desk: Desk) -> None:
    window, work = desk.window, desk.window.views.work
    seq = happened(desk.session, "failed", "tick")
    work.tick()
    looks = {strip.row.seq: strip.look for strip in work.table.strips(work.table.viewport().rect())}
    assert looks[seq].fired
    assert not looks[seq + 1].fired
    index = work.table.rows.index(seq - 1, 1)
    assert "trigger payment failed" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "trigger: payment failed" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    work.table.set_filter(parse("is:trigger"))
    assert work.table.rows.rowCount() == 1
    happened(desk.session, "tick", "failed")
    work.tick()
    assert work.table.rows.rowCount() == 2
    commands = {action.text(): action for action in window.actions_}
    assert "Triggers…" in commands
    assert desk.session.marks.rows(Mark.TRIGGER).tolist() == [seq, seq + 3]


def test_what_the_reader_noted_hides_the_bolt() -> None:
    assert icon_of(Look(fired=True)) == icon_of(Look(fired=True, ignored=True)) == "zap"
    assert icon_of(Look(fired=True, marked=True)) == "bookmark-filled"
    assert icon_of(Look()) == ""


async def test_the_menu_of_a_cell_makes_a_trigger_of_it(desk: Desk) -> None:
    table = desk.window.views.work.table
    table.go_to(0)
    event = table.rows.stored(0)
    assert event is not None
    column = table.rows.number_of("type")
    assert column is not None
    menu = menu_of_cell(table, event, table.rows.columns[column].field)
    menu.popup(QPoint(0, 0))
    next(action for action in menu.actions() if action.text().startswith("Trigger on this…")).trigger()
    menu.close()
    dialog = desk.window.findChild(TriggersDialog)
    assert dialog is not None
    assert dialog.editor.filter.text() == "type:tick"
    assert [rule.filter for rule in triggers_of(desk.session)] == ["type:failed", "type:tick"]
    dialog.reject()
