"""Rows with a key: Qt is told exactly what changed, so that what is selected stays selected."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from widgets.look.keyed_rows import KeyedRows


class Words(KeyedRows[str]):
    titles = ("word", "length")

    def key(self, item: str) -> Hashable:
        return item[0]

    def cell(self, item: str, column: int, role: int) -> Any:
        return (item, len(item))[column] if role == Qt.ItemDataRole.DisplayRole else None


LISTS = st.lists(st.text("abcdefgh", min_size=1, max_size=3), unique_by=lambda word: word[0], max_size=8)


@given(st.lists(LISTS, max_size=6))
def test_after_any_changes_the_rows_are_the_last_list_and_qt_agrees(lists: list[list[str]]) -> None:
    model = Words()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    for words in lists:
        model.show(words)
        assert [model.index(row, 0).data() for row in range(model.rowCount())] == words
        assert [model.row_of(word[0]) for word in words] == list(range(len(words)))
    assert tester.model() is model


@given(LISTS, LISTS)
def test_a_row_that_stays_in_its_order_keeps_its_persistent_index(old: list[str], new: list[str]) -> None:
    model = Words()
    model.show([*old, "z1"])
    last = QPersistentModelIndex(model.index(len(old), 0))
    model.show([*new, "z2"])
    assert (last.row(), last.data()) == (len(new), "z2")


def test_the_model_is_one_that_qt_can_trust(qtmodeltester: Any) -> None:
    model = Words()
    model.show(["a", "bb", "ccc"])
    qtmodeltester.check(model)


def test_a_very_long_list_is_replaced_without_comparing_every_row() -> None:
    model = Words()
    model.titles = ("number", "")
    model.key = model.cell = lambda item, *_: item  # type: ignore[method-assign,assignment]
    model.show([str(n) for n in range(20_000)])
    model.show([str(n) for n in range(40_000, 20_000, -1)])
    assert model.rowCount() == 20_000
