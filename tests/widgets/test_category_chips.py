"""Category chips: each is a part of the filter's text, written by a click and read back from what is typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.filter.clause import joined
from app.filter.matches import Matches
from app.filter.query import FilterError, parse
from app.session import Session
from tests.widgets.bars import made_bar, settle
from tests.widgets.conftest import Feed, orders
from widgets.filter.bar import FilterBar
from widgets.filter.category_clause import CategoryChoice, read, write
from widgets.filter.chip import Chip, count_text
from widgets.focus import Focus

Left, Middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
Control, Alt, Shift = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


@pytest.fixture
def bar(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> FilterBar:
    """A filter bar over twenty orders; its filters are applied to `matches`."""
    return made_bar(qtbot, session, focus, matches)


def chip(bar: FilterBar, name: str) -> Chip:
    return bar.chips.chips[name]


def test_there_is_a_chip_with_a_live_count_for_each_category(bar: FilterBar, feed: Feed) -> None:
    tally = bar._session.tally.categories
    assert {name: chip.count for name, chip in bar.chips.chips.items()} == dict(tally)
    feed(orders(2, first=20))
    settle(bar)
    assert chip(bar, "order").count == tally["order"]


def test_chips_keep_their_places_when_counts_change_and_others_come(bar: FilterBar) -> None:
    names = list(bar.chips.chips)
    places = [chip(bar, name).geometry() for name in names]
    counts = {"brand new": 9} | {name: 900 - number for number, name in enumerate(names)}
    bar.chips.show_counts(counts)
    assert [chip(bar, name).geometry() for name in names] == places
    assert list(bar.chips.chips) == [*names, "brand new"]


def test_a_click_shows_only_that_category_and_another_shows_all(bar: FilterBar) -> None:
    QTest.mouseClick(chip(bar, "order"), Left)
    assert bar.text == "category:order"
    assert chip(bar, "order").choice.value == "included"
    QTest.mouseClick(chip(bar, "payment"), Left)
    assert bar.text == "category:payment"
    QTest.mouseClick(chip(bar, "payment"), Left)
    assert bar.text == ""
    assert chip(bar, "payment").choice.value == "open"


@pytest.mark.parametrize("modifier", [Control, Shift])
def test_a_click_with_a_modifier_adds_a_category(bar: FilterBar, modifier: Qt.KeyboardModifier) -> None:
    QTest.mouseClick(chip(bar, "order"), Left)
    QTest.mouseClick(chip(bar, "payment"), Left, modifier)
    assert bar.text == "category:order,payment"
    QTest.mouseClick(chip(bar, "order"), Left, modifier)
    assert bar.text == "category:payment"


@pytest.mark.parametrize(("button", "modifier"), [(Middle, Qt.KeyboardModifier.NoModifier), (Left, Alt)])
def test_middle_or_alt_click_excludes(bar: FilterBar, button: Qt.MouseButton, modifier: Qt.KeyboardModifier) -> None:
    QTest.mouseClick(chip(bar, "fraud"), button, modifier)
    assert bar.text == "-category:fraud"
    assert chip(bar, "fraud").choice.value == "excluded"
    QTest.mouseClick(chip(bar, "fraud"), button, modifier)
    assert bar.text == ""


def test_chips_work_by_keyboard(bar: FilterBar) -> None:
    chip(bar, "order").setFocus()
    QTest.keyClick(chip(bar, "order"), Qt.Key.Key_Space)
    assert bar.text == "category:order"
    assert "included" in chip(bar, "order").accessibleName()


def test_chips_show_what_is_typed_and_leave_the_rest_of_the_text(bar: FilterBar) -> None:
    bar.set_text('priority>=high category:order "a  b"')
    assert chip(bar, "order").choice.value == "included"
    QTest.mouseClick(chip(bar, "payment"), Left)
    assert bar.text == 'priority>=high "a  b" category:payment'


def test_a_hostile_category_is_quoted_and_shown_harmless(bar: FilterBar) -> None:
    name = 'or (") <b>\u202e'
    bar.chips.show_counts({name: 3})
    QTest.mouseClick(chip(bar, name), Left)
    assert read(bar.text).included == (name,)
    assert bar.edit.edge.value == "doubtful", "no row has it"
    assert "\u202e" not in chip(bar, name).accessibleName()


def test_endless_categories_do_not_make_endless_chips(bar: FilterBar) -> None:
    bar.chips.show_counts({f"category-{number}": 1 for number in range(500)})
    assert len(bar.chips.chips) < 30


names = st.text(min_size=1, max_size=12).filter(lambda name: name.isprintable())
choices = st.builds(
    lambda found, cut: CategoryChoice(tuple(found[:cut]), tuple(found[cut:])),
    st.lists(names, max_size=5, unique=True),
    st.integers(0, 5),
)
rests = st.sampled_from(["", "type:order.*", "a or b", '"or  or"', "(a or b) c", "-(x y)", 'type:"a b"', "not z"])


@settings(deadline=None)
@given(rests, choices)
def test_what_chips_write_is_read_back_and_is_a_filter(rest: str, choice: CategoryChoice) -> None:
    text = write(rest, choice)
    assert read(text) == choice
    parse(text)
    assert read(write(text, CategoryChoice())) == CategoryChoice()


@settings(deadline=None)
@given(st.text(alphabet='ab()" -orcategory:,\\', max_size=40))
def test_reading_any_text_never_raises_and_clauses_are_filters(text: str) -> None:
    read(text)
    try:
        parse(text)
    except FilterError:
        return
    parse(joined(text, "-type:x"))


@pytest.mark.parametrize(
    "text", ["not category:a", "(category:a) b", "category:a or b", '"category:a"', "-(category:a)"]
)
def test_clauses_that_do_not_stand_alone_belong_to_the_writer(text: str) -> None:
    assert read(text) == CategoryChoice()


FIELDS = {"type": "", "category": "its category", "priority": "", "phase": "", "payload.": "a place in the payload"}


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (99_999, "99999"), (100_000, "100k"), (12_345_678, "12M")])
def test_counts_stay_short(count: int, text: str) -> None:
    assert count_text(count) == text


def test_category_chips_take_two_lines_until_all_are_asked_for(bar: FilterBar, qtbot: QtBot) -> None:
    bar.resize(500, 900)
    bar.chips.show_counts({f"category {number}": number for number in range(20)})
    line = next(iter(bar.chips.chips.values())).height()
    qtbot.waitUntil(lambda: 2 * line <= bar.chips.height() < 3 * line)
    assert bar.chips.more.isVisible()
    bar.chips.more.click()
    qtbot.waitUntil(lambda: bar.chips.height() >= 4 * line)
    bar.chips.more.click()
    qtbot.waitUntil(lambda: bar.chips.height() < 3 * line)
    QApplication.sendEvent(list(bar.chips.chips.values())[-1], QFocusEvent(QEvent.Type.FocusIn))
    assert bar.chips.more.isChecked()


def test_the_menu_of_a_chip_says_what_clicks_do_and_does_it(bar: FilterBar) -> None:
    def pick(entry: int) -> None:
        menu = bar.chips.menu_of("order")
        menu.actions()[entry].trigger()
        menu.deleteLater()

    for entry, text in ((0, "category:order"), (1, ""), (2, "-category:order"), (4, "")):
        pick(entry)
        assert bar.text == text
    assert [a.text() for a in bar.chips.menu_of("order").actions()][:3] == [
        "Only this category\tClick",
        "Include as well\tCtrl+Click",
        "Exclude\tAlt+Click",
    ]
