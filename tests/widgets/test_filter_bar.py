"""The filter bar: text is the one truth, chips write it, and what is wrong with it is said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.filter.matches import Matches
from app.filter.query import Filter, FilterError, parse
from app.session import Session
from eventscope.step import Phase
from tests.widgets.conftest import Feed, orders, put
from widgets.filter.bar import FilterBar
from widgets.filter.category_clause import CategoryChoice, narrowed, read, write
from widgets.filter.chip import Chip, count_text
from widgets.filter.suggestions import MOST, History, Suggestion, suggestions
from widgets.focus import Focus
from widgets.look.noted_rows import NotedModel

Left, Right = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
Control, Alt, Shift = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip
DELIVERED_HIDDEN = "-phase:delivered"


@pytest.fixture
def bar(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> FilterBar:
    """A filter bar over twenty orders; its filters are applied to `matches`."""
    made = FilterBar(session, focus, matches)
    qtbot.addWidget(made)
    made.filter_changed.connect(matches.set_filter)
    made.resize(1000, 120)
    made.show()
    made.tick()
    settle(made)
    return made


def settle(bar: FilterBar) -> None:
    """Have all matches found and all counts shown."""
    scanned = -1
    while scanned < bar._matches.progress[1]:
        bar._matches.update()
        scanned = bar._matches.progress[0]
    bar._refreshed = 0.0
    bar.tick()


def edge(bar: FilterBar) -> str:
    return str(bar.edit.property("edge"))


def applied(bar: FilterBar) -> str:
    return bar._matches.filter.text


def test_delivered_rows_are_hidden_at_first(bar: FilterBar) -> None:
    assert applied(bar) == DELIVERED_HIDDEN
    shown = bar._session.store.cells(bar._matches.seqs(0, len(bar._matches)), ("phase",))
    assert {phase for (phase,) in shown} >= {Phase.PUBLISHED, Phase.HANDLED, Phase.FAILED}
    assert (Phase.DELIVERED,) not in shown


def test_a_text_is_applied_a_moment_after_the_last_key(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.filter_changed) as changed:
        QTest.keyClicks(bar.edit, "type:order.*")
        assert edge(bar) == "pending"
    assert isinstance(changed.args[0], Filter)
    assert changed.args[0].text == "type:order.* -phase:delivered"
    assert edge(bar) == "applied"


def test_enter_applies_at_once(bar: FilterBar) -> None:
    bar.edit.setText("priority>=high")
    QTest.keyClick(bar.edit, Qt.Key.Key_Return)
    assert applied(bar) == "priority>=high -phase:delivered"


def test_alternatives_are_kept_together_when_a_clause_is_added(bar: FilterBar) -> None:
    bar.set_text("type:order.* or type:payment.*")
    assert applied(bar) == "(type:order.* or type:payment.*) -phase:delivered"


def test_a_wrong_text_is_explained_and_the_last_filter_stays(bar: FilterBar, qtbot: QtBot) -> None:
    bar.set_text("priority>=high")
    with qtbot.assertNotEmitted(bar.filter_changed):
        bar.set_text("priority>=urgent")
    assert edge(bar) == "wrong"
    assert bar._message.isVisible()
    assert "“urgent” is no priority" in bar._message.text()
    assert "column 11" in bar._message.text()
    assert bar.edit.toolTip() in bar._message.text()
    bar.set_text("priority>=low")
    assert not bar._message.isVisible()
    assert bar.edit.toolTip() == ""


def test_an_error_moves_nothing_below_the_bar(bar: FilterBar) -> None:
    before = bar.sizeHint().height()
    bar.set_text("priority>=urgent")
    assert bar.sizeHint().height() == before


def test_escape_clears_then_leaves(bar: FilterBar, qtbot: QtBot) -> None:
    bar.set_text("type:order.*")
    QTest.keyClick(bar.edit, Qt.Key.Key_Escape)
    assert bar.text == ""
    with qtbot.waitSignal(bar.left):
        QTest.keyClick(bar.edit, Qt.Key.Key_Escape)


def test_it_counts_what_matches(bar: FilterBar) -> None:
    bar.set_text("phase:failed")
    settle(bar)
    failed = bar._session.tally.phases[Phase.FAILED]
    assert bar._count.text() == f"{failed:,} of {bar._session.store.kept:,}"


def test_a_search_that_takes_long_shows_how_far_it_is(bar: FilterBar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Matches, "progress", (250, 1_000))
    bar._refreshed = 0.0
    bar.tick()
    assert "25%" in bar._count.text()
    assert bar._progress.value() == 250


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


@pytest.mark.parametrize(("button", "modifier"), [(Right, Qt.KeyboardModifier.NoModifier), (Left, Alt)])
def test_right_or_alt_click_excludes(bar: FilterBar, button: Qt.MouseButton, modifier: Qt.KeyboardModifier) -> None:
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
    assert edge(bar) == "applied"
    assert "\u202e" not in chip(bar, name).accessibleName()


def test_endless_categories_do_not_make_endless_chips(bar: FilterBar) -> None:
    bar.chips.show_counts({f"category-{number}": 1 for number in range(500)})
    assert len(bar.chips.chips) < 30


def test_a_phase_toggle_hides_its_rows(bar: FilterBar) -> None:
    QTest.mouseClick(bar.phases.buttons[Phase.HANDLED], Left)
    assert applied(bar) == "-phase:delivered,handled"
    QTest.mouseClick(bar.phases.buttons[Phase.DELIVERED], Left)
    QTest.mouseClick(bar.phases.buttons[Phase.HANDLED], Left)
    assert applied(bar) == ""


@pytest.mark.parametrize("text", ["phase:delivered", "-phase:failed", "type:order.* (phase!=handled)"])
def test_phase_toggles_step_aside_when_the_text_names_phases(bar: FilterBar, text: str) -> None:
    bar.set_text(text)
    assert applied(bar) == text
    assert not bar.phases.isEnabled()
    bar.set_text("type:order.*")
    assert bar.phases.isEnabled()


def test_proposing_nothing_shows_really_everything(bar: FilterBar) -> None:
    bar.set_text("type:none")
    bar.propose("")
    assert applied(bar) == ""
    settle(bar)
    assert len(bar._matches) == bar._session.store.kept


def test_a_clause_narrows_what_is_there(bar: FilterBar) -> None:
    bar.add_clause("-type:a")
    bar.add_clause("-type:b")
    assert bar.text == "-type:a -type:b"
    bar.set_text("x or y")
    bar.add_clause("-type:a")
    assert bar.text == "(x or y) -type:a"


def test_focusing_selects_the_text_to_be_overwritten(bar: FilterBar) -> None:
    bar.set_text("type:a")
    bar.focus_filter()
    assert bar.edit.selectedText() == "type:a"


def test_the_same_filter_is_not_applied_twice(bar: FilterBar, qtbot: QtBot) -> None:
    bar.set_text("type:a")
    with qtbot.assertNotEmitted(bar.filter_changed):
        bar.set_text("type:a")
        bar.apply()


names = st.text(min_size=1, max_size=12).filter(lambda name: name.isprintable())
choices = st.builds(
    lambda found, cut: CategoryChoice(tuple(found[:cut]), tuple(found[cut:])),
    st.lists(names, max_size=5, unique=True),
    st.integers(0, 5),
)
rests = st.sampled_from(["", "type:order.*", "a or b", '"or  or"', "(a or b) c", "-(x y)", 'type:"a b"', "not z"])


@given(rests, choices)
def test_what_chips_write_is_read_back_and_is_a_filter(rest: str, choice: CategoryChoice) -> None:
    text = write(rest, choice)
    assert read(text) == choice
    parse(text)
    assert read(write(text, CategoryChoice())) == CategoryChoice()


@given(st.text(alphabet='ab()" -orcategory:,\\', max_size=40))
def test_reading_any_text_never_raises_and_clauses_are_filters(text: str) -> None:
    read(text)
    try:
        parse(text)
    except FilterError:
        return
    parse(narrowed(text, "-type:x"))


@pytest.mark.parametrize(
    "text", ["not category:a", "(category:a) b", "category:a or b", '"category:a"', "-(category:a)"]
)
def test_clauses_that_do_not_stand_alone_belong_to_the_writer(text: str) -> None:
    assert read(text) == CategoryChoice()


FIELDS = {"type": "", "category": "its category", "priority": "", "phase": "", "payload.": "a place in the payload"}


def seen(field: str, beginning: str) -> list[tuple[str, str]]:
    values = {"category": ["order", "odd one", "payment"], "priority": ["high"]}.get(field, [])
    return [(value, "3 rows") for value in values if value.startswith(beginning)]


def suggested(text: str, history: Sequence[str] = ()) -> list[str]:
    return [suggestion.text for suggestion in suggestions(text, FIELDS, seen, history)]


def test_fields_and_values_are_suggested() -> None:
    assert suggested("pr") == ["priority:"]
    assert suggested("a -cat") == ["a -category:"]
    assert suggested("pay") == ["payload."]
    assert suggested("x category:o") == ["x category:order", 'x category:"odd one"']
    assert suggested("category:payment,o") == ["category:payment,order", 'category:payment,"odd one"']
    assert suggested("priority>=h") == ["priority>=high"]
    assert suggested("type:") == []


def test_a_suggestion_says_what_it_is() -> None:
    (field,) = suggestions("cat", FIELDS, seen, [])
    (value,) = suggestions("category:pa", FIELDS, seen, [])
    assert (field.note, value.note) == ("its category", "3 rows")


def test_filters_used_before_are_suggested_newest_first() -> None:
    history = History(most=3)
    for text in ("a", "b", "", "c", "b", "d"):
        history.add(text)
    assert history.texts == ["d", "b", "c"]
    assert suggested("", history.texts)[:3] == ["d", "b", "c"]


def test_a_suggestion_is_taken_by_keyboard(bar: FilterBar) -> None:
    popup = bar.edit.completer().popup()
    QTest.keyClicks(bar.edit, "prio")
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert not popup.isVisible()
    assert bar.text == "priority:"


def test_escape_closes_the_suggestions_first(bar: FilterBar) -> None:
    popup = bar.edit.completer().popup()
    QTest.keyClicks(bar.edit, "prio")
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert bar.text == "prio"


def test_enter_with_suggestions_open_applies_what_is_written(bar: FilterBar) -> None:
    QTest.keyClicks(bar.edit, "e")
    assert bar.edit.completer().popup().isVisible()
    QTest.keyClick(bar.edit.completer().popup(), Qt.Key.Key_Return)
    assert bar.text == "e"
    assert applied(bar) == "e -phase:delivered"


def test_down_offers_filters_used_before(bar: FilterBar) -> None:
    bar.set_text("type:order.*")
    bar.set_text("")
    QTest.keyClick(bar.edit, Qt.Key.Key_Down)
    assert bar.edit.completer().popup().isVisible()
    assert bar.edit._suggestions.texts[0] == "type:order.*"


def test_suggestions_are_few() -> None:
    assert len(suggestions("category:", FIELDS, lambda *_: [(f"c{n}", "") for n in range(1_000)], [])) == MOST


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (99_999, "99999"), (100_000, "100k"), (12_345_678, "12M")])
def test_counts_stay_short(count: int, text: str) -> None:
    assert count_text(count) == text


def test_values_seen_in_the_capture_are_suggested_with_their_counts(session: Session, bar: FilterBar) -> None:
    rows = orders(3, first=50)
    put(session, rows, source="billing")
    assert ("source:billing", f"{len(rows)} rows") in bar._suggest("source:b")
    assert [s.text for s in bar._suggest("category:O")] == ["category:order"]
    assert "phase:dead-lettered" in [s.text for s in bar._suggest("phase:")]
    assert [s.text for s in bar._suggest("priority>=h")] == ["priority>=high"]


def test_the_list_of_suggestions_is_a_right_model(qtmodeltester: Any) -> None:
    model = NotedModel()
    qtmodeltester.check(model)
    model.show_all([Suggestion("type:a", "1 row"), Suggestion("type:b")])
    assert model.texts == ["type:a", "type:b"]
