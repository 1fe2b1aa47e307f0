"""Saved filters and muted types: kept from the line, pressed, combined, moved, and never lost by a narrow window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.filter.effective import effective
from app.filter.matches import Matches
from app.filter.query import parse
from app.session import Session
from app.table_setup import SavedFilter, TableSetup
from widgets.filter.bar import FilterBar
from widgets.filter.chip import Choice
from widgets.filter.saved_chip import SavedChip
from widgets.focus import Focus

Left, Alt = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
ORDERS, HIGH = SavedFilter("Orders", "type:order.*"), SavedFilter("High", "priority>=high")
WRONG = SavedFilter("?", "x:")


@pytest.fixture
def bar(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> FilterBar:
    """A bar with three saved filters, of which one is wrong."""
    session.settings = session.settings.with_table(filters=(ORDERS, HIGH, WRONG))
    made = FilterBar(session, focus, matches)
    qtbot.addWidget(made)
    made.filter_changed.connect(lambda filters: matches.set_filter(filters.wanted))
    made.phases.show_all()
    made.resize(1000, 140)
    made.show()
    made.tick()
    return made


def chip(bar: FilterBar, name: str) -> SavedChip:
    return next(chip for chip in bar.saved.chips if chip.name == name)


def kept(bar: FilterBar) -> dict[str, SavedFilter]:
    return {saved.name: saved for saved in bar._session.settings.table.filters}


def applied(bar: FilterBar) -> str:
    return bar.found.matches.filter.text


def pick(bar: FilterBar, name: str, entry: str) -> None:
    """Choose an entry of a saved filter's menu."""
    menu = bar.saved.menu_of(kept(bar)[name])
    action = next(action for action in menu.actions() if action.text().partition("\t")[0] == entry)
    assert action.isEnabled(), entry
    action.trigger()
    menu.deleteLater()


def test_a_click_applies_a_saved_filter_and_another_takes_it_off(bar: FilterBar) -> None:
    QTest.mouseClick(chip(bar, "Orders"), Left)
    assert applied(bar) == "type:order.*"
    assert kept(bar)["Orders"].on
    assert chip(bar, "Orders").choice is Choice.INCLUDED
    QTest.mouseClick(chip(bar, "Orders"), Left)
    assert applied(bar) == ""


def test_saved_filters_are_combined_with_each_other_and_with_the_line(bar: FilterBar) -> None:
    bar.set_text("a or b")
    QTest.mouseClick(chip(bar, "Orders"), Left)
    QTest.mouseClick(chip(bar, "High"), Left)
    assert applied(bar) == "(a or b) type:order.* priority>=high"
    assert bar.whole.text() == f"= {applied(bar)}"


@pytest.mark.parametrize(
    ("button", "modifier"), [(Left, Alt), (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier)]
)
def test_alt_or_middle_click_hides_what_it_selects(
    bar: FilterBar, button: Qt.MouseButton, modifier: Qt.KeyboardModifier
) -> None:
    QTest.mouseClick(chip(bar, "Orders"), button, modifier)
    assert applied(bar) == "-type:order.*"
    assert chip(bar, "Orders").choice is Choice.EXCLUDED
    QTest.mouseClick(chip(bar, "Orders"), button, modifier)
    assert applied(bar) == ""


def test_one_that_is_wrong_says_so_and_is_never_applied(bar: FilterBar) -> None:
    QTest.mouseClick(chip(bar, "?"), Left)
    assert not kept(bar)["?"].on
    assert "Something is missing" in chip(bar, "?").toolTip()
    assert effective("", TableSetup(filters=(SavedFilter("?", "x:", on=True),))).wanted.text == ""


def test_the_line_is_kept_under_a_name_that_is_asked_in_place(bar: FilterBar) -> None:
    bar.set_text("latency>5ms")
    bar.edit.keep_asked.emit()
    line = bar.saved.name_line
    assert not line.isHidden()
    line.clear()
    QTest.keyClicks(line, "Slow")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert line.isHidden()
    assert kept(bar)["Slow"] == SavedFilter("Slow", "latency>5ms", on=True)
    assert (bar.text, applied(bar)) == ("", "latency>5ms"), "it moved from the line to its button"


def test_escape_keeps_nothing(bar: FilterBar) -> None:
    bar.set_text("latency>5ms")
    bar.edit.keep_asked.emit()
    QTest.keyClick(bar.saved.name_line, Qt.Key.Key_Escape)
    assert bar.saved.name_line.isHidden()
    assert len(kept(bar)) == 3


def test_a_name_that_is_there_is_changed(bar: FilterBar) -> None:
    bar.set_text("latency>5ms")
    bar.edit.keep_asked.emit()
    bar.saved.name_line.setText("High")
    QTest.keyClick(bar.saved.name_line, Qt.Key.Key_Return)
    assert [saved.name for saved in kept(bar).values()] == ["Orders", "High", "?"]
    assert kept(bar)["High"].filter == "latency>5ms"


def test_the_menu_renames_moves_rewrites_and_deletes(bar: FilterBar) -> None:
    pick(bar, "Orders", "Move to the right")
    assert list(kept(bar)) == ["High", "Orders", "?"]
    pick(bar, "High", "Rename…")
    bar.saved.name_line.setText("Urgent")
    QTest.keyClick(bar.saved.name_line, Qt.Key.Key_Return)
    assert list(kept(bar)) == ["Urgent", "Orders", "?"]
    bar.set_text("priority:critical")
    pick(bar, "Urgent", "Change it to what the line says")
    assert kept(bar)["Urgent"].filter == "priority:critical"
    pick(bar, "Orders", "Write it into the line")
    assert bar.text == "type:order.*"
    pick(bar, "?", "Delete")
    assert list(kept(bar)) == ["Urgent", "Orders"]


def test_only_one_of_them_applies_when_asked(bar: FilterBar) -> None:
    QTest.mouseClick(chip(bar, "Orders"), Left)
    pick(bar, "High", "Apply only this")
    assert applied(bar) == "priority>=high"


def drag(widget: QWidget, x: int) -> None:
    """The pointer, pressed, is at `x` of the widget now."""
    at = QPointF(x, 5)
    move = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), Left, Left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, move)


def test_a_button_is_dragged_to_another_place(bar: FilterBar) -> None:
    first, last = chip(bar, "Orders"), chip(bar, "?")
    QTest.mousePress(first, Left, pos=QPoint(5, 5))
    for _ in range(2):  # the button goes along with the pointer
        drag(first, last.geometry().right() + 5 - first.x())
    QTest.mouseRelease(first, Left, pos=QPoint(5, 5))
    assert list(kept(bar))[-1] == "Orders"
    assert not kept(bar)["Orders"].on, "a drag is no click"


def test_in_a_narrow_window_the_rest_is_in_a_menu(bar: FilterBar) -> None:
    many = tuple(SavedFilter(f"Filter number {number}", "a") for number in range(20))
    bar._session.settings = bar._session.settings.with_table(filters=many)
    bar.tick()
    bar.resize(420, 140)
    QTest.qWait(0)
    hidden = [chip for chip in bar.saved.chips if chip.isHidden()]
    assert 0 < len(hidden) < 20
    assert not bar.saved.more.isHidden()
    menu = bar.saved.menu_of_more()
    assert [action.text() for action in menu.actions()] == [chip.name for chip in hidden]
    assert bar.saved.more.text() == f"» {len(hidden)} more"
    chosen(menu, "Filter number 19", "Apply")
    assert kept(bar)["Filter number 19"].on
    assert bar.saved.more.text() == f"» {len(hidden)} · 1 on"
    assert bar.saved.menu_of_more().actions()[-1].text() == "✓ Filter number 19"


def chosen(menu: QMenu, name: str, gesture: str) -> None:
    """Do something with a filter of the menu of those that find no room."""
    inner = next(action for action in menu.actions() if action.text().endswith(name)).menu()
    assert isinstance(inner, QMenu)
    next(action for action in inner.actions() if action.text().startswith(gesture)).trigger()


def test_all_that_a_button_can_do_is_in_the_menu_of_those_that_find_no_room(bar: FilterBar) -> None:
    many = tuple(SavedFilter(f"Number {number}", f"key:k{number}") for number in range(20))
    bar._session.settings = bar._session.settings.with_table(filters=many)
    bar.tick()
    bar.resize(420, 140)
    QTest.qWait(0)
    chosen(bar.saved.menu_of_more(), "Number 18", "Hide what it selects")
    chosen(bar.saved.menu_of_more(), "Number 19", "Apply")
    assert [saved.name for saved in kept(bar).values() if saved.on] == ["Number 18", "Number 19"]
    assert kept(bar)["Number 18"].negated, "two of them are combined"
    chosen(bar.saved.menu_of_more(), "Number 17", "Apply only this")
    assert [saved.name for saved in kept(bar).values() if saved.on] == ["Number 17"]
    bar.edit.setText("size>1KB")
    chosen(bar.saved.menu_of_more(), "Number 16", "Change it")
    assert kept(bar)["Number 16"].filter == "size>1KB"
    chosen(bar.saved.menu_of_more(), "Number 16", "Write it")
    assert bar.text == "size>1KB"
    chosen(bar.saved.menu_of_more(), "Number 16", "Rename")
    QTest.keyClicks(bar.saved.name_line, "Large")
    QTest.keyClick(bar.saved.name_line, Qt.Key.Key_Return)
    assert "Large" in kept(bar)
    chosen(bar.saved.menu_of_more(), "Large", "Move to the front")
    assert next(iter(kept(bar))) == "Large"
    assert not bar.saved.chips[0].isHidden()
    chosen(bar.saved.menu_of_more(), "Number 19", "Delete")
    assert "Number 19" not in kept(bar)


def test_muted_types_are_counted_and_let_in_again(bar: FilterBar, session: Session) -> None:
    session.settings = session.settings.with_table(muted=("order.created", "wh*t"))
    bar.tick()
    assert applied(bar) == '-type:order.created,"wh*t"'
    assert bar.muted.text().strip() == "2 types muted"
    menu = bar.muted.menu_of_types()
    menu.actions()[0].trigger()
    assert session.settings.table.muted == ("wh*t",)
    assert bar.muted.text().strip() == "1 type muted"
    bar.muted.menu_of_types().actions()[-1].trigger()
    assert applied(bar) == ""
    assert bar.muted.isHidden()


def test_any_number_of_types_can_be_muted(bar: FilterBar, session: Session) -> None:
    types = tuple(f"{number:04}" + "x" * 190 for number in range(1_000))
    session.settings = session.settings.with_table(muted=types)
    bar.tick()
    assert len(applied(bar)) > 10_000
    bar.found.matches.update()
    assert len(bar.found.matches) == session.store.kept


def test_a_type_is_muted_once_and_a_name_too_long_never() -> None:
    setup = TableSetup().muting("a").muting("b").muting("a").muting("x" * 500)
    assert setup.muted == ("a", "b")
    assert setup.unmuting("a", "c").muted == ("b",)


def test_the_whole_filter_is_one_that_can_be_read_again(bar: FilterBar) -> None:
    bar.set_text("a or b")
    QTest.mouseClick(chip(bar, "Orders"), Left, Alt)
    bar._session.settings = bar._session.settings.with_table(muted=("order.created",))
    bar.tick()
    assert str(parse(applied(bar)).tree) == applied(bar)
