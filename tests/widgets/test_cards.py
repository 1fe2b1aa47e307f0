"""Cards: a list that can be read while it grows."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from widgets.look.cards import Card, CardList, CardModel


def card(number: int) -> Card:
    return Card("check", "ok", "complete", f"trace {number}", "12 ms", "just now")


@pytest.fixture
def cards(qtbot: Any) -> CardList[int]:
    made: CardList[int] = CardList(CardModel(lambda number: number, card), "numbers")
    qtbot.addWidget(made)
    made.resize(240, 200)
    made.move(2_000, 2_000)  # away from the pointer
    made.show()
    return made


def test_the_model_is_one_that_qt_can_trust(cards: CardList[int], qtmodeltester: Any) -> None:
    cards.offer([3, 2, 1])
    qtmodeltester.check(cards.cards)


def test_new_cards_come_in_on_top(cards: CardList[int]) -> None:
    cards.offer([2, 1])
    cards.offer([3, 2, 1])
    assert cards.cards.items == [3, 2, 1]
    assert cards.waiting == 0


def test_under_the_pointer_nothing_moves_and_what_waits_is_counted(cards: CardList[int], qtbot: Any) -> None:
    cards.offer([2, 1])
    cards.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    with qtbot.waitSignal(cards.waiting_changed) as waiting:
        cards.offer([4, 3, 2, 1])
    assert (cards.cards.items, waiting.args) == ([2, 1], [2])
    cards.show_newest([4, 3, 2, 1])
    assert (cards.cards.items, cards.waiting) == ([4, 3, 2, 1], 0)


def test_scrolled_away_from_the_top_nothing_moves_either(cards: CardList[int], qtbot: Any) -> None:
    cards.offer(list(range(50, 0, -1)))
    qtbot.waitUntil(lambda: cards.verticalScrollBar().maximum() > 40)
    cards.verticalScrollBar().setValue(40)
    cards.offer(list(range(60, 0, -1)))
    assert cards.cards.items[0] == 50
    cards.verticalScrollBar().setValue(0)
    cards.offer(list(range(60, 0, -1)))
    assert cards.cards.items[0] == 60


def test_only_the_developer_chooses(cards: CardList[int], qtbot: Any) -> None:
    chosen: list[int] = []
    cards.chosen.connect(chosen.append)
    cards.offer([3, 2, 1])
    cards.select(2)
    cards.setFocus()
    cards.offer([4, 3, 2, 1])
    assert (chosen, cards.currentIndex().row()) == ([], 2)
    qtbot.keyClick(cards, Qt.Key.Key_Up)
    assert chosen == [3]
    cards.select(None)
    assert not cards.currentIndex().isValid()


def test_a_card_is_one_sentence_for_those_who_hear_it(cards: CardList[int]) -> None:
    cards.offer([7])
    spoken = cards.cards.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "trace 7, complete, 12 ms, just now"
