"""The dialog of colour rules, and how rows follow it; the question where to go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from rule_dialogs import shown

from app.marks import Mark
from app.session import Session
from app.settings import Settings, load_settings, save_settings
from app.table_setup import ColourRule
from tests.widgets.conftest import orders, put
from widgets.colours.dialog import ColoursDialog
from widgets.table.event_table import EventTable
from widgets.table.place_dialog import PlaceDialog
from widgets.window.desk import Desk
from widgets.window.main_window import MainWindow
from widgets.window.program import close, furnish

Key = Qt.Key
Alt, Shift, Control = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
RULES = (ColourRule("phase:failed", "red", "x"), ColourRule("type:order.*", "blue"), ColourRule("latency>5ms", "olive"))


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTSCOPE_CONFIG", str(tmp_path / "settings.toml"))


def opened(qtbot: QtBot, session: Session, *arguments: str) -> ColoursDialog:
    return shown(qtbot, lambda window: ColoursDialog(window, session, *arguments))


@pytest.fixture
def ruled(session: Session) -> Session:
    session.settings = session.settings.with_table(colours=RULES)
    session.colours.set_rules(RULES)
    return session


def said(session: Session) -> list[str]:
    return [rule.filter for rule in session.settings.table.colours]


def test_without_rules_it_says_what_to_do_and_offers_the_usual_ones(qtbot: QtBot, session: Session) -> None:
    dialog = opened(qtbot, session)
    assert "no rules yet" in dialog.hint.text()
    assert not dialog.editor.isEnabled()
    dialog.usual.click()
    assert "first rule" in dialog.hint.text()
    assert len(session.settings.table.colours) == 5
    dialog.usual.click()
    assert len(session.settings.table.colours) == 5, "the same ones are not offered twice"
    failed = next(seq for seq in range(1, session.store.next_seq) if session.store.event(seq).error)
    assert session.colours.of([failed])[failed].glyph in "✖☠⟳"


def test_a_rule_is_written_and_acts_as_soon_as_it_is_right(qtbot: QtBot, session: Session) -> None:
    dialog = opened(qtbot, session)
    dialog.add.click()
    assert said(session) == [], "a rule without a filter is none yet"
    QTest.keyClicks(dialog.editor.filter, "phase:published")
    assert said(session) == ["phase:published"]
    assert dialog.editor.filter.property("edge") == "right"
    assert 1 in session.colours.of([1])
    QTest.keyClicks(dialog.editor.filter, " priority>=")
    assert dialog.editor.filter.property("edge") == "wrong"
    assert "✖" in dialog.editor.message.text()
    assert said(session) == ["phase:published priority"], "the last that was right"
    QTest.keyClicks(dialog.editor.filter, "low type:nobody")
    assert dialog.editor.filter.property("edge") == "doubtful"
    assert "No event has the type" in dialog.editor.message.text()
    assert said(session) == ["phase:published priority>=low type:nobody"]


def test_tone_and_sign_are_chosen(qtbot: QtBot, ruled: Session) -> None:
    dialog = opened(qtbot, ruled)
    dialog.list.setCurrentRow(1)
    dialog.editor.tone.setCurrentIndex(dialog.editor.tone.findData("violet"))
    dialog.editor.tone.activated.emit(dialog.editor.tone.currentIndex())
    QTest.keyClicks(dialog.editor.glyph, "ab")
    assert ruled.settings.table.colours[1] == ColourRule("type:order.*", "violet", "ab")
    assert ruled.colours.of([1])[1] == ("violet", "ab")


def test_rules_are_moved_by_keys_and_the_first_wins(qtbot: QtBot, ruled: Session) -> None:
    dialog = opened(qtbot, ruled)
    dialog.list.setCurrentRow(2)
    QTest.keyClick(dialog.list, Key.Key_Up, Alt)
    assert said(ruled) == ["phase:failed", "latency>5ms", "type:order.*"]
    QTest.keyClick(dialog.list, Key.Key_Up, Alt)
    QTest.keyClick(dialog.list, Key.Key_Up, Alt)
    assert said(ruled) == ["latency>5ms", "phase:failed", "type:order.*"]
    QTest.keyClick(dialog.list, Key.Key_Down, Alt)
    assert said(ruled) == ["phase:failed", "latency>5ms", "type:order.*"]
    assert dialog.list.current == RULES[2]
    assert dialog.editor.filter.text() == "latency>5ms"


def test_rules_are_dragged(qtbot: QtBot, ruled: Session) -> None:
    dialog = opened(qtbot, ruled)
    model = dialog.list.model()
    assert model.moveRows(model.index(0, 0).parent(), 0, 1, model.index(0, 0).parent(), 3), "as dropping does"
    assert said(ruled) == ["type:order.*", "latency>5ms", "phase:failed"]


def test_a_rule_is_switched_off_and_deleted(qtbot: QtBot, ruled: Session) -> None:
    dialog = opened(qtbot, ruled)
    dialog.list.setCurrentRow(1)
    QTest.keyClick(dialog.list, Key.Key_Space)
    assert ruled.settings.table.colours[1].off
    assert 1 not in ruled.colours.of([1])
    QTest.keyClick(dialog.list, Key.Key_Space)
    assert 1 in ruled.colours.of([1])
    QTest.keyClick(dialog.list, Key.Key_Delete)
    assert said(ruled) == ["phase:failed", "latency>5ms"]
    dialog.delete.click()
    dialog.delete.click()
    assert said(ruled) == []
    assert not dialog.editor.isEnabled()
    assert not dialog.delete.isEnabled()


def test_a_rule_may_begin_with_a_filter_and_takes_a_free_tone(qtbot: QtBot, ruled: Session) -> None:
    dialog = opened(qtbot, ruled, "category:payment")
    assert said(ruled)[-1] == "category:payment"
    assert dialog.editor.filter.text() == "category:payment"
    assert ruled.settings.table.colours[-1].tone not in {"red", "blue", "olive"}


def test_rules_are_kept_in_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    assert save_settings(Settings().with_table(colours=RULES), path) is None
    assert load_settings(path)[0].table.colours == RULES


def asked(qtbot: QtBot, table: EventTable, text: str) -> PlaceDialog:
    dialog = PlaceDialog(table, table)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.line, text)
    QTest.keyClick(dialog.line, Key.Key_Return)
    return dialog


def test_a_number_leads_to_its_row(qtbot: QtBot, table: EventTable) -> None:
    dialog = asked(qtbot, table, "#42")
    assert table.focus.seq == 42
    assert not dialog.isVisible()


def test_a_time_leads_to_the_first_row_at_or_after_it(qtbot: QtBot, table: EventTable) -> None:
    store = table.session.store
    dialog = asked(qtbot, table, "2027-01-15T08:00:00.5Z")
    wanted = 1_800_000_000_500_000_000
    expected = next(seq for seq in range(1, store.next_seq) if (store.event(seq).occurred_at or 0) >= wanted)
    assert table.focus.seq == expected
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("4711000", "not kept; the kept rows are 1 to"),
        ("soon", "is no place"),
        ("2099-01-01", "happened then or later"),
    ],
)
def test_where_nobody_can_go_is_said(qtbot: QtBot, table: EventTable, text: str, sentence: str) -> None:
    dialog = asked(qtbot, table, text)
    assert sentence in dialog.message.text()
    assert dialog.isVisible()
    dialog.close()


@pytest.fixture
async def desk(qapp: QApplication) -> AsyncIterator[Desk]:
    window = MainWindow()
    session = Session(Settings())
    put(session, orders(5))
    made = furnish(qapp, window, session)
    window.show()
    window.show_work()
    window.views.work.tick()
    window.activateWindow()
    window.views.work.table.setFocus()
    yield made
    await close(window)
    window.deleteLater()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


async def test_ignored_rows_are_hidden_and_shown_by_a_key(desk: Desk) -> None:
    work = desk.window.views.work
    work.table.go_to(1)
    seq = work.table.focus.seq or 0
    QTest.keyClick(work.table, Key.Key_I)
    assert desk.session.marks.has(seq, Mark.IGNORED)
    QTest.keyClick(work.table, Key.Key_I, Shift)
    assert work.filter_bar.text == "-is:ignored"
    work.tick()
    assert work.table.jumps.row_of(seq) is None
    QTest.keyClick(work.table, Key.Key_I, Shift)
    assert work.filter_bar.text == ""
    work.tick()
    assert work.table.jumps.row_of(seq) is not None


async def test_the_window_asks_where_to_go(desk: Desk) -> None:
    QTest.keyClick(desk.window.views.work.table, Key.Key_G)
    dialog = desk.window.findChild(PlaceDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


async def test_a_menu_that_asks_for_a_colour_opens_the_rules_with_it(desk: Desk) -> None:
    desk.window.views.work.table.colour_wanted.emit("type:order.created")
    dialog = desk.window.findChild(ColoursDialog)
    assert dialog is not None
    assert dialog.editor.filter.text() == "type:order.created"
    next(button for button in dialog.findChildren(QPushButton) if button.text() == "Close").click()
    assert said(desk.session) == ["type:order.created"]
    work = desk.window.views.work
    work.tick()
    assert any(strip.look.colour for strip in work.table.strips(work.table.viewport().rect()))
