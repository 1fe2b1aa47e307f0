"""The tree of an event's fields: correct for Qt, lazy for huge values, inert for hostile ones."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt

from widgets.detail.tree_model import MOST_CHILDREN, MOST_DEPTH, Pairs, TreeModel


def shown(groups: list[tuple[str, Any]]) -> TreeModel:
    model = TreeModel()
    model.show(groups)
    return model


def texts(model: TreeModel, parent: QModelIndex | None = None) -> list[tuple[str, str]]:
    parent = parent or QModelIndex()
    return [
        (model.index(row, 0, parent).data(), model.index(row, 1, parent).data())
        for row in range(model.rowCount(parent))
    ]


def test_the_model_is_one_that_qt_can_trust(qtmodeltester: Any) -> None:
    model = shown([("Payload", {"a": [1, 2, {"b": None}], "c": {}, "d": True}), ("Headers", Pairs([("x", 1)]))])
    qtmodeltester.check(model)


def test_values_are_shown_as_json_says_them() -> None:
    model = shown([("Payload", {"n": None, "t": True, "i": 2**63, "s": "text", "l": [], "o": {"x": 1}})])
    payload = model.index(0, 0)
    assert texts(model, payload) == [
        ("n", "null"), ("t", "true"), ("i", str(2**63)), ("s", "text"), ("l", "[ ]"), ("o", "1 fields"),
    ]  # fmt: skip


def test_header_names_may_repeat() -> None:
    model = shown([("Headers", Pairs([("trace", "a"), ("trace", "b")]))])
    assert texts(model, model.index(0, 0)) == [("trace", "a"), ("trace", "b")]


def test_a_huge_array_is_given_out_in_parts(qtmodeltester: Any) -> None:
    model = shown([("Payload", list(range(MOST_CHILDREN * 2 + 1)))])
    payload = model.index(0, 0)
    assert model.rowCount(payload) == MOST_CHILDREN
    assert model.canFetchMore(payload)
    model.fetchMore(payload)
    model.fetchMore(payload)
    assert model.rowCount(payload) == MOST_CHILDREN * 2 + 1
    assert not model.canFetchMore(payload)


def test_depth_is_bounded() -> None:
    value: Any = "end"
    for _ in range(MOST_DEPTH * 2):
        value = [value]
    model, index, depth = shown([("Payload", value)]), QModelIndex(), 0
    while model.rowCount(index):
        index, depth = model.index(0, 0, index), depth + 1
    assert depth == MOST_DEPTH


def test_the_path_of_a_field_is_what_a_filter_would_say() -> None:
    model = shown([("payload", {"items": [{"sku": "A7"}]})])
    index = QModelIndex()
    for _ in range(4):
        index = model.index(0, 0, index)
    assert model.branch(index).path == "payload.items[0].sku"


@pytest.mark.parametrize("name", ["<b>bold</b>", "line\nbreak", "\u202eevil"])
def test_hostile_names_stay_one_inert_line(name: str) -> None:
    model = shown([("Payload", {name: name})])
    ((key, value),) = texts(model, model.index(0, 0))
    assert "\n" not in key + value
    assert "\u202e" not in key + value
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None
