"""The tree of an event's fields: correct for Qt, lazy for huge values, inert for hostile ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, Qt

from app.detail.json_text import JsonText, JsonValue, json_text_of
from app.payload import DEEPEST
from widgets.detail.branch import MOST_CHILDREN, range_size
from widgets.detail.tree_model import TreeModel


def payload(value: Any) -> JsonValue:
    return json_text_of(value).root


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
    value = payload({"a": [1, 2, {"b": None}], "c": {}, "d": True, "many": list(range(1_000))})
    qtmodeltester.check(shown([("Envelope", {"type": "t"}), ("Payload (json)", value), ("Headers", (("x", 1),))]))


def test_values_are_shown_as_json_says_them() -> None:
    model = shown(
        [("Payload (json)", JsonText(b'{"n":null,"t":true,"i":1.50,"s":"text","l":[],"o":{"x":1},"m":[1,2]}').root)]
    )
    assert texts(model, model.index(0, 0)) == [
        ("n", "null"), ("t", "true"), ("i", "1.50"), ("s", "text"), ("l", "empty"),
        ("o", "1 field · x 1"), ("m", "2 entries · 1, 2"),
    ]  # fmt: skip


def test_names_may_repeat_in_headers_and_in_payloads() -> None:
    model = shown([("Headers", (("trace", "a"), ("trace", "b"))), ("Payload (json)", JsonText(b'{"a":1,"a":2}').root)])
    assert texts(model, model.index(0, 0)) == [("trace", "a"), ("trace", "b")]
    assert texts(model, model.index(1, 0)) == [("a", "1"), ("a", "2")]


@pytest.mark.parametrize("count", [MOST_CHILDREN, MOST_CHILDREN + 1, 25_000, 3_000_000])
def test_a_huge_array_is_given_out_in_ranges_and_each_element_is_near(count: int) -> None:
    model = shown([("Payload (json)", JsonText(b"[" + b",".join([b"7"] * count) + b"]").root)])
    (group,) = model.groups()
    assert model.rowCount(model.index(0, 0)) <= MOST_CHILDREN
    for number in (0, count // 2, count - 1):
        branch = model.member(group, [number])
        assert branch.keys == [number]
        assert branch.path == f"[{number}]"
        assert branch.text == "7"
        index = model.index_of(branch)
        while index.isValid():
            assert model.rowCount(index.parent()) <= MOST_CHILDREN
            index = index.parent()


def test_ranges_say_what_is_in_them() -> None:
    model = shown([("Payload (json)", payload(list(range(1_050))))])
    assert [name for name, _ in texts(model, model.index(0, 0))][-1] == "[1,000 … 1,049]"
    assert range_size(MOST_CHILDREN) == 1


def test_the_deepest_payload_can_be_opened_to_its_end() -> None:
    model = shown([("Payload (json)", JsonText(b"[" * DEEPEST + b"7" + b"]" * DEEPEST).root)])
    index, depth = model.index(0, 0), 0
    while model.rowCount(index):
        index, depth = model.index(0, 0, index), depth + 1
    assert depth == DEEPEST
    assert model.branch(index).path == "[0]" * DEEPEST


def test_the_path_of_a_field_is_what_a_filter_would_say() -> None:
    model = shown([("Payload (json)", payload({"items": [{"sku": "A7"}]}))])
    index = QModelIndex()
    for _ in range(4):
        index = model.index(0, 0, index)
    assert model.branch(index).path == "items[0].sku"
    assert model.branch(index).group.name == "Payload (json)"


def test_a_very_long_text_shows_its_beginning_and_its_size() -> None:
    model = shown([("Payload (json)", payload({"text": "x" * 5_000_000}))])
    ((_, text),) = texts(model, model.index(0, 0))
    assert text.startswith("xxx")
    assert text.endswith("… (5,000,002 bytes)")
    assert len(text) < 400


@pytest.mark.parametrize("name", ["<b>bold</b>", "line\nbreak", "\u202eevil"])
def test_hostile_names_stay_one_inert_line(name: str) -> None:
    model = shown([("Payload (json)", payload({name: name}))])
    ((key, value),) = texts(model, model.index(0, 0))
    assert "\n" not in key + value
    assert "\u202e" not in key + value
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None


def test_lone_surrogates_stay_visible() -> None:
    model = shown([("Payload (json)", JsonText(json.dumps({"a": "\ud800"}).encode()).root)])
    assert texts(model, model.index(0, 0)) == [("a", "\\ud800")]
