"""The filter bar: text is the one truth, chips write it, and what is wrong with it is said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent, QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.filter.effective import Effective
from app.filter.matches import Matches
from app.session import Session
from app.settings import Settings
from app.table_setup import SavedFilter, TableSetup
from eventscope.connector import Record
from eventscope.step import Phase
from tests.widgets.bars import applied, made_bar, settle
from tests.widgets.conftest import Feed, orders, put
from widgets.filter import found_line
from widgets.filter.bar import FilterBar
from widgets.filter.completion import Completion
from widgets.filter.suggestions import MOST, Suggestion, suggestions
from widgets.filter.verdict import Edge
from widgets.focus import Focus
from widgets.look.noted_rows import NotedModel

Left, Middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
Control, Alt, Shift = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip
DELIVERED_HIDDEN = "-phase:delivered"


@pytest.fixture
def bar(qtbot: QtBot, session: Session, focus: Focus, matches: Matches) -> FilterBar:
    """A filter bar over twenty orders; its filters are applied to `matches`."""
    return made_bar(qtbot, session, focus, matches)


def edge(bar: FilterBar) -> str:
    return bar.edit.edge.value


def test_delivered_rows_are_hidden_at_first(bar: FilterBar) -> None:
    assert applied(bar) == DELIVERED_HIDDEN
    shown = bar._session.store.cells(bar.found.matches.seqs(0, len(bar.found.matches)), ("phase",))
    assert {phase for (phase,) in shown} >= {Phase.PUBLISHED, Phase.HANDLED, Phase.FAILED}
    assert (Phase.DELIVERED,) not in shown


def test_a_text_is_applied_a_moment_after_the_last_key(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.filter_changed) as changed:
        QTest.keyClicks(bar.edit, "type:order.*")
        assert applied(bar) == DELIVERED_HIDDEN
    assert isinstance(changed.args[0], Effective)
    assert changed.args[0].wanted.text == "type:order.* -phase:delivered"
    assert edge(bar) == "right"


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
    assert bar.note.isVisible()
    assert "“urgent” is no priority" in bar.note.text()
    assert "column 11" in bar.note.text()
    assert bar.edit.toolTip() in bar.note.text()
    bar.set_text("priority>=low")
    assert not bar.note.isVisible()
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
    assert bar.found.text == f"{failed:,} of {bar._session.store.kept:,}"


def test_a_search_that_takes_long_shows_how_far_it_is(bar: FilterBar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_line, "SOON_S", 0.0)
    monkeypatch.setattr(Matches, "progress", (250, 1_000))
    bar._refreshed = 0.0
    bar.tick()
    assert bar.found.text == f"matched {len(bar.found.matches)} of 1,000 (25%) · Esc cancels"
    assert bar.found.bar.value() == 250


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
    assert len(bar.found.matches) == bar._session.store.kept


def test_a_clause_narrows_what_is_there(bar: FilterBar) -> None:
    bar.join("-type:a")
    bar.join("-type:b")
    assert bar.text == "-type:a -type:b"
    bar.set_text("x or y")
    bar.join("-type:a")
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
    setup = TableSetup()
    for text in ("a", "b", "", "c", "b", "d"):
        setup = setup.using(text)
    assert setup.history == ("d", "b", "c", "a")
    assert suggested("", setup.history)[:3] == ["d", "b", "c"]


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
    assert not bar.edit.completer().popup().isVisible()


def test_down_offers_filters_used_before(bar: FilterBar) -> None:
    bar.set_text("type:order.*")
    QTest.keyClick(bar.edit, Qt.Key.Key_Return)
    bar.set_text("")
    QTest.keyClick(bar.edit, Qt.Key.Key_Down)
    assert bar.edit.completer().popup().isVisible()
    assert bar.edit._suggestions.texts[0] == "type:order.*"


def test_suggestions_are_few() -> None:
    assert len(suggestions("category:", FIELDS, lambda *_: [(f"c{n}", "") for n in range(1_000)], [])) == MOST


def test_values_seen_in_the_capture_are_suggested_with_their_counts(session: Session, bar: FilterBar) -> None:
    rows = orders(3, first=50)
    put(session, rows, source="billing")
    assert ("source:billing", f"{len(rows)} rows") in Completion(session)("source:b")
    assert [s.text for s in Completion(session)("category:O")] == ["category:order"]
    assert "phase:dead-lettered" in [s.text for s in Completion(session)("phase:")]
    assert [s.text for s in Completion(session)("priority>=h")] == ["priority>=high"]


def test_the_list_of_suggestions_is_a_right_model(qtmodeltester: Any) -> None:
    model = NotedModel()
    qtmodeltester.check(model)
    model.show_all([Suggestion("type:a", "1 row"), Suggestion("type:b")])
    assert model.texts == ["type:a", "type:b"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("category:ordr", "No event has the category “ordr”; did you mean “order”?"),
        ("-type:nothing.*", "No event has the type “nothing.*” so far."),
        ("type:order.created source:demo (category:order or category:x1)", "No event has the category “x1” so far."),
    ],
)
def test_a_value_that_was_never_seen_is_doubtful_and_pointed_at(bar: FilterBar, text: str, sentence: str) -> None:
    bar.set_text(text)
    assert edge(bar) == "doubtful"
    verdict = bar.edit._verdict
    assert verdict.sentence == sentence
    assert text[verdict.start : verdict.stop] in sentence
    assert applied(bar).startswith(text), "it is applied all the same"


def test_what_matches_nothing_is_doubtful_until_something_matches(bar: FilterBar, feed: Feed) -> None:
    bar.set_text("key:no-such-key")
    settle(bar)
    assert edge(bar) == "doubtful"
    feed([orders(1)[0]._replace(key="no-such-key")])
    settle(bar)
    assert edge(bar) == "right"


def test_a_doubt_is_said_while_one_writes_and_gives_way_to_the_pointer(bar: FilterBar, qtbot: QtBot) -> None:
    bar.activateWindow()
    bar.edit.setFocus()
    qtbot.waitUntil(bar.edit.hasFocus)
    bar.set_text("category:ordr")
    assert bar.note.isVisible()
    QApplication.sendEvent(bar.note, QEnterEvent(QPointF(1, 1), QPointF(1, 1), QPointF(1, 1)))
    settle(bar)
    assert not bar.note.isVisible(), "and it does not come back by itself"
    bar.set_text("category:ordrr")
    assert bar.note.isVisible()


def test_an_error_is_underlined_at_its_place(bar: FilterBar) -> None:
    bar.set_text("type:order.* priority>=low")
    before = bar.edit.grab().toImage()
    bar.set_text("type:order.* priority>=lox")
    after = bar.edit.grab().toImage()
    bottom = after.height() - 10
    changed = [x for x in range(30, after.width() - 60) if after.pixel(x, bottom) != before.pixel(x, bottom)]
    metrics = QFontMetricsF(bar.edit.font())
    assert changed
    assert min(changed) > metrics.horizontalAdvance("type:order.* priority")


def test_up_and_down_go_through_the_history_from_an_empty_line(bar: FilterBar) -> None:
    for text in ("type:a", "type:b", "type:a"):
        bar.edit.setText(text)
        QTest.keyClick(bar.edit, Qt.Key.Key_Return)
    bar.set_text("")
    assert bar._session.settings.table.history == ("type:a", "type:b"), "newest first, each once"
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(bar.edit, key)
        seen.append(bar.text)
    assert seen == ["type:a", "type:b", "type:b", "type:a", ""]
    bar.set_text("half written")
    QTest.keyClick(bar.edit, Qt.Key.Key_Up)
    assert bar.text == "half written", "what is being written is never lost"


def test_the_history_is_bounded_and_can_be_forgotten(bar: FilterBar) -> None:
    for number in range(150):
        bar.edit.setText(f"type:t{number}")
        QTest.keyClick(bar.edit, Qt.Key.Key_Return)
    assert len(bar._session.settings.table.history) == 100
    menu = bar.edit.history_menu()
    assert menu.actions()[0].text() == "type:t149"
    menu.actions()[1].trigger()
    assert bar.text == "type:t148"
    menu.actions()[-1].trigger()
    assert bar._session.settings.table.history == ()


def test_a_filter_that_was_only_half_written_is_not_remembered(bar: FilterBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.filter_changed):
        QTest.keyClicks(bar.edit, "type:ord")
    assert bar._session.settings.table.history == ()


def test_preparing_writes_and_applies_nothing(bar: FilterBar) -> None:
    bar.prepare("type:order.*")
    QTest.qWait(200)
    assert bar.text == "type:order.*"
    assert applied(bar) == DELIVERED_HIDDEN
    QTest.keyClick(bar.edit, Qt.Key.Key_Return)
    assert applied(bar) == "type:order.* -phase:delivered"


@pytest.mark.parametrize(("how", "text"), [("and", "a type:b"), ("or", "a or type:b"), ("not", "a -type:b")])
def test_a_clause_is_joined_in_each_way_and_may_only_be_prepared(bar: FilterBar, how: Any, text: str) -> None:
    bar.set_text("a")
    bar.join("type:b", how, apply=False)
    assert (bar.text, applied(bar)) == (text, "a -phase:delivered")
    bar.set_text("a")
    bar.join("type:b", how)
    assert bar.text == text


def test_inverting_shows_what_was_hidden(bar: FilterBar) -> None:
    bar.set_text("type:order.* or x")
    bar.invert()
    assert bar.text == "-(type:order.* or x)"
    bar.invert()
    assert bar.text == "type:order.* or x"


@pytest.mark.parametrize(
    ("clause", "left"),
    [
        ("priority>=high", "(a or b) type:c -type:m -phase:delivered"),
        ("(a or b)", "priority>=high type:c -type:m -phase:delivered"),
        ("type:c", "priority>=high (a or b) -type:m -phase:delivered"),
        ("-type:m", "priority>=high (a or b) type:c -phase:delivered"),
        ("-phase:delivered", "priority>=high (a or b) type:c -type:m"),
    ],
)
def test_a_clause_is_taken_away_wherever_it_came_from(bar: FilterBar, clause: str, left: str) -> None:
    bar._session.settings = bar._session.settings.with_table(
        filters=(SavedFilter("C", "type:c", on=True),), muted=("m",)
    )
    bar.tick()
    bar.set_text("priority>=high (a or b)")
    assert applied(bar) == "priority>=high (a or b) type:c -type:m -phase:delivered"
    bar.remove(clause)
    assert applied(bar) == left


def test_a_line_that_is_left_before_the_first_tick_hides_phases_all_the_same(
    qtbot: QtBot, session: Session, focus: Focus, matches: Matches
) -> None:
    made = FilterBar(session, focus, matches)
    qtbot.addWidget(made)
    told: list[Effective] = []
    made.filter_changed.connect(told.append)
    made.edit.deserted.emit()
    made.tick()
    assert [effective.wanted.text for effective in told] == [DELIVERED_HIDDEN]


def test_a_search_is_stopped_by_escape_and_goes_on_by_a_click(
    qtbot: QtBot, focus: Focus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found_line, "SOON_S", 0.0)
    session = Session(Settings(memory_mib=64))
    batch = orders(20)
    for _ in range(8):
        put(session, batch * 30)
    matches = Matches(session.store)
    bar = FilterBar(session, focus, matches)
    qtbot.addWidget(bar)
    bar.filter_changed.connect(lambda filters: matches.set_filter(filters.wanted))
    bar.show()
    bar.set_text("phase:handled")
    matches.update(0.0)
    bar.tick()
    scanned, total = matches.progress
    assert 0 < scanned < total
    assert "Esc cancels" in bar.found.text
    QTest.keyClick(bar.edit, Qt.Key.Key_Escape)
    assert bar.text == "phase:handled", "the text stays"
    assert not matches.complete
    assert bar.found.text == f"{len(matches):,} so far · {scanned / total:.0%} of {total:,} searched"
    bar.found._go_on.click()
    settle(bar)
    every = session.tally.phases[Phase.HANDLED]
    assert bar.found.text == f"{every:,} of {total:,}"
    assert bar.found._go_on.isHidden()
    seqs = matches.seqs(0, len(matches))
    assert (seqs[1:] > seqs[:-1]).all()
    matches.close()


def test_places_in_events_and_their_values_are_suggested_once_they_are_known(
    session: Session, feed: Feed, qtbot: QtBot
) -> None:
    feed([Record(payload=b'{"total": 5, "my key": {"sku": "A7"}}', headers='[["x-tenant","acme"]]')])
    complete = Completion(session)

    def offered(text: str) -> list[tuple[str, str]]:
        return [(found.text, found.note) for found in complete(text)]

    assert offered("payload.to") == []
    qtbot.waitUntil(lambda: ("payload.total:", "in recent events") in offered("payload.to"))
    assert ('-payload."my key".sku:', "in recent events") in offered("-payload.")
    assert ("header.x-tenant:", "in recent events") in offered("header.")
    qtbot.waitUntil(lambda: offered("a payload.total>") == [("a payload.total>5", "1 of the last")])
    assert offered("payload.a..b:") == []


def test_what_events_speak_against_is_said_below_the_line(bar: FilterBar, feed: Feed, qtbot: QtBot) -> None:
    feed([Record(type="paid", payload=b'{"total": 99.5}')])
    bar.edit.setFocus()
    bar.set_text("payload.total>abc")

    def told() -> bool:
        settle(bar)
        return "payload.total is a number such as 99.5 in row" in bar.note.text()

    qtbot.waitUntil(told, timeout=5_000)
    assert bar.edit.edge is Edge.DOUBTFUL
